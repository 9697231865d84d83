"""Curate: place every new entry, in order of arrival, one run at a time."""

from dataclasses import dataclass
from datetime import datetime

from aggregator.app import App
from aggregator.config import FeedConfig
from aggregator.jobs.tagging import Tagger
from aggregator.model import KEYS, WORDS, Candidate, Curated, Learned
from aggregator.pipeline.topics import evidence, pattern, reading

AT_ONCE = 500


@dataclass(slots=True)
class Placed:
    """What curating came to."""

    entries: int = 0
    duplicates: int = 0
    dropped: int = 0


def curate(app: App) -> Placed:
    """Fold duplicates and tag topics until nothing is pending; each batch is one transaction."""
    report, tagger = Placed(), None
    while pending := app.store.curation.pending(app.rules.version, limit=AT_ONCE):
        tagger = tagger or Tagger(app)
        rows, learned = _place(app, pending, tagger)
        app.store.curation.save(rows, rules=app.rules.version, learned=learned)
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


def readdress(app: App) -> None:
    """Make canonical addresses anew that an earlier version of the program made; call it before anything is read."""
    while app.store.curation.readdress(KEYS, _canonical):
        pass


def _canonical(url: str) -> str:
    from aggregator.pipeline.addresses import canonical  # a run without news never loads it

    return canonical(url)


def _anew(title: str, text: str, published: datetime) -> str:
    from aggregator.pipeline.clean_text import words  # a run without news never loads it

    return words(title, text, day=published.date().isoformat())


def _place(app: App, pending: tuple[Candidate, ...], tagger: Tagger) -> tuple[list[Curated], Learned]:
    from aggregator.jobs.comparing import Comparison  # a run without news never loads it

    texts = Comparison(app, pending)
    rows = []
    for entry, tags in zip(pending, tagger.tags(pending), strict=True):
        same = texts.place(entry)
        left_out = dropped(entry, app.feeds.get(entry.url))
        copy = (same.like, same.score) if same.like else (0, 0.0)
        rows.append(Curated(entry.id, same.text_set, same.reason, tags, left_out, *copy))
    return rows, texts.learned


def dropped(entry: Candidate, feed: FeedConfig | None) -> str:
    """Say why ``keep:`` or ``drop:`` of its feed leaves an entry out; empty when it stays in."""
    if feed is None or not (feed.keep or feed.drop):
        return ""
    title, text = reading(entry.title), reading(entry.text)
    if said := evidence([pattern(word) for word in feed.drop], title, text):
        return f"drop: {said}"
    if feed.keep and not evidence([pattern(word) for word in feed.keep], title, text):
        return "keep: none of its words found"
    return ""
