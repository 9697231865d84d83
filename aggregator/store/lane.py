"""The express lane into the database: plain SQL over the driver, for what every run does.

The database layer costs a third of a second to import and twenty microseconds a row. What a run without news does, and
what is done for every entry, is said in plain SQL; tests run all of it on the tables that ``tables`` declares, so that
the two cannot part.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from json import JSONEncoder
from pathlib import Path
from typing import Any

from aggregator.store.driver import (
    BUSY_SECONDS,
    DURABLE,
    LOOKING,
    READING,
    SCRUBBING,
    TRUSTING,
    WRITING,
    explained,
    prepare,
    spectators,
)

AT_ONCE = 5000
"""So many values go into one IN: SQLite takes 32,766 parameters at most."""


class Lane:
    """Connections of the driver, kept for the next transaction; each is used by one thread at a time."""

    def __init__(self, path: Path, *, readonly: bool = False) -> None:
        self._path, self._readonly = path, readonly
        self._idle: dict[tuple[str, ...], list[sqlite3.Connection]] = {
            kind: [] for kind in (READING, WRITING, DURABLE, TRUSTING, SCRUBBING)
        }

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """Run one transaction that writes: committed when the block ends, rolled back when it raises.

        ``BEGIN IMMEDIATE`` takes the write lock at once: a plain BEGIN that reads first and writes later fails with
        "database is locked" whenever another wrote in between, whatever the busy timeout (sqlite.org/isolation.html).
        ``durable`` also waits until the disk has it, and all that was committed before: without it a commit outlives
        the death of the process, not a loss of power. Raises WorkspaceError for what the user can mend.
        """
        with self._transaction("BEGIN IMMEDIATE", DURABLE if durable else WRITING) as connection:
            yield connection

    @contextmanager
    def trust(self) -> Iterator[sqlite3.Connection]:
        """Run one transaction like ``write``, for who has looked up that what its rows refer to is there.

        SQLite would look it up for every row: that of an entry lies among its texts, mostly on a page of its own.
        Nothing may be deleted in it that others refer to.
        """
        with self._transaction("BEGIN IMMEDIATE", TRUSTING) as connection:
            yield connection

    @contextmanager
    def scrub(self) -> Iterator[sqlite3.Connection]:
        """Run one transaction like ``write``, after which what it deletes is nowhere in the file itself."""
        with self._transaction("BEGIN IMMEDIATE", SCRUBBING) as connection:
            yield connection

    def fold(self) -> bool:
        """Fold the write-ahead log into the file and empty it, as nothing else does while others have it open.

        False when somebody was reading all the time that SQLite waits.
        """
        with explained(str(self._path)), closing(self._opened(WRITING)) as connection:
            (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Run one transaction that only reads: it sees one state of the database and blocks nobody."""
        with self._transaction("BEGIN", READING) as connection:
            yield connection

    def close(self) -> None:
        """Close every connection; the last one folds the write-ahead log into the file."""
        for idle in self._idle.values():
            while idle:
                idle.pop().close()

    @contextmanager
    def _transaction(self, begin: str, pragmas: tuple[str, ...]) -> Iterator[sqlite3.Connection]:
        with explained(str(self._path)):
            idle = self._idle[pragmas]
            try:
                connection = idle.pop()
            except IndexError:  # none is left: asking first would be no answer beside another thread
                connection = self._opened(pragmas)
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
    for marked, part in _lists(list(values)):
        yield from connection.execute(f"{select} {marked}", (*before, *part))


def apply(connection: sqlite3.Connection, statement: str, values: Sequence[object]) -> None:
    """Run a ``statement`` that changes rows, and ends with IN, for all ``values``."""
    for marked, part in _lists(values):
        connection.execute(f"{statement} {marked}", tuple(part))


def insert_and_update(table: str, columns: Sequence[str], *, kept: Sequence[str] = ()) -> tuple[str, str]:
    """Write the statements that take one row of ``columns``, the first of them the key: for a new one, and for another.

    What is None of ``kept`` stays what it is. In one, with ON CONFLICT DO UPDATE, SQLite would copy each page to a
    journal of the statement before it changes a row there.
    """
    places = [f"?{place}" for place in range(1, len(columns) + 1)]
    values = {
        name: f"coalesce({place}, {name})" if name in kept else place
        for name, place in zip(columns, places, strict=True)
    }
    changes = ", ".join(f"{name} = {values[name]}" for name in columns[1:])
    insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(places)})"
    return insert, f"UPDATE {table} SET {changes} WHERE {columns[0]} = ?1"


def put(
    connection: sqlite3.Connection,
    statements: tuple[str, str],
    rows: Sequence[Sequence[object]],
    *,
    there: Collection[object],
) -> None:
    """Write rows by the statements for a new one and for another; ``there`` are the keys, first in a row, of others."""
    insert, update = statements
    connection.executemany(insert, [row for row in rows if row[0] not in there])
    connection.executemany(update, [row for row in rows if row[0] in there])


def _lists(values: Sequence[object]) -> Iterator[tuple[str, Sequence[object]]]:
    """Say how lists stand behind IN, and by which parameters.

    Numbers and texts are one parameter, so that the statement is the same for any number of them: to compile it for
    five hundred took longer than to run it, and what was compiled stayed in memory. A text with a NUL is cut off there
    by SQLite's JSON: such lists stand there value by value.
    """
    data = _JSON.encode(values) if values and type(values[0]) in (int, str) else "\\u0000"
    if "\\u0000" not in data:
        yield _EACH, (data,)
        return
    for part in chunks(values):
        yield marks(part), part


_JSON = JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_EACH = "(SELECT value FROM json_each(?))"
