"""How alike pairs of entries are: at most, by their terms alone, and exactly, where that may matter."""

from collections.abc import Sequence

import numpy as np

from aggregator.model import Traits
from aggregator.model.story_traits import EPOCH
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
    """Pairs of entries: of ``entries`` those at the places ``who``, in rising order, and ``whom``.

    Their likeness is less when their titles name other numbers (day 3 is not day 4), and when they are of one form and
    name others. It fades to nothing while ``WINDOW`` passes between them.
    """

    def __init__(self, entries: Sequence[Traits], who: Sequence[int], whom: Sequence[Traits]) -> None:
        self.entries, self.who, self.whom = entries, who, whom
        self._terms, most = products(entries, who, whom)
        mine = np.array([one.published for one in entries], dtype=np.int64)[np.array(who, dtype=np.int64)]
        self._apart = np.abs(np.array([other.published for other in whom], dtype=np.int64) - mine)
        self._fresh = np.maximum(1 - self._apart / WINDOW, 0)
        self._base = (self._terms - _MOST * most) * (TERMS / 1_000_000)
        self.most = (self._base + MEANING * ROUNDED) * self._fresh
        """How alike each pair is at most, whatever they mean."""

    def alike(self, places: Sequence[int]) -> list[float]:
        """Say how alike these pairs are, 0 to 1; all of them have a meaning by now."""
        at, whom = np.array(places, dtype=np.int64), [self.whom[place] for place in places]
        who, terms, apart = [self.who[place] for place in places], self._terms[at], self._apart[at]
        mixed = self._base[at] + meant(self.entries, who, whom) * (MEANING / 262_144)
        found: list[float] = (mixed * self._fresh[at]).tolist()
        series = ((terms >= FORM * 1_000_000) & (apart >= _APART)).tolist()
        for place, (n, other) in enumerate(zip(who, whom, strict=True)):
            if other.titled and self.entries[n].titled:
                found[place] *= _numbered(self.entries[n].numbers, other.numbers, series[place])
        return as_named(self.entries, who, whom, found, terms.tolist())


def _numbered(mine: frozenset[int], theirs: frozenset[int], series: bool) -> float:
    """What the numbers of their titles leave of a likeness: either has some that the other has not."""
    if mine <= theirs or theirs <= mine:
        return 1.0
    return _SERIES if series else _ANOTHER
