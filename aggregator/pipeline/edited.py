"""DraftedIssue × the editor's hand → Issue: what is told, in which order, and what the editor adds."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from aggregator.config import DigestConfig
from aggregator.model import EditedLine, Edits, Issue, Line, Section
from aggregator.pipeline.frame import Frame
from aggregator.pipeline.framing import framed


def first_edits(issue: Issue, *, before: Edits | None = None) -> Edits:
    """Propose what a draft tells: what the issue does.

    Of a draft ``before`` that is composed anew its order, notes and pins are kept, its additions, and what the editor
    took out stays out; stories that are new follow. A story is found again by its entry, by any text of it, or by its
    number, whoever speaks for it now; two that have become one have the notes of both.
    """
    size, lines = len(issue.lines), issue.offered
    if before is None:
        return Edits(tuple(map(_of_line, lines[:size])))
    kept: dict[int, EditedLine] = {}
    for story, line in _found(before.stories, lines):
        same = kept.get(line.entry, EditedLine(line.entry))
        note = "\n\n".join(filter(None, (same.note, story.note)))
        kept[line.entry] = replace(_of_line(line), pin=same.pin or story.pin, note=note)
    gone = {line.entry: line for _, line in _found(before.dropped, lines) if line.entry not in kept}
    new = (line for line in lines if line.entry not in kept and line.entry not in gone)
    fresh = [_of_line(line) for line in new if line.score]  # without one it says nothing that was not known
    stories = (*kept.values(), *fresh[: max(0, size - len(kept))])
    return replace(before, stories=stories, dropped=tuple(map(_of_line, gone.values())))


def edited(issue: Issue, edits: Edits, digest: DigestConfig, *, topics: Sequence[str], frame: Frame) -> Issue:
    """Make the issue that the editor wants: the stories of ``edits``, in their order, each in the section of its topic.

    The first leads. What is not told is the rest, but for what the editor took out, which is nowhere; the subject is
    the editor's, else the digest's own. ``topics`` are those of feeds.yaml, in order.
    """
    rank = {story.entry: n for n, story in enumerate(edits.stories, start=1)}
    notes = {story.entry: story for story in edits.stories}
    gone = {story.entry for story in edits.dropped} - rank.keys()
    lines = [line for line in issue.offered if line.entry not in gone]
    told = [_told(line, rank[line.entry], notes[line.entry]) for line in lines if line.entry in rank]
    spare = [line for line in lines if line.entry not in rank]
    spare = [replace(line, rank=len(told) + n) for n, line in enumerate(spare, start=1)]
    home = {line.entry: section for section in (*issue.sections, *issue.rest) for line in section.lines}
    made = replace(
        issue,
        sections=_sections(told, home, topics),
        rest=_sections(spare, home, topics),
        left_out=issue.left_out + len(issue.lines) - len(told) - (len(issue.offered) - len(lines)),
        note=edits.note.strip(),
    )
    return framed(made, frame, template=edited_digest(digest, edits).subject)


def edited_digest(digest: DigestConfig, edits: Edits) -> DigestConfig:
    """Give the digest the subject that the editor wrote for this issue."""
    return replace(digest, subject=edits.subject) if edits.subject else digest


def taken(
    issue: Issue,
    stories: Collection[EditedLine],
    before: Edits,
    *,
    dropped: Collection[int] = (),
    spared: Collection[int] = (),
) -> Edits:
    """Change what is told to ``stories``, and note what the editor took out by now.

    That is what was told, or taken out, ``before``, and is not told now, and the entries that are ``dropped`` by name;
    but not those that are ``spared``: they go back to the rest.
    """
    lines = {line.entry: line for line in issue.offered}
    told = {story.entry for story in stories}
    out = {story.entry for story in before.stories} | ({story.entry for story in before.dropped} - set(spared))
    out = (out | set(dropped)) - told
    known = tuple(replace(_of_line(lines[one.entry]), pin=one.pin, note=one.note) for one in stories)
    return replace(before, stories=known, dropped=tuple(_of_line(line) for id, line in lines.items() if id in out))


def _found(stories: Iterable[EditedLine], lines: Sequence[Line]) -> Iterator[tuple[EditedLine, Line]]:
    """Find the line of each story, by entry, else by text, else by the number of the story; some have none any more."""
    entries: dict[int, Line] = {}
    texts: dict[int, Line] = {}
    for one in reversed(lines):
        for entry, text_set in one.texts or ((one.entry, one.text_set),):
            entries[entry], texts[text_set] = one, one
    texts.pop(0, None)
    numbers = {line.story: line for line in reversed(lines) if line.story}
    for story in stories:
        if line := entries.get(story.entry) or texts.get(story.text_set) or numbers.get(story.story):
            yield story, line


def _of_line(line: Line) -> EditedLine:
    return EditedLine(line.entry, text_set=line.text_set, story=line.story)


def _sections(lines: Iterable[Line], home: Mapping[int, Section], topics: Sequence[str]) -> tuple[Section, ...]:
    """Put lines into their sections, these in the order of ``topics``; then come topics that are gone, then none."""
    shelves: dict[str, list[Line]] = {}
    for line in sorted(lines, key=lambda line: line.rank):
        shelves.setdefault(home[line.entry].topic, []).append(line)
    titles = {section.topic: section.title for section in home.values()}
    order = {topic: place for place, topic in enumerate(topics)}
    names = sorted(shelves, key=lambda topic: (not topic, order.get(topic, len(order))))
    return tuple(Section(topic, titles[topic], tuple(shelves[topic])) for topic in names)


def _told(line: Line, rank: int, story: EditedLine) -> Line:
    return replace(line, rank=rank, pinned=story.pin, note=story.note.strip())
