"""What entries mean: the sum of the static vectors of their words, made for those that are asked for it."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from aggregator.model import Traits
from aggregator.pipeline.stories_parts import roomy
from aggregator.pipeline.stories_words import Numbers

MEANING = 512
"""The length of a meaning."""

KEPT = 4_000
"""The vectors of so many words are remembered, in two megabytes; beyond, of half as many."""

_MOST = (1 << 15) - 1  # 64ths: thirty times as much as any word has that is one
_TOGETHER = 32  # texts whose words are looked up at once

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Words → the sum of the vectors of their pieces, a row each."""


class Meanings:
    """Gives entries their meaning.

    Vectors of words and what they are multiplied with are cut to so few bits that sums of them are exact: a text has
    one meaning, whenever and with whatever else it is made.
    """

    def __init__(self, embed: Embed) -> None:
        self._words = _Words(embed)

    def ripen(self, traits: Iterable[Traits]) -> None:
        """Give a meaning to those that have none yet, by their ``spelt`` and ``parts``."""
        unripe = [one for one in traits if not one.meaning]
        for start in range(0, len(unripe), _TOGETHER):
            some = unripe[start : start + _TOGETHER]
            meanings = _bytes(self._sums(some))
            for n, one in enumerate(some):
                one.meaning = meanings[256 * n : 256 * (n + 1)]

    def _sums(self, traits: Sequence[Traits]) -> NDArray[np.float32]:
        """Add up the vectors of their words; not by BLAS, whose threads cost more than they do for so little."""
        said = [one.spelt[1].split(" ") if one.parts else [] for one in traits]
        rows = self._words.rows(list(chain.from_iterable(said)))
        parts = np.frombuffer(b"".join([one.parts for one in traits]), dtype="<u2").astype(np.float32)
        sums, begin = np.zeros((len(traits), 256), dtype=np.float32), 0
        for row, own in zip(sums, said, strict=True):
            end = begin + len(own)
            vectors = self._words.vectors.take(rows[begin:end], axis=0).astype(np.float32)
            np.einsum("i,ij->j", parts[begin:end], vectors, out=row)
            begin = end
        return sums / np.float32(64 * 16)


class _Words:
    """Remembers the ``vectors`` of the words that were met last, in 64ths."""

    def __init__(self, embed: Embed) -> None:
        self._embed, self._known, self._times = embed, Numbers(), 0
        self._met: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self.vectors: NDArray[np.int16] = np.zeros((2 * KEPT, 256), dtype=np.int16)

    def rows(self, said: Sequence[str]) -> NDArray[np.int64]:
        """Say where the vector of each word stands, until the next are asked for; those that are new are made."""
        if len(self._known) > KEPT:
            self._forget()
        found = np.fromiter(map(self._known.__getitem__, said), dtype=np.int64, count=len(said))
        if new := self._known.new:
            self._known.new = []
            size = len(self._known)
            self.vectors, self._met = roomy(self.vectors, size), roomy(self._met, size)
            self.vectors[size - len(new) : size] = np.clip(np.rint(self._embed(new) * 64), -_MOST, _MOST)
        self._times += 1
        self._met[found] = self._times
        return found

    def _forget(self) -> None:
        """Keep the half of the words that was met last."""
        words = list(self._known)
        kept = np.argsort(-self._met[: len(words)], kind="stable")[: KEPT // 2]
        self._known = Numbers()
        self._known.update({words[place]: row for row, place in enumerate(kept.tolist())})
        self.vectors[: len(kept)], self._met[: len(kept)] = self.vectors[kept], self._met[kept]


def _bytes(meanings: NDArray[np.float32]) -> bytes:
    lengths = np.maximum(np.sqrt((meanings.astype(np.float64) ** 2).sum(axis=1, keepdims=True)), 1e-9)
    found: NDArray[np.int8] = np.clip(np.rint(meanings * (MEANING / lengths)), -127, 127).astype(np.int8)
    return found.tobytes()
