"""Rows of tables ↔ values of the house."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from aggregator.model import Category, Enclosure, Entry, FeedState, Source, StoredEntry, Tag, Validators
from aggregator.store.tables import ENTRY, FEED
from aggregator.store.tables_books import CURATION

OF_ANSWER = (
    *("body_hash", "moved_to", "moved_since", "status", "outcome", "error", "failures", "fetched", "succeeded"),
    *("due", "due_reason", "wait_until", "gone"),
)
"""Columns of a feed that every answer writes, by the names they have in FeedState."""

VISIBLE = ("title", "home", "publisher", "atom_id", "language", "updated")
"""Columns that only a document writes, and that show in outputs."""

OF_DOCUMENT = (*VISIBLE, "format", "criterion", "ttl", "newest", "rhythm")
"""Columns that only a document writes: a 304 or a failure leaves them as they are."""

NO_VALIDATORS = Validators("")

ENTRY_COLUMNS = (
    *ENTRY.c,
    FEED.c.succeeded.label("feed_succeeded"),
    *(CURATION.c[name] for name in ("text_set", "set_uid", "set_founded", "same_as", "dropped", "tags")),
)
"""What ``stored_entry`` reads."""


def feed_state(row: Row[Any]) -> FeedState:
    """Row of feed → FeedState; what feeds.yaml says comes before what the document says."""
    facts = row._mapping
    validators = None
    if facts["etag"] or facts["last_modified"]:
        validators = Validators(facts["validators_url"], facts["etag"], facts["last_modified"])
    observed = {name: facts[name] for name in (*OF_ANSWER, *OF_DOCUMENT)}
    observed["title"] = facts["listed_title"] or facts["title"]
    observed["publisher"] = facts["listed_publisher"] or facts["publisher"]
    return FeedState(
        id=facts["id"],
        url=facts["url"],
        validators=validators,
        skip_hours=tuple(facts["skip_hours"]),
        skip_days=tuple(facts["skip_days"]),
        listed=facts["listed"],
        first_seen=facts["first_seen"],
        entries=facts["entries"],
        **observed,
    )


def answer_columns(state: FeedState) -> dict[str, Any]:
    """FeedState → the columns that every answer of a feed writes, and that end its lease."""
    validators = state.validators or NO_VALIDATORS
    return {
        "validators_url": validators.url,
        "etag": validators.etag,
        "last_modified": validators.last_modified,
        "lease_until": None,
        **{name: getattr(state, name) for name in OF_ANSWER},
    }


def document_columns(state: FeedState) -> dict[str, Any]:
    """FeedState → the columns that a document writes besides."""
    columns: dict[str, Any] = {name: getattr(state, name) for name in OF_DOCUMENT}
    return columns | {"skip_hours": list(state.skip_hours), "skip_days": list(state.skip_days)}


def source(row: Row[Any]) -> Source:
    """Row of feed → Source."""
    return Source(
        id=row.id,
        url=row.url,
        title=row.listed_title or row.title,
        home=row.home,
        publisher=row.listed_publisher or row.publisher,
        atom_id=row.atom_id,
        language=row.language,
        updated=row.updated,
    )


def entry_columns(entry: Entry) -> dict[str, Any]:
    """Entry → the columns that hold it; text that no database can hold (lone surrogates, NUL) is replaced."""
    return {
        "guid": storable(entry.guid),
        "url": storable(entry.url),
        "key": storable(entry.key),
        "title": storable(entry.title),
        "author": storable(entry.author),
        "html": storable(entry.html),
        "text": storable(entry.text),
        "excerpt": storable(entry.excerpt),
        "language": storable(entry.language),
        "published": entry.published,
        "published_from": entry.published_from,
        "updated": entry.updated,
        "fingerprint": entry.fingerprint,
        "words": entry.words,
        "categories": [[c.term, c.scheme, c.label] for c in entry.categories],
        "enclosures": [[e.url, e.type, e.length] for e in entry.enclosures],
        "image": storable(entry.image),
    }


def storable(text: str) -> str:
    """Replace what cannot be encoded as UTF-8, and NUL, which PostgreSQL refuses."""
    if text.isascii():
        return text.replace("\0", "\ufffd")
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def stored_entry(row: Row[Any], sources: Mapping[int, Source]) -> StoredEntry:
    """Row of ENTRY_COLUMNS → StoredEntry; ``text_set`` is 0 before Curate has placed it."""
    seen: datetime = row.last_seen or row.feed_succeeded or row.first_seen
    return StoredEntry(
        id=row.id,
        uid=row.uid,
        source=sources[row.feed_id],
        entry=_entry(row),
        first_seen=row.first_seen,
        last_seen=max(seen, row.first_seen),
        surfaced=row.surfaced,
        changed=row.changed,
        reach=row.reach,
        text_set=row.text_set or 0,
        same_as=row.same_as or "",
        tags=tuple(Tag(*tag) for tag in row.tags or ()),
        dropped=row.dropped or "",
        set_uid=row.set_uid or (row.uid if row.text_set else ""),
        set_founded=row.set_founded,
    )


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        guid=row.guid,
        url=row.url,
        key=row.key,
        title=row.title,
        author=row.author,
        html=row.html,
        text=row.text,
        excerpt=row.excerpt,
        language=row.language,
        published=row.published,
        published_from=row.published_from,
        updated=row.updated,
        fingerprint=row.fingerprint,
        words=row.words,
        categories=tuple(Category(*category) for category in row.categories),
        enclosures=tuple(Enclosure(*enclosure) for enclosure in row.enclosures),
        image=row.image,
    )
