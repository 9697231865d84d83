"""The sum of a story: what its latest members are about, taken together."""

from bisect import insort
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from aggregator.model import Traits
from aggregator.model.story_traits import LATEST

_NOTHING: NDArray[np.int64] = np.zeros(256, dtype=np.int64)
_NOTHING.flags.writeable = False


def dot(one: Mapping[int, int], other: Mapping[int, int]) -> int:
    """Multiply two sparse vectors."""
    shared = one.keys() & other.keys()
    return sum([one[hash] * other[hash] for hash in shared]) if shared else 0


class Profile:
    """A story's latest members and their sum, which is whole numbers: exact, in whatever order it was made.

    Most stories have one member and are never asked for a sum: it is made when it is. ``size`` says how many members
    are summed up, ``length`` how many words a member has, on average.
    """

    __slots__ = ("_meaning", "_members", "_squared", "_terms", "_words", "length", "size")

    def __init__(self, members: Iterable[Traits] = ()) -> None:
        self._members = sorted((member.published, member.entry, member) for member in members)
        self._words = sum(member.length for _, _, member in self._members)
        self._terms: dict[int, int] | None = None
        self._meaning = _NOTHING  # two kilobytes each, for thousands of stories that nobody asks
        self._squared = 0, 0
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
            self._terms = self._summed([member for _, _, member in self._members])
        return self._terms

    @property
    def squared(self) -> tuple[int, int]:
        """The squares of the lengths of both sums: terms and meaning."""
        return self._squared if self.terms else (0, 0)

    def add(self, member: Traits) -> None:
        """Add a member; the oldest leaves when there are too many."""
        self._change(member, 1)
        insort(self._members, (member.published, member.entry, member))
        if len(self._members) > LATEST:
            self._change(self._members.pop(0)[2], -1)
        self._measure()

    def meant(self, entry: Traits) -> int:
        """Multiply the meanings of the story and of an entry."""
        return int(self._meaning @ np.frombuffer(entry.meaning, dtype=np.int8)) if self.terms else 0

    def meant_with(self, other: "Profile") -> int:
        """Multiply the meanings of two stories."""
        return int(self._meaning @ other._meaning) if self.terms and other.terms else 0

    def _summed(self, members: Sequence[Traits]) -> dict[int, int]:
        hashes = np.frombuffer(b"".join([member.hashes for member in members]), dtype="<u4")
        weights = np.frombuffer(b"".join([member.weights for member in members]), dtype="<u2")
        found, places = np.unique(hashes, return_inverse=True)
        sums = np.bincount(places, weights, minlength=len(found)).astype(np.int64)
        meanings = np.frombuffer(b"".join([member.meaning for member in members]), dtype=np.int8).reshape(-1, 256)
        self._meaning = meanings.sum(axis=0, dtype=np.int64)
        self._squared = int(sums @ sums), int(self._meaning @ self._meaning)
        return dict(zip(found.tolist(), sums.tolist(), strict=True))

    def _change(self, member: Traits, sign: int) -> None:
        self._words += sign * member.length
        if self._terms is not None:
            self._sum(self._terms, member, sign)

    def _sum(self, terms: dict[int, int], member: Traits, sign: int) -> None:
        own = member.terms
        squared = self._squared[0] + 2 * sign * dot(own, terms) + sum([weight * weight for weight in own.values()])
        for hash, weight in own.items():
            terms[hash] = terms.get(hash, 0) + sign * weight
            if not terms[hash]:
                del terms[hash]
        self._meaning += sign * np.frombuffer(member.meaning, dtype=np.int8).astype(np.int64)
        self._squared = squared, int(self._meaning @ self._meaning)
