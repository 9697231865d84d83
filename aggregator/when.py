"""Read when a digest is due ("mon-fri 07:00"), and tell its moments in a time zone."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aggregator.model.value import value

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))
FORMS = "daily 07:00 | mon-fri 07:00 | mon,wed,fri 07:00 | monthly 1 08:00"

_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_REACH = timedelta(days=64)  # two whole months: between two moments of "monthly" there are never more days
_MINUTE = timedelta(minutes=1)


@value(frozen=True, slots=True)
class When:
    """A weekly or monthly moment: ``days`` (0 is Monday) or ``monthly`` (1–31), and the local time of day.

    A date has at most one moment. A time that the spring change skips falls on the first instant after the gap, a
    time that the autumn change repeats counts the first time only, and the 31st of a short month is its last day.
    """

    days: frozenset[int]
    monthly: int  # 0 when it goes by weekdays
    hour: int
    minute: int

    @staticmethod
    def read(text: str) -> "When":
        """Read ``daily HH:MM``, ``DAYS HH:MM`` or ``monthly N HH:MM``; ValueError says what is wrong with it."""
        words = re.sub(r"\s*([,-])\s*", r"\1", text.strip().lower()).split()
        if not words:
            raise ValueError(f"says no time; write {FORMS}")
        hour, minute = _clock(words[-1])
        head = words[:-1]
        if not head:
            raise ValueError(f'does not say on which days; write "daily {words[-1]}" or "mon-fri {words[-1]}"')
        if head[0] == "monthly":
            return When(frozenset(), _day_of_month(head[1:]), hour, minute)
        if len(head) > 1:
            raise ValueError(f'has too many words before the time; write days as "mon,wed,fri" ({FORMS})')
        return When(_days(head[0]), 0, hour, minute)

    def __str__(self) -> str:
        clock = f"{self.hour:02}:{self.minute:02}"
        if self.monthly:
            return f"monthly {self.monthly} {clock}"
        return f"{_name(self.days)} {clock}"

    def latest(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Tell the last moment (UTC) that is not after ``now``."""
        # A day more: a change of the clocks just after midnight leads back into the day before.
        start = now.astimezone(zone).date() + timedelta(days=1)
        return next(moment for moment in self._moments(start, -1, zone) if moment <= now)

    def next(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Tell the first moment (UTC) after ``now``."""
        start = now.astimezone(zone).date() - timedelta(days=1)
        return next(moment for moment in self._moments(start, 1, zone) if moment > now)

    def period(self, moment: datetime, zone: ZoneInfo) -> str:
        """Name the issue that belongs to a moment: its local date, ``YYYY-MM-DD``."""
        return moment.astimezone(zone).date().isoformat()

    def _moments(self, start: date, step: int, zone: ZoneInfo) -> Iterator[datetime]:
        for distance in range(_REACH.days + 3):
            day = start + timedelta(days=step * distance)
            if self._falls_on(day) and (moment := _instant(day, time(self.hour, self.minute), zone)):
                yield moment

    def _falls_on(self, day: date) -> bool:
        if not self.monthly:
            return day.weekday() in self.days
        if day.day == self.monthly:
            return True
        return day.day < self.monthly and (day + timedelta(days=1)).day == 1


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime | None:
    """Turn local date and time into an instant (UTC); None when the zone skipped the whole date."""
    wall = datetime.combine(day, clock)
    instant = wall.replace(tzinfo=zone).astimezone(UTC)  # fold=0: the first of two (PEP 495)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    end = _end_of_gap(wall, zone)
    # A gap that reaches over midnight ends on the next date; what belongs to this one is the minute before it.
    return next((at for at in (end, end - _MINUTE) if at.astimezone(zone).date() == day), None)


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """Find the instant (UTC) at which the clocks jump over ``wall``, by halving."""
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


def _clock(word: str) -> tuple[int, int]:
    match = _CLOCK.fullmatch(word)
    if not match:
        raise ValueError(f"does not end with a time of day like 07:00; write {FORMS}")
    hour, minute = int(match[1]), int(match[2])
    if hour > 23 or minute > 59:
        raise ValueError(f"{word} is no time of day; it goes from 00:00 to 23:59")
    return hour, minute


def _day_of_month(words: list[str]) -> int:
    number = words[0] if len(words) == 1 else ""
    if not (number.isascii() and number.isdigit() and 1 <= int(number[:3]) <= 31):
        raise ValueError('needs one day of the month, 1 to 31; write "monthly 1 08:00"')
    return int(number)


def _days(word: str) -> frozenset[int]:
    if word == "daily":
        return EVERY_DAY
    return frozenset(day for part in word.split(",") for day in _span(part))


def _span(part: str) -> list[int]:
    """Read ``mon`` or ``mon-fri``; a range may run over Sunday."""
    ends = [_weekday(name) for name in part.split("-")]
    if len(ends) > 2:
        raise ValueError(f'"{part}" is no range of days; write "mon-fri"')
    first, last = ends[0], ends[-1]
    return [(first + step) % 7 for step in range((last - first) % 7 + 1)]


def _weekday(name: str) -> int:
    if name in WEEKDAYS:
        return WEEKDAYS.index(name)
    if name.isdigit():
        raise ValueError(f"{name} is no day: weeks begin differently from place to place; write {', '.join(WEEKDAYS)}")
    raise ValueError(f'"{name}" is no day; write daily, monthly N, or {", ".join(WEEKDAYS)}')


def _name(days: frozenset[int]) -> str:
    """Write days the shortest way: ``daily``, one range, or a list."""
    if days == EVERY_DAY:
        return "daily"
    ordered = sorted(days)
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{WEEKDAYS[ordered[0]]}-{WEEKDAYS[ordered[-1]]}"
    return ",".join(WEEKDAYS[day] for day in ordered)
