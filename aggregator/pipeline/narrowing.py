"""Issue × topics → Issue: what of it a subscriber chose who wants some of its topics only."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from aggregator.model import Issue, Line, Section


def narrowed(issue: Issue, topics: Mapping[str, str]) -> Issue | None:
    """Keep what has one of these topics (names with their titles, in order); None when nothing has.

    A story stands under the first of them that it has, also where it stood under another in the whole issue. What the
    size left out is counted as far as the issue knows of it. What the whole issue had no room for (brief, told or not)
    is told whole here: ``fit`` comes afterwards.
    """
    cut = (replace(part, lines=tuple(line for line in part.lines if line.brief)) for part in issue.rest)
    left = (replace(part, lines=tuple(line for line in part.lines if not line.brief)) for part in issue.rest)
    sections, rest = _chosen((*issue.sections, *cut), topics), _chosen(left, topics)
    left_out = sum(len(section.lines) for section in rest)
    return replace(issue, sections=sections, rest=rest, left_out=left_out) if sections else None


def _chosen(sections: Iterable[Section], topics: Mapping[str, str]) -> tuple[Section, ...]:
    shelves: dict[str, list[Line]] = {name: [] for name in topics}
    for section in sections:
        for line in section.lines:
            has = line.topics or (section.topic,)
            if under := next((name for name in topics if name in has), None):
                shelves[under].append(replace(line, brief=False))
    return tuple(
        Section(name, topics[name], tuple(sorted(lines, key=lambda line: line.rank)))
        for name, lines in shelves.items()
        if lines
    )
