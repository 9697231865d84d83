"""Small facts about the whole database, by name."""

import sqlite3
from collections.abc import Callable, Iterator, MutableMapping

from aggregator.store.database import Database


class Meta(MutableMapping[str, str]):
    """A mapping of text: founded, workspace, secret, revision, rules, stamps. Each access is one transaction."""

    def __init__(self, database: Database) -> None:
        self._lane = database.lane

    def __getitem__(self, key: str) -> str:
        with self._lane.read() as connection:
            value = read(connection, key)
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: str, value: str) -> None:
        with self._lane.write() as connection:
            write(connection, key, value)

    def __delitem__(self, key: str) -> None:
        with self._lane.write() as connection:
            if not connection.execute("DELETE FROM meta WHERE key = ?", (key,)).rowcount:
                raise KeyError(key)

    def once(self, key: str, make: Callable[[], str]) -> str:
        """Read a fact, or make it for good: of several processes that come at once, all get the same."""
        with self._lane.read() as connection:
            known = read(connection, key)
        if known is not None:
            return known
        with self._lane.write() as connection:
            known = read(connection, key)
            if known is None:
                known = make()
                write(connection, key, known)
        return known

    def __iter__(self) -> Iterator[str]:
        with self._lane.read() as connection:
            return iter([key for (key,) in connection.execute("SELECT key FROM meta ORDER BY key")])

    def __len__(self) -> int:
        with self._lane.read() as connection:
            count: int = connection.execute("SELECT count(*) FROM meta").fetchone()[0]
            return count


def read(connection: sqlite3.Connection, key: str) -> str | None:
    """Read a fact inside a transaction; None when there is none."""
    found = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return found[0] if found else None


def write(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Write a fact inside a transaction."""
    connection.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )


def bump(connection: sqlite3.Connection) -> None:
    """Count up ``revision``: something that readers of outputs can see has changed."""
    write(connection, "revision", str(int(read(connection, "revision") or 0) + 1))
