"""Issue × Frame → Issue: the same news with dates, headings, subject and preheader in another language or time zone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from aggregator.model import Issue, Line, Section
from aggregator.pipeline.frame import Frame
from aggregator.pipeline.headline import preheader, subject


def framed(issue: Issue, frame: Frame, *, zone: str = "", template: str = "") -> Issue:
    """Write anew all that an issue says by itself; what publishers say stays as it is.

    ``zone`` is the time zone of every time in it (the issue's own by default), ``template`` the digest's ``subject``.
    """
    day, place = date.fromisoformat(issue.period), ZoneInfo(zone or issue.zone)
    named = replace(
        issue,
        language=frame.language,
        zone=place.key,
        date=frame.long_date(day),
        sections=_sections(issue.sections, frame, day=day, zone=place),
        rest=_sections(issue.rest, frame, day=day, zone=place),
    )
    return headed(named, frame, template=template)


def headed(issue: Issue, frame: Frame, *, template: str = "") -> Issue:
    """Give an issue the subject and the preheader that its lines call for."""
    titles = [line.title for line in issue.lines]
    day = date.fromisoformat(issue.period)
    return replace(
        issue,
        subject=subject(template, title=issue.title, day=day, titles=titles, frame=frame),
        preheader=preheader(titles, otherwise=issue.lead.excerpt if issue.lead else ""),
    )


def whole(issue: Issue) -> Issue:
    """Tell every line whole, as there is room for it outside of a mail; without pictures, which lie with others."""
    sections, rest = (
        tuple(replace(part, lines=tuple(map(_whole, part.lines))) for part in parts)
        for parts in (issue.sections, issue.rest)
    )
    return replace(issue, sections=sections, rest=rest)


def _whole(line: Line) -> Line:
    more = line.covered_more - len(line.rest)  # an issue of long ago only counted them
    return replace(line, brief=False, image="", covered=(*line.covered, *line.rest), covered_more=more, rest=())


def _sections(sections: Sequence[Section], frame: Frame, *, day: date, zone: ZoneInfo) -> tuple[Section, ...]:
    return tuple(
        replace(
            section,
            title=section.title if section.topic else frame.say("other_news") if len(sections) > 1 else "",
            lines=tuple(_line(line, frame, day=day, zone=zone) for line in section.lines),
        )
        for section in sections
    )


def _line(line: Line, frame: Frame, *, day: date, zone: ZoneInfo) -> Line:
    when = frame.moment(datetime.fromisoformat(line.published).astimezone(zone), day=day)
    told = frame.day_before(date.fromisoformat(line.told_on), seen_from=day) if line.told_on else line.told
    return replace(
        line,
        title=line.title or frame.say("untitled"),
        when=frame.say("seen", when=when) if line.seen else when,
        told=told,
    )
