"""Titles that name others: the profits of two firms, quakes off two islands, day 3 and day 4 are told in one form."""

import numpy as np
from numpy.typing import NDArray

from aggregator.pipeline.stories_members import Members, Rows
from aggregator.pipeline.stories_parts import expanded

FORM = 0.45
"""So alike are the terms of two entries that are of one form: but for the names, or numbers, in which they differ."""

_SQUARED = 1_000_000  # the length of a vector
_OWNER, _TERM = 48, 16  # a term as one number: who says it (15 bits), its hash (32), how heavy it is (16)

Numbers = NDArray[np.int64]


class Titles:
    """What the titles of some members name, to be compared pair by pair: a pair are two places among these members."""

    def __init__(self, members: Members, rows: Rows) -> None:
        self._members, self._rows = members, rows
        self._titled, self._sizes = members.titled(rows)

    def number_others(self, mine: Numbers, theirs: Numbers) -> Numbers:
        """List the pairs of which either has numbers that the other has not."""
        numbers = _Named(self._titled, self._sizes, odd=1)
        pairs = numbers.both(mine, theirs)
        if not len(pairs):
            return pairs
        said = _Said(numbers.hashes, numbers.sizes, np.zeros(len(numbers.hashes), dtype=np.int64))
        for one, other in ((mine, theirs), (theirs, mine)):
            who, _ = numbers.lacking(one[pairs], other[pairs], said)
            pairs = pairs[np.bincount(who, minlength=len(pairs)) > 0]
        return pairs

    def name_others(self, mine: Numbers, theirs: Numbers, products: Numbers) -> Numbers:
        """List the pairs of one form of which either names what the other never says: at least half of its names.

        Names are all that parts them: what is not shared adds nothing to ``products``, those of their terms. Reports of
        one event that name other sides of it are told in other words.
        """
        names = _Named(self._titled, self._sizes, odd=0)
        pairs = names.both(mine, theirs)
        pairs = pairs[products[pairs] > 0]
        if not len(pairs):
            return pairs
        hashes, weights, sizes = self._members.vectors(self._rows)
        said = _Said(hashes, sizes, weights)
        squared, least = said.weights(names.owners, names.hashes) ** 2, np.full(len(pairs), FORM**2)
        for one, other in ((mine, theirs), (theirs, mine)):
            who, places = names.lacking(one[pairs], other[pairs], said)
            least *= _SQUARED - np.bincount(who, squared[places], minlength=len(pairs))
            parted = 2 * np.bincount(who, minlength=len(pairs)) >= names.sizes[one[pairs]]
            pairs, least = pairs[parted], least[parted]
        return pairs[products[pairs] ** 2 >= least]


class _Named:
    """The numbers of titles, whose hashes are odd, or their names, one title after the other."""

    def __init__(self, titled: NDArray[np.uint32], sizes: Numbers, *, odd: int) -> None:
        chosen = titled & 1 == odd
        self.hashes = titled[chosen].astype(np.int64)
        self.owners = np.repeat(np.arange(len(sizes)), sizes)[chosen]
        self.sizes = np.bincount(self.owners, minlength=len(sizes))
        self._begins = np.cumsum(self.sizes) - self.sizes

    def both(self, mine: Numbers, theirs: Numbers) -> Numbers:
        """List the pairs of which both name some."""
        return np.flatnonzero((self.sizes[mine] > 0) & (self.sizes[theirs] > 0))

    def lacking(self, mine: Numbers, theirs: Numbers, said: "_Said") -> tuple[Numbers, Numbers]:
        """List of pairs what mine name and theirs do not say: the places of pairs, and those in ``hashes``."""
        sizes = self.sizes[mine]
        places, who = expanded(self._begins[mine], sizes), np.repeat(np.arange(len(mine)), sizes)
        lacking = said.weights(theirs[who], self.hashes[places]) < 0
        return who[lacking], places[lacking]


class _Said:
    """Who says which term, and how heavy it is: one number each, in rising order."""

    def __init__(self, hashes: NDArray[np.integer], sizes: Numbers, weights: NDArray[np.integer]) -> None:
        owners = np.repeat(np.arange(len(sizes)), sizes)
        self._codes = np.sort(owners << _OWNER | hashes.astype(np.int64) << _TERM | weights)

    def weights(self, owners: Numbers, hashes: Numbers) -> Numbers:
        """Say how heavy terms are with members; below zero: not said."""
        asked = owners << _OWNER | hashes << _TERM
        found = self._codes[np.minimum(np.searchsorted(self._codes, asked), len(self._codes) - 1)]
        return np.where(found >> _TERM == asked >> _TERM, found - asked, -1)
