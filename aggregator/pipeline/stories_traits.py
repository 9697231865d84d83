"""Candidate → Traits: what an entry is about, by its title, the beginning of its text and its address.

Words are weighed by how rare they are among all texts that came before (as far as they came: a word's rarity is
counted on, never looked up in texts to come), names more. What they mean is the sum of their static vectors, the rare
ones more (Arora et al., 2017).
"""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from aggregator.model import Candidate, Traits
from aggregator.pipeline.terms import term, words

LOOKED_AT = 60
"""Words of title and text together."""

BUCKETS = 1 << 16
FADING = 40_000
"""After so many texts every count is halved: words wear off, and counts do not grow."""

_BEFORE = 500  # as if so many texts had been seen that hold none of a text's words: the first days are no special case
_NAME, _NUMBER = 1.8, 1.5  # a capitalised word counts so much more, where capitals say something; and a number
_WORDS_KEPT = 40_000  # in memory
_TERM, _MEANING = 1000, 512  # lengths of the vectors

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
        self._known: dict[str, tuple[int, int]] = {}
        self._vectors: NDArray[np.float32] = np.zeros((1024, 256), dtype=np.float32)

    @property
    def counts(self) -> bytes:
        """In how many texts words were seen, by their hash."""
        return self._counts.astype("<u2").tobytes()

    def read(self, entries: Sequence[Candidate]) -> list[Traits]:
        """Give the traits of entries, in their order; each is counted before it is weighed."""
        bags = [_bag(entry) for entry in entries]
        self._learn([word for _, bag in bags for word, _, _ in bag.values()])
        return [self._weighed(entry, length, bag) for entry, (length, bag) in zip(entries, bags, strict=True)]

    def _weighed(self, entry: Candidate, length: int, bag: dict[str, tuple[str, float, int]]) -> Traits:
        facts = [self._known[word] for word, _, _ in bag.values()]
        hashes = np.array([hash for hash, _ in facts], dtype=np.int64)
        rarity = self._rarity(hashes)
        said = np.array([(boost, count) for _, boost, count in bag.values()], dtype=np.float64).reshape(-1, 2)
        often = 1 + np.log(said[:, 1])
        weights = often * said[:, 0] * rarity
        weights *= _TERM / max(float(np.sqrt(weights @ weights)), 1e-9)
        meaning = (often * np.sqrt(rarity)).astype(np.float32) @ self._vectors[[row for _, row in facts]]
        shown = dict(zip(hashes.tolist(), [word for word, _, _ in bag.values()], strict=True))
        heavy = sorted(zip(hashes.tolist(), np.rint(weights).astype(int).tolist(), strict=True), key=_heaviest)
        return Traits(
            entry=entry.id,
            published=(entry.published - _EPOCH) // _MICROSECOND,
            mark=mark(entry),
            length=length,
            terms=dict(heavy),
            meaning=_bytes(meaning),
            numbers=_numbers(entry.title),
            shown=shown,
        )

    def _rarity(self, hashes: NDArray[np.int64]) -> NDArray[np.float64]:
        places = hashes // 2 % BUCKETS
        self.texts += 1
        self._counts[places] += 1
        rarity = np.log((self.texts + _BEFORE + 1) / (self._counts[places] + 0.5))
        if self.texts >= FADING:
            self.texts //= 2
            self._counts //= 2
        return np.maximum(rarity, 0.05)

    def _learn(self, seen: Sequence[str]) -> None:
        """Look up words that were not met yet, all at once."""
        if len(self._known) > _WORDS_KEPT:
            self._known.clear()
        new = sorted({word for word in seen if word not in self._known})
        if not new:
            return
        at = len(self._known)
        if at + len(new) > len(self._vectors):
            room = np.zeros((2 * (at + len(new)), self._vectors.shape[1]), dtype=np.float32)
            room[:at] = self._vectors[:at]
            self._vectors = room
        self._vectors[at : at + len(new)] = self._embed(new)
        self._known.update({word: (_hash(term(word)), at + n) for n, word in enumerate(new)})


def mark(entry: Candidate) -> int:
    """Give the fingerprint of what is looked at: an entry whose mark has not changed stays where it is."""
    return crc32(f"{entry.title}\n{entry.text[: LOOKED_AT * 12]}\n{entry.key}".encode("utf-8", "replace"))


def _bag(entry: Candidate) -> tuple[int, dict[str, tuple[str, float, int]]]:
    """Gather terms: the word as written, what it counts, how often it is said; and how many words were looked at."""
    title = words(entry.title[:500])
    text = words(entry.text[: LOOKED_AT * 12])[: max(0, LOOKED_AT - len(title))]
    letters = [word for word in title if not word[0].isdigit()]
    shouted = sum(word[0].isupper() for word in letters) > 0.6 * len(letters)  # a Headline Written Like This
    bag: dict[str, tuple[str, float, int]] = {}
    for boosted, part in ((not shouted, title), (True, text), (False, _slug(entry.key))):
        for word in part:
            if found := term(word):
                boost = _NUMBER if word[0].isdigit() else _NAME if boosted and word[0].isupper() else 1.0
                before = bag.get(found)
                if before is None:
                    bag[found] = word, boost, 1
                else:
                    bag[found] = before[0] if boost <= before[1] else word, max(boost, before[1]), before[2] + 1
    return len(title) + len(text), bag


def _slug(key: str) -> list[str]:
    """The words of an address: often another headline than the one that was published."""
    parts = _SLUG.split(key.partition("?")[0].rstrip("/").rpartition("/")[2].partition(".")[0])
    found = [part for part in parts if part.isalpha() and len(part) < 20]
    return found if len(found) > 2 else []


def _hash(found: str) -> int:
    hashed = crc32(found.encode("utf-8", "replace"))
    return hashed | 1 if found[0].isdigit() else hashed & ~1


def _numbers(title: str) -> frozenset[int]:
    if not any(map(str.isdigit, title)):
        return frozenset()
    return frozenset(_hash(term(word)) for word in words(title) if word[0].isdigit())


def _heaviest(weighed: tuple[int, int]) -> tuple[int, int]:
    return -weighed[1], weighed[0]


def _bytes(meaning: NDArray[np.float32]) -> bytes:
    length = max(float(np.sqrt(meaning @ meaning)), 1e-9)
    found: NDArray[np.int8] = np.clip(np.rint(meaning * (_MEANING / length)), -127, 127).astype(np.int8)
    return found.tobytes()
