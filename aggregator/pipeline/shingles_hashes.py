"""The CRC-32 of every word of many texts at once: of all words the first letter, then of all the second …"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_BLANK = 32
_ALL = np.uint32(0xFFFFFFFF)


def _table() -> NDArray[np.uint32]:
    """What each byte does to a checksum (RFC 1952 §8), for all bytes."""
    found = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        found = found >> np.uint32(1) ^ np.uint32(0xEDB88320) * (found & np.uint32(1))
    return found


_TABLE = _table()


class Words(NamedTuple):
    """The words of texts: whose each is, which one of these it is, where it stands in ``data``, and its CRC-32."""

    owners: NDArray[np.int64]
    places: NDArray[np.int64]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    hashes: NDArray[np.uint32]
    data: bytes


def hashed(texts: Sequence[bytes], *, most: int) -> Words:
    """Hash the first ``most`` words of each text, which are set apart by blanks and shorter than 65,536 bytes."""
    data = b" ".join([*texts, b""])
    letters = np.frombuffer(data, dtype=np.uint8)
    signs = letters != _BLANK
    edges = np.flatnonzero(signs[1:] != signs[:-1]) + 1
    edges = np.concatenate(([0], edges)) if signs[:1].any() else edges
    begins, ends = edges[::2], edges[1::2]
    last = np.searchsorted(begins, np.cumsum([len(text) + 1 for text in texts]))
    first = np.append(0, last)[:-1]
    sizes = np.minimum(last - first, most)
    owners = np.repeat(np.arange(len(texts)), sizes)
    places = np.arange(len(owners)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    kept = places + np.repeat(first, sizes)
    begins, ends = begins[kept], ends[kept]
    return Words(owners, places, begins, ends, _checksums(letters, begins, ends - begins), data)


def _checksums(letters: NDArray[np.uint8], begins: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.uint32]:
    order = np.argsort(lengths.astype(np.uint16), kind="stable")[::-1]
    begins = begins[order]
    longer = len(begins) - np.cumsum(np.bincount(lengths))  # how many words have more than so many letters
    found = np.full(len(begins), _ALL, dtype=np.uint32)
    for nth, having in enumerate(longer[:-1].tolist()):
        part = found[:having]
        low = part.astype(np.uint8) ^ letters[begins[:having] + nth]
        part >>= 8
        part ^= _TABLE[low]
    hashes = np.empty_like(found)
    hashes[order] = ~found
    return hashes
