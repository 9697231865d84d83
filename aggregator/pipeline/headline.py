"""What an issue says of itself and of its entries in one line: subject, preheader, dates for people."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from aggregator.pipeline.plain import shortened, tidy

SUBJECT, PREHEADER = 120, 100
"""The most characters of a subject and of a preheader."""

_PLACEHOLDER = re.compile(r"\{(title|date|lead|count)\}")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def subject(template: str, *, title: str, day: date, titles: Sequence[str]) -> str:
    """Fill the digest's own subject, or ours; the lead's title gives way when it is too long.

    A template may say ``{title}`` (the digest's), ``{date}``, ``{lead}`` (the first entry's title) and ``{count}``;
    any other braces stay as they are.
    """
    more = f" and {len(titles) - 1} more" if len(titles) > 1 else ""
    ours = "{lead}" + more + " — {title}, " + f"{day.day} {_MONTHS[day.month - 1]}"
    template = tidy(template) or (ours if titles else "{title}, {date}")
    facts = {"title": title, "date": long_date(day), "lead": "", "count": str(len(titles))}
    room = SUBJECT - len(_filled(template, facts))
    lead = shortened(titles[0], max(room, 20)) if titles else title
    return shortened(tidy(_filled(template, {**facts, "lead": lead})), SUBJECT)


def preheader(titles: Sequence[str], *, otherwise: str = "") -> str:
    """Write what a mailbox shows beside the subject: the second and third titles, ``otherwise`` when there are none."""
    shown = titles[1:3]
    if not shown:
        return shortened(otherwise, PREHEADER)
    whole = " · ".join(shown)
    if len(whole) <= PREHEADER:
        return whole
    room = PREHEADER - 3 * (len(shown) - 1)
    first = shortened(shown[0], max(room // len(shown), room - sum(map(len, shown[1:]))))
    return " · ".join([first, *(shortened(title, room - len(first)) for title in shown[1:])])


def moment(local: datetime, *, day: date) -> str:
    """Name a moment as seen from the issue's day: a time today, a weekday this week, else the date."""
    age = (day - local.date()).days
    clock = f"{local.hour:02}:{local.minute:02}"
    if age == 0:
        return clock
    if 0 < age < 7:
        return f"{_DAYS[local.weekday()]}, {clock}"
    return f"{local.day} {_MONTHS[local.month - 1]}" + (f" {local.year}" if local.year != day.year else "")


def day_before(day: date, *, seen_from: date) -> str:
    """Name a day that has passed: a weekday within the week, else the date."""
    if 0 < (seen_from - day).days < 7:
        return _DAYS[day.weekday()]
    return f"{day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if day.year != seen_from.year else "")


def long_date(day: date) -> str:
    """Write a date as on a front page: Monday, 23 November 2026."""
    return f"{_DAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"


def _filled(template: str, facts: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: facts[found[1]], template)
