"""The queue of Curate: entries wait by the date of their publication, to be compared or to be tagged alone.

An entry gets another stamp whenever something makes it wait. Curate reads it with its stamp and lets it go only while
that is still the same: what changed, or was corrected by a person, meanwhile waits once more.
"""

import sqlite3
from collections.abc import Iterable, Sequence

from aggregator.store.lane import among, apply


def wait(connection: sqlite3.Connection, entries: Iterable[int]) -> None:
    """Let entries that are new or have changed wait: their texts are compared, and they are tagged."""
    connection.executemany(_WAIT, [(entry,) for entry in entries])


def wait_after(connection: sqlite3.Connection, last: int) -> None:
    """Let all entries wait that have come after ``last``."""
    connection.execute(_WAIT_AFTER, (last,))


def wait_to_be_tagged(connection: sqlite3.Connection, entries: Iterable[int]) -> None:
    """Let entries wait whose texts have not changed, so that they stay in their text sets."""
    connection.executemany(f"{_TAG} WHERE id = ? {_ONCE_MORE}", [(entry,) for entry in entries])


def all_wait_to_be_tagged(connection: sqlite3.Connection) -> None:
    """Let every entry wait, those that have not changed to be tagged alone."""
    connection.execute(f"{_TAG} WHERE true {_ONCE_MORE}")


def newest_wait_to_be_tagged(connection: sqlite3.Connection, many: int) -> None:
    """Let the newest entries wait to be tagged."""
    newest = "SELECT id FROM entry ORDER BY id DESC LIMIT ?"
    connection.execute(f"{_TAG} WHERE id IN ({newest}) {_ONCE_MORE}", (many,))


def all_wait(connection: sqlite3.Connection) -> None:
    """Let every entry wait as if it were new; most do where none was placed."""
    connection.execute(f"{_NEW} WHERE id IN (SELECT id FROM entry EXCEPT {_COMPARED}) {_CHANGED}")


def stamps(connection: sqlite3.Connection, entries: Sequence[int]) -> dict[int, int]:
    """Give the stamps of those of ``entries`` that wait."""
    return dict(among(connection, "SELECT entry_id, stamp FROM pending WHERE entry_id IN", entries))


def leave(connection: sqlite3.Connection, entries: Sequence[int]) -> None:
    """Let entries go that are placed."""
    apply(connection, "DELETE FROM pending WHERE entry_id IN", entries)


_NEW = "INSERT INTO pending (entry_id, published, changed, stamp) SELECT id, published, 1, random() FROM entry"
_TAG = "INSERT INTO pending (entry_id, published, changed, stamp) SELECT id, published, 0, random() FROM entry"
_COMPARED = "SELECT entry_id FROM pending WHERE changed"
_CHANGED = "ON CONFLICT (entry_id) DO UPDATE SET published = excluded.published, changed = 1, stamp = excluded.stamp"
_ONCE_MORE = "ON CONFLICT (entry_id) DO UPDATE SET stamp = excluded.stamp"
_WAIT = f"{_NEW} WHERE id = ? {_CHANGED}"
_WAIT_AFTER = f"{_NEW} WHERE id > ?"
