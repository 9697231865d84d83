"""Curate: place every new entry, in order of arrival, one run at a time."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from aggregator.app import App
from aggregator.config import FeedConfig
from aggregator.model import WORDS, Candidate, Curated, Placement, StoryChanges
from aggregator.pipeline.duplicates import same_text
from aggregator.pipeline.topics import evidence, pattern, reading, tag

if TYPE_CHECKING:
    from aggregator.jobs.stories import Storyteller

AT_ONCE = 500


@dataclass(slots=True)
class Placed:
    """What curating came to."""

    entries: int = 0
    duplicates: int = 0
    dropped: int = 0


def curate(app: App) -> Placed:
    """Fold duplicates and tag topics until nothing is pending; each batch is one transaction."""
    report, teller = Placed(), None
    while pending := app.store.curation.pending(app.rules.version, limit=AT_ONCE):
        teller = teller or _storyteller(app)
        rows, changes = _place(app, pending, teller)
        app.store.curation.save(rows, rules=app.rules.version, stories=changes)
        report.entries += len(rows)
        report.duplicates += sum(bool(row.same_as) for row in rows)
        report.dropped += sum(bool(row.dropped) for row in rows)
    return report


def reword(app: App) -> None:
    """Make the fingerprints of words anew that an earlier version of the program made.

    Else what it stored would not be known again: call it before anything is read.
    """
    while app.store.curation.reword(WORDS, _anew):
        pass


def _anew(title: str, text: str, published: datetime) -> str:
    from aggregator.pipeline.clean_text import words  # a run without news never loads it

    return words(title, text, day=published.date().isoformat())


def _storyteller(app: App) -> "Storyteller":
    from aggregator.jobs.stories import Storyteller  # a run without news never loads it

    return Storyteller(app)


def _place(app: App, pending: tuple[Candidate, ...], teller: "Storyteller") -> tuple[list[Curated], StoryChanges]:
    matches = app.store.curation.matches(pending)
    placed = {other.id: other.text_set for others in matches.values() for other in others if other.text_set}
    for entry in pending:
        placed.pop(entry.id, None)
    rows = []
    for entry in pending:
        same = same_text(entry, matches.get(entry.id, ()), sets=placed)
        placed[entry.id] = same.text_set
        feed = app.feeds.get(entry.url)
        tags = tag(entry, app.rules, fixed=feed.topics if feed else ())
        rows.append(Curated(entry.id, same.text_set, same.reason, tags, _dropped(entry, feed)))
    told, changes = teller.tell(pending, placed)
    return [_in_story(row, told[row.entry]) for row in rows], changes


def _in_story(row: Curated, found: Placement) -> Curated:
    return replace(row, story=found.story, story_like=found.like, story_score=found.score, story_why=found.why)


def _dropped(entry: Candidate, feed: FeedConfig | None) -> str:
    """Say why ``keep:`` or ``drop:`` of its feed leaves an entry out; empty when it stays in."""
    if feed is None or not (feed.keep or feed.drop):
        return ""
    title, text = reading(entry.title), reading(entry.text)
    if said := evidence([pattern(word) for word in feed.drop], title, text):
        return f"drop: {said}"
    if feed.keep and not evidence([pattern(word) for word in feed.keep], title, text):
        return "keep: none of its words found"
    return ""
