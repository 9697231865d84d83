"""The queue of Curate: entries wait by the date of their publication, to be compared or to be tagged alone.

waiting ─hand_over─▶ handed over ─leave─▶ gone
handed over ─it changes, or a person corrects its topics─▶ waiting
"""

import sqlite3
from collections.abc import Iterable, Sequence

from aggregator.store.lane import apply


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
    """Let every entry wait as if it were new."""
    connection.execute(f"{_NEW} WHERE true {_CHANGED}")


def hand_over(connection: sqlite3.Connection, entries: Sequence[int]) -> None:
    """Note that Curate has these entries as they are."""
    apply(connection, "UPDATE pending SET handed = 1 WHERE entry_id IN", entries)


def leave(connection: sqlite3.Connection, entries: Sequence[int]) -> None:
    """Let entries go that are placed as they were handed over; those that came to wait once more stay."""
    apply(connection, "DELETE FROM pending WHERE handed AND entry_id IN", entries)


_NEW = "INSERT INTO pending (entry_id, published, changed, handed) SELECT id, published, 1, 0 FROM entry"
_TAG = "INSERT INTO pending (entry_id, published, changed, handed) SELECT id, published, 0, 0 FROM entry"
_CHANGED = "ON CONFLICT (entry_id) DO UPDATE SET published = excluded.published, changed = 1, handed = 0"
_ONCE_MORE = "ON CONFLICT (entry_id) DO UPDATE SET handed = 0"
_WAIT = f"{_NEW} WHERE id = ? {_CHANGED}"
_WAIT_AFTER = f"{_NEW} WHERE id > ?"
