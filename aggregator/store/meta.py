"""Small facts about the whole database, by name."""

from collections.abc import Iterator, MutableMapping

from sqlalchemy import Connection, delete, func, select

from aggregator.store.database import Database
from aggregator.store.portable import upsert
from aggregator.store.tables import META


class Meta(MutableMapping[str, str]):
    """A mapping of text: founded, workspace, revision, rules, stamps of outputs. Each access is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __getitem__(self, key: str) -> str:
        with self._database.read() as connection:
            value = read(connection, key)
        if value is None:
            raise KeyError(key)
        return value

    def __setitem__(self, key: str, value: str) -> None:
        with self._database.write() as connection:
            write(connection, key, value)

    def __delitem__(self, key: str) -> None:
        with self._database.write() as connection:
            if not connection.execute(delete(META).where(META.c.key == key)).rowcount:
                raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        with self._database.read() as connection:
            return iter(connection.execute(select(META.c.key).order_by(META.c.key)).scalars().all())

    def __len__(self) -> int:
        with self._database.read() as connection:
            return connection.execute(select(func.count()).select_from(META)).scalar_one()


def read(connection: Connection, key: str) -> str | None:
    """Read a fact inside a transaction; None when there is none."""
    return connection.execute(select(META.c.value).where(META.c.key == key)).scalar()


def write(connection: Connection, key: str, value: str) -> None:
    """Write a fact inside a transaction."""
    upsert(connection, META, [{"key": key, "value": value}])


def bump(connection: Connection) -> None:
    """Count up ``revision``: something that readers of outputs can see has changed."""
    write(connection, "revision", str(int(read(connection, "revision") or 0) + 1))
