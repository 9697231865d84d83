"""The keeper of entries: save what visits brought, and give back what outputs, digests and people ask for."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true

from aggregator.model import Saved, StoredEntry, Visit
from aggregator.store import saving
from aggregator.store.database import Database
from aggregator.store.reading import load, of_sets, wanted
from aggregator.store.tables import ENTRY, FEED
from aggregator.store.tables_books import CURATION, SHELF

EVERYTHING = ("",)  # the topic under which every entry stands


class Entries:
    """Entries under their own identity; folding happens in Curate and when reading, never here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, visits: Sequence[Visit], *, authority: str, now: datetime) -> tuple[Saved, ...]:
        """Save a batch of visits in one transaction; a visit whose lease was taken over writes nothing.

        ``authority`` is the tagging authority of permanent ids, like "news.example.org,2026", or "".
        """
        with self._database.write() as connection:
            return saving.save(connection, visits, authority=authority, now=now)

    def find(self, reference: str | int) -> tuple[StoredEntry, ...]:
        """Find entries by row id, permanent id, address or canonical address, in order of arrival.

        When the entry that gave a text its permanent id is gone, the id finds the copies that go by it.
        """
        text = str(reference)
        if not text:
            return ()
        named = [ENTRY.c.uid == text, ENTRY.c.url == text, ENTRY.c.key == text]
        if text.isascii() and text.isdigit() and len(text) < 19:
            named = [ENTRY.c.id == int(text)]
        with self._database.read() as connection:
            found = load(connection, wanted().where(or_(*named)).order_by(ENTRY.c.id))
            return found or load(connection, wanted().where(CURATION.c.set_uid == text).order_by(ENTRY.c.id))

    def search(
        self,
        *,
        topic: str = "",
        feed: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        text: str = "",
        limit: int = 50,
    ) -> tuple[StoredEntry, ...]:
        """List entries, the newest first: of a topic, of a feed (address, or part of address or title), first seen in
        [since, until), with all the words of ``text`` somewhere in title, author or text, in any case.
        """
        terms: list[ColumnElement[bool]] = [_contains(word) for word in text.split()]
        if topic:
            terms.append(ENTRY.c.id.in_(select(SHELF.c.entry_id).where(SHELF.c.topic == topic)))
        if feed:
            names = (FEED.c.url, FEED.c.title, FEED.c.listed_title)
            terms.append(or_(*(func.lower(name).contains(feed.casefold(), autoescape=True) for name in names)))
        if since:
            terms.append(ENTRY.c.first_seen >= since)
        if until:
            terms.append(ENTRY.c.first_seen < until)
        found = wanted().where(true(), *terms).order_by(ENTRY.c.surfaced.desc(), ENTRY.c.id.desc()).limit(limit)
        with self._database.read() as connection:
            return load(connection, found)

    def latest(self, *, topics: Sequence[str], sets: int) -> tuple[StoredEntry, ...]:
        """Give the newest text sets of any of ``topics`` (none: of everything), whole, the newest surfaced first.

        Only curated entries that are for outputs; those that were dropped are left out.
        """
        with self._database.read() as connection:
            newest = _newest_sets(connection, topics or EVERYTHING, sets)
            return of_sets(connection, newest, where=[ENTRY.c.reach != "none"])

    def since(self, *, topics: Sequence[str], after: datetime, until: datetime) -> tuple[StoredEntry, ...]:
        """Give the text sets with an entry for digests first seen in (after, until], whole, in order of arrival.

        Members outside the window, or only for outputs, come with them: ``first_seen`` tells what was known before.
        """
        news = select(CURATION.c.text_set).join(ENTRY, ENTRY.c.id == CURATION.c.entry_id)
        news = news.where(ENTRY.c.first_seen > after, ENTRY.c.first_seen <= until, ENTRY.c.reach == "all")
        news = news.where(CURATION.c.dropped == "").order_by(ENTRY.c.id)
        if topics:
            of_topic = (SHELF.c.entry_id == ENTRY.c.id, SHELF.c.topic.in_(topics))
            news = news.where(select(SHELF.c.entry_id).where(*of_topic).exists())
        with self._database.read() as connection:
            return of_sets(connection, connection.execute(news).scalars().all())

    def members(self, text_sets: Collection[int]) -> tuple[StoredEntry, ...]:
        """Give whole text sets, of any reach; dropped entries are left out."""
        with self._database.read() as connection:
            return of_sets(connection, list(text_sets))


def _contains(word: str) -> ColumnElement[bool]:
    columns = (ENTRY.c.title, ENTRY.c.author, ENTRY.c.text)
    return or_(*(func.lower(column).contains(word.casefold(), autoescape=True) for column in columns))


def _newest_sets(connection: Connection, topics: Sequence[str], sets: int) -> list[int]:
    """Walk each topic's shelf from the newest end until there are enough sets: the archive's size does not matter."""
    newest: dict[int, datetime] = {}
    for topic in dict.fromkeys(topics):
        for text_set, surfaced in _newest_of_topic(connection, topic, sets).items():
            newest[text_set] = max(surfaced, newest.get(text_set, surfaced))
    return sorted(newest, key=lambda text_set: (newest[text_set], text_set), reverse=True)[:sets]


def _newest_of_topic(connection: Connection, topic: str, sets: int) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    last: Any = None
    while len(found) < sets:
        rows = connection.execute(_shelf(topic, before=last).limit(sets)).all()
        for row in rows:
            found.setdefault(row.text_set, row.surfaced)
        if len(rows) < sets:
            break
        last = rows[-1]
    return dict(list(found.items())[:sets])


def _shelf(topic: str, *, before: Any) -> Any:
    order = (SHELF.c.surfaced.desc(), SHELF.c.text_set.desc(), SHELF.c.entry_id.desc())
    rows = select(SHELF.c.text_set, SHELF.c.surfaced, SHELF.c.entry_id)
    rows = rows.where(SHELF.c.topic == topic, SHELF.c.shown.is_(true())).order_by(*order)
    if before is None:
        return rows
    same = SHELF.c.surfaced == before.surfaced
    later = or_(
        SHELF.c.text_set < before.text_set,
        and_(SHELF.c.text_set == before.text_set, SHELF.c.entry_id < before.entry_id),
    )
    return rows.where(SHELF.c.surfaced <= before.surfaced, or_(SHELF.c.surfaced < before.surfaced, and_(same, later)))
