"""Ranking × digest → Issue: grouped by topic, with subject, preheader and dates for people."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from aggregator.config import DigestConfig, TopicConfig
from aggregator.model import Issue, Letter, Line, Ranking, Section
from aggregator.pipeline.headline import long_date, preheader, subject
from aggregator.pipeline.letter import sent_size
from aggregator.pipeline.lines import iso, line_of
from aggregator.pipeline.plain import tidy

DECODED, ENCODED = 90_000, 100_000
"""The most bytes of the HTML, as it is and as it is sent: Gmail clips a mail at about 102 kB."""


def compose(
    digest: DigestConfig,
    ranking: Ranking,
    *,
    topics: Sequence[TopicConfig],
    period: str,
    since: datetime,
    until: datetime,
    now: datetime,
    language: str = "en",
    zone: ZoneInfo,
    home: str = "",
) -> Issue:
    """Write the issue of ``period`` (a local date, YYYY-MM-DD) from what was chosen for it.

    Sections stand in the order of ``topics`` (feeds.yaml's); a story stands once, under the first of the digest's
    topics that it has, and in the last section when it has none. Everything in it is plain text.
    """
    day = date.fromisoformat(period)
    lines = [
        line_of(ranked, rank=place, topics=_wanted(digest, topics), day=day, zone=zone)
        for place, ranked in enumerate(ranking.chosen, start=1)
    ]
    issue = Issue(
        digest=digest.name,
        period=period,
        title=tidy(digest.title) or digest.name,
        subject="",
        preheader="",
        language=language,
        date=long_date(day),
        composed=iso(now),
        since=since.astimezone(UTC).isoformat(),
        until=until.astimezone(UTC).isoformat(),  # exact: the next issue goes on from here
        sections=_sections(lines, _wanted(digest, topics)),
        left_out=ranking.left_out,
        home=home,
        zone=zone.key,
    )
    return headed(issue, digest)


def headed(issue: Issue, digest: DigestConfig) -> Issue:
    """Give an issue the subject and the preheader that its lines call for."""
    titles = [line.title for line in issue.lines]
    return replace(
        issue,
        subject=subject(digest.subject, title=issue.title, day=date.fromisoformat(issue.period), titles=titles),
        preheader=preheader(titles, otherwise=issue.lead.excerpt if issue.lead else ""),
    )


def fit(issue: Issue, render: Callable[[Issue], Letter], *, digest: DigestConfig) -> tuple[Issue, Letter]:
    """Leave out as few lines as possible so that the HTML stays within ``DECODED`` and ``ENCODED`` bytes.

    The lowest line of the largest section goes first; what goes is counted in ``left_out``, and subject and preheader
    are written anew. When even a single line
    is too large, the lines are not to blame, and the issue stays whole.
    """
    letter = render(issue)
    if _fits(letter):
        return issue, letter
    order = _dispensable(issue)

    def without(count: int) -> Issue:
        return headed(_without(issue, order[: count + 1]), digest)

    needed = bisect_left(range(len(order)), True, key=lambda count: _fits(render(without(count))))
    if needed == len(order):
        return issue, letter
    reduced = without(needed)
    return reduced, render(reduced)


def _wanted(digest: DigestConfig, topics: Sequence[TopicConfig]) -> list[TopicConfig]:
    return [topic for topic in topics if not digest.topics or topic.name in digest.topics]


def _sections(lines: Sequence[tuple[str, Line]], topics: Sequence[TopicConfig]) -> tuple[Section, ...]:
    by_topic: dict[str, list[Line]] = {topic.name: [] for topic in topics}
    for topic, told in lines:
        by_topic.setdefault(topic, []).append(told)
    titles = {topic.name: tidy(topic.title) or topic.name for topic in topics}
    filled = {name: tuple(part) for name, part in by_topic.items() if part}
    titles[""] = "More" if len(filled) > 1 else ""
    return tuple(Section(name, titles[name], part) for name, part in filled.items())


def _dispensable(issue: Issue) -> list[Line]:
    """List the lines in the order in which they may go: no pinned one, and not the last that is left."""
    free = [[line for line in section.lines if not line.pinned] for section in issue.sections]
    shelves = [sorted(lines, key=lambda line: line.rank) for lines in free]
    order: list[Line] = []
    for _ in range(min(sum(map(len, shelves)), len(issue.lines) - 1)):
        largest = max(shelves, key=lambda shelf: (len(shelf), shelf[-1].rank if shelf else 0))
        order.append(largest.pop())
    return order


def _without(issue: Issue, gone: list[Line]) -> Issue:
    ranks = {line.rank for line in gone}
    sections = (
        replace(section, lines=tuple(line for line in section.lines if line.rank not in ranks))
        for section in issue.sections
    )
    return replace(issue, sections=tuple(part for part in sections if part.lines), left_out=issue.left_out + len(gone))


def _fits(letter: Letter) -> bool:
    return len(letter.html.encode()) <= DECODED and sent_size(letter.html) <= ENCODED
