"""Texts as words, and the passages that two of them share."""

import re
from collections.abc import Sequence

from aggregator.pipeline.shingles_tables import FEW, FOLDED, GONE, SIGNS, SILENT, UNSPACED

LONGEST = 500
"""So many words of a text are compared: where an agency's copy differs in its length, it is cut at the end."""

TITLE = 40
"""So many words of a title."""

SHARED = 4
"""So many words in a row are no accident: shorter runs are not what two texts have in common."""

_LETTERS = 8  # of a word, with its blank: text beyond is not looked at
_CHUNK = re.compile(r"\S+")


def spoken(text: str, *, most: int = LONGEST) -> list[bytes]:
    """Return the first words of a text as they compare: lower case, without signs; "U.S." is "us", 1,000 is 1000.

    Of scripts that do not part words, every letter is one.
    """
    return parted(text, most=most).split()[:most]


def parted(text: str, *, most: int) -> bytes:
    """Return what ``spoken`` cuts at its blanks: at least ``most`` words, if there are so many."""
    text = text[: _LETTERS * most]
    data = text.encode() if text.isascii() else _plain(text.casefold())
    return data.translate(FOLDED, GONE)


def _plain(text: str) -> bytes:
    for sign in SILENT:
        text = text.replace(sign, "")
    data = text.encode("utf-8", "replace")
    for begin, signs in SIGNS:
        if begin in data:
            data = signs.sub(b" ", data)
    if data.translate(None, FEW):
        data = re.sub(UNSPACED, r" \g<0> ", data.decode()).encode()
    return data


def shared_passages(one: str, other: str, *, limit: int = 3, words: int = 6) -> tuple[str, ...]:
    """Quote the longest passages of ``one`` that ``other`` has word for word, longest first.

    Each is at least ``words`` long; only the first words of a text are compared (LONGEST).
    """
    mine, ends = _placed(one)
    yours, _ = _placed(other)
    starts: dict[tuple[bytes, ...], list[int]] = {}
    for there in range(len(yours) - SHARED + 1):
        starts.setdefault(tuple(yours[there : there + SHARED]), []).append(there)
    found, at = [], 0
    while at <= len(mine) - SHARED:
        run = tuple(mine[at : at + SHARED])
        length = max((common(mine, at, yours, there) for there in starts.get(run, ())), default=0)
        if length >= words:
            found.append((-length, at))
        at += max(length, 1)
    return tuple(" ".join(one[ends[at][0] : ends[at - length - 1][1]].split()) for length, at in sorted(found)[:limit])


def common(one: Sequence[bytes] | str, at: int, other: Sequence[bytes] | str, there: int) -> int:
    """Count how many words, or letters, two go on alike from these places."""
    length = 0
    while at + length < len(one) and there + length < len(other) and one[at + length] == other[there + length]:
        length += 1
    return length


def _placed(text: str) -> tuple[list[bytes], list[tuple[int, int]]]:
    """The words of a text, and where each begins and ends in it."""
    words: list[bytes] = []
    ends: list[tuple[int, int]] = []
    for found in _CHUNK.finditer(text):
        inside = spoken(found[0])
        words += inside
        ends += [found.span()] * len(inside)
    return words[:LONGEST], ends[:LONGEST]
