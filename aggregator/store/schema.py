"""Bring a database to the schema this program works with, by Alembic."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from aggregator.errors import WorkspaceError
from aggregator.store.engines import driver
from aggregator.store.founding import christen
from aggregator.store.migrations import HEAD
from aggregator.store.tables_mail import METADATA

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS = Path(__file__).parent / "migrations"


def bring_up(engine: Engine, *, name: str, now: datetime) -> None:
    """Upgrade to HEAD, and found what is new; costs one small read when there is nothing to do.

    Raises WorkspaceError when the database was made by a newer program. ``engine`` must not enforce foreign keys:
    rebuilding a table drops the old one, and with it, by cascade, the rows of its children.
    """
    with engine.begin() as connection:
        if revision(connection) == HEAD:
            return
    with engine.begin() as connection:  # another process may have been faster: ask again, now under the write lock
        found = revision(connection)
        if found and found not in known_revisions():
            raise WorkspaceError(
                f"{name} was made by a newer version of aggregator (its schema is {found}, this program knows {HEAD}): "
                "install that version, or name another database in feeds.yaml"
            )
        migrate(connection, HEAD)
        if not found:
            christen(driver(connection), now=now)


def revision(connection: Connection) -> str:
    """Read at which revision a database is; empty when it is new."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or ""


def known_revisions() -> frozenset[str]:
    """List the revisions this program has scripts for."""
    from alembic.script import ScriptDirectory

    return frozenset(script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions())


def migrate(connection: Connection, target: str, *, down: bool = False) -> None:
    """Run the scripts to ``target`` ("base" or a revision) on a connection that is inside a transaction."""
    from alembic import command

    with _config(connection) as config:
        (command.downgrade if down else command.upgrade)(config, target)


def differences(connection: Connection) -> list[object]:
    """List where the database differs from the tables; a test holds this empty after an upgrade."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, METADATA))


@contextmanager
def _config(connection: Connection) -> Iterator["Config"]:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    yield config
