"""DraftedIssue × the editor's hand → Issue: what is told, in which order, and what the editor adds."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from aggregator.config import DigestConfig
from aggregator.model import EditedLine, Edits, Issue, Line, Section
from aggregator.pipeline.frame import Frame
from aggregator.pipeline.framing import framed


def first_edits(issue: Issue, *, before: Edits | None = None) -> Edits:
    """Propose what a draft tells: what the issue does.

    Of a draft ``before`` that is composed anew its order, notes and pins are kept, its additions, and what the editor
    took out stays out; stories that are new follow.
    """
    size = len(issue.lines)
    ids = [line.entry for line in issue.offered]
    if before is None:
        return Edits(tuple(EditedLine(id) for id in ids[:size]))
    kept = [story for story in before.stories if story.entry in ids]
    there, out = {story.entry for story in kept}, set(before.dropped)
    fresh = [EditedLine(id) for id in ids if id not in there and id not in out]
    stories = (*kept, *fresh[: max(0, size - len(kept))])
    return replace(before, stories=stories, dropped=tuple(id for id in before.dropped if id in ids))


def edited(issue: Issue, edits: Edits, digest: DigestConfig, *, topics: Sequence[str], frame: Frame) -> Issue:
    """Make the issue that the editor wants: the stories of ``edits``, in their order, each in the section of its topic.

    The first leads. What is not told is the rest; the subject is the editor's, else the digest's own. ``topics`` are
    those of feeds.yaml, in order.
    """
    rank = {story.entry: n for n, story in enumerate(edits.stories, start=1)}
    notes = {story.entry: story for story in edits.stories}
    lines = issue.offered
    told = [_told(line, rank[line.entry], notes[line.entry]) for line in lines if line.entry in rank]
    spare = [line for line in lines if line.entry not in rank]
    spare = [replace(line, rank=len(told) + n) for n, line in enumerate(spare, start=1)]
    home = {line.entry: section for section in (*issue.sections, *issue.rest) for line in section.lines}
    made = replace(
        issue,
        sections=_sections(told, home, topics),
        rest=_sections(spare, home, topics),
        left_out=issue.left_out + len(issue.lines) - len(told),
        note=edits.note.strip(),
    )
    return framed(made, frame, template=edited_digest(digest, edits).subject)


def edited_digest(digest: DigestConfig, edits: Edits) -> DigestConfig:
    """Give the digest the subject that the editor wrote for this issue."""
    return digest.model_copy(update={"subject": edits.subject}) if edits.subject else digest


def taken_out(issue: Issue, stories: Collection[EditedLine], before: Edits) -> tuple[int, ...]:
    """List the entries that the editor took out by now: they were told before, or taken out before, and are not."""
    told = {story.entry for story in stories}
    known = {*(story.entry for story in before.stories), *before.dropped}
    return tuple(line.entry for line in issue.offered if line.entry in known - told)


def _sections(lines: Iterable[Line], home: Mapping[int, Section], topics: Sequence[str]) -> tuple[Section, ...]:
    """Put lines into the sections they come from, these in the order of ``topics``, the one of no topic last."""
    shelves: dict[str, list[Line]] = {}
    for line in sorted(lines, key=lambda line: line.rank):
        shelves.setdefault(home[line.entry].topic, []).append(line)
    titles = {section.topic: section.title for section in home.values()}
    order = {topic: place for place, topic in enumerate(topics)}
    names = sorted(shelves, key=lambda topic: order.get(topic, len(order)))
    return tuple(Section(topic, titles[topic], tuple(shelves[topic])) for topic in names)


def _told(line: Line, rank: int, story: EditedLine) -> Line:
    return replace(line, rank=rank, pinned=story.pin, note=story.note.strip())
