"""The queue of Curate: entries wait by the date of their publication, to be compared or to be tagged alone."""

import sqlite3
from collections.abc import Iterable


def wait(connection: sqlite3.Connection, entries: Iterable[int]) -> None:
    """Let entries that are new or have changed wait: their texts are compared, and they are tagged."""
    connection.executemany(_WAIT, [(entry,) for entry in entries])


def wait_after(connection: sqlite3.Connection, last: int) -> None:
    """Let all entries wait that have come after ``last``."""
    connection.execute(_WAIT_AFTER, (last,))


def wait_to_be_tagged(connection: sqlite3.Connection, entries: Iterable[int]) -> None:
    """Let entries wait whose texts have not changed, so that they stay in their text sets."""
    connection.executemany(f"{_TAG} WHERE id = ? ON CONFLICT DO NOTHING", [(entry,) for entry in entries])


def all_wait_to_be_tagged(connection: sqlite3.Connection) -> None:
    """Let every entry wait, those that have not changed to be tagged alone."""
    connection.execute(f"{_TAG} WHERE true ON CONFLICT DO NOTHING")


def newest_wait_to_be_tagged(connection: sqlite3.Connection, many: int) -> None:
    """Let the newest entries wait to be tagged."""
    newest = "SELECT id FROM entry ORDER BY id DESC LIMIT ?"
    connection.execute(f"{_TAG} WHERE id IN ({newest}) ON CONFLICT DO NOTHING", (many,))


def all_wait(connection: sqlite3.Connection) -> None:
    """Let every entry wait as if it were new."""
    connection.execute(f"{_NEW} WHERE true {_CHANGED}")


_NEW = "INSERT INTO pending (entry_id, published, changed) SELECT id, published, 1 FROM entry"
_TAG = "INSERT INTO pending (entry_id, published, changed) SELECT id, published, 0 FROM entry"
_CHANGED = "ON CONFLICT (entry_id) DO UPDATE SET published = excluded.published, changed = 1"
_WAIT = f"{_NEW} WHERE id = ? {_CHANGED}"
_WAIT_AFTER = f"{_NEW} WHERE id > ?"
