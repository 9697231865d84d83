"""Read stored entries: by id, by text set, by what a statement selects."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from aggregator.model import Source, StoredEntry
from aggregator.store.portable import chunks
from aggregator.store.rows import ENTRY_COLUMNS, source, stored_entry
from aggregator.store.tables import ENTRY, FEED
from aggregator.store.tables_books import CURATION


def wanted() -> Select[Any]:
    """Begin a statement that ``load`` can read: narrow and order it."""
    joined = ENTRY.join(FEED, FEED.c.id == ENTRY.c.feed_id).outerjoin(CURATION, CURATION.c.entry_id == ENTRY.c.id)
    return select(*ENTRY_COLUMNS).select_from(joined)


def load(connection: Connection, statement: Select[Any]) -> tuple[StoredEntry, ...]:
    """Read the entries a statement selects, in its order."""
    rows = connection.execute(statement).all()
    sources = _sources(connection, {row.feed_id for row in rows})
    return tuple(stored_entry(row, sources) for row in rows)


def by_ids(connection: Connection, ids: Sequence[int]) -> dict[int, StoredEntry]:
    """Read entries by id; missing ones are left out."""
    found: dict[int, StoredEntry] = {}
    for part in chunks(ids):
        found.update((entry.id, entry) for entry in load(connection, wanted().where(ENTRY.c.id.in_(part))))
    return found


def of_sets(
    connection: Connection, text_sets: Sequence[int], *, where: Sequence[ColumnElement[bool]] = ()
) -> tuple[StoredEntry, ...]:
    """Read whole text sets in the order given, the members of each in order of arrival; dropped ones are left out."""
    found: dict[int, list[StoredEntry]] = {text_set: [] for text_set in text_sets}
    for part in chunks(list(found)):
        members = wanted().where(CURATION.c.text_set.in_(part), CURATION.c.dropped == "", *where)
        for entry in load(connection, members.order_by(ENTRY.c.id)):
            found[entry.text_set].append(entry)
    return tuple(entry for members in found.values() for entry in members)


def _sources(connection: Connection, ids: Collection[int]) -> dict[int, Source]:
    return {
        row.id: source(row)
        for part in chunks(sorted(ids))
        for row in connection.execute(select(FEED).where(FEED.c.id.in_(part)))
    }
