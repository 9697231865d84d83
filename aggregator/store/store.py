"""The store: every keeper of one database."""

from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from aggregator.errors import WorkspaceError
from aggregator.store import engines, schema
from aggregator.store.curation import Curation
from aggregator.store.database import Database
from aggregator.store.entries import Entries
from aggregator.store.feeds import Feeds
from aggregator.store.issues import Issues
from aggregator.store.meta import Meta
from aggregator.store.migrations import HEAD
from aggregator.store.retention import Retention


class Store:
    """The keeper of the database. Each public method of its keepers is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.meta = Meta(database)
        self.feeds = Feeds(database)
        self.entries = Entries(database)
        self.curation = Curation(database)
        self.issues = Issues(database)
        self.retention = Retention(database)

    @classmethod
    def open(cls, target: Path | str, *, now: datetime, readonly: bool = False) -> Self:
        """Open the database at ``target``, made or upgraded first where needed.

        ``readonly`` leaves one that needs neither untouched: it may lie where nobody can write. Raises WorkspaceError
        when it cannot be opened, is damaged, or was made by a newer program; so does any write to a read-only one.
        """
        if "://" in str(target):
            raise WorkspaceError(f"{target}: only a path of a SQLite database can be opened yet")
        path = Path(target)
        if readonly and _is_at_head(path):
            return cls(Database(path, readonly=True))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WorkspaceError(f"{path.parent}: cannot be made: {error.strerror}") from error
        engine = engines.writer(path, foreign_keys=False)
        try:
            with engines.explained(str(path)):
                schema.bring_up(engine, name=str(path), now=now)
        finally:
            engine.dispose()
        return cls(Database(path))

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _is_at_head(path: Path) -> bool:
    if not path.is_file():
        return False
    engine = engines.spectator(path)
    try:
        with engines.transaction(engine, name=str(path)) as connection:
            return schema.revision(connection) == HEAD
    finally:
        engine.dispose()
