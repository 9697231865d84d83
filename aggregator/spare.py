"""Memory that was used and is not: the C library keeps it for later, and so would every copy of this process."""

import ctypes
from collections.abc import Callable
from functools import cache


def give_back() -> None:
    """Give whole pages that nothing lies in back to the system, where the C library can (malloc_trim(3), glibc)."""
    if trim := _trim():
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    try:
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library, or another system
        return None
    return found
