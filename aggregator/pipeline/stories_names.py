"""Entries of one form that name others: the profits of two firms, quakes off two islands are told in the same words."""

from collections.abc import Sequence
from struct import pack, unpack_from

from aggregator.model import Traits

FORM = 0.45
"""So alike are the terms of two entries that are of one form: but for the names, or numbers, in which they differ."""

_LIKE = 0.1  # entries that are less alike are of no one form; none joins another by so little
_OTHERS = 0.3  # what likeness counts for entries of one form that name others
_SQUARED = 1_000_000  # the length of a vector

Names = list[tuple[bytes, int]]
"""The names of a title: hashes as they are kept, and their weights squared."""


def as_named(pairs: Sequence[tuple[Traits, Traits]], alike: Sequence[float], products: Sequence[int]) -> list[float]:
    """Lower the likeness of entries of one form of which either names in its title what the other never says.

    At least half of the names of both titles. ``products`` are those of the terms of the pairs. Reports of one event
    that name other sides of it are told in other words.
    """
    named: dict[int, tuple[Names, dict[int, int]]] = {}
    found = list(alike)
    for at, ((one, other), product) in enumerate(zip(pairs, products, strict=True)):
        if alike[at] < _LIKE or not other.titled or not one.titled:
            continue
        if one.entry not in named:
            terms = one.terms
            named[one.entry] = [(pack("<I", hash), terms[hash] ** 2) for hash in one.names], terms
        mine = named[one.entry]
        if mine[0] and _is_form(*mine, other, product):
            found[at] *= _OTHERS
    return found


def _is_form(mine: Names, terms: dict[int, int], other: Traits, product: int) -> bool:
    """Tell whether names are all that parts two entries: what is not shared adds nothing to the product."""
    lacking = [squared for packed, squared in mine if packed not in other.hashes]
    if product <= 0 or 2 * len(lacking) < len(mine):
        return False
    names = other.names
    theirs = names - terms.keys()
    if not names or 2 * len(theirs) < len(names):
        return False
    mine_left = _SQUARED - sum(lacking)
    theirs_left = _SQUARED - sum([_weight(other, hash) ** 2 for hash in theirs])
    return product**2 >= FORM**2 * mine_left * theirs_left


def _weight(entry: Traits, hash: int) -> int:
    """The weight of a term that an entry has: faster than all of them."""
    packed, at = pack("<I", hash), -1
    while at % 4:
        at = entry.hashes.index(packed, at + 1)
    weight: int = unpack_from("<H", entry.weights, at // 2)[0]
    return weight
