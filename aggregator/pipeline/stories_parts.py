"""An index of terms in parts: what a batch changes is one part more, and small parts are made one.

As in a log-structured merge tree (O'Neil et al., 1996): what was written last is found first, and to write the lists of
a batch takes one row of the database, where a row for each list took ten for each entry.
"""

from collections.abc import Collection, Mapping, Sequence
from struct import pack, unpack_from
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from aggregator.pipeline.shingles_parts import distinct, narrowed

_LARGER = 2  # a part of up to so many times the lists of the one after it becomes one with it


class Lists(NamedTuple):
    """Lists of entries: where each begins in ``entries``, and its size."""

    begins: NDArray[np.int64]
    sizes: NDArray[np.int64]
    entries: NDArray[np.int64]

    def some(self, which: NDArray[np.int64]) -> "Lists":
        """Give some of the lists, side by side."""
        return _side_by_side(self.sizes[which], self.entries[expanded(self.begins[which], self.sizes[which])])

    def last(self, which: NDArray[np.int64], most: int) -> "Lists":
        """Give the last entries of some of the lists, ``most`` of each."""
        sizes = np.minimum(self.sizes[which], most)
        return _side_by_side(sizes, self.entries[expanded((self.begins + self.sizes)[which] - sizes, sizes)])

    def followed_by(self, which: NDArray[np.int64], entries: NDArray[np.int64]) -> "Lists":
        """Add an entry to each list of ``which``, which rises; those of one list in their order."""
        more = np.bincount(which, minlength=len(self.sizes))
        sizes = self.sizes + more
        begins = np.cumsum(sizes) - sizes
        whole = np.empty(int(sizes.sum()), dtype=np.int64)
        whole[expanded(begins, self.sizes)] = self.entries[expanded(self.begins, self.sizes)]
        whole[expanded(begins + self.sizes, more)] = entries
        return Lists(begins, sizes, whole)


class Held(NamedTuple):
    """Lists in half of the room: most of what is held is looked at seldom."""

    begins: NDArray[np.uint32]
    sizes: NDArray[np.uint8]
    entries: NDArray[np.int32] | NDArray[np.int64]

    def some(self, which: NDArray[np.int64]) -> Lists:
        """Give some of the lists, side by side."""
        sizes = self.sizes[which].astype(np.int64)
        places = expanded(self.begins[which].astype(np.int64), sizes)
        return _side_by_side(sizes, self.entries[places].astype(np.int64))


class Part(NamedTuple):
    """Terms in rising order, and the list of each."""

    terms: NDArray[np.uint32]
    lists: Lists | Held

    def held(self) -> "Part":
        """Give the same in less room."""
        begins, sizes, entries = self.lists
        return Part(self.terms, Held(begins.astype(np.uint32), sizes.astype(np.uint8), narrowed(entries)))

    def places(self, terms: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Say where those of ``terms`` stand that are there, and which these are."""
        at = np.minimum(np.searchsorted(self.terms, terms), len(self.terms) - 1)
        there = self.terms[at] == terms
        return at[there], there

    def packed(self) -> bytes:
        """Write a part: the number of its terms, these, the size of each list, all lists."""
        terms, entries = self.terms.astype("<u4", copy=False), self.lists.entries.astype("<i8", copy=False)
        parts = terms.data, self.lists.sizes.astype("<u1").data, entries.data  # megabytes: none is copied twice
        return b"".join([pack("<I", len(self.terms)), *parts])


def unpacked(data: bytes) -> Part:
    """Read what ``Part.packed`` wrote."""
    count = unpack_from("<I", data)[0]
    terms = np.frombuffer(data, dtype="<u4", count=count, offset=4)
    sizes = np.frombuffer(data, dtype="<u1", count=count, offset=4 + 4 * count).astype(np.int64)
    return Part(terms, _side_by_side(sizes, np.frombuffer(data, dtype="<i8", offset=4 + 5 * count)))


class Index:
    """The parts of some epochs, each under its number: the higher, the later it was written."""

    def __init__(self) -> None:
        self._parts: dict[int, dict[int, Part]] = {}
        self._used: set[int] = set()
        self.changed: dict[tuple[int, int], bytes] = {}
        """What is to be kept of what changed since ``begin``: parts by epoch and number, empty ones are gone."""

    def begin(self) -> None:
        """Begin anew: what changed has been kept. What was not asked for since the last time is forgotten."""
        self._parts = {epoch: parts for epoch, parts in self._parts.items() if epoch in self._used}
        self._used, self.changed = set(), {}

    @property
    def epochs(self) -> set[int]:
        """Those of which it is known what there is."""
        return set(self._parts)

    def having(self, epochs: Collection[int]) -> list[int]:
        """List those of which there is anything; all of them count as asked for."""
        self._used.update(epochs)
        return [epoch for epoch in epochs if self._parts.get(epoch)]

    def learn(self, stored: Mapping[int, Sequence[tuple[int, bytes]]]) -> None:
        """Take in epochs, with all parts of each, in the order of their numbers."""
        for epoch, parts in stored.items():
            self._parts[epoch] = {number: unpacked(data).held() for number, data in parts}
            self._used.add(epoch)

    def lists(self, wanted: NDArray[np.int64], *, shift: int) -> Lists:
        """Give the lists of ``wanted``, which rises: each an epoch, shifted by so many bits, and a term."""
        epochs = distinct(wanted >> shift).tolist()
        bounds = np.searchsorted(wanted, [epoch << shift for epoch in [*epochs, epochs[-1] + 1]] if epochs else [])
        begins, sizes = np.zeros((2, len(wanted)), dtype=np.int64)
        held, entries = 0, [np.zeros(0, dtype=np.int64)]
        for epoch, first, last in zip(epochs, bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
            self._used.add(epoch)
            left = np.arange(first, last)
            for part in reversed(self._parts.get(epoch, {}).values()):
                at, there = part.places((wanted[left] & (1 << shift) - 1).astype(np.uint32))
                found = part.lists.some(at)
                begins[left[there]], sizes[left[there]] = found.begins + held, found.sizes
                entries.append(found.entries)
                held, left = held + len(found.entries), left[~there]
        return Lists(begins, sizes, np.concatenate(entries))

    def add(self, epoch: int, terms: NDArray[np.uint32], lists: Lists) -> None:
        """Add lists in place of those of the same terms; ``terms`` rise."""
        parts = self._parts.setdefault(epoch, {})
        number, part = max(parts, default=0) + 1, Part(terms, lists)
        while parts and len((before := parts[max(parts)]).terms) <= _LARGER * len(part.terms):
            self.changed[epoch, number] = b""
            number, part = max(parts), _merged(before, part)
            del parts[number]
        parts[number] = part.held()
        self.changed[epoch, number] = part.packed()


def expanded(begins: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """List the places of stretches, one after the other."""
    ends = np.cumsum(sizes)
    places = np.repeat(begins - ends + sizes, sizes)
    places += np.arange(len(places))
    return places


def roomy(of: NDArray[Any], size: int) -> NDArray[Any]:
    """Give an array with room for ``size`` rows, and as many more when it had none: they take no memory yet."""
    if size <= len(of):
        return of
    room = np.zeros((2 * size, *of.shape[1:]), dtype=of.dtype)
    room[: len(of)] = of
    return room


def _side_by_side(sizes: NDArray[np.int64], entries: NDArray[np.int64]) -> Lists:
    return Lists(np.cumsum(sizes) - sizes, sizes, entries)


def _merged(older: Part, newer: Part) -> Part:
    stays = np.flatnonzero(~np.isin(older.terms, newer.terms, assume_unique=True))
    terms = np.concatenate((older.terms[stays], newer.terms))
    order = np.argsort(terms, kind="stable")
    both = [older.lists.some(stays), newer.lists.some(np.arange(len(newer.terms)))]
    sizes = np.concatenate([lists.sizes for lists in both])
    whole = _side_by_side(sizes, np.concatenate([lists.entries for lists in both]))
    del both
    return Part(terms[order], whole.some(order))
