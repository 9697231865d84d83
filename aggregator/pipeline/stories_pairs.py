"""How much pairs of entries have in common: the products of their vectors, those of terms for many pairs at once."""

import numpy as np
from numpy.typing import NDArray

from aggregator.pipeline.stories_members import Members, Rows

_SLOTS = 1 << 18
_TOGETHER = 64  # entries whose terms are laid out at once
_MEANT_TOGETHER = 1024  # pairs whose meanings are

Products = tuple[NDArray[np.int64], NDArray[np.int64]]


def products(members: Members, mine: Rows, theirs: Rows) -> Products:
    """Multiply the terms of pairs of members; whole numbers all.

    The second: what the shared term that counts most adds to the product.

    ``mine`` rise, and are of few that stand side by side; none of ``theirs`` is without terms. Terms are told apart by
    18 bits of their hashes here: one pair of texts in a hundred shares a term too many.
    """
    columns = np.zeros(_SLOTS, dtype=np.int32)
    terms = np.zeros((2, len(mine)), dtype=np.int64)
    first, last = (int(mine[0]), int(mine[-1]) + 1) if len(mine) else (0, 0)
    for row in range(first, last, _TOGETHER):
        begin, end = np.searchsorted(mine, (row, row + _TOGETHER)).tolist()
        if begin < end:
            some = np.arange(row, min(row + _TOGETHER, last))
            terms[:, begin:end] = _of_terms(members, some, mine[begin:end] - row, theirs[begin:end], columns)
    return terms[0], terms[1]


def meant(meanings: NDArray[np.int8], mine: NDArray[np.int64], theirs: NDArray[np.int64]) -> NDArray[np.float32]:
    """Multiply the meanings of pairs, by their places in ``meanings``; whole numbers all."""
    found = np.zeros(len(mine), dtype=np.float32)
    for start in range(0, len(mine), _MEANT_TOGETHER):
        some = slice(start, start + _MEANT_TOGETHER)
        one, other = (meanings[places[some]].astype(np.float32) for places in (mine, theirs))
        np.einsum("ij,ij->i", one, other, out=found[some])
    return found


def _of_terms(
    members: Members, some: Rows, who: NDArray[np.int64], whom: Rows, columns: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Lay some members out in rows with a column for each term that one of them has; read off there what others have.

    ``columns`` are those of the slots: zeros, and left so. Column 0 is for terms that none of the entries has.
    """
    slots, weights, sizes = _laid(members, some)
    columns[slots] = np.arange(1, len(slots) + 1)
    rows = np.zeros((len(some), len(slots) + 1), dtype=np.uint16)
    rows[np.repeat(np.arange(len(some)), sizes), columns[slots]] = weights
    theirs, factors, lengths = _laid(members, whom)
    mine = rows.ravel()[np.repeat(who * rows.shape[1], lengths) + columns[theirs]]
    columns[slots] = 0
    shared = np.multiply(mine, factors, dtype=np.int32)
    begins = np.cumsum(lengths) - lengths
    return np.add.reduceat(shared, begins, dtype=np.int64), np.maximum.reduceat(shared, begins)


def _laid(members: Members, rows: Rows) -> tuple[NDArray[np.uint32], NDArray[np.uint16], NDArray[np.int64]]:
    """The slots and weights of the terms of members, one after the other, and how many each has."""
    hashes, weights, sizes = members.vectors(rows)
    return hashes & np.uint32(_SLOTS - 1), weights, sizes
