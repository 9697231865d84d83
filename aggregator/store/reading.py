"""Read stored entries: by id, by text set, by what a statement selects."""

import sqlite3
from collections.abc import Collection, Iterable, Sequence

from aggregator.model import Source, StoredEntry
from aggregator.store.lane import among, chunks, marks
from aggregator.store.rows import SOURCE, STORED_ENTRY, source, stored_entry


def load(connection: sqlite3.Connection, which: str, values: Sequence[object] = ()) -> tuple[StoredEntry, ...]:
    """Read the entries that ``which`` names (WHERE, ORDER BY, LIMIT over entry, feed and curation), in its order."""
    rows = connection.execute(f"{STORED_ENTRY} {which}", values).fetchall()
    sources = _sources(connection, {row[2] for row in rows})
    return tuple(stored_entry(row, sources) for row in rows)


def of_sets(connection: sqlite3.Connection, text_sets: Iterable[int], *, where: str = "") -> tuple[StoredEntry, ...]:
    """Read whole text sets in the order given, the members of each in order of arrival; dropped ones are left out."""
    found: dict[int, list[StoredEntry]] = {text_set: [] for text_set in text_sets}
    for part in chunks(list(found)):
        which = f"WHERE curation.text_set IN {marks(part)} AND curation.dropped = '' {where} ORDER BY entry.id"
        for entry in load(connection, which, part):
            found[entry.text_set].append(entry)
    return tuple(entry for members in found.values() for entry in members)


def _sources(connection: sqlite3.Connection, ids: Collection[int]) -> dict[int, Source]:
    return {row[0]: source(row) for row in among(connection, f"{SOURCE} WHERE id IN", sorted(ids))}
