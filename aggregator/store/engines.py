"""Connections of the database layer: one engine that writes, one that only reads."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import ConnectionPoolEntry

from aggregator.store.driver import (
    BUSY_SECONDS,
    LOOKING,
    READING,
    WRITING,
    explained,
    prepare,
    read_json,
    spectators,
    write_json,
)


def writer(path: Path, *, foreign_keys: bool = True) -> Engine:
    """Make the engine for transactions that write; why they begin as they do, ``Lane.write`` says."""
    pragmas = WRITING if foreign_keys else (*WRITING, "foreign_keys=0")
    return _engine(_file(path), begin="BEGIN IMMEDIATE", pragmas=pragmas)


def reader(path: Path) -> Engine:
    """Make the engine for transactions that only read: they see one state of the database and block nobody."""
    return _engine(_file(path), begin="BEGIN", pragmas=READING)


def spectator(path: Path) -> Engine:
    """Make the engine for a database that may not be written."""
    name, _, query = spectators(path).partition("?")
    url = URL.create("sqlite", database=name, query={"uri": "true", **dict(parse_qsl(query))})
    return _engine(url, begin="BEGIN", pragmas=LOOKING)


@contextmanager
def transaction(engine: Engine, *, name: str) -> Iterator[Connection]:
    """Run one transaction: committed when the block ends, rolled back when it raises."""
    with explained(name), engine.begin() as connection:
        yield connection


def driver(connection: Connection) -> sqlite3.Connection:
    """Give the driver's connection under one of the layer's: the express lane inside its transaction."""
    found = connection.connection.driver_connection
    assert isinstance(found, sqlite3.Connection)
    return found


def _file(path: Path) -> URL:
    return URL.create("sqlite", database=str(path))


def _engine(url: URL, *, begin: str, pragmas: tuple[str, ...]) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS},
        json_serializer=write_json,
        json_deserializer=read_json,
    )

    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        prepare(connection, pragmas)

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
