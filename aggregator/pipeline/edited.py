"""DraftedIssue × the editor's hand → Issue: what is told, in which order, and what the editor adds."""

from collections.abc import Collection
from dataclasses import replace

from aggregator.config import DigestConfig
from aggregator.model import EditedLine, Edits, Issue, Line
from aggregator.pipeline.compose import headed


def first_edits(issue: Issue, *, size: int, before: Edits | None = None) -> Edits:
    """Propose what a draft tells: its best ``size`` stories in their order.

    Of a draft ``before`` that is composed anew its order, notes and pins are kept, its additions, and what the editor
    took out stays out; stories that are new follow.
    """
    ids = [line.entry for line in issue.lines]
    if before is None:
        return Edits(tuple(EditedLine(id) for id in ids[:size]))
    kept = [story for story in before.stories if story.entry in ids]
    there, out = {story.entry for story in kept}, set(before.dropped)
    fresh = [EditedLine(id) for id in ids if id not in there and id not in out]
    stories = (*kept, *fresh[: max(0, size - len(kept))])
    return replace(before, stories=stories, dropped=tuple(id for id in before.dropped if id in ids))


def edited(issue: Issue, edits: Edits, digest: DigestConfig) -> Issue:
    """Make the issue that the editor wants: the stories of ``edits``, in their order, each in its section.

    The first leads. What is not told is counted in ``left_out``; the subject is the editor's, else the digest's own.
    """
    wanted = {story.entry: (rank, story) for rank, story in enumerate(edits.stories, start=1)}
    sections = []
    for section in issue.sections:
        told = [_told(line, *wanted[line.entry]) for line in section.lines if line.entry in wanted]
        if told:
            sections.append(replace(section, lines=tuple(sorted(told, key=lambda line: line.rank))))
    left = len(issue.lines) - sum(len(section.lines) for section in sections)
    made = replace(issue, sections=tuple(sections), left_out=issue.left_out + left, note=edits.note.strip())
    return headed(made, edited_digest(digest, edits))


def edited_digest(digest: DigestConfig, edits: Edits) -> DigestConfig:
    """Give the digest the subject that the editor wrote for this issue."""
    return digest.model_copy(update={"subject": edits.subject}) if edits.subject else digest


def taken_out(issue: Issue, stories: Collection[EditedLine], before: Edits) -> tuple[int, ...]:
    """List the entries that the editor took out by now: they were told before, or taken out before, and are not."""
    told = {story.entry for story in stories}
    offered = {*(story.entry for story in before.stories), *before.dropped}
    return tuple(line.entry for line in issue.lines if line.entry in offered - told)


def _told(line: Line, rank: int, story: EditedLine) -> Line:
    return replace(line, rank=rank, pinned=story.pin, note=story.note.strip())
