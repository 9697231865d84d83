"""How SQLite is opened and what its errors mean; nothing here needs the database layer, which takes long to load."""

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote, urlencode

from aggregator.errors import WorkspaceError
from aggregator.model import mailbox_of

BUSY_SECONDS = 30
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

# The first two take effect in a new file only. In such pages an entry of 6 kB and the leaves of six indexes are written
# with a quarter of the calls: a first sync takes a twentieth less, and new entries no more beside a large archive.
AUTO_VACUUM = "auto_vacuum=INCREMENTAL"
INCREMENTAL = 2  # what it is then read as
LAYOUT = ("page_size=16384", AUTO_VACUUM, "journal_mode=WAL")
# 8 MB of pages at hand and 32 MB of log between two check points: a third of the time of saving went into moving
# the same pages to and fro.
WRITING = (*LAYOUT, "foreign_keys=1", "synchronous=NORMAL", "cache_size=-8000", "wal_autocheckpoint=2000")
DURABLE = (*WRITING, "synchronous=FULL")  # the disk has it when COMMIT returns (sqlite.org/pragma.html)
TRUSTING = (*WRITING, "foreign_keys=0")  # of whoever writes, that what its rows refer to is there
SCRUBBING = (*WRITING, "secure_delete=1")  # what is deleted or written over leaves no bytes in its page
READING = (*LAYOUT, "query_only=1")
LOOKING = ("query_only=1",)

ROOM = 4 << 20
"""Bytes that must be free on the disk before feeds are asked: what a few dozen new ones bring."""

_MAKE_ROOM = "make room and run again; what was saved before is whole"
ADVICE = {
    "SQLITE_NOTADB": "this is no SQLite database: restore it from a copy, or move it away and sync anew",
    "SQLITE_CORRUPT": "the database is damaged: restore it from a copy, or move it away and sync anew",
    "SQLITE_CANTOPEN": "it cannot be opened: check that its folder exists, and that you may write it and all beside it",
    "SQLITE_READONLY": "it cannot be written: check the permissions of the file and its folder",
    "SQLITE_PERM": "it cannot be written: check the permissions of the file and its folder",
    "SQLITE_FULL": f"the disk is full: {_MAKE_ROOM}",
    "SQLITE_IOERR": "the disk reports an error: make room where it is full, else check the file system",
    "SQLITE_BUSY": f"another program has kept it locked for {BUSY_SECONDS} seconds: close that program",
}


def prepare(connection: sqlite3.Connection, pragmas: tuple[str, ...]) -> None:
    """Make a new connection ready: our own BEGIN, letters of every script in lower(), mailbox(), and how it writes."""
    connection.isolation_level = None  # the driver begins nothing by itself
    connection.create_function("lower", 1, _folded, deterministic=True)
    connection.create_function("mailbox", 1, mailbox_of, deterministic=True)
    # Said of a file that has it, this one would wait all the same for whoever writes.
    vacuums = connection.execute("PRAGMA auto_vacuum").fetchone()[0] == INCREMENTAL
    for pragma in pragmas:
        if not (vacuums and pragma == AUTO_VACUUM):
            _patiently(connection, f"PRAGMA {pragma}")


def spectators(path: Path) -> str:
    """Name a database that may not be written, on a read-only file system for example, as SQLite takes it (file:…).

    A write-ahead log needs a file of shared memory beside it, which SQLite makes where it can; where it cannot and no
    log is left, nobody writes, and the file is read as it lies (sqlite.org/wal.html, "Read-Only Databases").
    """
    beside = [path.with_name(path.name + ending) for ending in ("-wal", "-shm")]
    alone = not os.access(path.parent, os.W_OK) and not any(file.exists() for file in beside)
    query = urlencode({"mode": "ro", **({"immutable": "1"} if alone else {})})
    return f"file:{quote(str(path.absolute()))}?{query}"


def _patiently(connection: sqlite3.Connection, statement: str) -> None:
    """Run a statement that SQLite does not wait for itself, as it never does when a file becomes a write-ahead one."""
    last = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute(statement)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > last:
                raise
            sleep(0.01)
        else:
            return


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Raise WorkspaceError for what the user can mend: permissions, a full disk, a damaged file."""
    try:
        yield
    except Exception as error:  # the driver's own, or the database layer's around it
        original = getattr(error, "orig", error)
        code = str(getattr(original, "sqlite_errorname", "")) if isinstance(original, sqlite3.Error) else ""
        for known, advice in ADVICE.items():
            if code.startswith(known):
                raise WorkspaceError(f"{name}: {advice}") from error
        raise


def need_room(path: Path) -> None:
    """Raise WorkspaceError where the disk is too full to keep answers; what a user may write, it does not know."""
    disk = os.statvfs(path.parent)
    if disk.f_blocks and disk.f_bavail * disk.f_frsize < ROOM:
        raise WorkspaceError(f"{path}: less than {ROOM >> 20} MB are free there: {_MAKE_ROOM}")


def number(value: datetime | None) -> int | None:
    """Write a moment as SQLite keeps it: microseconds since 1970. Raises TypeError without a time zone."""
    return None if value is None else (value - EPOCH) // MICROSECOND


def moment(value: int | None) -> datetime | None:
    """Read a moment back, in UTC."""
    return None if value is None else instant(value)


def instant(value: int) -> datetime:
    """Read a moment that is always there."""
    return EPOCH + timedelta(0, 0, value)


def write_json(value: object) -> str:
    """Write JSON; most lists of an entry are empty, and saying so took a fifth of the time of saving it."""
    return _JSON.encode(value) if value else "[]"


def read_json(text: str) -> Any:
    """Read it back."""
    return [] if text == "[]" else json.loads(text)


def _folded(text: str | None) -> str | None:
    """SQLite's own lower() knows ASCII only."""
    return None if text is None else text.casefold()
