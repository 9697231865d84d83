"""The keeper of what Curate decides: which entries are one text, which topics they have, what is left out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Column, Connection, Select, bindparam, delete, select

from aggregator.model import Curated, StoredEntry
from aggregator.store import meta
from aggregator.store.database import Database
from aggregator.store.founders import Founder, founders
from aggregator.store.portable import chunks, insert_missing, upsert
from aggregator.store.reading import by_ids, load, wanted
from aggregator.store.tables import ENTRY
from aggregator.store.tables_books import CURATION, PENDING, SHELF

MATCHES = 50
"""How many entries with the same address, or the same text, are shown to Curate on either side of an entry."""


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
        """Give for each entry others with its canonical address or its words, the oldest first.

        Of those with one value: the given ones, and the nearest to each by arrival, so that a text that is told every
        day costs no more when the archive has a thousand of it. ``text_set`` of a match is 0 while it waits itself.
        """
        given = [stored.id for stored in entries]
        with self._database.read() as connection:
            same_key = _sharing(connection, ENTRY.c.key, given)
            same_words = _sharing(connection, ENTRY.c.words, given)
            ids = {
                stored.id: sorted((same_key[stored.entry.key] | same_words[stored.entry.words]) - {stored.id})
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
            heads = founders(connection, {row.entry: row.text_set or row.entry for row in rows})
            decided = [_decision(row, heads[row.text_set or row.entry], entries[row.entry]) for row in rows]
            upsert(connection, CURATION, decided)
            insert_missing(connection, SHELF, [place for row in rows for place in _places(row, entries[row.entry])])
            meta.bump(connection)


def _waiting(connection: Connection, limit: int) -> tuple[StoredEntry, ...]:
    first = select(PENDING.c.entry_id).order_by(PENDING.c.entry_id).limit(limit)
    return load(connection, wanted().where(ENTRY.c.id.in_(first)).order_by(ENTRY.c.id))


def _sharing(connection: Connection, column: Column[str], ids: Sequence[int]) -> Mapping[str, set[int]]:
    """Gather entries by the value they share: those of ``ids``, and on either side of each the nearest by arrival."""
    found: Mapping[str, set[int]] = defaultdict(set)
    earlier, later = _neighbours(column)
    for part in chunks(ids):
        for id, value in connection.execute(_shared(column, part)).all():
            found[value].add(id)
            for near in (earlier, later):
                found[value].update(connection.execute(near, {"value": value, "mine": id}).scalars())
    return found


def _shared(column: Column[str], ids: Sequence[int]) -> Select[Any]:
    """Which of these entries are not alone with their value; the lack of one is none."""
    other = ENTRY.alias()
    another = select(other.c.id).where(other.c[column.name] == column, other.c.id != ENTRY.c.id).exists()
    return select(ENTRY.c.id, column).where(ENTRY.c.id.in_(ids), column != "", another).order_by(ENTRY.c.id)


def _neighbours(column: Column[str]) -> tuple[Select[Any], Select[Any]]:
    same = select(ENTRY.c.id).where(column == bindparam("value")).limit(MATCHES)
    earlier = same.where(ENTRY.c.id < bindparam("mine")).order_by(ENTRY.c.id.desc())
    return earlier, same.where(ENTRY.c.id > bindparam("mine")).order_by(ENTRY.c.id)


def _placed(connection: Connection, ids: Sequence[int]) -> dict[int, StoredEntry]:
    waiting: set[int] = set()
    for part in chunks(ids):
        rows = connection.execute(select(PENDING.c.entry_id).where(PENDING.c.entry_id.in_(part)))
        waiting.update(rows.scalars())
    found = by_ids(connection, ids)
    return {id: replace(entry, **_UNPLACED) if id in waiting else entry for id, entry in found.items()}


def _facts(connection: Connection, ids: Sequence[int]) -> dict[int, Any]:
    columns = select(*(ENTRY.c[name] for name in ("id", "uid", "surfaced", "reach")))
    return {row.id: row for part in chunks(ids) for row in connection.execute(columns.where(ENTRY.c.id.in_(part)))}


def _decision(row: Curated, founder: Founder, entry: Any) -> dict[str, object]:
    return {
        "entry_id": row.entry,
        "text_set": row.text_set or row.entry,
        "set_uid": "" if founder.uid == entry.uid else founder.uid,
        "set_founded": founder.published,
        "same_as": row.same_as,
        "dropped": row.dropped,
        "tags": [[tag.topic, tag.via, tag.evidence] for tag in row.tags],
    }


def _places(row: Curated, entry: Any) -> list[dict[str, object]]:
    return [
        {
            "entry_id": row.entry,
            "topic": topic,
            "shown": entry.reach != "none" and not row.dropped,
            "surfaced": entry.surfaced,
            "text_set": row.text_set or row.entry,
        }
        for topic in dict.fromkeys(["", *(tag.topic for tag in row.tags)])
    ]


_UNPLACED: dict[str, Any] = {"text_set": 0, "set_uid": "", "set_founded": None}
