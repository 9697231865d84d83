"""Candidate → Traits: what an entry is about, by its title, the beginning of its text and its address.

Words are weighed by how rare they are among all texts that came before (as far as they came: a word's rarity is
counted on, never looked up in texts to come), names more. What they mean is the sum of their static vectors, the rare
ones more (Arora et al., 2017).
"""

import re
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from aggregator.model import Candidate, Traits
from aggregator.model.story_traits import Said
from aggregator.pipeline.terms import term, words

LOOKED_AT = 60
"""Words of title and text together."""

BUCKETS = 1 << 16
FADING = 30_000
"""After so many texts every count is halved: words wear off, and counts do not grow."""

_BEFORE = 500  # as if so many texts had been seen that hold none of a text's words: the first days are no special case
_NAME, _NUMBER = 1.6, 1.5  # a capitalised word counts so much more, where capitals say something; and a number
_WORDS_KEPT = 80_000  # in memory
_TERM, _MEANING = 1000, 512  # lengths of the vectors

_OFTEN = 1 + np.log(np.maximum(np.arange(64), 1))  # what a word counts that is said so many times

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SLUG = re.compile(r"[-_+]|%20")

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
"""Words → the sum of the vectors of their pieces, a row each."""


class Reader:
    """Reads entries in the order in which they are placed, and counts their words."""

    def __init__(self, embed: Embed, *, texts: int = 0, counts: bytes = b"") -> None:
        self.texts = texts
        self._embed = embed
        empty = np.zeros(BUCKETS, dtype=np.uint16)
        self._counts = np.frombuffer(counts, dtype="<u2").astype(np.uint16) if counts else empty
        self._known: dict[str, tuple[int, int, float]] = {}  # word → hash, row of its vector, boost
        self._at = 0
        self._vectors: NDArray[np.float16] = np.zeros((1024, 256), dtype=np.float16)

    @property
    def counts(self) -> bytes:
        """In how many texts words were seen, by their hash."""
        return self._counts.astype("<u2").tobytes()

    def read(self, entries: Sequence[Candidate], again: Collection[int] = ()) -> list[Traits]:
        """Give the traits of entries, in their order; each is counted before it is weighed.

        Those that are read ``again``, since they have changed, were counted when they came.
        """
        found: list[Traits] = []
        while len(found) < len(entries):
            part = entries[len(found) : len(found) + FADING - self.texts]
            new = np.array([entry.id not in again for entry in part], dtype=np.int64)
            found += self._read(part, new)
            self.texts += int(new.sum())
            if self.texts >= FADING:
                self.texts //= 2
                self._counts //= 2
        return found

    def _read(self, entries: Sequence[Candidate], new: NDArray[np.int64]) -> list[Traits]:
        parts = [_parts(entry) for entry in entries]
        self._learn({word for part in parts for said in part for word in said})
        bags = [self._bag(*part) for part in parts]
        ends = np.cumsum([len(bag) for bag in bags])
        said = [said for bag in bags for said in bag.values()]
        hashes, weights, meanings = self._weighed([hash for bag in bags for hash in bag], said, ends, new)
        traits = []
        for n, (entry, (title, text, _), bag) in enumerate(zip(entries, parts, bags, strict=True)):
            begin, end = int(ends[n]) - len(bag), int(ends[n])
            numbers, names = self._titled(title)
            facts = hashes[4 * begin : 4 * end], weights[2 * begin : 2 * end], meanings[256 * n : 256 * (n + 1)]
            when, length = (entry.published - _EPOCH) // _MICROSECOND, max(len(title) + len(text), 1)
            traits.append(Traits(entry.id, when, mark(entry), length, *facts, numbers, names, said=bag))
        return traits

    def _titled(self, title: list[str]) -> tuple[frozenset[int], frozenset[int]]:
        """The numbers of a title, and its names, where capitals say something: the first word is taken for one."""
        known = self._known
        numbers = frozenset([known[word][0] for word in title if word[0].isdigit()])
        if _shouted(title):
            return numbers, frozenset()
        return numbers, frozenset([hash for word in title if word[0].isupper() and (hash := known[word][0])])

    def _weighed(
        self, terms: Sequence[int], said: Sequence[Said], ends: NDArray[np.int64], new: NDArray[np.int64]
    ) -> tuple[bytes, bytes, bytes]:
        """Give the hashes and weights of the terms of several texts, the heaviest of each first, and their meanings.

        Vectors of words and what they are multiplied with are cut to so few bits that sums of them are exact: a text
        has one meaning, whatever else is read with it.
        """
        owners = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))
        rows, boosts, counts, _ = zip(*said, strict=True) if said else ((), (), (), ())
        hashes = np.array(terms, dtype=np.int64)
        rarity = self._rarity(hashes, owners, new)
        often = _OFTEN[np.minimum(np.array(counts, dtype=np.int64), 63)]
        weights = often * rarity * np.array(boosts, dtype=np.float64)
        lengths = np.sqrt(np.bincount(owners, weights * weights, minlength=len(ends)))
        whole = np.rint(weights * (_TERM / np.maximum(lengths, 1e-9))[owners]).astype(np.int64)
        order = np.argsort(owners << 48 | (0xFFFF - whole) << 32 | hashes)
        parts = np.rint(often * np.sqrt(rarity) * 16).astype(np.float32) / 16
        meanings = self._sums(list(rows), parts, ends)
        return hashes[order].astype("<u4").tobytes(), whole[order].astype("<u2").tobytes(), _bytes(meanings)

    def _sums(self, rows: list[int], parts: NDArray[np.float32], ends: NDArray[np.int64]) -> NDArray[np.float32]:
        sums = np.zeros((len(ends), 256), dtype=np.float32)
        begin = 0
        for n, end in enumerate(ends.tolist()):
            sums[n] = parts[begin:end] @ self._vectors[rows[begin:end]].astype(np.float32)
            begin = end
        return sums

    def _bag(self, title: list[str], text: list[str], slug: list[str]) -> dict[int, Said]:
        """Gather terms by their hash. Names count more; a Headline Written Like This has none."""
        shouted = _shouted(title)
        bag: dict[int, Said] = {}
        known = self._known
        for plain, part in ((shouted, title), (False, text), (True, slug)):
            for word in part:
                hash, row, boost = known[word]
                if not hash:
                    continue
                if plain and boost == _NAME:
                    boost = 1.0
                if before := bag.get(hash):
                    row, word = (row, word) if boost > before[1] else (before[0], before[3])
                    bag[hash] = row, max(boost, before[1]), before[2] + 1, word
                else:
                    bag[hash] = row, boost, 1, word
        return bag

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

    def _learn(self, seen: set[str]) -> None:
        """Look up words that were not met yet, all at once."""
        if len(self._known) > _WORDS_KEPT:
            self._known, self._at = {}, 0
        facts = {word: term(word) for word in sorted(seen - self._known.keys())}
        new = [word for word, found in facts.items() if found]
        at, size = self._at, len(self._vectors)
        if at + len(new) > size:
            room = np.zeros((2 * (at + len(new)), self._vectors.shape[1]), dtype=np.float16)
            room[:at] = self._vectors[:at]
            self._vectors = room
        if new:
            self._vectors[at : at + len(new)] = np.rint(self._embed(new) * 64) / 64
        self._known |= dict.fromkeys(facts, (0, 0, 0.0))
        self._known |= {word: (_hash(facts[word]), at + n, _boost(word)) for n, word in enumerate(new)}
        self._at = at + len(new)


def mark(entry: Candidate) -> int:
    """Give the fingerprint of what is looked at: an entry whose mark has not changed stays where it is."""
    return crc32(f"{entry.title}\n{entry.text[: LOOKED_AT * 8]}\n{entry.key}".encode("utf-8", "replace"))


def _parts(entry: Candidate) -> tuple[list[str], list[str], list[str]]:
    title = words(entry.title[:500])
    text = words(entry.text[: LOOKED_AT * 8])[: max(0, LOOKED_AT - len(title))]
    return title, text, _slug(entry.key)


def _shouted(title: list[str]) -> bool:
    """Tell whether it is a Headline Written Like This, whose capitals say nothing."""
    letters = [word for word in title if not word[0].isdigit()]
    return sum([word[0].isupper() for word in letters]) > 0.6 * len(letters)


def _boost(word: str) -> float:
    return _NUMBER if word[0].isdigit() else _NAME if word[0].isupper() else 1.0


def _slug(key: str) -> list[str]:
    """The words of an address: often another headline than the one that was published."""
    parts = _SLUG.split(key.partition("?")[0].rstrip("/").rpartition("/")[2].partition(".")[0])
    found = [part for part in parts if part.isalpha() and len(part) < 20]
    return found if len(found) > 2 else []


def _hash(found: str) -> int:
    hashed = crc32(found.encode("utf-8", "replace"))
    return hashed | 1 if found[0].isdigit() else hashed & ~1


def _bytes(meanings: NDArray[np.float32]) -> bytes:
    lengths = np.maximum(np.sqrt((meanings.astype(np.float64) ** 2).sum(axis=1, keepdims=True)), 1e-9)
    found: NDArray[np.int8] = np.clip(np.rint(meanings * (_MEANING / lengths)), -127, 127).astype(np.int8)
    return found.tobytes()
