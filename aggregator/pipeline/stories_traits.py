"""Candidate → Traits: what an entry is about, by its title, the beginning of its text and its address.

Words are weighed by how rare they are among all texts that came before (as far as they came: a word's rarity is
counted on, never looked up in texts to come), names more. What they mean is the sum of their static vectors, the rare
ones more (Arora et al., 2017): ``stories_meaning`` makes it where it is asked for.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from aggregator.model import Candidate, Traits
from aggregator.pipeline.stories_bags import Bags
from aggregator.pipeline.stories_words import BOOSTS

BUCKETS = 1 << 16
FADING = 30_000
"""After so many texts every count is halved: words wear off, and counts do not grow."""

AT_ONCE = 1000
"""So many texts are read together at most."""

_BEFORE = 500  # as if so many texts had been seen that hold none of a text's words: the first days are no special case
_TERM = 1000  # the length of a vector of terms
_NONE = bytes(256)  # the meaning of what has no terms

_OFTEN = 1 + np.log(np.maximum(np.arange(64), 1))  # what a word counts that is said so many times

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Reader:
    """Reads entries in the order in which they are placed, and counts their words."""

    def __init__(self, *, texts: int = 0, counts: bytes = b"") -> None:
        self.texts = texts
        empty = np.zeros(BUCKETS, dtype=np.uint16)
        self._counts = np.frombuffer(counts, dtype="<u2").astype(np.uint16) if counts else empty

    @property
    def counts(self) -> bytes:
        """In how many texts words were seen, by their hash."""
        return self._counts.astype("<u2").tobytes()

    def read(self, entries: Sequence[Candidate], bags: Bags, *, again: Collection[int] = ()) -> list[Traits]:
        """Give the traits of entries, in their order; each is counted before it is weighed.

        ``bags`` are what they say. Those that are read ``again``, since they have changed, were counted when they came.
        """
        found: list[Traits] = []
        while (begin := len(found)) < len(entries):
            part = entries[begin : begin + min(FADING - self.texts, AT_ONCE)]
            said = bags.of(range(begin, begin + len(part)))
            new = np.array([entry.id not in again for entry in part], dtype=np.int64)
            found += self._traits(part, said, new)
            self.texts += int(new.sum())
            if self.texts >= FADING:
                self.texts //= 2
                self._counts //= 2
        return found

    def _traits(self, entries: Sequence[Candidate], bags: Bags, new: NDArray[np.int64]) -> list[Traits]:
        hashes, weights, parts = self._weighed(bags, new)
        terms = bags.hashes.astype("<u4").tobytes()
        traits, begin = [], 0
        for n, (entry, end) in enumerate(zip(entries, bags.ends.tolist(), strict=True)):
            when, facts = (entry.published - _EPOCH) // _MICROSECOND, (bags.marks[n], bags.lengths[n])
            own = hashes[4 * begin : 4 * end], weights[2 * begin : 2 * end]
            one = Traits(entry.id, when, *facts, *own, _NONE if begin == end else b"", bags.titles[n])
            one.spelt, one.parts = (terms[4 * begin : 4 * end], bags.spelt[n]), parts[2 * begin : 2 * end]
            traits.append(one)
            begin = end
        return traits

    def _weighed(self, bags: Bags, new: NDArray[np.int64]) -> tuple[bytes, bytes, bytes]:
        """Give the hashes and weights of the terms of several texts, the heaviest of each first.

        And what the words of each, as it says them, count in its meaning.
        """
        hashes, ends = bags.hashes.astype(np.int64), bags.ends
        owners = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))
        rarity = self._rarity(hashes, owners, new)
        often = _OFTEN[np.minimum(bags.counts, 63)]
        weights = often * rarity * BOOSTS[bags.ranks]
        lengths = np.sqrt(np.bincount(owners, weights * weights, minlength=len(ends)))
        whole = np.rint(weights * (_TERM / np.maximum(lengths, 1e-9))[owners]).astype(np.int64)
        ranked = np.sort(owners << 48 | (0xFFFF - whole) << 32 | hashes)
        parts = np.rint(often * np.sqrt(rarity) * 16).astype("<u2")
        least = 0xFFFF - (ranked >> 32 & 0xFFFF)
        return ranked.astype("<u4").tobytes(), least.astype("<u2").tobytes(), parts.tobytes()

    def _rarity(
        self, hashes: NDArray[np.int64], owners: NDArray[np.int64], new: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Say how rare each term was when its text came, which is counted itself; of texts, 0 was counted before."""
        places = hashes // 2 % BUCKETS
        order = np.argsort(places, kind="stable")
        first = np.flatnonzero(np.diff(places[order], prepend=-1))
        counted, before = new[owners], np.cumsum(new)
        so_far = np.cumsum(counted[order])  # with itself
        nth = np.empty(len(places), dtype=np.int64)
        nth[order] = so_far - np.repeat((so_far - counted[order])[first], np.diff(first, append=len(places)))
        seen = np.maximum(self._counts[places] + nth, 1)
        self._counts += np.bincount(places, counted, minlength=BUCKETS).astype(np.uint16)
        rarity: NDArray[np.float64] = np.log((self.texts + before[owners] + 1 + _BEFORE) / (seen + 0.5))
        return np.maximum(rarity, 0.05)
