"""The keeper of entries: save what visits brought, and give back what outputs, digests and people ask for."""

import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime

from aggregator.model import Saved, StoredEntry, Visit
from aggregator.store import saving
from aggregator.store.database import Database
from aggregator.store.driver import number
from aggregator.store.lane import marks
from aggregator.store.reading import load, of_sets

_AT_HOME = "entry.key = '' AND entry.url = ?"
EVERYTHING = ("",)  # the topic under which every entry stands


class Entries:
    """Entries under their own identity; folding happens in Curate and when reading, never here."""

    def __init__(self, database: Database) -> None:
        self._lane = database.lane

    def save(self, visits: Sequence[Visit], *, authority: str, now: datetime) -> tuple[Saved, ...]:
        """Save a batch of visits in one transaction; a visit whose lease was taken over writes nothing.

        ``authority`` is the tagging authority of permanent ids, like "news.example.org,2026", or "".
        """
        with self._lane.write() as connection:
            return saving.save(connection, visits, authority=authority, now=now)

    def find(self, reference: str | int, *, key: str = "") -> tuple[StoredEntry, ...]:
        """Find entries by row id, by permanent id, or by the canonical address ``key``, in order of arrival.

        Of several with one canonical address those are meant that are written like ``reference``, if there are any.
        When the entry that gave a text its permanent id is gone, the id finds the copies that go by it. An entry that
        leads to its feed's home has no address of its own, and is found by the home as it is written.
        """
        text = str(reference)
        if not text:
            return ()
        values: tuple[object, ...] = (text,)
        named = "entry.uid = ?"
        if text.isascii() and text.isdigit() and len(text) < 19:
            named, values = "entry.id = ?", (int(text),)
        elif key:
            named, values = "entry.uid = ? OR entry.key = ?", (text, key)
        with self._lane.read() as connection:
            for which, those in ((named, values), ("curation.set_uid = ?", (text,)), (_AT_HOME, (text,))):
                if found := load(connection, f"WHERE {which} ORDER BY entry.id", those):
                    return tuple(one for one in found if text in (one.entry.url, one.uid)) or found
        return ()

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
        terms: list[tuple[str, Sequence[object]]] = [_contains(word, _TEXTS) for word in text.split()]
        if topic:
            terms.append(("entry.id IN (SELECT entry_id FROM shelf WHERE topic = ?)", (topic,)))
        if feed:
            terms.append(_contains(feed, _NAMES))
        if since:
            terms.append(("entry.first_seen >= ?", (number(since),)))
        if until:
            terms.append(("entry.first_seen < ?", (number(until),)))
        where = " AND ".join(["true", *(term for term, _ in terms)])
        values = [value for _, some in terms for value in some]
        with self._lane.read() as connection:
            order = "ORDER BY entry.surfaced DESC, entry.id DESC LIMIT ?"
            return load(connection, f"WHERE {where} {order}", [*values, limit])

    def latest(self, *, topics: Sequence[str], sets: int) -> tuple[StoredEntry, ...]:
        """Give the newest text sets of any of ``topics`` (none: of everything), whole, the newest surfaced first.

        Only curated entries that are for outputs; those that were dropped are left out.
        """
        with self._lane.read() as connection:
            newest = _newest_sets(connection, topics or EVERYTHING, sets)
            return of_sets(connection, newest, where="AND entry.reach != 'none'")

    def since(self, *, topics: Sequence[str], after: datetime, until: datetime) -> tuple[StoredEntry, ...]:
        """Give the text sets with an entry for digests first seen in (after, until], whole, in order of arrival.

        Members outside the window, or only for outputs, come with them: ``first_seen`` tells what was known before.
        """
        of_topic = f"AND EXISTS (SELECT 1 FROM shelf WHERE entry_id = entry.id AND topic IN {marks(topics)})"
        news = f"{_NEWS} {of_topic if topics else ''} ORDER BY entry.id"
        with self._lane.read() as connection:
            rows = connection.execute(news, (number(after), number(until), *topics)).fetchall()
            return of_sets(connection, [text_set for (text_set,) in rows])

    def members(self, text_sets: Collection[int]) -> tuple[StoredEntry, ...]:
        """Give whole text sets, of any reach; dropped entries are left out."""
        with self._lane.read() as connection:
            return of_sets(connection, text_sets)


_TEXTS = ("entry.title", "entry.author", "entry.text")
_NAMES = ("feed.url", "feed.title", "feed.listed_title")
_NEWS = """
    SELECT curation.text_set FROM curation JOIN entry ON entry.id = curation.entry_id
    WHERE entry.first_seen > ? AND entry.first_seen <= ? AND entry.reach = 'all' AND curation.dropped = ''
"""
_SHELF = """
    SELECT text_set, surfaced, entry_id FROM shelf WHERE topic = ?1 AND shown = 1 AND surfaced <= ?2
    AND (surfaced < ?2 OR (surfaced = ?2 AND (text_set < ?3 OR (text_set = ?3 AND entry_id < ?4))))
    ORDER BY surfaced DESC, text_set DESC, entry_id DESC LIMIT ?5
"""
_NEWEST = (1 << 62, 0, 0)  # later than any moment that can be kept


def _contains(word: str, columns: Sequence[str]) -> tuple[str, Sequence[object]]:
    """Write that a text stands in one of these columns, in any case; ``%`` and ``_`` stand for themselves."""
    folded = word.casefold()
    for sign in "/%_":
        folded = folded.replace(sign, f"/{sign}")
    terms = (f"lower({column}) LIKE ? ESCAPE '/'" for column in columns)
    return f"({' OR '.join(terms)})", [f"%{folded}%"] * len(columns)


def _newest_sets(connection: sqlite3.Connection, topics: Sequence[str], sets: int) -> list[int]:
    """Walk each topic's shelf from the newest end until there are enough sets: the archive's size does not matter."""
    newest: dict[int, int] = {}
    for topic in dict.fromkeys(topics):
        for text_set, surfaced in _newest_of_topic(connection, topic, sets).items():
            newest[text_set] = max(surfaced, newest.get(text_set, surfaced))
    return sorted(newest, key=lambda text_set: (newest[text_set], text_set), reverse=True)[:sets]


def _newest_of_topic(connection: sqlite3.Connection, topic: str, sets: int) -> dict[int, int]:
    found: dict[int, int] = {}
    last = _NEWEST
    while len(found) < sets:
        surfaced, text_set, entry = last
        rows = connection.execute(_SHELF, (topic, surfaced, text_set, entry, sets)).fetchall()
        for text_set, surfaced, _ in rows:
            found.setdefault(text_set, surfaced)
        if len(rows) < sets:
            break
        last = (rows[-1][1], rows[-1][0], rows[-1][2])
    return dict(list(found.items())[:sets])
