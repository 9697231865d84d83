"""Texts → the keys under which they are looked up: a few hashes of runs of words, of all texts of a batch at once."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from aggregator.pipeline.shingles import SHARED
from aggregator.pipeline.shingles_hashes import Words, hashed

KEYS, LEAD_KEYS = 6, 2
RUN, KEYED, LEAD = 6, 240, 40
"""A key stands for a run of so many words, of the first KEYED; two are taken from the first LEAD words, for teasers,
and KEYS from all that is left …"""

SHORT, SHORT_KEYS = 60, 8
"""… or more in a text of fewer words: of the few runs that a copy shares, each word that was changed takes six."""

_TITLE = crc32(b"title ")
_OWNER, _PLACES = 40, 8  # bits: a run begins at one of KEYED
_LARGEST = (1 << 32) - 1


def keys(texts: Sequence[tuple[Sequence[bytes], bytes]]) -> list[list[int]]:
    """Return the hashes under which each text is looked up: texts that share long runs share some of them.

    ``texts`` are the words of a title, and those of a text set apart by blanks. The hashes are those of the runs whose
    first two words have the least hashes, which are the same in a copy wherever the run stands in it (bottom-k
    sampling, Broder 1997), and one of the title if that says enough.
    """
    words = hashed([text for _, text in texts], most=KEYED)
    sizes = np.bincount(words.owners, minlength=len(texts))
    found = _runs(words, sizes)
    for owner in np.flatnonzero((sizes >= SHARED) & (sizes < RUN)).tolist():
        found[owner].add(_hash(texts[owner][1]))
    for mine, (title, _) in zip(found, texts, strict=True):
        if len(title) >= 4 and sum(map(len, title)) >= 20:
            mine.add(crc32(b" ".join(title), _TITLE))
    return [sorted(mine) for mine in found]


def _runs(words: Words, sizes: NDArray[np.int64]) -> list[set[int]]:
    """Hash the runs of each text that are chosen: none in a text that is shorter than one."""
    begins = np.flatnonzero(words.places <= sizes[words.owners] - RUN)
    owners, places = words.owners[begins], words.places[begins]
    mixed = words.hashes[begins] ^ words.hashes[begins + 1]
    leading = np.flatnonzero(places < LEAD)
    lead = leading[_least(owners[leading], places[leading], mixed[leading], np.full_like(sizes, LEAD_KEYS))]
    left = np.delete(np.arange(len(begins)), lead)
    wanted = np.where(sizes < SHORT, SHORT_KEYS, KEYS)
    others = left[_least(owners[left], places[left], mixed[left], wanted)]
    at = np.sort(begins[np.concatenate((lead, others))])
    spans = zip(words.begins[at].tolist(), words.ends[at + RUN - 1].tolist(), strict=True)
    found: list[set[int]] = [set() for _ in sizes]
    for owner, (begin, end) in zip(words.owners[at].tolist(), spans, strict=True):
        found[owner].add(_hash(words.data[begin:end]))
    return found


def _hash(run: bytes) -> int:
    return crc32(b" ".join(run.split()) if b"  " in run or run[-1:] == b" " or run[:1] == b" " else run)


def _least(
    owners: NDArray[np.int64], places: NDArray[np.int64], mixed: NDArray[np.uint32], counts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Say which are the least hashes of each owner, as many as ``counts`` says; the lower place of equal ones.

    Of most it is seen at once that they are not among the least, and only the others are sorted: all of an owner whose
    others are too few.
    """
    sizes = np.bincount(owners, minlength=len(counts))
    bounds = np.minimum(_LARGEST * 4 * counts // np.maximum(sizes, 1), _LARGEST)
    low = mixed <= bounds[owners]
    lacking = np.bincount(owners[low], minlength=len(sizes)) < np.minimum(sizes, counts)
    few = np.flatnonzero(low | lacking[owners])
    order = np.argsort(owners[few] << _OWNER | mixed[few].astype(np.int64) << _PLACES | places[few])
    whose = owners[few][order]
    return few[order[np.arange(len(order)) - np.searchsorted(whose, whose) < counts[whose]]]
