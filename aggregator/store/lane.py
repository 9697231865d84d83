"""The express lane into the database: plain SQL over the driver, for what every run does.

The database layer costs a third of a second to import and twenty microseconds a row. What a run without news does, and
what is done for every entry, is said in plain SQL; tests run all of it on the tables that ``tables`` declares, so that
the two cannot part.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aggregator.store.driver import BUSY_SECONDS, LOOKING, READING, WRITING, explained, prepare, spectators

AT_ONCE = 5000
"""So many values go into one IN: SQLite takes 32,766 parameters at most."""


class Lane:
    """Connections of the driver, kept for the next transaction; each is used by one thread at a time."""

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self._path, self._readonly = path, readonly
        self._idle: dict[str, list[sqlite3.Connection]] = {"BEGIN": [], "BEGIN IMMEDIATE": []}

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Run one transaction that writes: committed when the block ends, rolled back when it raises.

        ``BEGIN IMMEDIATE`` takes the write lock at once: a plain BEGIN that reads first and writes later fails with
        "database is locked" whenever another wrote in between, whatever the busy timeout (sqlite.org/isolation.html).
        Raises WorkspaceError for what the user can mend.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Run one transaction that only reads: it sees one state of the database and blocks nobody."""
        with self._transaction("BEGIN") as connection:
            yield connection

    def close(self) -> None:
        """Close every connection; the last one folds the write-ahead log into the file."""
        for idle in self._idle.values():
            while idle:
                idle.pop().close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with explained(str(self._path)):
            idle = self._idle[begin]
            connection = idle.pop() if idle else self._opened(READING if begin == "BEGIN" else WRITING)
            try:
                connection.execute(begin)
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.rollback()
                raise
            finally:
                idle.append(connection)

    def _opened(self, pragmas: tuple[str, ...]) -> sqlite3.Connection:
        target, pragmas = (spectators(self._path), LOOKING) if self._readonly else (str(self._path), pragmas)
        connection = sqlite3.connect(
            target, timeout=BUSY_SECONDS, uri=self._readonly, check_same_thread=False, cached_statements=256
        )
        try:
            prepare(connection, pragmas)
        except BaseException:
            connection.close()
            raise
        return connection


def chunks(values: Sequence[Any], size: int = AT_ONCE) -> Iterator[Sequence[Any]]:
    """Cut a long list for IN."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def marks(values: Sequence[object]) -> str:
    """Write the place holders of a list: ``(?, ?, ?)``."""
    return f"({', '.join('?' * len(values))})"


def among(connection: sqlite3.Connection, select: str, values: Iterable[object], *before: object) -> Iterator[Any]:
    """Run ``select``, which ends with IN, for all ``values``; ``before`` are its other parameters."""
    for part in chunks(list(values)):
        yield from connection.execute(f"{select} {marks(part)}", (*before, *part))


def drop(connection: sqlite3.Connection, delete: str, values: Sequence[object]) -> None:
    """Run ``delete``, which ends with IN, for all ``values``."""
    for part in chunks(values):
        connection.execute(f"{delete} {marks(part)}", tuple(part))
