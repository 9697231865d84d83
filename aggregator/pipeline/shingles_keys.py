"""Texts → the keys under which they are looked up: a few hashes of runs of words, of all texts of a batch at once."""

from collections.abc import Sequence
from itertools import chain
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from aggregator.pipeline.shingles import SHARED

KEYS, LEAD_KEYS = 6, 2
RUN, KEYED, LEAD = 6, 240, 40
"""A key stands for a run of so many words, of the first KEYED; two are taken from the first LEAD words, for teasers,
and KEYS from all that is left: a text of a few words needs as many as a long one, since little of it is in a copy."""

_TITLE = crc32(b"title ")
_PLACES = 8  # bits: a run begins at one of KEYED
_NONE = np.iinfo(np.int64).max

Words = Sequence[bytes]


def keys(texts: Sequence[tuple[Words, Words]]) -> list[list[int]]:
    """Return the hashes under which each text is looked up: texts that share long runs share some of them.

    ``texts`` are the words of a title and of a text each. The hashes are those of the runs whose first two words have
    the least hashes, which are the same in a copy wherever the run stands in it (bottom-k sampling, Broder 1997), and
    one of the title if that says enough.
    """
    bodies = [words[:KEYED] for _, words in texts]
    found = []
    for (title, _), words, starts in zip(texts, bodies, _starts(bodies), strict=True):
        mine = {crc32(b" ".join(words[at : at + RUN])) for at in starts}
        if SHARED <= len(words) < RUN:
            mine = {crc32(b" ".join(words))}
        if len(title) >= 4 and sum(map(len, title)) >= 20:
            mine.add(crc32(b" ".join(title), _TITLE))
        found.append(sorted(mine))
    return found


def _starts(bodies: Sequence[Words]) -> list[set[int]]:
    """Say where the runs begin that are chosen: none in a text that is shorter than one."""
    sizes = np.array(list(map(len, bodies)), dtype=np.int64)
    hashes = np.fromiter(map(crc32, chain.from_iterable(bodies)), dtype=np.int64, count=int(sizes.sum()))
    owners = np.repeat(np.arange(len(sizes)), sizes)
    places = np.arange(len(hashes)) - (np.cumsum(sizes) - sizes)[owners]
    first = np.flatnonzero(places <= sizes[owners] - RUN)
    pairs = np.full((len(sizes), KEYED), _NONE, dtype=np.int64)
    pairs[owners[first], places[first]] = (hashes[first] ^ hashes[first + 1]) << _PLACES | places[first]
    begin = pairs[:, :LEAD]
    lead = _least(begin, LEAD_KEYS)
    begin[begin <= lead.max(axis=1, keepdims=True)] = _NONE
    chosen = np.hstack((lead, _least(pairs, KEYS)))
    starts = np.where(chosen == _NONE, -1, chosen & (1 << _PLACES) - 1).tolist()
    return [set(row) - {-1} for row in starts]


def _least(pairs: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return np.partition(pairs, count - 1, axis=1)[:, :count]
