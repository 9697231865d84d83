"""Which texts have which keys: an index in parts, by the fortnight of publication.

As in a log-structured merge tree (O'Neil et al., 1996), what a batch adds is one part more, and small parts are made
one. Keys are hashes: a row for each of them was written to a page of its own, and all pages anew for every batch.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

_LARGER = 2  # a part of up to so many times the keys of the one after it becomes one with it …

MOST = 150_000
"""… unless they have more keys together: to make them one takes fifty bytes a key."""

KEY = 32
"""Bits of a key in a run, which has the fortnight before it."""

_PAIR = 12  # bytes

_Number = TypeVar("_Number", bound=np.integer)

Stored = Callable[[Collection[int]], Mapping[int, Sequence[tuple[int, bytes]]]]
"""Fortnights → the parts of each under their numbers, in the order of these."""


class Part(NamedTuple):
    """Keys in rising order, and the entry that has each; below zero: it has it no more, whatever older parts say."""

    keys: NDArray[np.uint32]
    entries: NDArray[np.int32] | NDArray[np.int64]

    def held(self) -> "Part":
        """Give the same in two thirds of the room."""
        return Part(self.keys.copy(), narrowed(self.entries))

    def packed(self) -> bytes:
        """Write a part: all keys, then all entries."""
        return self.keys.astype("<u4").tobytes() + self.entries.astype("<i8").tobytes()

    def of(self, keys: NDArray[np.uint32]) -> list[tuple[int, list[int]]]:
        """Give the entries of those of ``keys``, which rise, that are there."""
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        there = keys[self.keys[at] == keys]
        begins, ends = (np.searchsorted(self.keys, there, side=side).tolist() for side in ("left", "right"))
        bounds = zip(there.tolist(), begins, ends, strict=True)
        return [(key, self.entries[begin:end].tolist()) for key, begin, end in bounds]

    def holders(self) -> list[int]:
        """List the entries that have any of the keys."""
        found: list[int] = distinct(np.abs(self.entries)).tolist()
        return found

    def only(self, entries: Collection[int]) -> "Part":
        """Give what there is of these entries."""
        stays = np.isin(np.abs(self.entries), np.fromiter(entries, dtype=np.int64, count=len(entries)))
        return Part(self.keys[stays], self.entries[stays])


def distinct(values: NDArray[_Number]) -> NDArray[_Number]:
    """Give each value once, in rising order; the like in numpy loads its masked arrays first, a megabyte."""
    rising: NDArray[_Number] = np.sort(values, axis=None)
    return rising[np.flatnonzero(np.concatenate(([True], rising[1:] != rising[:-1])))] if len(rising) else rising


def narrowed(entries: NDArray[np.int64] | NDArray[np.int32]) -> NDArray[np.int32] | NDArray[np.int64]:
    """Give entries in four bytes each where the largest fits."""
    small = entries.astype(np.int32)
    return small if np.array_equal(small, entries) else entries.astype(np.int64)


def unpacked(data: bytes) -> Part:
    """Read what ``Part.packed`` wrote."""
    count = len(data) // _PAIR
    return Part(np.frombuffer(data, "<u4", count), np.frombuffer(data, "<i8", count, offset=4 * count))


def part(keys: NDArray[np.uint32], entries: NDArray[np.int64]) -> Part:
    """Make a part of keys in any order, of equal ones the older first."""
    order = np.argsort(keys, kind="stable")
    return Part(keys[order], entries[order])


class Sketches:
    """The parts of some fortnights, each under its number: the higher, the later it was written."""

    def __init__(self, stored: Stored) -> None:
        self._stored = stored
        self._parts: dict[int, dict[int, Part]] = {}
        self._used: set[int] = set()
        self.begin()

    def begin(self) -> None:
        """Begin a batch: what changed has been kept. What was not asked for since the last one is forgotten."""
        self._parts = {fortnight: parts for fortnight, parts in self._parts.items() if fortnight in self._used}
        self._used = set()
        self.changed: dict[tuple[int, int], bytes] = {}
        """What is to be kept of what changed since: parts by fortnight and number, empty ones are gone."""

    def holders(self, runs: NDArray[np.int64]) -> dict[int, list[int]]:
        """Give the entries that have each of ``runs``, which rise; not those that nobody has."""
        fortnights = runs >> KEY
        times = distinct(fortnights).tolist()
        self._learn(times)
        found: dict[int, list[int]] = {}
        for time in times:
            keys = runs[np.searchsorted(fortnights, time) : np.searchsorted(fortnights, time, side="right")]
            low = (keys & (1 << KEY) - 1).astype(np.uint32)
            for one in self._parts[time].values():
                for key, entries in one.of(low):
                    found[time << KEY | key] = _having(found.get(time << KEY | key, []), entries)
        return {run: entries for run, entries in found.items() if entries}

    def add(self, runs: NDArray[np.int64], entries: NDArray[np.int64]) -> None:
        """Give runs to entries, or take them away (entries below zero)."""
        fortnights = runs >> KEY
        self._learn(distinct(fortnights).tolist())
        for time in distinct(fortnights).tolist():
            here = np.flatnonzero(fortnights == time)
            self._add(time, part((runs[here] & (1 << KEY) - 1).astype(np.uint32), entries[here]))

    def _learn(self, fortnights: Sequence[int]) -> None:
        self._used.update(fortnights)
        if unknown := [time for time in fortnights if time not in self._parts]:
            for time, parts in self._stored(unknown).items():
                self._parts[time] = {number: unpacked(data).held() for number, data in parts}

    def _add(self, fortnight: int, new: Part) -> None:
        parts = self._parts[fortnight]
        number = max(parts, default=0) + 1
        while parts and _small(before := parts[max(parts)], new):
            self.changed[fortnight, number] = b""
            number = max(parts)
            del parts[number]
            new = _merged(before, new, last=not parts)
        self.changed[fortnight, number] = data = new.packed()
        if data:
            parts[number] = new.held()


def _having(entries: list[int], newer: Sequence[int]) -> list[int]:
    """Give the entries after what a newer part says; one that got a key again may stand in an older part still."""
    for entry in newer:
        if (one := abs(entry)) in entries:
            entries.remove(one)
        if entry > 0:
            entries.append(entry)
    return entries


def _small(older: Part, newer: Part) -> bool:
    """Tell whether two parts are to become one."""
    old, new = len(older.keys), len(newer.keys)
    return old <= _LARGER * new and old + new <= MOST


def _merged(older: Part, newer: Part, *, last: bool) -> Part:
    """Make two parts one; what was taken away is forgotten when there is no older one (``last``)."""
    both = part(np.concatenate((older.keys, newer.keys)), np.concatenate((older.entries, newer.entries)))
    if not (gone := both.keys[both.entries < 0]).size:
        return both
    there = np.flatnonzero(np.isin(both.keys, gone))
    of = zip(both.keys[there].tolist(), np.abs(both.entries[there]).tolist(), strict=True)
    latest = dict(zip(of, there.tolist(), strict=True))
    kept = [place for place in latest.values() if both.entries[place] > 0 or not last]
    stays = np.ones(len(both.keys), dtype=bool)
    stays[there] = False
    stays[kept] = True
    return Part(both.keys[stays], both.entries[stays])
