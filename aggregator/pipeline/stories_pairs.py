"""How much pairs of entries have in common: the products of their vectors, those of terms for many pairs at once."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aggregator.model import Traits

_SLOTS = 1 << 18
_TOGETHER = 64  # entries whose terms are laid out at once
_MEANT_TOGETHER = 1024  # pairs whose meanings are

Products = tuple[NDArray[np.int64], NDArray[np.int64]]


def products(entries: Sequence[Traits], who: Sequence[int], whom: Sequence[Traits]) -> Products:
    """Multiply the terms of pairs of entries; whole numbers all.

    The second: what the shared term that counts most adds to the product.

    ``who`` are places in ``entries``, in rising order; none of ``whom`` is without terms. Terms are told apart by 18
    bits of their hashes here: one pair of texts in a hundred shares a term too many.
    """
    columns = np.zeros(_SLOTS, dtype=np.int32)
    bounds = np.searchsorted(who, range(0, len(entries) + _TOGETHER, _TOGETHER)).tolist()
    owners = np.array(who, dtype=np.int64)
    terms = np.zeros((2, len(who)), dtype=np.int64)
    for n, (begin, end) in enumerate(pairwise(bounds)):
        if begin < end:
            some, here = entries[n * _TOGETHER : (n + 1) * _TOGETHER], owners[begin:end] - n * _TOGETHER
            terms[:, begin:end] = _of_terms(some, here, whom[begin:end], columns)
    return terms[0], terms[1]


def meant(entries: Sequence[Traits], who: Sequence[int], whom: Sequence[Traits]) -> NDArray[np.float32]:
    """Multiply the meanings of pairs of entries, all of which have one; ``who`` as above."""
    found = np.zeros(len(who), dtype=np.float32)
    for start in range(0, len(who), _MEANT_TOGETHER):
        part = who[start : start + _MEANT_TOGETHER]
        places = dict(zip(dict.fromkeys(part), range(len(part)), strict=False))
        mine = _meanings([entries[n] for n in places])[[places[n] for n in part]]
        theirs = _meanings(whom[start : start + _MEANT_TOGETHER])
        np.einsum("ij,ij->i", mine, theirs, out=found[start : start + _MEANT_TOGETHER])
    return found


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
