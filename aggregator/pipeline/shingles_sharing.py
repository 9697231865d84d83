"""Which entries share keys with which: of those that are stored, and of a batch those before each."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from struct import unpack

import numpy as np
from numpy.typing import NDArray

from aggregator.model import Learned, Sought
from aggregator.pipeline.shingles_parts import KEY, Sketches, Stored

FORTNIGHT = timedelta(days=14) // timedelta(microseconds=1)
WITHIN = timedelta(days=7) // timedelta(microseconds=1)
"""A copy is published so much later or earlier at most: its key lies in the same fortnight or in the one beside it.

Keys of one time lie together, so that a batch of news reads a few parts of the index however large it is.
"""

CROWDED = 20
"""A key that so many entries have is given to no more: a phrase of the time, or a text found by its others."""

SHOWN = 10
"""So many entries that share keys with one are shown, those that share most first."""

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)

Near = Mapping[int, tuple[int, ...]]
"""For each entry that shares keys with others these, the best first."""


class Sharing:
    """Finds for batch after batch who shares keys with whom; notes what is to be kept.

    ``stored`` gives parts of the index; ``waiting`` says which of some entries wait to be compared; ``held`` gives the
    runs that entries had before, as they are kept beside them.
    """

    def __init__(
        self,
        stored: Stored,
        waiting: Callable[[Sequence[int]], Collection[int]],
        held: Callable[[Sequence[int]], Mapping[int, bytes]],
    ) -> None:
        self._index = Sketches(stored)
        self._waiting, self._held = waiting, held

    def near(self, sought: Sequence[Sought], *, before: Collection[int]) -> tuple[Near, Learned]:
        """Give for each entry others that share keys with it and were placed before it, and what that teaches.

        They are of the store, but for what waits there to be compared, and of the batch those before it: an entry that
        is placed anew is shown what it was shown when it came. ``before`` are those that were.
        """
        self._index.begin()
        batch = _Batch(sought)
        runs, which, times = np.unique(
            np.concatenate((batch.own, batch.other)), return_inverse=True, return_counts=True
        )
        holders = self._index.holders(runs)
        taken = times > 1
        taken[np.searchsorted(runs, sorted(holders))] = True
        batch.share(taken[which])
        stored = {entry for there in holders.values() for entry in there} - batch.shared.keys()
        waiting = set(self._waiting(sorted(stored))) if stored else set()
        batch.give(holders)
        found = batch.shown(holders, waiting)
        kept = batch.kept()
        self._keep(batch, kept, before)
        return found, Learned(kept, self._index.changed)

    def _keep(self, batch: "_Batch", kept: Mapping[int, bytes], before: Collection[int]) -> None:
        """Add to the index what is new, and take out what entries that were placed before had and have no more."""
        again = [entry for entry in kept if entry in before]
        held = self._held(again) if again else {}
        gone = [(run, -entry) for entry, runs in held.items() for run in _unpacked(runs) - _unpacked(kept[entry])]
        lost, losers = np.array(gone, dtype=np.int64).reshape(-1, 2).T
        runs = np.concatenate((batch.own[batch.new], lost))
        self._index.add(runs, np.concatenate((batch.entries[batch.new], losers)))


class _Batch:
    """The runs of a batch: of each entry those with its fortnight (``own``), then with the nearest other one.

    ``given`` are the places of own runs that entries get, ``new`` those that they had not before; ``shared`` are runs
    that others may have, by entry: own ones with their places, and other ones.
    """

    def __init__(self, sought: Sequence[Sought]) -> None:
        self._ids = [one.entry for one in sought]
        self._owners = np.repeat(np.arange(len(sought)), [len(one.keys) for one in sought])
        self.entries = np.array(self._ids, dtype=np.int64)[self._owners]
        keys = np.array([key for one in sought for key in one.keys], dtype=np.int64)
        fortnights = np.array([_fortnights(one.published) for one in sought], dtype=np.int64).reshape(-1, 2)
        self.own, self.other = (fortnights[self._owners, n] << KEY | keys for n in (0, 1))
        self.given, self.new = np.ones((2, len(keys)), dtype=bool)
        self.shared: dict[int, tuple[list[tuple[int, int]], list[int]]] = {id: ([], []) for id in self._ids}

    def share(self, taken: NDArray[np.bool_]) -> None:
        """Note which runs, of the own ones and then of the others, another may have."""
        size = len(self.own)
        own, other = np.flatnonzero(taken[:size]), np.flatnonzero(taken[size:])
        for entry, place, run in zip(self.entries[own].tolist(), own.tolist(), self.own[own].tolist(), strict=True):
            self.shared[entry][0].append((place, run))
        for entry, run in zip(self.entries[other].tolist(), self.other[other].tolist(), strict=True):
            self.shared[entry][1].append(run)

    def give(self, holders: dict[int, list[int]]) -> None:
        """Give each run to its entry, in the order of the batch, unless so many have it."""
        for entry, (own, _) in self.shared.items():
            for place, run in own:
                there = holders.setdefault(run, [])
                if entry in there:
                    self.new[place] = False
                elif len(there) < CROWDED:
                    there.append(entry)
                else:
                    self.given[place] = self.new[place] = False

    def shown(self, holders: Mapping[int, Sequence[int]], waiting: Collection[int]) -> Near:
        """Show each entry those that share most with it, but for ``waiting`` ones and those of the batch behind it."""
        later = {*waiting, *self._ids}
        found = {}
        for entry, (own, other) in self.shared.items():
            later.discard(entry)
            mine = [run for _, run in own] + other
            sharing = [one for run in mine for one in holders.get(run, ()) if one not in later]
            if others := _most(entry, sharing):
                found[entry] = others
        return found

    def kept(self) -> dict[int, bytes]:
        """Give the runs of each entry as they are kept: eight bytes each."""
        data = self.own[self.given].astype("<i8").tobytes()
        ends = 8 * np.cumsum(np.bincount(self._owners[self.given], minlength=len(self._ids)))
        bounds = pairwise([0, *ends.tolist()])
        return {entry: data[begin:end] for entry, (begin, end) in zip(self._ids, bounds, strict=True)}


def _fortnights(published: datetime) -> tuple[int, int]:
    """The fortnight of a moment, and the nearest other one."""
    at = (published - _EPOCH) // _MICROSECOND
    mine, near = at // FORTNIGHT, (at - WITHIN) // FORTNIGHT
    return mine, near if near != mine else (at + WITHIN) // FORTNIGHT


def _unpacked(runs: bytes) -> set[int]:
    return set(unpack(f"<{len(runs) // 8}q", runs))


def _most(entry: int, sharing: Sequence[int]) -> tuple[int, ...]:
    if len(sharing) == sharing.count(entry):
        return ()
    shares = Counter(sharing)
    shares.pop(entry, None)
    return tuple(sorted(sorted(shares), key=shares.__getitem__, reverse=True)[:SHOWN])
