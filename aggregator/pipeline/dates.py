"""Dates as publishers write them → aware datetimes in UTC."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from aggregator.model import Stamp
from aggregator.pipeline.dates_tables import AFTERNOON, FORENOON, MONTHS, ZONES

# Twelve figures that are a day and a time are not taken for milliseconds of 1973 … 2001.
_EPOCH = re.compile(r"(?!(?:19|20)\d\d[01]\d[0-3]\d[0-2]\d[0-5]\d$)1?\d{9}(?:\d{3})?(?:\.\d+)?")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})(?:[t ]?(\d{2}):?(\d{2}):?(\d{2})?)?(?!\d)")
_RFC5322 = re.compile(r"(?:[A-Za-z]{3}, )?(\d\d?) ([A-Z][a-z]{2}) (\d{4}) (\d\d:\d\d:\d\d) (?:GMT|UT|Z|([+-]\d{4}))")
_DAY_OF_YEAR = re.compile(r"[0-9]{4}-[0-9]{3}(?![0-9])")
_NIL = re.compile(r"[Tt ]24:00(?::00)?(?:\.0+)?")
_TIME = re.compile(
    r"(?<![\d+-])(?:(?P<before>[^\W\d_]+)\s*)?(?P<hour>\d{1,2})(?::|h(?=\d)|시\s*|時)(?P<minute>\d{1,2})"
    r"(?:[:분分]\s*(?P<second>\d{2}|(?<=:)\d|\d(?=\s*[초秒])))?(?:[.,]\d+)?[초秒분分]?\s*(?P<after>[ap]\.?\s?m\b\.?)?"
)
_OFFSET = re.compile(  # a minus that joins the parts of a date is none
    r"(?:(?<![^\W_])(?:utc|gmt|z)?\s*\(?|(?<=[^\W\d_])(?=\+))"
    r"(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?(?!\d|[-/]\d)"
)
_WORD = re.compile(r"[^\W\d_]+")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-/.年년\s]+(\d{1,2})[-/.月월\s]+(\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})(?!\d)")
_SLASHED = re.compile(r"(?<!\d)(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?!\d)")
_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)")

_NO_TIME, _DAY, _WIDEST = timedelta(), timedelta(days=1), timedelta(hours=15)

LONGEST = 200
"""Characters of a date; in longer texts none is looked for."""

FIRST = datetime(1970, 1, 2, tzinfo=UTC)
"""Earlier dates are an unset clock (the epoch itself, .NET's year 1), not a time of publication."""
LAST = datetime(2200, 1, 1, tzinfo=UTC)


def read_date(stamp: Stamp) -> datetime | None:
    """Return the moment ``stamp`` names, in UTC; None when it cannot be told.

    Our own reading goes first, because the parser's is wrong for epoch seconds, slashed dates and most named zones;
    what we cannot read, the parser may. A date without a zone is taken as UTC (RFC 3339 §4.3, RFC 5322 §3.3).
    """
    text = stamp.text.strip()
    if len(text) > LONGEST:
        text = ""
    if not text and stamp.read is None:
        return None
    reading = _reading(text) if text else None
    if reading is None:
        reading = stamp.read
    return reading if reading is not None and FIRST <= reading < LAST else None


@lru_cache(maxsize=500)  # an entry of Atom has the same date twice
def _reading(text: str) -> datetime | None:
    for form in _FORMS:
        if (found := form(text)) is not None:
            return found
    return None


def _iso(text: str) -> datetime | None:
    """RFC 3339 §5.6, and what ISO 8601 allows besides."""
    if text[4:5] != "-" or not text[:4].isdigit():
        return None
    if "24:00" in text and _NIL.search(text):
        midnight = _iso(_NIL.sub("T00:00:00", text))  # ISO 8601 §4.2.3: the end of that day
        return midnight + _DAY if midnight and midnight < LAST else midnight
    try:
        if _DAY_OF_YEAR.match(text):  # ISO 8601 §4.1.3
            text = f"{datetime.strptime(text[:8], '%Y-%j'):%Y-%m-%d}{text[8:]}"
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _mail(text: str) -> datetime | None:
    """RFC 5322 §3.3 to the letter, as most RSS has it."""
    found = _RFC5322.fullmatch(text)
    if not found:
        return None
    day, name, year, clock, zone = found.groups()
    month = MONTHS.get(name.lower())
    if month is None:
        return None
    try:
        moment = datetime.fromisoformat(f"{year}-{month:02}-{day:0>2}T{clock}{zone or 'Z'}")
        if zone is None or zone[1:] < "1400":
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # a leap second, the end of a day, a day or a zone that never was
        pass
    return _moment(int(year), month, int(day), *map(int, clock.split(":")), zone=_zone(zone or ""))


def _epoch(text: str) -> datetime | None:
    """Seconds or milliseconds since 1970, and figures run together as YYYYMMDDHHMMSS."""
    if _EPOCH.fullmatch(text):
        seconds = float(text)
        return datetime.fromtimestamp(seconds / 1000 if seconds >= 1e11 else seconds, UTC)
    if run := _COMPACT.match(text.lower()):
        return _moment(*(int(part or 0) for part in run.groups()), zone=_zone(text[run.end() :].lower()))
    return None


def _written(text: str) -> datetime | None:
    """Dates for people: RFC 822 §5 and its many relatives, in a dozen languages."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(sign))
    plain = unicodedata.normalize("NFC", plain).replace("−", "-")
    time = _TIME.search(plain)
    rest = plain if time is None else f"{plain[: time.start('hour')]} ; {plain[time.end() :]}"
    day = _day(rest, american=bool(time and time["after"]))
    if day is None:
        return None
    if time is None:
        return _moment(*day)
    hour = int(time["hour"]) + _half(time)
    zone = _zone(plain[time.end() :])
    return _moment(*day, hour, int(time["minute"]), int(time["second"] or 0), zone=zone)


def _half(time: re.Match[str]) -> int:
    """Twelve hours to add after noon, or to take off in the first hour after midnight."""
    word = (time["after"] or time["before"] or "").replace(".", "").replace(" ", "")
    if word in AFTERNOON:
        return 12 if int(time["hour"]) < 12 else 0
    return -12 if word in FORENOON and int(time["hour"]) == 12 else 0


def _day(text: str, *, american: bool) -> tuple[int, int, int] | None:
    if found := _YEAR_FIRST.search(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _DAY_FIRST.search(text):
        return _year(found[3]), int(found[2]), int(found[1])
    if found := _SLASHED.search(text):
        return _slashed(int(found[1]), int(found[2]), int(found[3]), american=american)
    month = next((MONTHS[word] for word in _WORD.findall(text) if word in MONTHS), 0)
    before, _, after = text.partition(";")
    numbers = _NUMBER.findall(before + " " + _OFFSET.sub(" ", after))  # asctime has the year after time and zone
    if not month or len(numbers) < 2:
        return None
    if len(numbers[0]) == 4:
        return int(numbers[0]), month, int(numbers[1])
    return _year(numbers[1]), month, int(numbers[0])


def _slashed(first: int, second: int, year: int, *, american: bool) -> tuple[int, int, int] | None:
    """Month first where the clock has twelve hours, day first nearly everywhere else; None when both could be meant."""
    if first > 12 or first == second:
        return year, second, first
    return (year, first, second) if second > 12 or american else None


def _year(text: str) -> int:
    """RFC 2822 §4.3: two figures below 50 are of this century."""
    year = int(text)
    return year if len(text) > 2 else year + (2000 if year < 50 else 1900)


def _zone(text: str) -> timedelta:
    if found := _OFFSET.search(text):
        size = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
        return -size if found["sign"] == "-" else size
    return next((timedelta(minutes=ZONES[word]) for word in _WORD.findall(text) if word in ZONES), timedelta())


def _moment(
    year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, *, zone: timedelta = _NO_TIME
) -> datetime | None:
    late = hour == 24 and not minute and not second
    second = second if second < 60 else 59
    try:
        if zone is _NO_TIME and not late:
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        moment = datetime(year, month, day, 0 if late else hour, minute, second, tzinfo=UTC)
        return (moment + _DAY if late else moment) - zone if abs(zone) <= _WIDEST else moment
    except (ValueError, OverflowError):
        return None


_FORMS = (_iso, _mail, _epoch, _written)
