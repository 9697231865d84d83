"""The sum of a story: what its latest members are about, taken together."""

from bisect import insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from aggregator.model import Traits
from aggregator.model.story_traits import LATEST

Terms = Callable[[Traits], Mapping[int, int]]
"""Gives the terms of a member."""


def dot(one: Mapping[int, int], other: Mapping[int, int]) -> int:
    """Multiply two sparse vectors."""
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    return sum([weight * many[hash] for hash, weight in few.items() if hash in many])


class Profile:
    """A story's latest members and their sum, which is whole numbers: exact, in whatever order it was made.

    Most stories have one member and are never asked for a sum, nor most others for that of meanings: they are made when
    they are, of members that have a meaning by then. ``size`` says how many members are summed up, ``length`` how many
    words a member has, on average.
    """

    __slots__ = ("_meaning", "_members", "_squared", "_terms", "_words", "length", "size")

    def __init__(self, members: Iterable[Traits] = ()) -> None:
        self._members = sorted((member.published, member.entry, member) for member in members)
        self._words = sum(member.length for _, _, member in self._members)
        self._terms: dict[int, int] | None = None
        self._meaning: NDArray[np.int64] | None = None
        self._squared = 0
        self._measure()

    def _measure(self) -> None:
        self.size = len(self._members)
        self.length = self._words / max(self.size, 1)

    @property
    def began(self) -> int:
        """When the earliest of them was published, in microseconds since 1970."""
        return self._members[0][0]

    @property
    def members(self) -> list[Traits]:
        """Those that are summed up, by the date of their publication."""
        return [member for _, _, member in self._members]

    @property
    def terms(self) -> dict[int, int]:
        """The sum of the members' terms."""
        if self._terms is None:
            self._terms = _summed(self.members)
            self._squared = sum([weight * weight for weight in self._terms.values()])
        return self._terms

    @property
    def squared(self) -> int:
        """The square of the length of the sum of terms."""
        return self._squared if self.terms else 0

    @property
    def meaning(self) -> NDArray[np.int64]:
        """The sum of the members' meanings."""
        if self._meaning is None:
            meanings = np.frombuffer(b"".join([member.meaning for member in self.members]), dtype=np.int8)
            self._meaning = meanings.reshape(-1, 256).sum(axis=0, dtype=np.int64)
        return self._meaning

    @property
    def unripe(self) -> list[Traits]:
        """Those of the members that have no meaning yet; none where these are summed up."""
        return [] if self._meaning is not None else [member for member in self.members if not member.meaning]

    def add(self, member: Traits, terms: Terms = attrgetter("terms")) -> None:
        """Add a member; the oldest leaves when there are too many. ``terms`` gives those of a member."""
        own = member.published, member.entry, member
        if self.size == LATEST and own < self._members[0]:
            return
        self._change(member, terms, 1)
        insort(self._members, own)
        if len(self._members) > LATEST:
            self._change(self._members.pop(0)[2], terms, -1)
        self._measure()

    def meant(self, entry: Traits) -> int:
        """Multiply the meanings of the story and of an entry."""
        return int(self.meaning @ np.frombuffer(entry.meaning, dtype=np.int8))

    def _change(self, member: Traits, terms: Terms, sign: int) -> None:
        self._words += sign * member.length
        if self._terms is not None:
            self._squared += sign * _add(self._terms, terms(member), sign)
        if self._meaning is not None:
            self._meaning = _plus(self._meaning, member, sign) if member.meaning else None


def _plus(meaning: NDArray[np.int64], member: Traits, sign: int) -> NDArray[np.int64]:
    own = np.frombuffer(member.meaning, dtype=np.int8)
    return meaning + own if sign > 0 else meaning - own


def _add(sums: dict[int, int], terms: Mapping[int, int], sign: int) -> int:
    """Add terms to sums, or take them out; gives by how much that changes the square of their length, so or so."""
    changed = 0
    for hash, weight in terms.items():
        before = sums.get(hash, 0)
        after = before + sign * weight
        sums[hash] = after
        changed += weight * (before + after)
        if not after:
            del sums[hash]
    return changed


def _summed(members: Sequence[Traits]) -> dict[int, int]:
    hashes = np.frombuffer(b"".join([member.hashes for member in members]), dtype="<u4")
    weights = np.frombuffer(b"".join([member.weights for member in members]), dtype="<u2")
    found, places = np.unique(hashes, return_inverse=True)
    sums = np.bincount(places, weights, minlength=len(found)).astype(np.int64)
    return dict(zip(found.tolist(), sums.tolist(), strict=True))
