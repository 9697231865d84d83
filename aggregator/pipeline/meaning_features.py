"""Texts → the words and pairs of words in them, as a sparse matrix: what the model of topics counts."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from aggregator.model.value import value
from aggregator.pipeline.topics import fold, tokens

Numbers = NDArray[np.float32]
Places = NDArray[np.int64]

BITS = 16
SIZE = 1 << BITS
"""Words are told apart by so many places; two that share one are taken for one another, which costs next to nothing."""

WORDS = 150
"""So many words of an entry are counted, the title's first: what a text is about it says early."""

_STOP = """
a about after all also an and are as at be been but by can could did do does for from get had has have he her his how i
if in into is it its just like may more most new no not of on one or our out over said says she so some than that the
their them then there they this to two under up was we were what when where which who will with would you your
"""
STOP = frozenset(_STOP.split())
"""English words that say nothing of a subject; in other languages frequency alone weighs them down."""


@value(frozen=True, slots=True)
class Features:
    """Rows are texts, columns places of words; ``numbers`` has for each stored cell how much the word counts."""

    rows: Places
    columns: Places
    numbers: Numbers
    count: int  # of rows

    def times(self, weights: Numbers) -> Numbers:
        """Multiply with weights of shape (SIZE, K) → (count, K)."""
        found = weights[self.columns] * self.numbers[:, None]
        return np.stack([np.bincount(self.rows, column, self.count) for column in found.T], axis=1).astype(np.float32)

    def sums(self, shares: Numbers) -> Numbers:
        """Add up the cells of each column, each text weighted: shares (count, K) → (SIZE, K)."""
        found = shares[self.rows] * self.numbers[:, None]
        return np.stack([np.bincount(self.columns, column, SIZE) for column in found.T], axis=1).astype(np.float32)


def words_of(title: str, text: str) -> list[str]:
    """Cut out the words that are counted, folded, in their order."""
    found = [*tokens(fold(title[:400])), *tokens(fold(text[:1500]))][:WORDS]
    return [word for word in found if len(word) > 1 and word not in STOP]


def features(texts: Sequence[tuple[str, str]]) -> Features:
    """Count the words of (title, text) pairs, and the pairs of words that follow one another."""
    lists = [_places(words_of(title, text)) for title, text in texts]
    rows = np.repeat(np.arange(len(lists)), [len(one) for one in lists])
    cells = rows * SIZE + np.array([place for one in lists for place in one], dtype=np.int64)
    unique, counts = np.unique(cells, return_counts=True)
    return Features(unique >> BITS, unique & (SIZE - 1), np.log1p(counts).astype(np.float32), len(lists))


def rarity(counted: Features) -> Numbers:
    """Say how much each word tells by how few texts have it (inverse document frequency). Shape (SIZE,)."""
    having = np.bincount(counted.columns, minlength=SIZE)
    found: Numbers = (np.log((1 + counted.count) / (1 + having)) + 1).astype(np.float32)
    return found


def weighed(counted: Features, rare: Numbers) -> Features:
    """Weigh the words by their rarity, and make all texts of length one."""
    numbers = counted.numbers * rare[counted.columns]
    squares = np.bincount(counted.rows, numbers * numbers, counted.count)
    lengths = np.sqrt(np.maximum(squares, 1e-9)).astype(np.float32)
    return Features(counted.rows, counted.columns, numbers / lengths[counted.rows], counted.count)


@lru_cache(maxsize=100_000)
def place(word: str) -> int:
    """Give the column of a word or pair; the same in every process."""
    return crc32(word.encode("utf-8", "replace")) & (SIZE - 1)


def _places(words: Sequence[str]) -> list[int]:
    pairs = [place(f"{one} {other}") for one, other in pairwise(words)]
    return [*map(place, words), *pairs]
