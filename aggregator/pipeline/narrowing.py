"""Issue × topics → Issue: what of it a subscriber chose who wants some of its topics only."""

from collections.abc import Mapping
from dataclasses import replace

from aggregator.model import Issue, Line, Section


def narrowed(issue: Issue, topics: Mapping[str, str]) -> Issue | None:
    """Keep what has one of these topics (names with their titles, in order); None when nothing has.

    A story stands under the first of them that it has, also where it stood under another in the whole issue. How many
    stories the size left out of these topics nobody knows, so none are counted.
    """
    shelves: dict[str, list[Line]] = {name: [] for name in topics}
    for section in issue.sections:
        for line in section.lines:
            has = line.topics or (section.topic,)
            if under := next((name for name in topics if name in has), None):
                shelves[under].append(line)
    sections = tuple(
        Section(name, topics[name], tuple(sorted(lines, key=lambda line: line.rank)))
        for name, lines in shelves.items()
        if lines
    )
    return replace(issue, sections=sections, left_out=0) if sections else None
