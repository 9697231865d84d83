"""What entries mean: the sum of the static vectors of their words, made for those that are asked for it."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from aggregator.model import Traits

MEANING = 512
"""The length of a meaning."""

_MOST = (1 << 15) - 1  # 64ths: thirty times as much as any word has that is one
_TOGETHER = 32  # texts whose vectors are at hand at once

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Words → the sum of the vectors of their pieces, a row each."""


class Meanings:
    """Gives entries their meaning.

    Vectors of words and what they are multiplied with are cut to so few bits that sums of them are exact: a text has
    one meaning, whenever and with whatever else it is made.
    """

    def __init__(self, embed: Embed) -> None:
        self._embed = embed

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
        words = list(dict.fromkeys(chain.from_iterable(said)))
        vectors = np.clip(np.rint(self._embed(words) * 64), -_MOST, _MOST)
        rows = dict(zip(words, range(len(words)), strict=True))
        sums = np.zeros((len(traits), 256), dtype=np.float32)
        for row, one, own in zip(sums, traits, said, strict=True):
            parts = np.frombuffer(one.parts, dtype="<u2").astype(np.float32)
            np.einsum("i,ij->j", parts, vectors[[rows[word] for word in own]], out=row)
        return sums / np.float32(64 * 16)


def _bytes(meanings: NDArray[np.float32]) -> bytes:
    lengths = np.maximum(np.sqrt((meanings.astype(np.float64) ** 2).sum(axis=1, keepdims=True)), 1e-9)
    found: NDArray[np.int8] = np.clip(np.rint(meanings * (MEANING / lengths)), -127, 127).astype(np.int8)
    return found.tobytes()
