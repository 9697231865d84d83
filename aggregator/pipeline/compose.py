"""Ranking × digest → Issue: grouped by topic, with subject, preheader and dates for people."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from aggregator.config import DigestConfig, TopicConfig
from aggregator.model import Issue, Letter, Line, Ranked, Ranking, Section
from aggregator.pipeline.frame import Frame
from aggregator.pipeline.framing import framed, headed
from aggregator.pipeline.letter import sent_size
from aggregator.pipeline.lines import iso, line_of
from aggregator.pipeline.plain import tidy

DECODED, ENCODED = 90_000, 100_000
"""The most bytes of the HTML, as it is and as it is sent: Gmail clips a mail at about 102 kB."""

TOLD = 12
"""So many of the best are told with more than their headline, even when there is not room for all others."""

_NOTHING = Section("", "", ())


def compose(
    digest: DigestConfig,
    ranking: Ranking,
    *,
    topics: Sequence[TopicConfig],
    period: str,
    since: datetime,
    until: datetime,
    now: datetime,
    frame: Frame,
    zone: ZoneInfo,
    home: str = "",
) -> Issue:
    """Write the issue of ``period`` (a local date, YYYY-MM-DD) from what was chosen for it.

    Sections stand in the order of ``topics`` (feeds.yaml's); a story stands once, under the first of the digest's
    topics that it has, and in the last section when it has none. Everything in it is plain text, what it says by
    itself is in the words of ``frame``.
    """
    wanted = digest.among(topics)
    ranked = enumerate((*ranking.chosen, *ranking.rest), start=1)
    lines = [line_of(one, rank=place, topics=wanted) for place, one in ranked]
    if digest.images and lines:
        lines[0] = (lines[0][0], replace(lines[0][1], image=_picture(ranking.chosen[0])))
    size = len(ranking.chosen)
    issue = Issue(
        digest=digest.name,
        period=period,
        title=tidy(digest.title) or digest.name,
        subject="",
        preheader="",
        language=frame.language,
        date="",
        composed=iso(now),
        since=since.astimezone(UTC).isoformat(),
        until=until.astimezone(UTC).isoformat(),  # exact: the next issue goes on from here
        sections=_sections(lines[:size], wanted),
        rest=_sections(lines[size:], wanted),
        left_out=ranking.left_out,
        home=home,
        zone=zone.key,
    )
    return framed(issue, frame, template=digest.subject)


def fit(issue: Issue, render: Callable[[Issue], Letter], *, digest: DigestConfig, frame: Frame) -> tuple[Issue, Letter]:
    """Make as few lines as possible brief, then leave out as few as possible, so that the HTML stays within bounds.

    These are ``DECODED`` and ``ENCODED`` bytes. The best ``TOLD`` are never brief; else the lowest line of the largest
    section goes first. Pinned lines come last: when all others are out they are told by their headlines, but for the
    lead and those with a note. What is left out stands in ``rest`` and is counted in ``left_out``, and subject and
    preheader are written anew. When that does not do either, the lines are not to blame, and the issue stays whole.
    """
    letter = render(issue)
    if fits(letter):
        return issue, letter
    order = _dispensable(issue)
    brief = [line for line in order if line.rank > TOLD and not line.note]

    pinned = [line for line in reversed(issue.lines) if line.pinned and line.rank > 1 and not line.note]

    def without(count: int) -> Issue:
        return headed(_without(_shortened(issue, brief), order[:count]), frame, template=digest.subject)

    def headlines(count: int) -> Issue:
        return headed(_without(_shortened(issue, pinned[:count]), order), frame, template=digest.subject)

    steps = ((lambda count: _shortened(issue, brief[:count]), brief), (without, order), (headlines, pinned))
    for shorter, most in ((step, len(lines)) for step, lines in steps):
        needed = bisect_left(range(most), True, key=lambda count: fits(render(shorter(count + 1)))) + 1
        if needed <= most:
            reduced = shorter(needed)
            return reduced, render(reduced)
    return issue, letter


def _picture(lead: Ranked) -> str:
    """Find the picture of who is named for the lead; over plain http anybody could exchange it."""
    image = lead.telling.lead.lead.entry.image
    return image if image.lower().startswith("https://") else ""


def _sections(lines: Sequence[tuple[str, Line]], topics: Sequence[TopicConfig]) -> tuple[Section, ...]:
    by_topic: dict[str, list[Line]] = {topic.name: [] for topic in topics}
    for topic, told in lines:
        by_topic.setdefault(topic, []).append(told)
    titles = {topic.name: tidy(topic.title) or topic.name for topic in topics}
    filled = {name: tuple(part) for name, part in by_topic.items() if part}
    titles[""] = ""
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


def _shortened(issue: Issue, lines: Sequence[Line]) -> Issue:
    """Tell these lines by their headlines alone."""
    ranks = {line.rank for line in lines}
    sections = (
        replace(part, lines=tuple(replace(line, brief=line.rank in ranks) for line in part.lines))
        for part in issue.sections
    )
    return replace(issue, sections=tuple(sections))


def _without(issue: Issue, gone: Sequence[Line]) -> Issue:
    """Leave lines out; they are the best of the rest then."""
    ranks = {line.rank for line in gone}
    kept, cut = _parted(issue.sections, ranks)
    later = {part.topic: part for part in issue.rest}
    rest = [replace(part, lines=(*part.lines, *later.pop(part.topic, _NOTHING).lines)) for part in cut]
    return replace(issue, sections=kept, rest=(*rest, *later.values()), left_out=issue.left_out + len(gone))


def _parted(sections: Sequence[Section], ranks: Collection[int]) -> tuple[tuple[Section, ...], tuple[Section, ...]]:
    """Part sections into what stays and what has one of these ranks."""
    kept = [replace(s, lines=tuple(line for line in s.lines if line.rank not in ranks)) for s in sections]
    cut = [replace(s, lines=tuple(line for line in s.lines if line.rank in ranks)) for s in sections]
    return tuple(s for s in kept if s.lines), tuple(s for s in cut if s.lines)


def fits(letter: Letter) -> bool:
    """Tell whether a mail is within ``DECODED`` and ``ENCODED``."""
    return len(letter.html.encode()) <= DECODED and sent_size(letter.html) <= ENCODED
