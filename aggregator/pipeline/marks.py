"""Numbers, dates and ordinals: where these differ, two texts that are otherwise alike tell different things."""

import re
from collections.abc import Iterable, Sequence

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
_NUMBER = re.compile(rb"(?<![^ ])([^ 0-9]*[0-9][^ ]*)(?=(?: ([a-z]+)(?![^ ]))?)")
_YEAR = re.compile(rb"(?:19|20)[0-9]{2}").fullmatch
_DIGIT = re.compile(rb"[0-9]").search
_ENDINGS = (b"st", b"nd", b"rd", b"th")


def numbers(words: Sequence[bytes]) -> frozenset[bytes]:
    """Gather the numbers of a text's words: "$5 million", "US$ 5m" and "5 mn" are one, as are "12th" and "12"."""
    found = _NUMBER.findall(b" ".join(words))
    return frozenset(
        [word.lstrip(b"0") + _SCALES.get(next, b"") if word.isdigit() else _plain(word) for word, next in found]
    )


def marks(title: Sequence[bytes]) -> frozenset[bytes]:
    """Gather what tells one number of a series from another in a title: numbers, also spelt, days and months."""
    spelt = {_SPELT[word] for word in title if word in _SPELT}
    return numbers(title) | spelt | _NAMED.intersection(title)


def conflict(one: Iterable[bytes], other: Iterable[bytes]) -> bool:
    """Tell whether each has a mark that the other has not: a headline that only tells more says nothing else."""
    mine, yours = set(one), set(other)
    return bool(mine - yours) and bool(yours - mine)


def swapped(one: Sequence[bytes], other: Sequence[bytes]) -> bool:
    """Tell whether a number of one text stands in the other between the same two words as another number.

    "The 12th package", "the 13th package": a number that neither text has elsewhere. Spelt numbers count; years do not,
    which are said in passing.
    """
    mine, yours = _figures(one), _figures(other)
    only_mine, only_yours = mine.keys() - yours.keys(), yours.keys() - mine.keys()
    if not only_mine or not only_yours:
        return False
    between = {_beside(other, at) for number in only_yours for at in yours[number]} - {None}
    return any(_beside(one, at) in between for number in only_mine for at in mine[number])


def _figures(words: Sequence[bytes]) -> dict[bytes, list[int]]:
    """The numbers of a text, each with where it stands."""
    found: dict[bytes, list[int]] = {}
    for at, word in enumerate(words):
        if word in _SPELT:
            found.setdefault(_SPELT[word], []).append(at)
        elif not word.isalpha() and _DIGIT(word) and not _YEAR(word):
            found.setdefault(_plain(word), []).append(at)
    return found


def _beside(words: Sequence[bytes], at: int) -> tuple[bytes, bytes] | None:
    """The words on either side; where a text begins or ends, there is none to tell a place by."""
    return (words[at - 1], words[at + 1]) if 0 < at < len(words) - 1 else None


def unmarked(title: Sequence[bytes]) -> frozenset[bytes]:
    """Return the words of a title that are no marks."""
    return frozenset(w for w in title if not (w in _SPELT or w in _NAMED or _DIGIT(w)))


def _plain(word: bytes) -> bytes:
    """ "12th" → "12", "5mn" → "5m"; what is no number with an ending stays: "q1", "covid19"."""
    digits = len(word) - len(word.lstrip(b"0123456789"))
    end = word[digits:]
    return word[:digits].lstrip(b"0") + _SCALES.get(end, b"" if end in _ENDINGS else end) if digits else word
