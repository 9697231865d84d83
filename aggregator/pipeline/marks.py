"""Numbers, dates and ordinals: where these differ, two texts that are otherwise alike tell different things."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from aggregator.pipeline.marks_tables import spelt

_SAME_SCALE = "m:million,mln,mn bn:billion,bln,b tn:trillion,trn k:thousand %:percent,pct"
_SCALES = {
    name.encode(): scale.encode()
    for scale, _, names in (one.partition(":") for one in _SAME_SCALE.split())
    for name in (scale, *names.split(","))
}
_SPELT = spelt()
_DAYS = """
    monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonntag
    lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo
    january february april june july august september october november december
    januar februar april juni juli august september oktober november dezember
    janvier février avril juin juillet août septembre octobre novembre décembre
    enero febrero abril junio julio agosto septiembre octubre noviembre diciembre
    morning evening
"""  # not what is a word besides: march, may, märz, mars, mai, mayo, marzo, martes
_NAMED = frozenset(word.encode() for word in _DAYS.split())
_YEAR = re.compile(rb"(?:19|20)[0-9]{2}").fullmatch
_DIGIT = re.compile(rb"[0-9]").search
_ENDINGS = (b"st", b"nd", b"rd", b"th")


class Figures(NamedTuple):
    """The numbers of a text, or of a part of it: where they stand among its words, spelt ones too."""

    words: Sequence[bytes]
    at: Sequence[int]
    begin: int
    end: int

    def within(self, begin: int, end: int) -> "Figures":
        """Give those of a part; what stands beside it is none of its words."""
        return Figures(self.words, [at for at in self.at if begin <= at < end], begin, end)


def figures(words: Sequence[bytes]) -> Figures:
    """Find the numbers of a text."""
    found = {word for word in set(words) if word in _SPELT or (not word.isalpha() and _DIGIT(word))}
    return Figures(words, [at for at, word in enumerate(words) if word in found] if found else (), 0, len(words))


def numbers(said: Figures) -> frozenset[bytes]:
    """Gather the numbers written in digits: "$5 million", "US$ 5m" and "5 mn" are one, as are "12th" and "12"."""
    written = [at for at in said.at if said.words[at] not in _SPELT]
    return frozenset(
        [
            word.lstrip(b"0") + (_SCALES.get(said.words[at + 1], b"") if at + 1 < said.end else b"")
            if (word := said.words[at]).isdigit()
            else _plain(word)
            for at in written
        ]
    )


def marks(title: Sequence[bytes]) -> frozenset[bytes]:
    """Gather what tells one number of a series from another in a title: numbers, also spelt, days and months."""
    spelt = {_SPELT[word] for word in title if word in _SPELT}
    return numbers(figures(title)) | spelt | _NAMED.intersection(title)


def conflict(one: Iterable[bytes], other: Iterable[bytes]) -> bool:
    """Tell whether each has a mark that the other has not: a headline that only tells more says nothing else."""
    mine, yours = set(one), set(other)
    return bool(mine - yours) and bool(yours - mine)


def swapped(one: Figures, other: Figures) -> bool:
    """Tell whether a number of one text stands in the other between the same two words as another number.

    "The 12th package", "the 13th package": a number that neither text has elsewhere. Spelt numbers count; years do not,
    which are said in passing.
    """
    mine, yours = _told(one), _told(other)
    only_mine, only_yours = mine.keys() - yours.keys(), yours.keys() - mine.keys()
    if not only_mine or not only_yours:
        return False
    between = {_beside(other, at) for number in only_yours for at in yours[number]} - {None}
    return any(_beside(one, at) in between for number in only_mine for at in mine[number])


def _told(said: Figures) -> dict[bytes, list[int]]:
    """The numbers of a text but for its years, each with where it stands."""
    found: dict[bytes, list[int]] = {}
    for at in said.at:
        word = said.words[at]
        if not _YEAR(word):
            found.setdefault(_SPELT.get(word) or _plain(word), []).append(at)
    return found


def _beside(said: Figures, at: int) -> tuple[bytes, bytes] | None:
    """The words on either side; where a text begins or ends, there is none to tell a place by."""
    return (said.words[at - 1], said.words[at + 1]) if said.begin < at < said.end - 1 else None


def unmarked(title: Sequence[bytes]) -> frozenset[bytes]:
    """Return the words of a title that are no marks."""
    return frozenset(w for w in title if not (w in _SPELT or w in _NAMED or _DIGIT(w)))


def _plain(word: bytes) -> bytes:
    """ "12th" → "12", "5mn" → "5m"; what is no number with an ending stays: "q1", "covid19"."""
    digits = len(word) - len(word.lstrip(b"0123456789"))
    end = word[digits:]
    return word[:digits].lstrip(b"0") + _SCALES.get(end, b"" if end in _ENDINGS else end) if digits else word
