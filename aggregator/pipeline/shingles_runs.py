"""What two texts have in common: in runs of words, which are made once for all that a text is compared with."""

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

from aggregator.pipeline.shingles import SHARED, common

SHARED_SIGNS = 8
"""So many letters in a row, of scripts in which each is a word to us: two or three of theirs."""

_STRETCHES = re.compile(b"\1+").finditer  # runs that are shared, one beginning a word behind the other


class Runs:
    """The words of a text, none of which has a blank within, and the runs that they make."""

    def __init__(self, words: Sequence[bytes]) -> None:
        self.words = words
        self._all: dict[int, list[bytes]] = {}  # by how many words make a run: two texts may be of two scripts
        self._firsts: dict[int, dict[bytes, int]] = {}

    @cached_property
    def size(self) -> int:
        """How many words of this text make a run."""
        return SHARED_SIGNS if _is_unspaced(self.words) else SHARED

    def all(self, size: int) -> list[bytes]:
        """Give every run of ``size`` words, in order."""
        if size not in self._all:
            self._all[size] = list(map(b" ".join, zip(*(self.words[at:] for at in range(size)), strict=False)))
        return self._all[size]

    def firsts(self, size: int) -> dict[bytes, int]:
        """Say where each run of ``size`` words begins first."""
        if size not in self._firsts:
            runs = self.all(size)
            self._firsts[size] = dict(zip(reversed(runs), range(len(runs) - 1, -1, -1), strict=True))
        return self._firsts[size]

    def within(self, begin: int, end: int) -> "Runs":
        """Give those of a part of the text."""
        part = Runs(self.words[begin:end])
        part._all = {size: runs[begin : max(end - size + 1, 0)] for size, runs in self._all.items()}
        return part


def covered(small: Runs, large: Runs) -> tuple[int, int, int]:
    """Count the words of ``small`` in runs that ``large`` has as well; say where the first begins, the last ends.

    A dateline stands before the first of them, a notice after the last. A word that was changed parts a run: the words
    beyond it count when both texts go on alike for more than half a run.
    """
    words, size = small.words, small.size
    runs, theirs, echo = small.all(size), large.firsts(size), size // 2 + 1
    stretches = [found.span() for found in _STRETCHES(bytes(map(theirs.__contains__, runs)))]
    if not stretches:
        return 0, 0, 0
    first = stretches[0][0]
    there = theirs[runs[first]]
    count, reach = _beyond(words[:first][::-1], large.words[max(there - first, 0) : there][::-1], echo)
    first, end = first - reach, stretches[-1][1] - 1 + size
    for (begin, stop), (following, _) in pairwise([*stretches, (len(words), 0)]):
        behind = stop - 1 + size
        count += min(behind, following) - begin
        if following > behind + echo:
            there = theirs[runs[stop - 1]] + size
            found, reach = _beyond(words[behind:following], large.words[there : there + following - behind], echo)
            count, end = count + found, max(end, behind + reach)
    return count, first, end


def _beyond(mine: Sequence[bytes], yours: Sequence[bytes], echo: int) -> tuple[int, int]:
    """Count the words that go on alike over single changed ones, ``echo`` after each; say how far they reach."""
    found, at = 0, 1
    while mine[at : at + echo] == yours[at : at + echo] and (alike := common(mine, at, yours, at)) >= echo:
        found, at = found + alike, at + alike + 1
    return found, at - 1


def _is_unspaced(words: Sequence[bytes]) -> bool:
    """Tell whether most words of a text are single letters of a script that does not part them."""
    first = words[:80]
    return not b"".join(first).isascii() and 2 * sum(len(w) == 3 and w[0] >= 0xE0 for w in first) > len(first)
