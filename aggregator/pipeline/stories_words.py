"""The words that were met, each looked up once: the hash of its term, and what it counts.

Texts are looked up by pieces: what stands between blanks and such signs as are in no word. Most are one word.
"""

from collections.abc import Sequence
from itertools import chain
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from aggregator.pipeline.shingles_hashes import Stretches, stretches
from aggregator.pipeline.stories_parts import expanded, roomy
from aggregator.pipeline.terms import PARTED, reduced, words

BOOSTS = np.array([1.6, 1.5, 1.0])
"""What a word counts: a name (capitalised, where capitals say something), a number, any other. In falling order."""

NAME, NUMBER, PLAIN = 0, 1, 2
"""Places in BOOSTS."""

KEPT = 30_000
"""So many pieces are remembered; beyond, all are looked up anew when they come again."""

_ROOM = 1024

_WIDE = 16
"""A piece of so many bytes at most is compared as two numbers of eight; others are few."""

_MASKS = np.array([[(1 << 8 * min(n, 8)) - 1, (1 << 8 * max(n - 8, 0)) - 1] for n in range(_WIDE + 1)], dtype=np.uint64)
_ODD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], dtype=np.uint64)
_SLOTS = 18  # bits


class Vocabulary:
    """Gives words numbers, and what is known of each under its number.

    ``words`` are as they are written; ``hashes`` are 0 for everyday words; ``ranks`` are places in BOOSTS.
    """

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._known = _Numbers()
        # of the pieces that share a slot, the number of the one that was met last
        self._slots: NDArray[np.int32] = np.zeros(1 << _SLOTS, dtype=np.int32)
        self._keys = np.zeros((_ROOM, 2), dtype=np.uint64)
        self._begins, self._sizes = np.zeros((2, _ROOM), dtype=np.int64)
        self.words: list[str] = []
        self.hashes: NDArray[np.int64] = np.zeros(_ROOM, dtype=np.int64)
        self.ranks: NDArray[np.int8] = np.zeros(_ROOM, dtype=np.int8)

    def ids(self, texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give the number of each word of one text after the other, and how many each text has.

        Words that were not met yet are looked up, all at once.
        """
        if len(self._known) > KEPT:
            self._forget()
        encoded = [text.encode("utf-8", "replace") for text in texts]
        data = b" ".join([*encoded, bytes(_WIDE)]).translate(PARTED)
        data = data.replace(b", ", b"  ").replace(b". ", b"  ")  # signs that end a word are none of it
        found = stretches(data, list(map(len, encoded)))
        pieces = self._pieces(data, found)
        sizes = self._sizes[pieces]
        so_far = np.append(0, np.cumsum(sizes))[np.cumsum(found.sizes)]
        return expanded(self._begins[pieces], sizes), np.diff(so_far, prepend=0)

    def _pieces(self, data: bytes, found: Stretches) -> NDArray[np.int32]:
        lengths = found.ends - found.begins
        windows: NDArray[np.uint64] = np.ndarray((len(data) - _WIDE + 1, 2), "<u8", data, strides=(1, 8))
        keys = windows[found.begins] & _MASKS[np.minimum(lengths, _WIDE)]
        slots = (keys @ _ODD) >> np.uint64(64 - _SLOTS)
        numbers: NDArray[np.int32] = self._slots[slots]
        known = self._keys[numbers]
        missed = np.flatnonzero((known[:, 0] != keys[:, 0]) | (known[:, 1] != keys[:, 1]) | (lengths > _WIDE))
        bounds = zip(found.begins[missed].tolist(), found.ends[missed].tolist(), strict=True)
        numbers[missed] = [self._known[data[begin:end]] for begin, end in bounds]
        if new := self._known.new:
            self._known.new = []
            self._learn(new)
        short = missed[lengths[missed] <= _WIDE]
        self._slots[slots[short]], self._keys[numbers[short]] = numbers[short], keys[short]
        return numbers

    def _learn(self, new: Sequence[bytes]) -> None:
        of_each = [[one] if one.isalpha() and one.isascii() else words(one) for one in map(bytes.decode, new)]
        said = list(chain.from_iterable(of_each))
        size, begin = len(self._known), len(self.words)
        self._keys = roomy(self._keys, size)
        self._begins, self._sizes = roomy(self._begins, size), roomy(self._sizes, size)
        here = slice(size - len(new), size)
        self._sizes[here] = list(map(len, of_each))
        self._begins[here] = begin + np.cumsum(self._sizes[here]) - self._sizes[here]
        self.words += said
        here = slice(begin, len(self.words))
        self.hashes, self.ranks = roomy(self.hashes, len(self.words)), roomy(self.ranks, len(self.words))
        self.hashes[here] = [_hash(found) if found else 0 for found in map(reduced, said)]
        self.ranks[here] = [NUMBER if word[0].isdigit() else NAME if word[0].isupper() else PLAIN for word in said]


class _Numbers(dict[bytes, int]):
    """Gives a piece that it does not know the next number, and notes it as new."""

    def __init__(self) -> None:
        self.new: list[bytes] = []

    def __missing__(self, piece: bytes) -> int:
        self.new.append(piece)
        self[piece] = number = len(self)
        return number


def _hash(found: str) -> int:
    hashed = crc32(found.encode("utf-8", "replace"))
    return hashed | 1 if found[0].isdigit() else hashed & ~1
