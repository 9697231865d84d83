"""Members of stories as rows of arrays: what is asked of thousands at once needs no object for each of them."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.model import Traits
from aggregator.pipeline.stories_parts import expanded, roomy

UNKNOWN, ALONE, CROWDED = 0, 1, 2
"""Whether the story of a member has others."""

_TOGETHER = 1024  # members whose terms are moved at once

Rows = NDArray[np.int64]
"""Where members stand; below zero: nowhere."""

_FACTS = {
    "entry": np.int64,  # 0: nobody any more
    "story": np.int64,
    "published": np.int64,
    "begin": np.int64,  # where its hashes stand: those of its terms, then those of its title
    "terms": np.uint16,
    "titled": np.uint16,
    "length": np.int32,
    "met": np.int32,
    "others": np.uint8,
}

_MADE_OF = ("entry", "story", "published", "begin", "terms", "titled", "length")


class Members:
    """Members by the rows in which they stand until the next ``keep``; ``at`` makes an object of one."""

    def __init__(self) -> None:
        self._facts: dict[str, NDArray[Any]] = {fact: np.zeros(0, dtype=kind) for fact, kind in _FACTS.items()}
        self._hashes: NDArray[np.uint32] = np.zeros(0, dtype=np.uint32)
        self._weights: NDArray[np.uint16] = np.zeros(0, dtype=np.uint16)
        self._size = self._used = self._times = 0
        self._made: dict[int, Traits] = {}
        self._meanings: dict[int, bytes] = {}
        self._order, self._sorted = np.zeros((2, 0), dtype=np.int64)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, fact: str) -> NDArray[Any]:
        """Give one of the facts of all rows, to be read and to be changed."""
        return self._facts[fact][: self._size]

    def begin(self) -> None:
        """Begin a batch: no object is needed any more."""
        self._made.clear()
        self._times += 1

    def add(self, traits: Sequence[Traits]) -> int:
        """Add members, in rows side by side, in place of what was known of them; gives the first of these."""
        there = self.rows(np.array([one.entry for one in traits], dtype=np.int64))
        for row in there[there >= 0].tolist():
            self._drop(row)
        first, begin = self._size, self._used
        hashes = b"".join([one.hashes + one.titled for one in traits])
        weights = b"".join([one.weights + bytes(len(one.titled) // 2) for one in traits])
        self._size, self._used = first + len(traits), begin + len(hashes) // 4
        self._hashes, self._weights = roomy(self._hashes, self._used), roomy(self._weights, self._used)
        self._hashes[begin : self._used] = np.frombuffer(hashes, dtype="<u4")
        self._weights[begin : self._used] = np.frombuffer(weights, dtype="<u2")
        for fact, values in self._told(traits, begin).items():
            self._facts[fact] = roomy(self._facts[fact], self._size)
            self._facts[fact][first : self._size] = values
        self._made.update(zip(range(first, self._size), traits, strict=True))
        self._meanings.update((one.entry, one.meaning) for one in traits if one.meaning)
        return first

    def _told(self, traits: Sequence[Traits], begin: int) -> dict[str, Any]:
        sizes = [(len(one.hashes) // 4, len(one.titled) // 4) for one in traits]
        terms, titled = np.array(sizes, dtype=np.int64).reshape(-1, 2).T
        return {
            "entry": [one.entry for one in traits],
            "story": [one.story for one in traits],
            "published": [one.published for one in traits],
            "begin": begin + np.cumsum(terms + titled) - terms - titled,
            "terms": terms,
            "titled": titled,
            "length": [one.length for one in traits],
            "met": self._times,
            "others": UNKNOWN,
        }

    def rows(self, entries: NDArray[np.int64]) -> Rows:
        """Say where members stand, by their entries."""
        if not self._size:
            return np.full(len(entries), -1)
        if len(self._order) < self._size:
            self._sort(len(self._order))
        rows = self._order[np.minimum(np.searchsorted(self._sorted, entries), self._size - 1)]
        return np.where(self["entry"][rows] == entries, rows, -1)

    def _sort(self, first: int) -> None:
        """Sort those from a row on in among those before it; of one that came again the newest is found first."""
        new = first + np.argsort(self["entry"][first:], kind="stable")
        entries = self["entry"][new]
        places = np.searchsorted(self._sorted, entries)
        self._order, self._sorted = np.insert(self._order, places, new), np.insert(self._sorted, places, entries)

    def at(self, row: int) -> Traits:
        """Give the traits of a member."""
        if (found := self._made.get(row)) is None:
            entry, story, published, begin, terms, titled, length = [self._facts[fact].item(row) for fact in _MADE_OF]
            middle, end = begin + terms, begin + terms + titled
            vector = self._hashes[begin:middle].tobytes(), self._weights[begin:middle].tobytes()
            meaning, names = self._meanings.get(entry, b""), self._hashes[middle:end].tobytes()
            found = self._made[row] = Traits(entry, published, 0, length, *vector, meaning, names, story)
        return found

    def vectors(self, rows: Rows) -> tuple[NDArray[np.uint32], NDArray[np.uint16], NDArray[np.int64]]:
        """Give the hashes and weights of the terms of members, one after the other, and how many each has."""
        sizes = self["terms"][rows].astype(np.int64)
        places = expanded(self["begin"][rows], sizes)
        return self._hashes[places], self._weights[places], sizes

    def titled(self, rows: Rows) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
        """Give the hashes of the titles of members, one after the other, and how many each has."""
        sizes = self["titled"][rows].astype(np.int64)
        return self._hashes[expanded(self["begin"][rows] + self["terms"][rows], sizes)], sizes

    def meanings(self, rows: Rows) -> NDArray[np.int8]:
        """Give what members mean, all of whom have a meaning by now: a row each."""
        told = [self._meanings[entry] for entry in self["entry"][rows].tolist()]
        return np.frombuffer(b"".join(told), dtype=np.int8).reshape(len(rows), -1)

    def ripe(self, rows: Rows) -> NDArray[np.bool_]:
        """Tell of members whether they have a meaning."""
        return np.array([entry in self._meanings for entry in self["entry"][rows].tolist()], dtype=bool)

    def means(self, traits: Iterable[Traits]) -> None:
        """Note what members mean."""
        self._meanings.update((one.entry, one.meaning) for one in traits)

    def meet(self, rows: Rows) -> None:
        """Note that these are met now."""
        self["met"][rows] = self._times

    def drop(self, entry: int) -> None:
        """Let a member go."""
        self._drop(int(self.rows(np.array([entry]))[0]))

    def _drop(self, row: int) -> None:
        if row >= 0:
            self._meanings.pop(int(self["entry"][row]), None)
            self._made.pop(row, None)
            self["entry"][row] = self["story"][row] = 0

    def keep(self, most: int) -> None:
        """Keep so many, those that were met last; they stand in other rows then."""
        there = np.flatnonzero(self["entry"])
        kept = np.sort(there[np.argsort(self["met"][there], kind="stable")][max(0, len(there) - most) :])
        sizes = self["terms"][kept].astype(np.int64) + self["titled"][kept]
        begins, ends = self["begin"][kept], np.cumsum(sizes)
        for start in range(0, len(kept), _TOGETHER):  # what is moved goes to the left: nothing is lost
            some = slice(start, start + _TOGETHER)
            places = expanded(begins[some], sizes[some])
            to = slice(int(ends[start] - sizes[start]), int(ends[some][-1]))
            self._hashes[to], self._weights[to] = self._hashes[places], self._weights[places]
        for facts in self._facts.values():
            facts[: len(kept)] = facts[kept]
        self._size, self._used = len(kept), int(sizes.sum())
        self._order = self._sorted = np.zeros(0, dtype=np.int64)
        self["begin"][:] = ends - sizes
        self._meanings = {id: self._meanings[id] for id in self["entry"].tolist() if id in self._meanings}
        self._made.clear()
