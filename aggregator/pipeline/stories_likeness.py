"""How alike pairs of entries are: at most, by their terms alone, and exactly, where that may matter."""

import numpy as np
from numpy.typing import NDArray

from aggregator.model import Traits
from aggregator.model.story_traits import EPOCH
from aggregator.pipeline.shingles_parts import distinct
from aggregator.pipeline.stories_members import Members, Rows
from aggregator.pipeline.stories_names import FORM, as_named
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


class Pairs:
    """Pairs of members, by their rows: ``mine`` rise, and stand side by side.

    Their likeness is less when their titles name other numbers (day 3 is not day 4), and when they are of one form and
    name others. It fades to nothing while ``WINDOW`` passes between them.
    """

    def __init__(self, members: Members, mine: Rows, theirs: Rows) -> None:
        self._members, self.mine, self.theirs = members, mine, theirs
        self._terms, most = products(members, mine, theirs)
        self._apart = np.abs(members["published"][theirs] - members["published"][mine])
        self._fresh = np.maximum(1 - self._apart / WINDOW, 0)
        self._base = (self._terms - _MOST * most) * (TERMS / 1_000_000)
        self.most: NDArray[np.float64] = (self._base + MEANING * ROUNDED) * self._fresh
        """How alike each pair is at most, whatever they mean."""

    def of(self, places: NDArray[np.int64]) -> dict[int, Traits]:
        """Give who is in these pairs, by their rows."""
        rows = distinct(np.concatenate((self.mine[places], self.theirs[places])))
        return {row: self._members.at(row) for row in rows.tolist()}

    def alike(self, places: NDArray[np.int64]) -> list[float]:
        """Say how alike these pairs are, 0 to 1; all of them have a meaning by now."""
        at = self.of(places)
        rows = zip(self.mine[places].tolist(), self.theirs[places].tolist(), strict=True)
        pairs, terms, apart = [(at[one], at[other]) for one, other in rows], self._terms[places], self._apart[places]
        mixed = self._base[places] + meant(pairs) * (MEANING / 262_144)
        found: list[float] = (mixed * self._fresh[places]).tolist()
        series = ((terms >= FORM * 1_000_000) & (apart >= _APART)).tolist()
        for place, (one, other) in enumerate(pairs):
            if other.titled and one.titled:
                found[place] *= _numbered(one.numbers, other.numbers, series[place])
        return as_named(pairs, found, terms.tolist())


def _numbered(mine: frozenset[int], theirs: frozenset[int], series: bool) -> float:
    """What the numbers of their titles leave of a likeness: either has some that the other has not."""
    if mine <= theirs or theirs <= mine:
        return 1.0
    return _SERIES if series else _ANOTHER
