"""Found a new database in one step: the migrations, and what they need to be loaded, are for older ones."""

import sqlite3
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from aggregator.store import meta
from aggregator.store.lane import Lane
from aggregator.store.migrations import HEAD

SCRIPT = Path(__file__).with_name("founding.sql")


def found(lane: Lane, *, now: datetime) -> bool:
    """Make every table of an empty SQLite database, at HEAD; False, and nothing done, when it is not empty."""
    with lane.write() as connection:
        if connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            return False
        for statement in SCRIPT.read_text(encoding="utf-8").split(";\n"):
            connection.execute(statement)
        connection.execute("INSERT INTO alembic_version (version_num) VALUES (?)", (HEAD,))
        christen(connection, now=now)
    return True


def christen(connection: sqlite3.Connection, *, now: datetime) -> None:
    """Write down when a database was founded, and the name of its workspace: permanent ids are made from them."""
    meta.write(connection, "founded", now.isoformat())
    meta.write(connection, "workspace", uuid4().hex)
