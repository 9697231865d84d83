"""Explain: gather all that was decided about an entry, each with what it was decided by."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from aggregator.app import App
from aggregator.config import OutputConfig
from aggregator.jobs.publish import items
from aggregator.jobs.standing import Standing, standings
from aggregator.model import Folded, IssueState, Line, News, Page, StoredEntry, Story
from aggregator.model.value import value
from aggregator.pipeline.copies import fold
from aggregator.pipeline.shingles import shared_passages
from aggregator.pipeline.story import group, whats_new
from aggregator.pipeline.telling import lead_of


@value(frozen=True, slots=True)
class Explained:
    """An entry and what became of it.

    ``page`` is what came of its page, where it was asked. ``text`` is the text that it is a copy of, or alone; ``like``
    the entry by which it came there, and ``passages`` what they share word for word. ``story`` is None before it was
    compared, ``joined`` the member by which it came there and ``adds`` what it says that the story had not. ``outputs``
    says for each output why the entry is not told there by itself, "" where it is; ``issues`` are those that told it,
    each with the line that did, as it was frozen.
    """

    stored: StoredEntry
    page: Page | None
    text: Folded | None
    like: StoredEntry | None
    passages: tuple[str, ...]
    story: Story | None
    joined: StoredEntry | None
    adds: News
    outputs: dict[str, str]
    issues: tuple[tuple[IssueState, Line | None], ...]
    standings: tuple[Standing, ...]


def explain(app: App, stored: StoredEntry, *, now: datetime) -> Explained:
    """Gather it; ``now`` is when the next issues would be made. Nothing is written."""
    texts = fold(app.store.entries.members([stored.text_set])) if stored.text_set else ()
    like = _entry(app, stored.same_like)
    story = _story(app, stored)
    return Explained(
        stored,
        page=app.store.pages.of(stored.id),
        text=texts[0] if texts else None,
        like=like,
        passages=_passages(stored, like) if like else (),
        story=story,
        joined=_entry(app, stored.story_like),
        adds=_adds(stored, story) if story else News(),
        outputs={output.name: _missing_from(app, output, stored) for output in app.config.outputs},
        issues=_issues(app, stored),
        standings=standings(app, stored, now=now),
    )


def _entry(app: App, id: int) -> StoredEntry | None:
    return next(iter(app.store.entries.find(id)), None) if id else None


def _passages(stored: StoredEntry, like: StoredEntry) -> tuple[str, ...]:
    """Quote what an entry shares with the one it is nearly the same as; of equal texts there is nothing to show."""
    if stored.entry.text == like.entry.text:
        return ()
    return shared_passages(stored.entry.text, like.entry.text)


def _story(app: App, stored: StoredEntry) -> Story | None:
    if not stored.story:
        return None
    stories = group(fold(app.store.coverage.around(stored)), summaries=True)
    return next(iter(stories), None)


def _issues(app: App, stored: StoredEntry) -> tuple[tuple[IssueState, Line | None], ...]:
    states = app.store.issues.telling(stored.text_set) if stored.text_set else ()
    return tuple((state, _line(app.store.issues.issue(state.id).lines, stored)) for state in states)


def _line(lines: Sequence[Line], stored: StoredEntry) -> Line | None:
    """Find the line that told an entry: by itself, else by its text; Curate may have placed it anew since."""
    for wanted in ((stored.id, None), (None, stored.text_set)):
        for line in lines:
            texts = line.texts or ((line.entry, line.text_set),)
            if any(wanted in ((entry, None), (None, text_set)) for entry, text_set in texts):
                return line
    return None


def _adds(stored: StoredEntry, story: Story) -> News:
    """Say what an entry told that no other of its story had told when it came; of the first and of copies nothing."""
    before = [text.lead for text in story.texts if text.lead.id < stored.id and text.lead.text_set != stored.text_set]
    if not before or stored.is_copy:
        return News()
    news = whats_new(stored, before)
    return replace(news, sentences=tuple(said for said in news.sentences if said != stored.entry.title))


def _missing_from(app: App, output: OutputConfig, stored: StoredEntry) -> str:
    shown = items(app, output)
    for one in shown:
        text = lead_of(one, one.texts) if isinstance(one, Story) else one
        texts = one.texts if isinstance(one, Story) else (one,)
        if stored.text_set and any(text.lead.text_set == stored.text_set for text in texts):
            return _told_by(text, stored)
    return _why_not(output, stored, len(shown))


def _told_by(lead: Folded, stored: StoredEntry) -> str:
    if lead.lead.id == stored.id:
        return ""
    same = lead.lead.text_set == stored.text_set
    return f"told by {'its copy' if same else 'its story, which is led by entry'} {lead.lead.id}"


def _why_not(output: OutputConfig, stored: StoredEntry, held: int) -> str:
    if stored.dropped:
        return stored.dropped
    if stored.reach == "none":
        return "it is for the archive only"
    if output.topics and not {tag.topic for tag in stored.tags} & set(output.topics):
        return f"none of its topics: {', '.join(output.topics)}"
    return f"no room: newer ones come first, and it holds {output.size}" if held >= output.size else "not compared yet"
