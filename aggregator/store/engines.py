"""Connections to the database: one engine that writes, one that only reads."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from aggregator.errors import WorkspaceError

BUSY_SECONDS = 30

_LAYOUT = ("auto_vacuum=INCREMENTAL", "journal_mode=WAL")  # the first takes effect in a new file only

ADVICE = {
    "SQLITE_NOTADB": "this is no SQLite database: restore it from a copy, or move it away and sync anew",
    "SQLITE_CORRUPT": "the database is damaged: restore it from a copy, or move it away and sync anew",
    "SQLITE_CANTOPEN": "it cannot be opened: check that its folder exists and that you may write there",
    "SQLITE_READONLY": "it cannot be written: check the permissions of the file and its folder",
    "SQLITE_PERM": "it cannot be written: check the permissions of the file and its folder",
    "SQLITE_FULL": "the disk is full: make room and run again; what was saved before is whole",
    "SQLITE_IOERR": "the disk reports an error: check the file system",
    "SQLITE_BUSY": f"another program has kept it locked for {BUSY_SECONDS} seconds: close that program",
}


def writer(path: Path, *, foreign_keys: bool = True) -> Engine:
    """Make the engine for transactions that write.

    ``BEGIN IMMEDIATE`` takes the write lock at once: a plain BEGIN that reads first and writes later fails with
    "database is locked" whenever another wrote in between, whatever the busy timeout (sqlite.org/isolation.html).
    """
    pragmas = (f"foreign_keys={int(foreign_keys)}", "synchronous=NORMAL")
    return _engine(_file(path), begin="BEGIN IMMEDIATE", pragmas=(*_LAYOUT, *pragmas))


def reader(path: Path) -> Engine:
    """Make the engine for transactions that only read: they see one state of the database and block nobody."""
    return _engine(_file(path), begin="BEGIN", pragmas=(*_LAYOUT, "query_only=1"))


def spectator(path: Path) -> Engine:
    """Make the engine for a database that may not be written, on a read-only file system for example.

    A write-ahead log needs a file of shared memory beside it, which SQLite makes where it can; where it cannot and no
    log is left, nobody writes, and the file is read as it lies (sqlite.org/wal.html, "Read-Only Databases").
    """
    beside = [path.with_name(path.name + ending) for ending in ("-wal", "-shm")]
    alone = not os.access(path.parent, os.W_OK) and not any(file.exists() for file in beside)
    query = {"uri": "true", "mode": "ro", **({"immutable": "1"} if alone else {})}
    url = URL.create("sqlite", database=f"file:{quote(str(path.absolute()))}", query=query)
    return _engine(url, begin="BEGIN", pragmas=("query_only=1",))


@contextmanager
def transaction(engine: Engine, *, name: str) -> Iterator[Connection]:
    """Run one transaction: committed when the block ends, rolled back when it raises."""
    with explained(name), engine.begin() as connection:
        yield connection


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Raise WorkspaceError for what the user can mend: permissions, a full disk, a damaged file."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        code = str(getattr(getattr(error, "orig", error), "sqlite_errorname", ""))
        for known, advice in ADVICE.items():
            if code.startswith(known):
                raise WorkspaceError(f"{name}: {advice}") from error
        raise


def _file(path: Path) -> URL:
    return URL.create("sqlite", database=str(path))


def _engine(url: URL, *, begin: str, pragmas: tuple[str, ...]) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS},
        json_serializer=_write_json,
        json_deserializer=_read_json,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself: the listener below does
        connection.create_function("lower", 1, _folded, deterministic=True)
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _write_json(value: object) -> str:
    """Most lists of an entry are empty: a fifth of the time of saving it went into saying so."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else "[]"


def _read_json(text: str) -> object:
    return [] if text == "[]" else json.loads(text)


def _folded(text: str | None) -> str | None:
    """SQLite's own lower() knows ASCII only."""
    return None if text is None else text.casefold()
