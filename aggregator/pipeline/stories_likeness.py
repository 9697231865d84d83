"""How alike pairs of entries are: at most, by their terms alone, and exactly, where that may matter."""

import numpy as np
from numpy.typing import NDArray

from aggregator.model.story_traits import EPOCH
from aggregator.pipeline.stories_members import Members, Rows
from aggregator.pipeline.stories_names import FORM, Titles
from aggregator.pipeline.stories_pairs import meant, products

WINDOW, DAY = EPOCH, 24 * 3_600_000_000
"""Microseconds between the publication of an entry and that of a member it may join."""

TERMS, MEANING = 0.8, 0.2
"""What shared terms and a shared meaning count."""

ROUNDED = 1.04
"""So much is the product of two meanings at most: numbers of eight bits make vectors a little too long."""

_MOST = 0.4  # so much of what the shared term that counts most adds does not count: one name makes no event
_ANOTHER = 0.8  # what likeness counts for titles that name other numbers …
_SERIES, _APART = 0.3, DAY / 2  # … and when they are of one form and not of the same hours: number after number
_LIKE = 0.1  # entries that are less alike are of no one form; none joins another by so little
_OTHERS = 0.3  # what likeness counts for entries of one form that name others


class Pairs:
    """Pairs of members, by their rows: ``mine`` rise, and stand side by side. Those that are ``least`` alike at most.

    Their likeness is less when their titles name other numbers (day 3 is not day 4), and when they are of one form and
    name others. It fades to nothing while ``WINDOW`` passes between them.
    """

    def __init__(self, members: Members, mine: Rows, theirs: Rows, *, least: float = 0.0) -> None:
        terms, most = products(members, mine, theirs)
        apart = np.abs(members["published"][theirs] - members["published"][mine])
        fresh = np.maximum(1 - apart / WINDOW, 0)
        base = (terms - _MOST * most) * (TERMS / 1_000_000)
        may = (base + MEANING * ROUNDED) * fresh
        kept = np.flatnonzero(may >= least)
        self._members, self.mine, self.theirs = members, mine[kept], theirs[kept]
        self._terms, self._apart, self._fresh, self._base = terms[kept], apart[kept], fresh[kept], base[kept]
        self.most: NDArray[np.float64] = may[kept]
        """How alike each pair is at most, whatever they mean."""

    def alike(self, places: NDArray[np.int64]) -> NDArray[np.float64]:
        """Say how alike these pairs are, 0 to 1; all of them have a meaning by now."""
        rows, at = np.unique(np.concatenate((self.mine[places], self.theirs[places])), return_inverse=True)
        mine, theirs = at.reshape(2, -1)
        mixed = self._base[places] + meant(self._members.meanings(rows), mine, theirs) * (MEANING / 262_144)
        found: NDArray[np.float64] = mixed * self._fresh[places]
        titles, terms = Titles(self._members, rows), self._terms[places]
        other = titles.number_others(mine, theirs)
        series = (terms[other] >= FORM * 1_000_000) & (self._apart[places[other]] >= _APART)
        found[other] *= np.where(series, _SERIES, _ANOTHER)
        likely = np.flatnonzero(found >= _LIKE)
        found[likely[titles.name_others(mine[likely], theirs[likely], terms[likely])]] *= _OTHERS
        return found
