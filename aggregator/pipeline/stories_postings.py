"""Where entries are found by their telling terms, and which of them share most of these with new ones."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from struct import unpack

import numpy as np
from numpy.typing import NDArray

from aggregator.model import Traits
from aggregator.model.story_traits import EPOCH, POSTED

TELLING = 10
"""By so many of its terms, the heaviest, an entry is found."""

SHARED = 250
"""Of the length of its vector, 1000: the telling terms that an entry shares with one it is compared with."""

NEAR = 16
"""So many entries are compared with one that is placed."""

KEPT = 100_000
"""So many postings are remembered when others are forgotten: twenty megabytes."""

AT_ONCE = 512
"""So many entries look at once, at most."""

_OWNER, _ENTRY = 54, 10
"""A hit as one number, so that sorting gathers: who looks (9 bits), whom it finds (44), by which weight (10)."""

_ENTRIES = (1 << _OWNER - _ENTRY) - 1

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Places of who looks, and ids of whom they find."""

Posting = tuple[int, int]
"""Where entries of an epoch are found by a term: (epoch, term)."""


class Postings:
    """The latest entries of each term in a stretch of time, as far as they were looked up or placed."""

    def __init__(self) -> None:
        self._epochs: dict[int, dict[int, list[int]]] = {}
        self._stored: dict[int, bool] = {}  # whether anything was stored of an epoch when it was asked for first
        self.begin()

    def begin(self) -> None:
        """Begin a batch: what was noted before has been kept."""
        self._posted: dict[Posting, list[int]] = {}

    def keep(self, epochs: Iterable[int]) -> None:
        """Forget what is not of these epochs or the next to them; all, when that is too much."""
        near = {epoch + way for epoch in epochs for way in (-1, 0, 1)}
        if sum(len(there) for epoch, there in self._epochs.items() if epoch in near) > KEPT:
            near = set()
        self._epochs = {epoch: there for epoch, there in self._epochs.items() if epoch in near}
        self._stored = {epoch: stored for epoch, stored in self._stored.items() if epoch in near}

    @property
    def posted(self) -> Mapping[Posting, Sequence[int]]:
        """What this batch changed."""
        return self._posted

    def __getitem__(self, at: Posting) -> Sequence[int]:
        return self._epochs.get(at[0], {}).get(at[1], ())

    def __iter__(self) -> Iterator[Posting]:
        return ((epoch, term) for epoch, there in self._epochs.items() for term in there)

    def unasked(self, traits: Iterable[Traits]) -> set[int]:
        """List the epochs of which is not known whether anything is stored of them."""
        return {epoch for one in traits for epoch in around(one)} - self._stored.keys()

    def asked(self, epochs: Mapping[int, bool]) -> None:
        """Learn whether anything is stored of epochs."""
        self._stored.update(epochs)

    def unknown(self, traits: Iterable[Traits]) -> list[Posting]:
        """List the postings that must be looked up: not those of epochs in which nothing was stored before."""
        wanted: dict[int, set[int]] = {}
        for one in traits:
            for epoch in around(one):
                if self._stored[epoch]:
                    wanted.setdefault(epoch, set()).update(telling(one))
        known = self._epochs
        return [(epoch, term) for epoch, terms in wanted.items() for term in terms - known.get(epoch, {}).keys()]

    def learn(self, found: Mapping[Posting, list[int]]) -> None:
        """Take in what was looked up."""
        for (epoch, term), ids in found.items():
            self._epochs.setdefault(epoch, {})[term] = ids

    def _post(self, entry: Traits, *, again: bool = False) -> None:
        """Let an entry be found by its telling terms; one that is placed ``again`` stays where it was found."""
        epoch = entry.published // EPOCH
        there = self._epochs.setdefault(epoch, {})
        for term in telling(entry):
            ids = there.setdefault(term, [])
            if again and entry.entry in ids:
                continue
            ids.append(entry.entry)
            del ids[:-POSTED]
            self._posted[epoch, term] = ids

    def find(self, entries: Sequence[Traits], again: Collection[int]) -> Pairs:
        """Let entries look for others one after the other, each being posted before the next one looks.

        At most AT_ONCE of them; ``again`` are those that may have been posted before. Gives pairs: the place in
        ``entries`` of who looks, and whom it finds: at most NEAR, those that share the most weight of telling terms
        first, of equal ones the newest.
        """
        found, weights, sizes, totals = list[int](), list[int](), list[int](), list[int]()
        for one in entries:
            before, terms = len(found), telling(one)
            heavy = unpack(f"<{len(terms)}H", one.weights[: 2 * len(terms)])
            for there in [self._epochs[epoch] for epoch in around(one) if epoch in self._epochs]:
                for term, weight in zip(terms, heavy, strict=True):
                    if ids := there.get(term):
                        found += ids
                        sizes.append(len(ids))
                        weights.append(weight)
            totals.append(len(found) - before)
            self._post(one, again=one.entry in again)
        owners, heavier = (
            np.repeat(np.arange(len(entries)), totals),
            np.repeat(np.array(weights, dtype=np.int64), sizes),
        )
        return _best(entries, owners, np.array(found, dtype=np.int64), heavier)


def _best(
    entries: Sequence[Traits], owners: NDArray[np.int64], found: NDArray[np.int64], weights: NDArray[np.int64]
) -> Pairs:
    hits = np.sort(owners << _OWNER | found << _ENTRY | weights)
    heads = np.flatnonzero(np.diff(hits >> _ENTRY, prepend=-1))
    if not len(heads):
        return owners, found
    shared = np.add.reduceat(hits & (1 << _ENTRY) - 1, heads)
    pairs = hits[heads] >> _ENTRY
    owners, found = pairs >> _OWNER - _ENTRY, pairs & _ENTRIES
    own = np.array([one.entry for one in entries], dtype=np.int64)
    chosen = np.flatnonzero((shared >= SHARED) & (own[owners] != found))[::-1]
    chosen = chosen[np.argsort(owners[chosen] << 32 | 0xFFFFFFFF - shared[chosen], kind="stable")]
    owners = owners[chosen]
    first = np.searchsorted(owners, owners)
    near = np.arange(len(owners)) - first < NEAR
    return owners[near], found[chosen][near]


def telling(entry: Traits) -> Sequence[int]:
    """List the hashes of the terms by which an entry is found."""
    size = min(TELLING, len(entry.weights) // 2)
    return unpack(f"<{size}I", entry.hashes[: 4 * size])


def around(entry: Traits) -> range:
    """List the epochs in which entries that are like this one may have been published: its own and the next to it."""
    epoch = entry.published // EPOCH
    return range(epoch - 1, epoch + 2)
