"""The words that were met, each looked up once: the hash of its term, and what it counts."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from aggregator.pipeline.stories_parts import roomy
from aggregator.pipeline.terms import reduced

BOOSTS = np.array([1.6, 1.5, 1.0])
"""What a word counts: a name (capitalised, where capitals say something), a number, any other. In falling order."""

NAME, NUMBER, PLAIN = 0, 1, 2
"""Places in BOOSTS."""

KEPT = 60_000
"""So many words are remembered; beyond, all are looked up anew when they come again."""

_ROOM = 1024


class Vocabulary:
    """Gives words numbers, and what is known of each under its number, as arrays.

    ``hashes`` are 0 for everyday words; ``ranks`` are places in BOOSTS.
    """

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._known = Numbers()
        self.hashes: NDArray[np.int64] = np.zeros(_ROOM, dtype=np.int64)
        self.ranks: NDArray[np.int8] = np.zeros(_ROOM, dtype=np.int8)

    def ids(self, said: Sequence[str]) -> NDArray[np.int32]:
        """Give the number of each word; those that were not met yet are looked up, all at once."""
        if len(self._known) > KEPT:
            self._forget()
        found = np.fromiter(map(self._known.__getitem__, said), dtype=np.int32, count=len(said))
        if new := self._known.new:
            self._known.new = []
            self._learn(new)
        return found

    def _learn(self, new: Sequence[str]) -> None:
        size, facts = len(self._known), [reduced(word) for word in new]
        self.hashes, self.ranks = roomy(self.hashes, size), roomy(self.ranks, size)
        here = slice(size - len(new), size)
        self.hashes[here] = [_hash(found) if found else 0 for found in facts]
        self.ranks[here] = [NUMBER if word[0].isdigit() else NAME if word[0].isupper() else PLAIN for word in new]


class Numbers(dict[str, int]):
    """Gives a word that it does not know the next number, and notes it as new."""

    def __init__(self) -> None:
        self.new: list[str] = []

    def __missing__(self, word: str) -> int:
        self.new.append(word)
        self[word] = number = len(self)
        return number


def _hash(found: str) -> int:
    hashed = crc32(found.encode("utf-8", "replace"))
    return hashed | 1 if found[0].isdigit() else hashed & ~1
