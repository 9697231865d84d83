"""Texts → the keys under which they are looked up: a few hashes of runs of words, of all texts of a batch at once."""

from collections.abc import Iterator, Sequence
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
_PLACE = 8  # bits: a run begins at one of KEYED
_NONE = 1 << 32  # larger than any hash


def keys(texts: Sequence[tuple[Sequence[bytes], bytes]]) -> list[list[int]]:
    """Return the hashes under which each text is looked up: texts that share long runs share some of them.

    ``texts`` are the words of a title, and those of a text set apart by blanks. The hashes are those of the runs whose
    first two words have the least hashes, which are the same in a copy wherever the run stands in it (bottom-k
    sampling, Broder 1997), and one of the title if that says enough.
    """
    words = hashed([text for _, text in texts], most=KEYED)
    found: list[set[int]] = [set() for _ in texts]
    for owner, run in _runs(words):
        found[owner].add(crc32(run))
    for mine, (title, _) in zip(found, texts, strict=True):
        if len(title) >= 4 and sum(map(len, title)) >= 20:
            mine.add(crc32(b" ".join(title), _TITLE))
    return [sorted(mine) for mine in found]


def _runs(words: Words) -> Iterator[tuple[int, bytes]]:
    """Give the runs that are chosen, each with the text it is of: all of a text that is shorter than one."""
    begins = np.cumsum(words.sizes) - words.sizes
    owners, places = _chosen(words)
    short = np.flatnonzero((words.sizes >= SHARED) & (words.sizes < RUN))
    first = np.append(begins[owners] + places, begins[short])
    last = np.append(first[: len(owners)] + RUN, begins[short] + words.sizes[short]) - 1
    letters = np.cumsum(words.ends - words.begins)
    spaced = words.ends[last] - letters[last] - words.ends[first] + letters[first] > last - first
    spans = zip(words.begins[first].tolist(), words.ends[last].tolist(), spaced.tolist(), strict=True)
    for owner, (begin, end, is_spaced) in zip([*owners.tolist(), *short.tolist()], spans, strict=True):
        run = words.data[begin:end]
        yield owner, b" ".join(run.split()) if is_spaced else run


def _chosen(words: Words) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Say whose each run is that is chosen, and where it begins: none in a text that is shorter than one.

    Each text is a row, with the hashes of the first two words of every run, and behind these its place.
    """
    sizes, places = words.sizes[:, np.newaxis], np.arange(KEYED)
    mixed = np.full((len(sizes), KEYED), _NONE)
    mixed[places < sizes] = words.hashes ^ np.roll(words.hashes, -1)
    mixed[places > sizes - RUN] = _NONE
    mixed = mixed << _PLACE | places
    lead = np.sort(mixed[:, :LEAD])[:, :LEAD_KEYS]
    np.put_along_axis(mixed, lead & (1 << _PLACE) - 1, _NONE << _PLACE, axis=1)
    others = np.sort(mixed)[:, :SHORT_KEYS]
    others[words.sizes >= SHORT, KEYS:] = _NONE << _PLACE
    found = np.hstack((lead, others))
    owners, nth = np.nonzero(found < _NONE << _PLACE)
    return owners, found[owners, nth] & (1 << _PLACE) - 1
