"""The keeper of the pages behind entries: which are to be fetched, what came of them, what robots.txt allow."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from aggregator.model import Cut, FullText, Page, Robots, Teaser
from aggregator.pipeline import furniture
from aggregator.pipeline.furniture import Told
from aggregator.store import meta, texts, waiting
from aggregator.store.database import Database
from aggregator.store.driver import instant, moment, number, read_json, write_json
from aggregator.store.lane import among
from aggregator.store.revising import with_their_sets
from aggregator.store.rows import storable

Read = tuple[Page, FullText | None]
"""A page, and what it makes of its entry; None when the entry stays as it is."""


class Pages:
    """A page is asked for once per entry; its text becomes the entry's before Curate sees it."""

    def __init__(self, database: Database) -> None:
        self._lane = database.lane

    def unasked(self, feeds: Sequence[str], *, since: datetime) -> tuple[Teaser, ...]:
        """List entries of ``feeds`` that wait for Curate, were first seen after ``since`` and have no page yet.

        One without an address of its own, which bears that of its site, has none to ask for.
        """
        with self._lane.read() as connection:
            rows = sorted(among(connection, _UNASKED, feeds, number(since)))
        return tuple(_teaser(*row, 0) for row in rows)

    def wait(self, entries: Iterable[int], *, now: datetime) -> None:
        """Queue the pages of these entries."""
        rows = [_values(Page(entry, "waiting", due=now)) for entry in entries]
        if rows:
            with self._lane.write() as connection:
                connection.executemany(_QUEUE, rows)

    def due(self, now: datetime, *, limit: int) -> tuple[Teaser, ...]:
        """List the pages to ask for now, those that have waited longest first."""
        with self._lane.read() as connection:
            return tuple(_teaser(*row) for row in connection.execute(_DUE, (number(now), limit)))

    def repeated(self, feeds: Iterable[str]) -> dict[str, frozenset[int]]:
        """Give, by the address of a feed, the paragraphs that its entries repeat (``furniture.paragraph``)."""
        with self._lane.read() as connection:
            return {url: furniture.repeated(kept) for url, kept in among(connection, _REPEATED, feeds)}

    def save(self, read: Sequence[Read]) -> None:
        """Keep what came of pages; entries that got their text are curated, anew where they were before."""
        filled = [(page.entry, text) for page, text in read if text]
        hashes = {entry: furniture.paragraphs(text.text) for entry, text in filled}
        with self._lane.write() as connection:
            connection.executemany(_FILL, [(*_texts(text), entry) for entry, text in filled])
            texts.learn(connection, _told(connection, hashes))
            connection.executemany(_KEEP, [_values(page) for page, _ in read])
            waiting.wait(connection, with_their_sets(connection, [entry for entry, _ in filled]))
            if filled:
                meta.bump(connection)

    def of(self, entry: int) -> Page | None:
        """Give what is known of an entry's page."""
        with self._lane.read() as connection:
            row = connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM page WHERE entry_id = ?", (entry,)).fetchone()
        return _page(*row) if row else None

    def counts(self, feed: int) -> Mapping[str, int]:
        """Count the pages of a feed's entries by what came of them."""
        with self._lane.read() as connection:
            return dict(connection.execute(_COUNTS, (feed,)).fetchall())

    def robots(self, origins: Sequence[str], *, now: datetime) -> dict[str, Robots]:
        """Give what these origins' robots.txt say, where that still holds."""
        with self._lane.read() as connection:
            rows = among(connection, _ROBOTS, origins, number(now))
            return {row[0]: _robots(*row) for row in rows}

    def rest(self, until: Mapping[str, datetime]) -> None:
        """Keep until when origins want to be left alone, by their robots.txt."""
        if until:
            with self._lane.write() as connection:
                rows = [(number(end), origin) for origin, end in until.items()]
                connection.executemany("UPDATE robots SET rests = ? WHERE origin = ?", rows)

    def keep_robots(self, said: Sequence[Robots], *, now: datetime) -> None:
        """Keep what robots.txt said; what holds no longer is forgotten."""
        rows = [(r.origin, number(r.asked), number(r.expires), r.status, storable(r.text), r.closed) for r in said]
        with self._lane.write() as connection:
            connection.execute("DELETE FROM robots WHERE expires <= ?", (number(now),))
            connection.executemany(_KEEP_ROBOTS, rows)


_COLUMNS = ("entry_id", "outcome", "tries", "due", "reason", "fetched", "url", "title", "image", "caption", "cuts")
_MARKS = ", ".join("?" * len(_COLUMNS))
_QUEUE = f"INSERT INTO page ({', '.join(_COLUMNS)}) VALUES ({_MARKS}) ON CONFLICT DO NOTHING"
_KEEP = (
    f"INSERT INTO page ({', '.join(_COLUMNS)}) VALUES ({_MARKS}) ON CONFLICT (entry_id) DO UPDATE SET "
    f"{', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
)
_FILL = "UPDATE entry SET html = ?, text = ?, excerpt = ?, words = ?, image = ?, credit = ? WHERE id = ?"
_NAMED = "SELECT id, feed_id, guid, title FROM entry WHERE id IN"
_TEASER = (
    "entry.id, feed.url, entry.url, entry.title, entry.text, entry.excerpt, entry.image, entry.published, entry.credit"
)
_UNASKED = f"""
    SELECT {_TEASER} FROM pending JOIN entry ON entry.id = pending.entry_id JOIN feed ON feed.id = entry.feed_id
    WHERE entry.first_seen > ? AND entry.reach != 'none' AND entry.key != ''
    AND NOT EXISTS (SELECT 1 FROM page WHERE page.entry_id = entry.id) AND feed.url IN
"""
_DUE = f"""
    SELECT {_TEASER.replace("entry.url", "CASE WHEN page.url != '' THEN page.url ELSE entry.url END")}, page.tries
    FROM page JOIN entry ON entry.id = page.entry_id JOIN feed ON feed.id = entry.feed_id
    WHERE page.outcome = 'waiting' AND page.due <= ? ORDER BY page.due, page.entry_id LIMIT ?
"""
_REPEATED = "SELECT url, paragraphs FROM feed JOIN furniture ON furniture.feed_id = feed.id WHERE url IN"
_COUNTS = """
    SELECT outcome, count(*) FROM entry JOIN page ON page.entry_id = entry.id WHERE entry.feed_id = ? GROUP BY outcome
"""
_ROBOTS = "SELECT origin, asked, expires, status, text, closed, rests FROM robots WHERE expires > ? AND origin IN"
_KEEP_ROBOTS = """
    INSERT INTO robots (origin, asked, expires, status, text, closed) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (origin) DO UPDATE SET asked = excluded.asked, expires = excluded.expires, status = excluded.status,
    text = excluded.text, closed = excluded.closed
"""


def _teaser(id: int, feed: str, url: str, title: str, *rest: Any) -> Teaser:
    text, excerpt, image, published, credit, tries = rest
    return Teaser(id, feed, url, title, text, excerpt, image, instant(published), tries, credit)


def _values(page: Page) -> list[Any]:
    cuts = storable(write_json([[cut.place, cut.text, cut.reason] for cut in page.cuts]))
    said = map(storable, (page.url, page.title, page.image, page.caption))
    due, fetched = number(page.due), number(page.fetched)
    return [page.entry, page.outcome, page.tries, due, storable(page.reason), fetched, *said, cuts]


def _page(entry: int, outcome: Any, tries: int, due: int | None, reason: str, fetched: int | None, *rest: Any) -> Page:
    url, title, image, caption, cuts = rest
    found = tuple(Cut(*cut) for cut in read_json(cuts))
    return Page(entry, outcome, tries, moment(due), reason, moment(fetched), url, title, image, caption, found)


def _robots(origin: str, asked: int, expires: int, status: int, text: str, closed: str, rests: int | None) -> Robots:
    return Robots(origin, instant(asked), instant(expires), status, text, closed, moment(rests))


def _told(connection: sqlite3.Connection, hashes: Mapping[int, Sequence[int]]) -> dict[int, list[Told]]:
    """Give by their feeds the entries that got the texts of pages, with the ``hashes`` of their paragraphs."""
    found: dict[int, list[Told]] = defaultdict(list)
    for entry, feed, guid, title in among(connection, _NAMED, hashes):
        found[feed].append((guid, title, hashes[entry]))
    return found


def _texts(text: FullText) -> list[str]:
    return [storable(said) for said in (text.html, text.text, text.excerpt, text.words, text.image, text.credit)]
