"""Entries and publications of invented publishers, for every test that needs an output."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aggregator.model import Category, Enclosure, Entry, Folded, Format, Source, StoredEntry, Story, Tag
from aggregator.pipeline.outputs import Publication

FORMATS: tuple[Format, ...] = ("atom", "rss", "json")
NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)

COAST = Source(
    id=1,
    url="https://coast.example.com/feed.xml",
    title="Coast Example",
    home="https://coast.example.com/",
    publisher="example.com",
    atom_id="tag:coast.example.com,2020:feed",
)
NET = Source(
    id=2, url="https://example.net/rss", title="Example Net", home="https://example.net/", publisher="example.net"
)
FILE = Source(id=3, url="file:notes.xml", title="", home="", publisher="")

ENTRY = Entry(
    guid="1",
    url="https://coast.example.com/harbour-treaty",
    key="coast.example.com/harbour-treaty",
    title="Harbour treaty signed: “free passage” & <b>lower</b> dues",
    author="Ann Example",
    html='<p>Signed on <a href="https://coast.example.com/saturday">Saturday</a>. Dues fall &amp; stay low.</p>',
    text="Signed on Saturday. Dues fall & stay low.",
    excerpt="Signed on Saturday, dues < before.",
    language="en",
    published=NOON,
    published_from="published",
    updated=None,
    fingerprint="1:00",
    words="1:00",
    categories=(Category("ports", "https://coast.example.com/tags", "Ports"), Category("sea trade")),
    enclosures=(
        Enclosure("https://coast.example.com/treaty.mp3", "audio/mpeg", 123456),
        Enclosure("https://coast.example.com/map.png"),
    ),
    image="https://coast.example.com/harbour.jpg",
)


def stored(number: int = 1, *, source: Source = COAST, tags: tuple[Tag, ...] = (), **entry: Any) -> StoredEntry:
    """Store entry ``number`` an hour after it was published; keywords change the entry."""
    made = replace(ENTRY, **entry)
    seen = made.published + timedelta(hours=1) if made.published.year < 9999 else made.published
    return StoredEntry(
        id=number,
        uid=f"tag:news.example.org,2026:entry/{number}",
        source=source,
        entry=made,
        first_seen=seen,
        last_seen=seen,
        surfaced=made.published,
        changed=seen,
        reach="all",
        text_set=number,
        tags=tags,
    )


def folded(number: int = 1, *, others: tuple[StoredEntry, ...] = (), **entry: Any) -> Folded:
    """Tell one text once."""
    lead = stored(number, **entry)
    return Folded(lead, others, lead.uid)


def publication(*entries: Folded | Story, topics: Mapping[str, str] | None = None, **facts: Any) -> Publication:
    """Make the output ``all`` of World Desk."""
    made = Publication(
        name="all",
        title="World Desk",
        subtitle="All the news",
        id="tag:news.example.org,2026:feed/all",
        founded=datetime(2026, 1, 1, tzinfo=UTC),
        home="https://news.example.org/",
        base="https://news.example.org/feeds/",
        topics=topics or {"geopolitics": "Geopolitics"},
        entries=entries,
        generator="aggregator",
        ttl=30,
    )
    return replace(made, **facts)


def newspaper() -> Publication:
    """Make an output with one of each: a rich entry that others carry, one without title, one without address."""
    copy = stored(9, source=NET, url="https://example.net/wire/77", published=NOON + timedelta(minutes=5))
    treaty = folded(1, others=(copy,), tags=(Tag("geopolitics", "words", "treaty"),))
    note = folded(
        2,
        source=NET,
        url="https://example.net/notes/5",
        title="",
        author="",
        html="",
        text="Fog until ten, then sun over the whole bay, and a light wind from the south-west in the afternoon.",
        excerpt="Fog until ten, then sun over the whole bay, and a light wind from the south-west in the afternoon.",
        categories=(),
        enclosures=(),
        image="",
        published=NOON - timedelta(days=1),
    )
    paper = folded(
        3,
        source=FILE,
        url="",
        title="Überfahrt: 渡し船 🚢",
        language="de",
        html="<p>Heute keine.</p>",
        text="Heute keine.",
        excerpt="Heute keine.",
        author="",
        categories=(),
        enclosures=(),
        image="",
        published=NOON - timedelta(days=2),
    )
    return publication(treaty, note, paper)
