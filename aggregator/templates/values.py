"""What a template sees of an issue."""

from collections.abc import Mapping
from typing import Any

from aggregator.model import Issue, Section
from aggregator.pipeline.frame import Frame, reads
from aggregator.pipeline.reading import minutes

LINKS = ("web", "unsubscribe", "preferences", "subscribe", "all", "previous", "next", "text", "feed")
"""What ``links`` always has; empty where there is no such address."""


def values_of(issue: Issue, frame: Frame, links: Mapping[str, str]) -> dict[str, Any]:
    """Gather the names that README.md lists: an issue in parts, what stands behind it, and its words."""
    lead = issue.lead
    titles = {id(line): section.title for section in issue.sections for line in section.lines}
    parts = (Section(s.topic, s.title, tuple(line for line in s.lines if line is not lead)) for s in issue.sections)
    return {
        "issue": issue,
        "lead": lead,
        "topic": titles.get(id(lead), ""),
        "sections": [section for section in parts if section.lines],
        "rest": issue.rest,
        "more": sum(len(section.lines) for section in issue.rest) or issue.left_out,
        "sources": _sources(issue),
        "minutes": _minutes(issue),
        "links": {**dict.fromkeys(LINKS, ""), **links},
        "say": frame.say,
        "listed": frame.listed,
        "place": frame.place(issue.zone),
        "trouble": (),
        "dir": reads(issue.language),
    }


def _sources(issue: Issue) -> int:
    """Count who tells its stories; issues that were frozen before that was kept count those they show."""
    names = (line.sources or (line.source, *(cover.source for cover in line.covered)) for line in issue.lines)
    return len({name for own in names for name in own})


def _minutes(issue: Issue) -> int:
    """Say how long the issue itself takes to read."""
    said = [text for line in issue.lines if not line.brief for text in (line.title, line.excerpt)]
    quoted = [one.sentence for line in issue.lines if not line.brief for one in (*line.summary, *line.news)]
    return minutes(*said, *quoted, *(line.title for line in issue.lines if line.brief))
