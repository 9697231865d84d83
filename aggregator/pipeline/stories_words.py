"""The words that were met, each looked up once: the hash of its term, its vector, and what it counts."""

from collections.abc import Callable, Sequence
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from aggregator.pipeline.terms import term

BOOSTS = np.array([1.8, 1.5, 1.0])
"""What a word counts: a name (capitalised, where capitals say something), a number, any other. In falling order."""

NAME, NUMBER, PLAIN = 0, 1, 2
"""Places in BOOSTS."""

_KEPT = 80_000  # words in memory
_ROOM = 1024

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Words → the sum of the vectors of their pieces, a row each."""


class Vocabulary:
    """Gives words numbers, and what is known of each under its number, as arrays.

    ``hashes`` are 0 for everyday words, which have no vector; ``ranks`` are places in BOOSTS.
    """

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._forget()

    def _forget(self) -> None:
        self._known: dict[str, int] = {}
        self.hashes: NDArray[np.int64] = np.zeros(_ROOM, dtype=np.int64)
        self.ranks: NDArray[np.int8] = np.zeros(_ROOM, dtype=np.int8)
        self.rows: NDArray[np.int32] = np.zeros(_ROOM, dtype=np.int32)
        self._vectors: NDArray[np.float16] = np.zeros((_ROOM, 256), dtype=np.float16)
        self._filled = 0

    def ids(self, said: Sequence[str]) -> NDArray[np.int32]:
        """Give the number of each word; those that were not met yet are looked up, all at once."""
        if len(self._known) > _KEPT:
            self._forget()
        found = list(map(self._known.get, said))
        if None in found:
            self._learn(sorted(set(said) - self._known.keys()))
            found = list(map(self._known.get, said))
        return np.array(found, dtype=np.int32)

    def vectors(self, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        """Give the vectors of words by their ``rows``, whole 64ths."""
        return self._vectors[rows].astype(np.float32)

    def _learn(self, new: Sequence[str]) -> None:
        at, facts = len(self._known), [term(word) for word in new]
        self._known |= {word: at + n for n, word in enumerate(new)}
        telling = [word for word, found in zip(new, facts, strict=True) if found]
        self.hashes, self.ranks, self.rows = (_roomy(of, len(self._known)) for of in (self.hashes, self.ranks, self.rows))
        here = slice(at, len(self._known))
        self.hashes[here] = [_hash(found) if found else 0 for found in facts]
        self.ranks[here] = [NUMBER if word[0].isdigit() else NAME if word[0].isupper() else PLAIN for word in new]
        self.rows[here] = self._filled - 1 + np.cumsum([bool(found) for found in facts])
        if telling:
            end = self._filled + len(telling)
            self._vectors = _roomy(self._vectors, end)
            self._vectors[self._filled : end] = np.rint(self._embed(telling) * 64) / 64
            self._filled = end


def _roomy(of: NDArray[Any], size: int) -> NDArray[Any]:
    """Give an array with room for ``size`` rows, and as many more when it had none."""
    if size <= len(of):
        return of
    room = np.zeros((2 * size, *of.shape[1:]), dtype=of.dtype)
    room[: len(of)] = of
    return room


def _hash(found: str) -> int:
    hashed = crc32(found.encode("utf-8", "replace"))
    return hashed | 1 if found[0].isdigit() else hashed & ~1
