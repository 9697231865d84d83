"""Update stored entries in place when what was published has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from aggregator.model import Entry
from aggregator.store.portable import chunks
from aggregator.store.rows import entry_columns
from aggregator.store.tables import ENTRY
from aggregator.store.tables_books import CURATION

MARKUP_CHANGES = 24
"""How many changes of an entry's markup alone are taken: some pages carry a counter or the time of day."""

_ASKED = ("first_seen", "inferred")  # a date that depends on when we asked


@dataclass(frozen=True, slots=True)
class Revised:
    """The ids of the entries that were updated, and how many changes were not worth it."""

    ids: tuple[int, ...] = ()
    ignored: int = 0


def revise(connection: Connection, feed: int, changed: Sequence[Entry], *, now: datetime) -> Revised:
    """Write what changed of a feed's entries; uid, place and first sight stay as they are."""
    if not changed:
        return Revised()
    rows, ignored = [], 0
    stored = _stored(connection, feed, [entry_columns(entry) for entry in changed])
    for old, columns in stored:
        markup = (old.title, old.words) == (columns["title"], columns["words"])
        if markup and old.revisions >= MARKUP_CHANGES:
            ignored += 1
            continue
        if columns["published_from"] in _ASKED:
            columns |= {"published": old.published, "published_from": old.published_from}
        rows.append({"row": old.id, **columns, "changed": now, "revisions": old.revisions + markup})
    if rows:
        values: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "row"}
        connection.execute(update(ENTRY).where(ENTRY.c.id == bindparam("row")).values(**values), rows)
    return Revised(tuple(row["row"] for row in rows), ignored)


def with_their_sets(connection: Connection, ids: Sequence[int]) -> list[int]:
    """Add the other members of the entries' text sets: when one text changes, all of them are placed anew."""
    found = set(ids)
    for part in chunks(ids):
        sets = select(CURATION.c.text_set).where(CURATION.c.entry_id.in_(part))
        found.update(connection.execute(select(CURATION.c.entry_id).where(CURATION.c.text_set.in_(sets))).scalars())
    return sorted(found)


def _stored(connection: Connection, feed: int, changed: Sequence[dict[str, Any]]) -> list[tuple[Any, dict[str, Any]]]:
    by_guid = {columns.pop("guid"): columns for columns in changed}
    names = ("id", "guid", "title", "words", "fingerprint", "revisions", "published", "published_from")
    wanted = select(*(ENTRY.c[name] for name in names))
    rows = [
        row
        for part in chunks(list(by_guid))
        for row in connection.execute(wanted.where(ENTRY.c.feed_id == feed, ENTRY.c.guid.in_(part)))
    ]
    return [(row, by_guid[row.guid]) for row in rows if row.fingerprint != by_guid[row.guid]["fingerprint"]]
