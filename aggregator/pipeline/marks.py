"""Numbers, dates and ordinals: where these differ, two texts that are otherwise alike tell different things."""

import re
from collections.abc import Iterable, Sequence

_SAME_SCALE = "m:million,mln,mn bn:billion,bln,b tn:trillion,trn k:thousand %:percent,pct"
_SCALES = {
    name.encode(): scale.encode()
    for scale, _, names in (one.partition(":") for one in _SAME_SCALE.split())
    for name in (scale, *names.split(","))
}
_NUMBERS = """
    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
    nineteen twenty
"""
_ORDINALS = """
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
    sixteenth seventeenth eighteenth nineteenth twentieth
"""
_ROMAN = "- ii iii iv - vi vii viii ix - xi xii xiii xiv xv"  # i, v and x are letters as well
_SPELT = {
    word.encode(): str(n).encode()
    for row in (_NUMBERS, _ORDINALS, _ROMAN)
    for n, word in enumerate(row.split(), 1)
    if word != "-"
}
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


def unmarked(title: Sequence[bytes]) -> frozenset[bytes]:
    """Return the words of a title that are no marks."""
    return frozenset(w for w in title if not (w in _SPELT or w in _NAMED or _DIGIT(w)))


def _plain(word: bytes) -> bytes:
    """ "12th" → "12", "5mn" → "5m"; what is no number with an ending stays: "q1", "covid19"."""
    digits = len(word) - len(word.lstrip(b"0123456789"))
    end = word[digits:]
    return word[:digits].lstrip(b"0") + _SCALES.get(end, b"" if end in _ENDINGS else end) if digits else word
