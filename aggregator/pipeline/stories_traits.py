"""Candidate → Traits: what an entry is about, by its title, the beginning of its text and its address.

Words are weighed by how rare they are among all texts that came before (as far as they came: a word's rarity is
counted on, never looked up in texts to come), names more. What they mean is the sum of their static vectors, the rare
ones more (Arora et al., 2017). All texts of a batch are read at once, as arrays of words: the same sums, a third of
the time.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from aggregator.model import Candidate, Traits
from aggregator.pipeline.stories_bags import Bags, gather, title_facts
from aggregator.pipeline.stories_words import BOOSTS, Embed, Vocabulary
from aggregator.pipeline.terms import words

LOOKED_AT = 60
"""Words of title and text together."""

BUCKETS = 1 << 16
FADING = 30_000
"""After so many texts every count is halved: words wear off, and counts do not grow."""

AT_ONCE = 1000
"""So many texts are read together at most."""

_BEFORE = 500  # as if so many texts had been seen that hold none of a text's words: the first days are no special case
_TERM, _MEANING = 1000, 512  # lengths of the vectors

_OFTEN = 1 + np.log(np.maximum(np.arange(64), 1))  # what a word counts that is said so many times

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SLUG = re.compile(r"[-_+]|%20")
_TOGETHER = 32  # texts whose vectors are at hand at once

Parts = tuple[list[str], list[str], list[str]]
"""The words of a title, of the beginning of a text, and of an address."""


class Reader:
    """Reads entries in the order in which they are placed, and counts their words."""

    def __init__(self, embed: Embed, *, texts: int = 0, counts: bytes = b"") -> None:
        self.texts = texts
        empty = np.zeros(BUCKETS, dtype=np.uint16)
        self._counts = np.frombuffer(counts, dtype="<u2").astype(np.uint16) if counts else empty
        self._vocabulary = Vocabulary(embed)

    @property
    def counts(self) -> bytes:
        """In how many texts words were seen, by their hash."""
        return self._counts.astype("<u2").tobytes()

    def read(self, entries: Sequence[Candidate]) -> list[Traits]:
        """Give the traits of entries, in their order; each is counted before it is weighed."""
        found: list[Traits] = []
        while len(found) < len(entries):
            part = entries[len(found) : len(found) + min(FADING - self.texts, AT_ONCE)]
            found += self._read(part)
            self.texts += len(part)
            if self.texts >= FADING:
                self.texts //= 2
                self._counts //= 2
        return found

    def _read(self, entries: Sequence[Candidate]) -> list[Traits]:
        parts = [_parts(entry) for entry in entries]
        said = list(chain.from_iterable(chain.from_iterable(parts)))
        known, ids = self._vocabulary, self._vocabulary.ids(said)
        sizes = np.array([list(map(len, part)) for part in parts], dtype=np.int64)
        bags, titles = gather(ids, sizes, known), title_facts(ids, sizes, known)
        hashes, weights, meanings = self._weighed(bags)
        traits, begin, terms = [], 0, bags.hashes.tolist()
        winners = [said[place] for place in bags.winners.tolist()]
        for n, (entry, end) in enumerate(zip(entries, bags.ends.tolist(), strict=True)):
            facts = hashes[4 * begin : 4 * end], weights[2 * begin : 2 * end], meanings[256 * n : 256 * (n + 1)]
            when, length = (entry.published - _EPOCH) // _MICROSECOND, max(len(parts[n][0]) + len(parts[n][1]), 1)
            told = dict(zip(terms[begin:end], winners[begin:end], strict=True))
            traits.append(Traits(entry.id, when, mark(entry), length, *facts, *titles[n], said=told))
            begin = end
        return traits

    def _weighed(self, bags: Bags) -> tuple[bytes, bytes, bytes]:
        """Give the hashes and weights of the terms of several texts, the heaviest of each first, and their meanings.

        Vectors of words and what they are multiplied with are cut to so few bits that sums of them are exact: a text
        has one meaning, whatever else is read with it.
        """
        hashes, owners, ends = bags.hashes, bags.owners, bags.ends
        rarity = self._rarity(hashes, owners)
        often = _OFTEN[np.minimum(bags.counts, 63)]
        weights = often * rarity * BOOSTS[bags.ranks]
        lengths = np.sqrt(np.bincount(owners, weights * weights, minlength=len(ends)))
        whole = np.rint(weights * (_TERM / np.maximum(lengths, 1e-9))[owners]).astype(np.int64)
        ranked = np.sort(owners << 48 | (0xFFFF - whole) << 32 | hashes)
        parts = np.rint(often * np.sqrt(rarity) * 16).astype(np.float32) / 16
        meanings = self._sums(bags.rows, parts, ends)
        least = 0xFFFF - (ranked >> 32 & 0xFFFF)
        return ranked.astype("<u4").tobytes(), least.astype("<u2").tobytes(), _bytes(meanings)

    def _sums(self, rows: NDArray[np.int32], parts: NDArray[np.float32], ends: NDArray[np.int64]) -> NDArray[np.float32]:
        sums = np.zeros((len(ends), 256), dtype=np.float32)
        bounds = [0, *ends.tolist()]
        for start in range(0, len(ends), _TOGETHER):
            places = bounds[start : start + _TOGETHER + 1]
            vectors = self._vocabulary.vectors(rows[places[0] : places[-1]])
            for n, (begin, end) in enumerate(zip(places, places[1:], strict=False), start):
                np.dot(parts[begin:end], vectors[begin - places[0] : end - places[0]], out=sums[n])
        return sums / 64

    def _rarity(self, hashes: NDArray[np.int64], owners: NDArray[np.int64]) -> NDArray[np.float64]:
        """Say how rare each term was when its text came, which is counted itself."""
        places = hashes // 2 % BUCKETS
        order = np.argsort(places, kind="stable")
        first = np.flatnonzero(np.diff(places[order], prepend=-1))
        nth = np.empty(len(places), dtype=np.int64)
        nth[order] = np.arange(len(places)) - np.repeat(first, np.diff(first, append=len(places)))
        seen = self._counts[places] + nth + 1
        self._counts += np.bincount(places, minlength=BUCKETS).astype(np.uint16)
        return np.maximum(np.log((self.texts + owners + 2 + _BEFORE) / (seen + 0.5)), 0.05)


def mark(entry: Candidate) -> int:
    """Give the fingerprint of what is looked at: an entry whose mark has not changed stays where it is."""
    return crc32(f"{entry.title}\n{entry.text[: LOOKED_AT * 8]}\n{entry.key}".encode("utf-8", "replace"))


def _parts(entry: Candidate) -> Parts:
    title = words(entry.title[:500])
    text = words(entry.text[: LOOKED_AT * 8])[: max(0, LOOKED_AT - len(title))]
    return title, text, _slug(entry.key)


def _slug(key: str) -> list[str]:
    """The words of an address: often another headline than the one that was published."""
    parts = _SLUG.split(key.partition("?")[0].rstrip("/").rpartition("/")[2].partition(".")[0])
    found = [part for part in parts if part.isalpha() and len(part) < 20]
    return found if len(found) > 2 else []


def _bytes(meanings: NDArray[np.float32]) -> bytes:
    lengths = np.maximum(np.sqrt((meanings.astype(np.float64) ** 2).sum(axis=1, keepdims=True)), 1e-9)
    found: NDArray[np.int8] = np.clip(np.rint(meanings * (_MEANING / lengths)), -127, 127).astype(np.int8)
    return found.tobytes()
