"""Issue × topics → Issue: what of it a subscriber chose who wants some of its topics only."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from aggregator.model import Issue, Line, Section


def narrowed(issue: Issue, topics: Mapping[str, str]) -> Issue | None:
    """Keep what has one of these topics (names with their titles, in order); None when nothing has.

    A story stands under the first of them that it has, also where it stood under another in the whole issue. What the
    size left out is counted as far as the issue knows of it.
    """
    sections, rest = _chosen(issue.sections, topics), _chosen(issue.rest, topics)
    left_out = sum(len(section.lines) for section in rest)
    return replace(issue, sections=sections, rest=rest, left_out=left_out) if sections else None


def _chosen(sections: Iterable[Section], topics: Mapping[str, str]) -> tuple[Section, ...]:
    shelves: dict[str, list[Line]] = {name: [] for name in topics}
    for section in sections:
        for line in section.lines:
            has = line.topics or (section.topic,)
            if under := next((name for name in topics if name in has), None):
                shelves[under].append(line)
    return tuple(
        Section(name, topics[name], tuple(sorted(lines, key=lambda line: line.rank)))
        for name, lines in shelves.items()
        if lines
    )
