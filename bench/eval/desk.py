"""A workspace that exists for one measurement: entries go in as feeds bring them, and Curate places them."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import combinations
from pathlib import Path

from aggregator.app import App, open_app
from aggregator.jobs.curate import curate
from aggregator.model import Entry, Intake, Listing, ParsedFeed, StoredEntry, Visit
from aggregator.pipeline.addresses import canonical
from aggregator.pipeline.clean_text import words

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """What a feed told: ``at`` is when it was published."""

    feed: str
    title: str
    text: str
    url: str = ""
    guid: str = ""
    at: datetime = NOW


@contextmanager
def workspace() -> Iterator[App]:
    """Open an empty workspace."""
    with tempfile.TemporaryDirectory(prefix="eval-") as place:
        folder = Path(place)
        (folder / "feeds.yaml").write_text("title: Eval\nfeeds: []\n", encoding="utf-8")
        with open_app(folder, clock=lambda: NOW) as app:
            yield app


def sets_of(told: Sequence[Told]) -> list[int]:
    """Say for each entry which text set Curate puts it in, when they arrive in this order, a hundred at a time."""
    return [entry.text_set for entry in placed(told)]


def placed(told: Sequence[Told]) -> list[StoredEntry]:
    """Give the entries as Curate has placed them, when they arrive in this order, a hundred at a time."""
    with workspace() as app:
        feeds = list(dict.fromkeys(one.feed for one in told))
        app.store.feeds.list([Listing(url) for url in feeds], now=NOW)
        for start in range(0, len(told), 100):
            arrive(app, told[start : start + 100], first=start)
            curate(app)
        stored = {entry.entry.author: entry for entry in app.store.entries.search(limit=len(told) + 1)}
        return [stored[str(place)] for place in range(len(told))]


def spent() -> float:
    """Say how many seconds of CPU this process has cost so far, and those it made that have ended."""
    return sum(os.times()[:4])


def pairs(sets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """All pairs of places that are in one set."""
    members: dict[int, list[int]] = {}
    for place, text_set in enumerate(sets):
        members.setdefault(text_set, []).append(place)
    for together in members.values():
        yield from combinations(together, 2)


def arrive(app: App, told: Sequence[Told], *, first: int) -> None:
    """Store entries one by one, so that their ids come in this order; ``author`` says which is which.

    Each is a document of its feed by itself, and takes the place of the one before.
    """
    states = {state.url: state for state in app.store.feeds.all()}
    for place, one in enumerate(told, first):
        feed = states[one.feed]
        token = app.store.feeds.claim([feed.id], now=NOW, seconds=60)[feed.id]
        new, now = (_entry(one, place),), NOW + timedelta(microseconds=place)
        intake = Intake(ParsedFeed("rss20", title=one.feed), "guid", (new[0].guid,), new)
        visit = Visit(replace(feed, outcome="ok", fetched=now, succeeded=now), token, intake)
        app.store.entries.save([visit], authority="", now=now)


def _entry(one: Told, place: int) -> Entry:
    url = one.url or f"{one.feed.rpartition('/')[0]}/{place}"
    mark = sha256(f"{one.title}\n{one.text}".encode()).hexdigest()[:32]
    return Entry(
        guid=one.guid or f"{place}",
        url=url,
        key=canonical(url),
        title=one.title[:500],
        author=str(place),
        html="",
        text=one.text,
        excerpt=one.text[:280],
        language="en",
        published=one.at + timedelta(seconds=place),
        published_from="published",
        updated=None,
        fingerprint=f"2:{mark}",
        words=words(one.title, one.text, day=one.at.date().isoformat()),
    )
