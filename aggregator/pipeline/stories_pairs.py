"""How much pairs of entries have in common, in terms and in meaning: the products of their vectors, many at once."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aggregator.model import Traits

_SLOTS = 1 << 18
_TOGETHER = 64  # entries whose terms are laid out at once

Products = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]


def products(entries: Sequence[Traits], who: Sequence[int], whom: Sequence[Traits]) -> Products:
    """Multiply the terms of pairs of entries, and their meanings; whole numbers all.

    In the middle: what the shared term that counts most adds to the product of the terms.

    ``who`` are places in ``entries``, in rising order; none of ``whom`` is without terms. Terms are told apart by 18
    bits of their hashes here: one pair of texts in a hundred shares a term too many.
    """
    columns = np.zeros(_SLOTS, dtype=np.int32)
    bounds = np.searchsorted(who, range(0, len(entries) + _TOGETHER, _TOGETHER)).tolist()
    owners = np.array(who, dtype=np.int64)
    terms, meant = np.zeros((2, len(who)), dtype=np.int64), np.zeros(len(who), dtype=np.float32)
    for n, (begin, end) in enumerate(pairwise(bounds)):
        if begin < end:
            some, here = entries[n * _TOGETHER : (n + 1) * _TOGETHER], owners[begin:end] - n * _TOGETHER
            terms[:, begin:end] = _of_terms(some, here, whom[begin:end], columns)
            mine, theirs = _meanings(some)[here], _meanings(whom[begin:end])
            meant[begin:end] = np.einsum("ij,ij->i", mine, theirs)
    return terms[0], terms[1], meant


def _of_terms(
    entries: Sequence[Traits], who: NDArray[np.int64], whom: Sequence[Traits], columns: NDArray[np.int32]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Lay the entries out in rows with a column for each term that one of them has; read off there what others have.

    ``columns`` are those of the slots: zeros, and left so. Column 0 is for terms that none of the entries has.
    """
    slots, weights, sizes = _laid(entries)
    columns[slots] = np.arange(1, len(slots) + 1)
    rows = np.zeros((len(entries), len(slots) + 1), dtype=np.uint16)
    rows[np.repeat(np.arange(len(entries)), sizes), columns[slots]] = weights
    theirs, factors, lengths = _laid(whom)
    mine = rows.ravel()[np.repeat(who * rows.shape[1], lengths) + columns[theirs]]
    columns[slots] = 0
    shared = np.multiply(mine, factors, dtype=np.int32)
    begins = np.cumsum(lengths) - lengths
    return np.add.reduceat(shared, begins, dtype=np.int64), np.maximum.reduceat(shared, begins)


def _laid(traits: Sequence[Traits]) -> tuple[NDArray[np.uint32], NDArray[np.uint16], NDArray[np.int64]]:
    """The slots and weights of the terms of entries, one after the other, and how many each has."""
    slots = np.frombuffer(b"".join([one.hashes for one in traits]), dtype="<u4") & np.uint32(_SLOTS - 1)
    weights = np.frombuffer(b"".join([one.weights for one in traits]), dtype="<u2")
    return slots, weights, np.array([len(one.weights) // 2 for one in traits], dtype=np.int64)


def _meanings(traits: Sequence[Traits]) -> NDArray[np.float32]:
    stacked = np.frombuffer(b"".join([one.meaning for one in traits]), dtype=np.int8)
    return stacked.reshape(len(traits), -1).astype(np.float32)
