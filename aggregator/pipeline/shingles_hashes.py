"""The CRC-32 of every word of many texts at once: of all words the last two letters, then the two before …

The checksum of a word is that of as many zeros, and what each of its letters does to it, whatever the others are.
"""

from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

_BLANK = 32

_WIDE = 16
"""Words of so many bytes at most are hashed together, by eights; others are few."""

_LAST = np.array([0, *[(1 << 64) - (1 << 64 - 8 * n) for n in range(1, 9)]], dtype=np.uint64)
"""What is left of eight letters when only the last so many are of a word."""

_ZEROS = np.array([crc32(bytes(n)) for n in range(_WIDE + 1)], dtype=np.uint32)


def _tables() -> list[NDArray[np.uint32]]:
    """What each two letters do to the checksum of a word (RFC 1952 §8), before the last fourteen, twelve … of it."""
    found = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        found = found >> np.uint32(1) ^ np.uint32(0xEDB88320) * (found & np.uint32(1))
    singly = [found]
    for _ in range(_WIDE - 1):
        singly.append(singly[-1] >> np.uint32(8) ^ found[singly[-1] & np.uint32(0xFF)])
    return [(singly[n][:, np.newaxis] ^ singly[n + 1]).ravel() for n in range(_WIDE - 2, -1, -2)]


_TABLES = _tables()


class Words(NamedTuple):
    """How many words each text has; of one text's words after another's, where they stand in ``data``, their CRC-32."""

    sizes: NDArray[np.int64]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    hashes: NDArray[np.uint32]
    data: bytes


def hashed(texts: Sequence[bytes], *, most: int) -> Words:
    """Hash the first ``most`` words of each text, which are set apart by blanks."""
    data = b" ".join([*texts, b" " * (_WIDE - 1)])
    blanks = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == _BLANK)
    begins = np.append(0, blanks + 1)[:-1]
    words = blanks > begins
    begins, ends = begins[words], blanks[words]
    last = np.searchsorted(ends, np.cumsum([len(text) + 1 for text in texts]))
    sizes = np.diff(last, prepend=0)
    kept = np.arange(len(ends)) - np.repeat(last - sizes, sizes) < most
    begins, ends = begins[kept], ends[kept]
    return Words(np.minimum(sizes, most), begins, ends, _checksums(data, begins, ends), data)


def _checksums(data: bytes, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.uint32]:
    lengths = ends - begins
    eights: NDArray[np.uint64] = np.ndarray(max(len(data) - 7, 0), "<u8", data, strides=(1,))
    last = eights[np.maximum(ends - 8, 0)] & _LAST[np.minimum(lengths, 8)]
    found: NDArray[np.uint32] = _ZEROS[np.minimum(lengths, _WIDE)] ^ _done(last, _TABLES[4:])
    longer = np.flatnonzero(lengths > 8)
    before = eights[np.maximum(ends[longer] - _WIDE, 0)] & _LAST[np.minimum(lengths[longer] - 8, 8)]
    found[longer] ^= _done(before, _TABLES[:4])
    others = np.flatnonzero((lengths > _WIDE) | (ends < _WIDE))
    bounds = zip(begins[others].tolist(), ends[others].tolist(), strict=True)
    found[others] = [crc32(data[begin:end]) for begin, end in bounds]
    return found


def _done(eights: NDArray[np.uint64], tables: Sequence[NDArray[np.uint32]]) -> NDArray[np.uint32]:
    """What eight letters do to a checksum, two by two."""
    pairs = eights.astype("<u8", copy=False).view("<u2").reshape(-1, 4)
    found = tables[0].take(pairs[:, 0])
    for nth, table in enumerate(tables[1:], 1):
        found ^= table.take(pairs[:, nth])
    return found
