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


class Stretches(NamedTuple):
    """Where what is set apart by blanks stands in data, of one text after the other; how many each text has."""

    sizes: NDArray[np.int64]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]


class Words(NamedTuple):
    """How many words each text has; of one text's words after another's, where they stand in ``data``, their CRC-32."""

    sizes: NDArray[np.int64]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    hashes: NDArray[np.uint32]
    data: bytes


def hashed(texts: Sequence[bytes], *, most: int) -> Words:
    """Hash the first ``most`` words of each text, which are set apart by blanks and shorter than 65,536 bytes."""
    data = b" ".join([*texts, b""])
    sizes, begins, ends = stretches(data, list(map(len, texts)))
    kept = np.arange(len(ends)) - np.repeat(np.cumsum(sizes) - sizes, sizes) < most
    begins, ends = begins[kept], ends[kept]
    hashes = _checksums(np.frombuffer(data, dtype=np.uint8), begins, ends - begins)
    return Words(np.minimum(sizes, most), begins, ends, hashes, data)


def stretches(data: bytes, lengths: Sequence[int]) -> Stretches:
    """Find what is set apart by blanks in texts of these lengths, which stand in ``data`` with a blank behind each."""
    blanks = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == _BLANK)
    begins = np.append(0, blanks + 1)[:-1]
    some = blanks > begins
    begins, ends = begins[some], blanks[some]
    last = np.searchsorted(ends, np.cumsum(lengths) + np.arange(1, len(lengths) + 1))
    return Stretches(np.diff(last, prepend=0), begins, ends)


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
