"""Ranking × digest → Issue: grouped by topic, with subject, preheader and dates for people."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aggregator.config import DigestConfig, TopicConfig
from aggregator.model import Folded, Issue, Letter, Line, Section, StoredEntry
from aggregator.pipeline.headline import long_date, moment, preheader, subject
from aggregator.pipeline.letter import sent_size
from aggregator.pipeline.plain import shortened, tidy
from aggregator.pipeline.rank import Ranked, Ranking

EXCERPT, TITLE, NAME = 280, 300, 80
"""The most characters of an excerpt, an entry's title and a source's name."""

DECODED, ENCODED = 90_000, 100_000
"""The most bytes of the HTML, as it is and as it is sent: Gmail clips a mail at about 102 kB."""

_ALSO = 6  # names after "Also in"


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

    Sections stand in the order of ``topics`` (feeds.yaml's); an entry stands once, under the first of the digest's
    topics that it has, and in the last section when it has none. Everything in it is plain text.
    """
    day = date.fromisoformat(period)
    lines = [
        _line(ranked, rank=place, topics=_wanted(digest, topics), day=day, zone=zone)
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
        composed=_iso(now),
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
    for topic, line in lines:
        by_topic.setdefault(topic, []).append(line)
    titles = {topic.name: tidy(topic.title) or topic.name for topic in topics}
    filled = {name: tuple(part) for name, part in by_topic.items() if part}
    titles[""] = "More" if len(filled) > 1 else ""
    return tuple(Section(name, titles[name], part) for name, part in filled.items())


def _line(ranked: Ranked, *, rank: int, topics: Sequence[TopicConfig], day: date, zone: ZoneInfo) -> tuple[str, Line]:
    """Write one entry as plain text, and say which topic it stands under."""
    folded, lead = ranked.folded, ranked.folded.lead
    topic, evidence = _place(folded, topics)
    excerpt = shortened(tidy(lead.entry.excerpt), EXCERPT)
    title = shortened(tidy(lead.entry.title), TITLE) or shortened(excerpt, 80) or "Untitled"
    line = Line(
        entry=lead.id,
        text_set=lead.text_set,
        title=title,
        url=_web_address(lead.entry.url),
        source=_name(lead),
        published=_iso(lead.entry.published),
        excerpt="" if _repeats(excerpt, title) else excerpt,
        author=shortened(tidy(lead.entry.author), NAME),
        also=_also(folded),
        language=lead.entry.language,
        why=f"{ranked.why}; {evidence}" if evidence else ranked.why,
        rank=rank,
        when=_when(lead, day=day, zone=zone),
    )
    return topic, line


def _place(folded: Folded, topics: Sequence[TopicConfig]) -> tuple[str, str]:
    """Find the first topic that the text has, and the reason in words: the lead's own before those of its copies."""
    for tags in (folded.lead.tags, [tag for copy in folded.others for tag in copy.tags]):
        said = {tag.topic: f"topic {tag.topic} by {tag.via}: {tag.evidence}" for tag in reversed(tags)}
        for topic in topics:
            if topic.name in said:
                return topic.name, said[topic.name]
    return "", ""


def _also(folded: Folded) -> tuple[str, ...]:
    names = {member.source.publisher: _name(member) for member in reversed(folded.members)}
    others = [names[publisher] for publisher in folded.publishers[1:]]
    return (*others[:_ALSO], f"{len(others) - _ALSO} more") if len(others) > _ALSO else tuple(others)


def _name(stored: StoredEntry) -> str:
    source = stored.source
    return shortened(tidy(source.title), NAME) or source.publisher or urlsplit(source.url).netloc


def _repeats(excerpt: str, title: str) -> bool:
    """Tell whether the excerpt says nothing but the title."""
    return excerpt.rstrip(" .…").casefold() == title.rstrip(" .…").casefold() or title == shortened(excerpt, 80)


def _web_address(url: str) -> str:
    return url if url.lower().startswith(("https://", "http://")) else ""


def _when(lead: StoredEntry, *, day: date, zone: ZoneInfo) -> str:
    said = moment(lead.entry.published.astimezone(zone), day=day)
    return f"seen {said}" if lead.entry.published_from == "first_seen" else said


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _dispensable(issue: Issue) -> list[Line]:
    """List the lines in the order in which they may go; the last that is left is not among them."""
    shelves = [sorted(section.lines, key=lambda line: line.rank) for section in issue.sections]
    order: list[Line] = []
    for _ in range(len(issue.lines) - 1):
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
