"""Entries → what each says, by itself: its terms, how often, and by which words; many entries at once, as arrays.

Nothing here depends on what came before, so it may be read ahead, and by another process.
"""

import re
from collections.abc import Sequence
from itertools import chain, pairwise
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from aggregator.model import Candidate
from aggregator.pipeline.shingles_parts import distinct
from aggregator.pipeline.stories_words import NAME, NUMBER, PLAIN, Vocabulary
from aggregator.pipeline.terms import words

LOOKED_AT = 60
"""Words of title and text together."""

_SLUG_SIGNS = re.compile(r"[-_+]|%20")
_TITLE, _SLUG = 0, 2  # parts of a text, in their order: title, text, address
_SHOUTED = 0.6  # of the words of a title: a Headline Written Like This, whose capitals say nothing

_OWNER, _HASH, _RANK = 53, 21, 19
"""A word as one number, so that sorting gathers: the text (10 bits), hash (32), rank (2), place in the text (19)."""

_MOST = 255  # times that a term is said

Parts = tuple[list[str], list[str], list[str]]
"""The words of a title, of the beginning of a text, and of an address."""


class Bags(NamedTuple):
    """The terms of texts, in the order in which each text says them; ``ends`` says where each text's end.

    Of each term its hash, how often it is said and, of the word that counts most (of equal ones the first), its rank.
    Of each text these words, the numbers and names of its title, its length in words and its mark.
    """

    ends: NDArray[np.int64]
    hashes: NDArray[np.uint32]
    counts: NDArray[np.uint8]
    ranks: NDArray[np.uint8]
    spelt: list[str]
    titles: list[bytes]
    lengths: list[int]
    marks: list[int]

    def of(self, texts: Sequence[int]) -> "Bags":
        """Give some of the texts, by their places, in the order of these."""
        sizes = np.diff(self.ends, prepend=0)[texts]
        ends = np.cumsum(sizes)
        there = np.repeat(self.ends[texts] - ends, sizes) + np.arange(int(sizes.sum()))
        terms = self.hashes[there], self.counts[there], self.ranks[there]
        spelt, titles = [self.spelt[text] for text in texts], [self.titles[text] for text in texts]
        lengths, marks = [self.lengths[text] for text in texts], [self.marks[text] for text in texts]
        return Bags(ends, *terms, spelt, titles, lengths, marks)


def read(entries: Sequence[Candidate], known: Vocabulary) -> Bags:
    """Gather the terms of up to 1,024 entries by their hash; a Headline Written Like This has no names."""
    parts = [_parts(entry) for entry in entries]
    said = list(chain.from_iterable(chain.from_iterable(parts)))
    ids, sizes = known.ids(said), np.array([list(map(len, part)) for part in parts], dtype=np.int64).reshape(-1, 3)
    titles = _Titles(ids, sizes, known)
    mine, terms, winners = _gathered(ids, sizes, known, titles.shouted)
    ends = np.cumsum(np.bincount(mine, minlength=len(entries)))
    chosen, bounds = [said[place] for place in winners.tolist()], [0, *ends.tolist()]
    spelt = [" ".join(chosen[begin:end]) for begin, end in pairwise(bounds)]
    lengths = [max(len(title) + len(text), 1) for title, text, _ in parts]
    return Bags(ends, *terms, spelt, titles.facts(), lengths, list(map(mark, entries)))


def mark(entry: Candidate) -> int:
    """Give the fingerprint of what is looked at: an entry whose mark has not changed stays where it is."""
    return crc32(f"{entry.title}\n{entry.text[: LOOKED_AT * 8]}\n{entry.key}".encode("utf-8", "replace"))


def _gathered(
    ids: NDArray[np.int32], sizes: NDArray[np.int64], known: Vocabulary, shouted: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.uint8]], NDArray[np.int64]]:
    """Whose each term is; its hash, count and rank; and the place of its word among all.

    ``ids`` are the words of all texts by their numbers; ``sizes`` says how many each title, text and address has.
    """
    lengths = sizes.sum(axis=1)
    owners, begins = np.repeat(np.arange(len(sizes)), lengths), np.cumsum(lengths) - lengths
    hashes, ranks = known.hashes[ids], known.ranks[ids].astype(np.int64)
    part = np.repeat(np.tile(np.arange(3), len(sizes)), sizes.ravel())
    plain = (part == _SLUG) | ((part == _TITLE) & shouted[owners])
    ranks[plain & (ranks == NAME)] = PLAIN
    places = np.arange(len(ids)) - begins[owners]
    found = np.sort((owners << _OWNER | hashes << _HASH | ranks << _RANK | places)[hashes != 0])
    heads = np.flatnonzero(np.diff(found >> _HASH, prepend=-1))
    firsts = np.minimum.reduceat(found & (1 << _RANK) - 1, heads) if len(heads) else heads
    order = np.argsort((found[heads] >> _OWNER) << _RANK | firsts)
    best, counts = found[heads][order], np.minimum(np.diff(heads, append=len(found))[order], _MOST)
    mine = best >> _OWNER
    terms = (best >> _HASH).astype(np.uint32), counts.astype(np.uint8), (best >> _RANK & 3).astype(np.uint8)
    return mine, terms, begins[mine] + (best & (1 << _RANK) - 1)


class _Titles:
    """The words of all titles, and whether the capitals of each say something."""

    def __init__(self, ids: NDArray[np.int32], sizes: NDArray[np.int64], known: Vocabulary) -> None:
        lengths, self._texts = sizes[:, _TITLE], len(sizes)
        owners = np.repeat(np.arange(len(sizes)), lengths)
        begins = np.cumsum(sizes.sum(axis=1)) - sizes.sum(axis=1)
        there = ids[(begins - np.cumsum(lengths) + lengths)[owners] + np.arange(len(owners))]
        self._owners, self._hashes, self._ranks = owners, known.hashes[there], known.ranks[there]
        letters = np.bincount(owners[self._ranks != NUMBER], minlength=len(sizes))
        self.shouted = np.bincount(owners[self._ranks == NAME], minlength=len(sizes)) > _SHOUTED * letters

    def facts(self) -> list[bytes]:
        """The numbers and names of each title, by their hashes, four bytes each, in order; so is its first word."""
        named = (self._ranks == NAME) & (self._hashes != 0) & ~self.shouted[self._owners]
        told = (self._ranks == NUMBER) | named
        found = distinct(self._owners[told] << 32 | self._hashes[told])
        data = found.astype("<u4").tobytes()
        ends = 4 * np.cumsum(np.bincount(found >> 32, minlength=self._texts))
        return [data[begin:end] for begin, end in pairwise([0, *ends.tolist()])]


def _parts(entry: Candidate) -> Parts:
    title = words(entry.title[:500])
    text = words(entry.text[: LOOKED_AT * 8])[: max(0, LOOKED_AT - len(title))]
    return title, text, _slug(entry.key)


def _slug(key: str) -> list[str]:
    """The words of an address: often another headline than the one that was published."""
    parts = _SLUG_SIGNS.split(key.partition("?")[0].rstrip("/").rpartition("/")[2].partition(".")[0])
    found = [part for part in parts if part.isalpha() and len(part) < 20]
    return found if len(found) > 2 else []
