"""The keeper of what Curate decides: which entries are one text, which topics they have, what is left out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, delete, select

from aggregator.model import Curated, StoredEntry
from aggregator.store import meta
from aggregator.store.database import Database
from aggregator.store.portable import chunks, insert_missing, upsert
from aggregator.store.reading import by_ids, load, wanted
from aggregator.store.tables import ENTRY
from aggregator.store.tables_books import CURATION, PENDING, SHELF

MATCHES = 50
"""How many of the entries with one address or one text are shown to Curate, the oldest of them."""


class Curation:
    """Entries wait here until they are placed; placing them again replaces what was decided before."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def pending(self, rules: str, *, limit: int = 500) -> tuple[StoredEntry, ...]:
        """List entries that are new, have changed, or were placed under rules other than ``rules``, as they arrived."""
        with self._database.read() as connection:
            if meta.read(connection, "rules") == rules:
                return _waiting(connection, limit)
        with self._database.write() as connection:
            connection.execute(delete(PENDING))
            connection.execute(PENDING.insert().from_select(["entry_id"], select(ENTRY.c.id)))
            meta.write(connection, "rules", rules)
            return _waiting(connection, limit)

    def matches(self, entries: Sequence[StoredEntry]) -> Mapping[int, tuple[StoredEntry, ...]]:
        """Give for each entry the other stored ones with its canonical address or its words, the oldest first.

        ``text_set`` of a match is 0 while it waits itself to be placed.
        """
        with self._database.read() as connection:
            same_key = _sharing(connection, ENTRY.c.key, {stored.entry.key for stored in entries})
            same_words = _sharing(connection, ENTRY.c.words, {stored.entry.words for stored in entries})
            ids = {
                stored.id: sorted({*same_key[stored.entry.key], *same_words[stored.entry.words]} - {stored.id})
                for stored in entries
            }
            others = _placed(connection, sorted({id for found in ids.values() for id in found}))
        return {entry: tuple(others[id] for id in found) for entry, found in ids.items()}

    def save(self, curated: Sequence[Curated], *, rules: str) -> None:
        """Keep what was decided under ``rules``, in place of what was decided before."""
        if not curated:
            return
        with self._database.write() as connection:
            entries = _facts(connection, [row.entry for row in curated])
            rows = [row for row in curated if row.entry in entries]
            for part in chunks([row.entry for row in rows]):
                connection.execute(delete(SHELF).where(SHELF.c.entry_id.in_(part)))
                if meta.read(connection, "rules") == rules:
                    connection.execute(delete(PENDING).where(PENDING.c.entry_id.in_(part)))
            upsert(connection, CURATION, [_decision(row) for row in rows])
            insert_missing(connection, SHELF, [place for row in rows for place in _places(row, *entries[row.entry])])
            meta.bump(connection)


def _waiting(connection: Connection, limit: int) -> tuple[StoredEntry, ...]:
    first = select(PENDING.c.entry_id).order_by(PENDING.c.entry_id).limit(limit)
    return load(connection, wanted().where(ENTRY.c.id.in_(first)).order_by(ENTRY.c.id))


def _sharing(connection: Connection, column: ColumnElement[str], values: set[str]) -> Mapping[str, list[int]]:
    found: Mapping[str, list[int]] = defaultdict(list)
    for part in chunks(sorted(values - {""})):
        rows = select(column, ENTRY.c.id).where(column.in_(part)).order_by(column, ENTRY.c.id)
        for value, id in connection.execute(rows):
            if len(found[value]) < MATCHES:
                found[value].append(id)
    return found


def _placed(connection: Connection, ids: Sequence[int]) -> dict[int, StoredEntry]:
    waiting: set[int] = set()
    for part in chunks(ids):
        rows = connection.execute(select(PENDING.c.entry_id).where(PENDING.c.entry_id.in_(part)))
        waiting.update(rows.scalars())
    found = by_ids(connection, ids)
    return {id: replace(entry, text_set=0) if id in waiting else entry for id, entry in found.items()}


def _facts(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[object, str]]:
    return {
        row.id: (row.surfaced, row.reach)
        for part in chunks(ids)
        for row in connection.execute(select(ENTRY.c.id, ENTRY.c.surfaced, ENTRY.c.reach).where(ENTRY.c.id.in_(part)))
    }


def _decision(row: Curated) -> dict[str, object]:
    return {
        "entry_id": row.entry,
        "text_set": row.text_set or row.entry,
        "same_as": row.same_as,
        "dropped": row.dropped,
        "tags": [[tag.topic, tag.via, tag.evidence] for tag in row.tags],
    }


def _places(row: Curated, surfaced: object, reach: str) -> list[dict[str, object]]:
    return [
        {
            "entry_id": row.entry,
            "topic": topic,
            "shown": reach != "none" and not row.dropped,
            "surfaced": surfaced,
            "text_set": row.text_set or row.entry,
        }
        for topic in dict.fromkeys(["", *(tag.topic for tag in row.tags)])
    ]
