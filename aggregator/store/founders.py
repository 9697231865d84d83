"""What a text set keeps of the entry that founded it, also when that entry is gone: its permanent id and its date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from aggregator.store.portable import chunks
from aggregator.store.tables import ENTRY
from aggregator.store.tables_books import CURATION


@dataclass(frozen=True, slots=True)
class Founder:
    """The permanent id under which a set is published, and when the entry that founded it was published."""

    uid: str
    published: datetime


def founders(connection: Connection, placed: Mapping[int, int]) -> dict[int, Founder]:
    """Give the founder of every set that entries are being placed in; ``placed`` is entry → set, all of them stored.

    Call it before the decision is written: an entry that founds a set anew, because the one before it was purged,
    takes over the id under which readers know the text.
    """
    sets = sorted(set(placed.values()))
    entries = _entries(connection, sorted({*placed, *sets}))
    found = _remembered(connection, [text_set for text_set in sets if text_set not in placed])
    new = [text_set for text_set in sets if placed.get(text_set) == text_set]
    kept = _inherited(connection, new)
    for entry, text_set in sorted(placed.items()):
        facts = entries.get(text_set, entries[entry])
        found.setdefault(text_set, Founder(kept.get(text_set, facts.uid), facts.published))
    return found


def _entries(connection: Connection, ids: Sequence[int]) -> dict[int, Any]:
    columns = select(ENTRY.c.id, ENTRY.c.uid, ENTRY.c.published)
    return {row.id: row for part in chunks(ids) for row in connection.execute(columns.where(ENTRY.c.id.in_(part)))}


def _remembered(connection: Connection, sets: Sequence[int]) -> dict[int, Founder]:
    """What the members that were placed before remember of their founder."""
    found: dict[int, Founder] = {}
    columns = select(CURATION.c.text_set, CURATION.c.set_uid, CURATION.c.set_founded, ENTRY.c.uid)
    columns = columns.join(ENTRY, ENTRY.c.id == CURATION.c.entry_id).order_by(CURATION.c.entry_id)
    for part in chunks(sets):
        for row in connection.execute(columns.where(CURATION.c.text_set.in_(part))):
            found.setdefault(row.text_set, Founder(row.set_uid or row.uid, row.set_founded))
    return found


def _inherited(connection: Connection, founding: Sequence[int]) -> dict[int, str]:
    """The ids that entries which found a set bring from the set they were in; the first of several has it."""
    brought: dict[int, str] = {}
    columns = select(CURATION.c.entry_id, CURATION.c.set_uid).where(CURATION.c.set_uid != "")
    for part in chunks(founding):
        brought.update((row.entry_id, row.set_uid) for row in connection.execute(columns.where(_entry_in(part))))
    holders: dict[str, int] = {}
    for uids in chunks(sorted(set(brought.values()))):
        alive = select(ENTRY.c.uid, ENTRY.c.id).where(ENTRY.c.uid.in_(uids))
        heads = columns.where(CURATION.c.set_uid.in_(uids), CURATION.c.text_set == CURATION.c.entry_id)
        holders.update((row.set_uid, row.entry_id) for row in connection.execute(heads))
        holders.update((row.uid, row.id) for row in connection.execute(alive))
    return {entry: uid for entry, uid in sorted(brought.items()) if holders.setdefault(uid, entry) == entry}


def _entry_in(ids: Sequence[int]) -> ColumnElement[bool]:
    return CURATION.c.entry_id.in_(ids)
