"""Memory that was used and is not: the C library keeps it for later, and so would every copy of this process."""

import ctypes
from collections.abc import Callable
from functools import cache

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # what mallopt(3) calls them in glibc
LARGE = 1 << 20
"""Bytes from which on a block has pages of its own."""

KEPT = 4 << 20
"""Bytes that are kept for the next ones at most, when those above all others are dropped."""


def give_back() -> None:
    """Give whole pages that nothing lies in back to the system, where the C library can (malloc_trim(3), glibc)."""
    if trim := _known("malloc_trim"):
        trim(0)


def part_large() -> None:
    """Let large blocks have pages of their own from now on, which go back when the block is dropped (mallopt(3)).

    Else glibc raises that bound to the largest that was dropped so far, up to 32 MB: tables that are made anew for each
    batch then lie among small things that stay, and leave holes. Pages cost as much as what is written into them, so
    smaller blocks share theirs, and some are kept: with the bound alone glibc would let go of all but 128 KB.
    """
    if set_option := _known("mallopt"):
        set_option(_MMAP_THRESHOLD, LARGE)
        set_option(_TRIM_THRESHOLD, KEPT)


@cache
def _known(name: str) -> Callable[..., int] | None:
    try:
        found: Callable[..., int] = getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):  # another C library, or another system
        return None
    return found
