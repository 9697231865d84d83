"""Entries of one form that name others: the profits of two firms, quakes off two islands are told in the same words."""

from collections.abc import Sequence
from struct import pack

from aggregator.model import Traits

FORM = 0.45
"""So alike are the terms of two entries that are of one form: but for the names, or numbers, in which they differ."""

_LIKE = 0.1  # entries that are less alike are of no one form; none joins another by so little
_OTHERS = 0.3  # what likeness counts for entries of one form that name others
_SQUARED = 1_000_000  # the length of a vector


def as_named(entry: Traits, others: Sequence[Traits], alike: list[float], products: Sequence[int]) -> list[float]:
    """Lower the likeness of entries of one form of which either names in its title what the other never says.

    At least half of the names of both titles. ``products`` are those of their terms. Reports of one event that name
    other sides of it are told in other words.
    """
    if max(alike) < _LIKE:
        return alike
    terms = entry.terms
    mine = [(pack("<I", hash), terms[hash] ** 2) for hash in entry.names]
    return [
        how * _OTHERS if how >= _LIKE and other.names and _is_form(mine, terms, other, product) else how
        for how, other, product in zip(alike, others, products, strict=True)
    ]


def _is_form(mine: list[tuple[bytes, int]], terms: dict[int, int], other: Traits, product: int) -> bool:
    """Tell whether names are all that parts two entries: what is not shared adds nothing to the product."""
    lacking = [squared for packed, squared in mine if packed not in other.hashes]
    theirs = [hash for hash in other.names if hash not in terms]
    if 2 * len(lacking) < len(mine) or 2 * len(theirs) < len(other.names):
        return False
    weights = other.terms
    mine_left = _SQUARED - sum(lacking)
    theirs_left = _SQUARED - sum([weights[hash] ** 2 for hash in theirs])
    return product > 0 and product**2 >= FORM**2 * mine_left * theirs_left
