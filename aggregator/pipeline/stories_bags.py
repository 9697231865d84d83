"""Words of several texts → the terms of each: how often it is said, and by which word; all texts at once."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aggregator.pipeline.stories_words import NAME, NUMBER, PLAIN, Vocabulary

_TITLE, _SLUG = 0, 2  # parts of a text, in their order: title, text, address
_SHOUTED = 0.6  # of the words of a title: a Headline Written Like This, whose capitals say nothing

_OWNER, _HASH, _RANK = 53, 21, 19
"""A word as one number, so that sorting gathers: the text (10 bits), hash (32), rank (2), place in the text (19)."""


class Bags(NamedTuple):
    """The terms of several texts, in the order in which each text says them; ``ends`` says where each text's end.

    Arrays of one length but for ``ends``: whose term it is, its hash, how often it is said; of the word that counts
    most (of equal ones the first) its place among all words, its rank and its row.
    """

    ends: NDArray[np.int64]
    owners: NDArray[np.int64]
    hashes: NDArray[np.int64]
    counts: NDArray[np.int64]
    winners: NDArray[np.int64]
    ranks: NDArray[np.int64]
    rows: NDArray[np.int32]


def gather(ids: NDArray[np.int32], sizes: NDArray[np.int64], known: Vocabulary) -> Bags:
    """Gather the terms of texts by their hash. Names count more; a Headline Written Like This has none.

    ``ids`` are the words of all texts by their numbers; ``sizes`` says how many each title, text and address has.
    Shape (texts, 3), 1,024 texts at most.
    """
    lengths = sizes.sum(axis=1)
    owners, begins = np.repeat(np.arange(len(sizes)), lengths), np.cumsum(lengths) - lengths
    hashes, ranks = known.hashes[ids], known.ranks[ids].astype(np.int64)
    part = np.repeat(np.tile(np.arange(3), len(sizes)), sizes.ravel())
    plain = (part == _SLUG) | ((part == _TITLE) & _shouted(ids, sizes, known)[owners])
    ranks[plain & (ranks == NAME)] = PLAIN
    places = np.arange(len(ids)) - begins[owners]
    words = np.sort((owners << _OWNER | hashes << _HASH | ranks << _RANK | places)[hashes != 0])
    heads = np.flatnonzero(np.diff(words >> _HASH, prepend=-1))
    firsts = np.minimum.reduceat(words & (1 << _RANK) - 1, heads) if len(heads) else heads
    order = np.argsort((words[heads] >> _OWNER) << _RANK | firsts)
    best, counts = words[heads][order], np.diff(heads, append=len(words))[order]
    mine = best >> _OWNER
    winners = begins[mine] + (best & (1 << _RANK) - 1)
    ends = np.cumsum(np.bincount(mine, minlength=len(sizes)))
    facts = best >> _HASH & 0xFFFFFFFF, counts, winners, best >> _RANK & 3, known.rows[ids[winners]]
    return Bags(ends, mine, *facts)


def title_facts(
    ids: NDArray[np.int32], sizes: NDArray[np.int64], known: Vocabulary
) -> list[tuple[frozenset[int], frozenset[int]]]:
    """The numbers of each title, and its names, where capitals say something: the first word is taken for one."""
    owners, titles = _titles(ids, sizes)
    hashes, ranks = known.hashes[titles], known.ranks[titles]
    named = (ranks == NAME) & (hashes != 0) & ~_shouted(ids, sizes, known)[owners]
    numbers, names = (_sets(owners[which], hashes[which], len(sizes)) for which in (ranks == NUMBER, named))
    return list(zip(numbers, names, strict=True))


def _titles(ids: NDArray[np.int32], sizes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The words of all titles: whose each is, and its number."""
    owners = np.repeat(np.arange(len(sizes)), sizes[:, _TITLE])
    begins = np.cumsum(sizes.sum(axis=1)) - sizes.sum(axis=1)
    nth = np.arange(len(owners)) - np.repeat(np.cumsum(sizes[:, _TITLE]) - sizes[:, _TITLE], sizes[:, _TITLE])
    return owners, ids[begins[owners] + nth]


def _shouted(ids: NDArray[np.int32], sizes: NDArray[np.int64], known: Vocabulary) -> NDArray[np.bool_]:
    """Tell of each title whether its capitals say nothing."""
    owners, titles = _titles(ids, sizes)
    ranks = known.ranks[titles]
    letters = np.bincount(owners[ranks != NUMBER], minlength=len(sizes))
    return np.bincount(owners[ranks == NAME], minlength=len(sizes)) > _SHOUTED * letters


def _sets(owners: NDArray[np.int64], hashes: NDArray[np.int64], texts: int) -> list[frozenset[int]]:
    """The hashes that each text has."""
    found, all_hashes = [], hashes.tolist()
    begin = 0
    for end in np.cumsum(np.bincount(owners, minlength=texts)).tolist():
        found.append(frozenset(all_hashes[begin:end]))
        begin = end
    return found
