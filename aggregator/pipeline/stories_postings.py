"""Where entries are found by their telling terms, and which of them share most of these with new ones."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aggregator.model import Traits
from aggregator.model.story_traits import EPOCH, POSTED
from aggregator.pipeline.shingles_parts import distinct
from aggregator.pipeline.stories_parts import Index, Lists, expanded

TELLING = 10
"""By so many of its terms, the heaviest, an entry is found."""

SHARED = 250
"""Of the length of its vector, 1000: the telling terms that an entry shares with one it is compared with."""

NEAR = 16
"""So many entries are compared with one that is placed."""

AT_ONCE = 512
"""So many entries look at once, at most."""

_TOGETHER = 64
"""Of so many who look the hits are at hand at once: each may have hundreds."""

_OWNER, _ENTRY = 54, 10
"""A hit as one number, so that sorting gathers: who looks (9 bits), whom it finds (44), by which weight (10)."""

_ENTRIES = (1 << _OWNER - _ENTRY) - 1
_WHERE = 32  # bits of a term in a number that has the epoch before it
_BEFORE = 10  # bits of who looks

Pairs = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Places of who looks, and ids of whom they find."""


class Telling(NamedTuple):
    """The telling terms of entries, one after the other: whose, of which epoch, which term and how heavy."""

    owners: NDArray[np.int64]
    epochs: NDArray[np.int64]
    terms: NDArray[np.int64]
    weights: NDArray[np.int64]


class Postings:
    """The latest entries of each term in a stretch of time, as far as they were looked up or placed."""

    def __init__(self) -> None:
        self._index = Index()

    def begin(self) -> None:
        """Begin a batch: what was noted before has been kept."""
        self._index.begin()

    @property
    def posted(self) -> Mapping[tuple[int, int], bytes]:
        """What this batch changed: parts of the index, by epoch and number; empty ones are gone."""
        return self._index.changed

    def unasked(self, traits: Iterable[Traits]) -> set[int]:
        """List the epochs of which is not known what is stored of them."""
        return {epoch for one in traits for epoch in around(one)} - self._index.epochs

    def learn(self, stored: Mapping[int, Sequence[tuple[int, bytes]]]) -> None:
        """Take in what is stored of epochs: parts of the index with their numbers, in the order of these."""
        self._index.learn(stored)

    def of(self, epoch: int, term: int) -> list[int]:
        """List the entries that are found by a term."""
        lists = self._index.lists(np.array([epoch << _WHERE | term], dtype=np.int64), shift=_WHERE)
        found: list[int] = lists.entries.tolist()
        return found

    def find(self, entries: Sequence[Traits], again: Collection[int]) -> Pairs:
        """Let entries look for others one after the other, each being posted before the next one looks.

        At most AT_ONCE of them; ``again`` are those that may have been posted before, and stay where they are found
        then. Gives pairs: the place in ``entries`` of who looks, and whom it finds: at most NEAR, those that share the
        most weight of telling terms first, of equal ones the newest.
        """
        told = _told(entries)
        kept, where = self._asked(told)
        wanted, looks = np.unique(where, return_inverse=True)
        stored = self._index.lists(wanted, shift=_WHERE)
        many = len(told.terms)
        owners, weights = kept % many, told.weights[kept % many]
        owners = told.owners[owners]
        posts = looks[np.searchsorted(kept, np.arange(many, 2 * many))]
        ids = np.array([one.entry for one in entries], dtype=np.int64)
        mine = np.ones(many, dtype=bool)
        for place in _there(entries, again, told.owners, posts, stored):
            mine[place] = False
        order = np.flatnonzero(mine)[np.argsort(posts[mine], kind="stable")]
        whole = stored.followed_by(posts[order], ids[told.owners[order]])
        codes = posts[order] << _BEFORE | told.owners[order]
        before = np.searchsorted(codes, looks << _BEFORE | owners) - np.searchsorted(codes, looks << _BEFORE)
        ends = whole.begins[looks] + stored.sizes[looks] + before
        begins = np.maximum(whole.begins[looks], ends - POSTED)
        self._post(wanted, whole, distinct(posts[order]))
        found = []
        for first in range(0, max(len(ids), 1), _TOGETHER):
            some = np.flatnonzero((owners >= first) & (owners < first + _TOGETHER))
            hits, sizes = whole.entries[expanded(begins[some], (ends - begins)[some])], (ends - begins)[some]
            found.append(_best(ids, np.repeat(owners[some], sizes), hits, np.repeat(weights[some], sizes)))
        return np.concatenate([who for who, _ in found]), np.concatenate([whom for _, whom in found])

    def _asked(self, told: Telling) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Say where terms are looked for: places in three times ``told``, and epochs with terms.

        In the epoch before, in their own and in the one after it; not in those of which nothing is there.
        """
        own = set(told.epochs.tolist())
        there = {*own, *self._index.having({epoch + way for epoch in own for way in (-1, 0, 1)})}
        epochs = np.concatenate([told.epochs + way for way in (-1, 0, 1)])
        kept = np.flatnonzero(np.isin(epochs, sorted(there)))
        return kept, epochs[kept] << _WHERE | told.terms[kept % max(len(told.terms), 1)]

    def _post(self, wanted: NDArray[np.int64], whole: Lists, changed: NDArray[np.int64]) -> None:
        latest = whole.last(changed, POSTED)
        epochs = wanted[changed] >> _WHERE
        for epoch in distinct(epochs).tolist():
            here = np.flatnonzero(epochs == epoch)
            terms = (wanted[changed[here]] & (1 << _WHERE) - 1).astype(np.uint32)
            self._index.add(epoch, terms, latest.some(here))


def _told(entries: Sequence[Traits]) -> Telling:
    sizes = np.array([min(TELLING, len(one.weights) // 2) for one in entries], dtype=np.int64)
    terms = np.frombuffer(b"".join([one.hashes[: 4 * TELLING] for one in entries]), dtype="<u4").astype(np.int64)
    weights = np.frombuffer(b"".join([one.weights[: 2 * TELLING] for one in entries]), dtype="<u2").astype(np.int64)
    epochs = np.array([one.published // EPOCH for one in entries], dtype=np.int64)
    return Telling(np.repeat(np.arange(len(entries)), sizes), np.repeat(epochs, sizes), terms, weights)


def _there(
    entries: Sequence[Traits],
    again: Collection[int],
    owners: NDArray[np.int64],
    posts: NDArray[np.int64],
    stored: Lists,
) -> list[int]:
    """List the places in ``posts`` of what is not posted: by who is found there already, at that moment."""
    back = [n for n, one in enumerate(entries) if one.entry in again]
    found = []
    for where in distinct(posts[np.isin(owners, back)]).tolist() if back else ():
        ids: list[int] = stored.entries[stored.begins[where] : stored.begins[where] + stored.sizes[where]].tolist()
        for place in np.flatnonzero(posts == where).tolist():
            entry = entries[owners[place]].entry
            if entry in again and entry in ids[-POSTED:]:
                found.append(place)
            else:
                ids.append(entry)
    return found


def _best(
    own: NDArray[np.int64], owners: NDArray[np.int64], found: NDArray[np.int64], weights: NDArray[np.int64]
) -> Pairs:
    hits = np.sort(owners << _OWNER | found << _ENTRY | weights)
    heads = np.flatnonzero(np.diff(hits >> _ENTRY, prepend=-1))
    if not len(heads):
        return owners, found
    shared = np.add.reduceat(hits & (1 << _ENTRY) - 1, heads)
    pairs = hits[heads] >> _ENTRY
    owners, found = pairs >> _OWNER - _ENTRY, pairs & _ENTRIES
    chosen = np.flatnonzero((shared >= SHARED) & (own[owners] != found))[::-1]
    chosen = chosen[np.argsort(owners[chosen] << 32 | 0xFFFFFFFF - shared[chosen], kind="stable")]
    owners = owners[chosen]
    first = np.searchsorted(owners, owners)
    near = np.arange(len(owners)) - first < NEAR
    return owners[near], found[chosen][near]


def around(entry: Traits) -> range:
    """List the epochs in which entries that are like this one may have been published: its own and the next to it."""
    epoch = entry.published // EPOCH
    return range(epoch - 1, epoch + 2)
