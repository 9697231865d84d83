"""What the dialects of SQLite and PostgreSQL say differently: the only place that knows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Table
from sqlalchemy.dialects import sqlite

Rows = Sequence[Mapping[str, Any]]


def upsert(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows, or replace the other columns of those whose primary key is there."""
    if not rows:
        return
    statement = _insert(connection, table)
    keys = [column.name for column in table.primary_key]
    replaced = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    if replaced:
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=replaced), rows)
    else:
        connection.execute(statement.on_conflict_do_nothing(), rows)


def insert_missing(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert those rows that no unique key stands against."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


def insert_new(connection: Connection, table: Table, rows: Rows, *, returning: Sequence[Column[Any]]) -> list[Any]:
    """Insert those rows that no unique key stands against, and return columns of what was inserted."""
    if not rows:
        return []
    statement = _insert(connection, table).on_conflict_do_nothing().returning(*returning)
    return list(connection.execute(statement, rows).all())


def chunks(values: Sequence[Any], size: int = 5000) -> Iterator[Sequence[Any]]:
    """Cut a long list for IN: SQLite takes 32,766 parameters at most."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def _insert(connection: Connection, table: Table) -> sqlite.Insert:
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # thirty milliseconds that SQLite never needs

        return postgresql.insert(table)  # type: ignore[return-value]  # the same methods, no common class
    return sqlite.insert(table)
