"""What an issue says of itself in one line: subject and preheader."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from aggregator.model import SUBJECT_WORDS
from aggregator.pipeline.frame import Frame
from aggregator.pipeline.plain import shortened, tidy

SUBJECT, PREHEADER = 120, 100
"""The most characters of a subject and of a preheader."""

_PLACEHOLDER = re.compile(rf"\{{({'|'.join(SUBJECT_WORDS)})\}}")


def subject(template: str, *, title: str, day: date, titles: Sequence[str], frame: Frame) -> str:
    """Fill the digest's own subject, or ours; the lead's title gives way when it is too long.

    A template may say ``{title}`` (the digest's), ``{date}``, ``{lead}`` (the first entry's title) and ``{count}``;
    any other braces stay as they are.
    """
    facts = {"title": title, "date": frame.long_date(day), "lead": "", "count": str(len(titles))}
    template = tidy(template) or (_ours(day, len(titles), frame) if titles else "{title}, {date}")
    room = SUBJECT - len(_filled(template, facts))
    lead = shortened(titles[0], max(room, 20)) if titles else title
    return shortened(tidy(_filled(template, {**facts, "lead": lead})), SUBJECT)


def _ours(day: date, count: int, frame: Frame) -> str:
    """Write our own template: Treaty signed and 2 more — Morning, 23 November."""
    lead = frame.say("lead_and", lead="{lead}", n=count - 1) if count > 1 else "{lead}"
    return frame.say("headed", lead=lead, title="{title}", day=frame.day(day))


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


def _filled(template: str, facts: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: facts[found[1]], template)
