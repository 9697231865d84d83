"""The store: every keeper of one database."""

from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from aggregator.errors import WorkspaceError
from aggregator.store.coverage import Coverage
from aggregator.store.curation import Curation
from aggregator.store.database import Database
from aggregator.store.drafts import Drafts
from aggregator.store.driver import explained
from aggregator.store.entries import Entries
from aggregator.store.feeds import Feeds
from aggregator.store.founding import found
from aggregator.store.issues import Issues
from aggregator.store.learning import Learning
from aggregator.store.meta import Meta
from aggregator.store.migrations import HEAD
from aggregator.store.stories import Stories
from aggregator.store.texts import Texts

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

    from aggregator.store.bounces import Bounces
    from aggregator.store.confirmations import Confirmations
    from aggregator.store.pages import Pages
    from aggregator.store.retention import Retention
    from aggregator.store.subscribers import Subscribers


class Store:
    """The keeper of the database. Each public method of its keepers is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._folder: TemporaryDirectory[str] | None = None
        self.meta = Meta(database)
        self.feeds = Feeds(database)
        self.entries = Entries(database)
        self.coverage = Coverage(database)
        self.curation = Curation(database)
        self.texts = Texts(database)
        self.stories = Stories(database)
        self.issues = Issues(database)
        self.drafts = Drafts(database)
        self.learning = Learning(database)

    @cached_property
    def pages(self) -> "Pages":
        """The keeper of the pages behind entries; few workspaces ask for them."""
        from aggregator.store.pages import Pages

        return Pages(self._database)

    @cached_property
    def retention(self) -> "Retention":
        """The keeper of the archive's size."""
        from aggregator.store.retention import Retention

        return Retention(self._database)

    @cached_property
    def subscribers(self) -> "Subscribers":
        """The keeper of people who subscribe; few runs have to do with them."""
        from aggregator.store.subscribers import Subscribers

        return Subscribers(self._database)

    @cached_property
    def bounces(self) -> "Bounces":
        """The keeper of what came back of deliveries."""
        from aggregator.store.bounces import Bounces

        return Bounces(self._database)

    @cached_property
    def confirmations(self) -> "Confirmations":
        """The keeper of the mails that ask whether a subscription is meant."""
        from aggregator.store.confirmations import Confirmations

        return Confirmations(self._database)

    @classmethod
    def open(cls, target: Path | str, *, now: datetime, readonly: bool = False) -> Self:
        """Open the database at ``target``, made or upgraded first where needed.

        ``readonly`` leaves one that needs neither untouched: it may lie where nobody can write; of none it makes none,
        and shows an empty one. Raises WorkspaceError
        when it cannot be opened, is damaged, or was made by a newer program; so does any write to a read-only one.
        """
        if "://" in str(target):
            raise WorkspaceError(f"{target}: only a path of a SQLite database can be opened yet")
        path = Path(target)
        if not path.is_file():
            if readonly:
                return cls._empty(now=now)
            _make(path)
        database = Database(path, readonly=readonly)
        if _revision(database) == HEAD or (not readonly and found(database.lane, now=now)):
            return cls(database)
        database.close()
        _bring_up(path, now=now)
        return cls(Database(path))

    @classmethod
    def _empty(cls, *, now: datetime) -> Self:
        """Open an empty database that goes when it is closed."""
        from tempfile import TemporaryDirectory

        folder = TemporaryDirectory(prefix="aggregator-")
        store = cls.open(Path(folder.name) / "empty.db", now=now)
        store._folder = folder
        return store

    def close(self) -> None:
        """Close every connection."""
        self._database.close()
        if self._folder:
            self._folder.cleanup()

    def rest(self) -> None:
        """Close every connection until one is needed: for a moment in which none may be open."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _revision(database: Database) -> str:
    """Read at which revision a database is; empty when it has no tables."""
    with database.lane.read() as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            return ""
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return found[0] if found else ""


def _make(path: Path) -> None:
    """Make an empty file for its owner alone: it will hold who subscribes, and the secret of their links.

    What SQLite puts beside a database has the permissions of the database (sqlite.org/wal.html).
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(f"{path.parent}: cannot be made: {error.strerror}") from error
    with suppress(OSError):  # SQLite says why
        path.touch(0o600)


def _bring_up(path: Path, *, now: datetime) -> None:
    from aggregator.store import engines, schema

    engine = engines.writer(path, foreign_keys=False)
    try:
        with explained(str(path)):
            schema.bring_up(engine, name=str(path), now=now)
    finally:
        engine.dispose()
