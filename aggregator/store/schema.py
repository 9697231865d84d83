"""Bring a database to the schema this program works with, by Alembic."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DatabaseError

from aggregator.errors import WorkspaceError
from aggregator.store.engines import driver
from aggregator.store.founding import christen
from aggregator.store.migrations import HEAD
from aggregator.store.tables_mail import METADATA

if TYPE_CHECKING:
    from alembic.config import Config

_NOT_AS_IT_SAYS = "SQLITE_ERROR"  # what SQLite says to a table or column that is missing, or there already
SCRIPTS = Path(__file__).parent / "migrations"


def bring_up(engine: Engine, *, name: str, now: datetime) -> None:
    """Upgrade to HEAD, and found what is new; costs one small read when there is nothing to do.

    Raises WorkspaceError when the database was made by a newer program, or its tables are not those of the revision it
    says it has; then nothing is changed. ``engine`` must not enforce foreign keys:
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
        _upgrade(connection, name, found)
        if not found:
            christen(driver(connection), now=now)


def _upgrade(connection: Connection, name: str, found: str) -> None:
    """Run the scripts; raises WorkspaceError where the tables are not those that they were written for."""
    try:
        migrate(connection, HEAD)
        lacking = _lacking(connection)
    except DatabaseError as error:
        if getattr(error.orig, "sqlite_errorname", "") != _NOT_AS_IT_SAYS:
            raise
        lacking = str(error.orig)
    if lacking:
        raise WorkspaceError(
            f"{name} was made by another state of this program: it says that its schema is {found or 'empty'}, and is "
            f"not like that ({lacking}), so it cannot be brought up. Nothing was changed. Use it with the program that "
            "made it, or move it away and sync anew; `aggregator subscribers export` of that one saves who subscribes"
        )


def _lacking(connection: Connection) -> str:
    """Name a column that is not there after all scripts, as in a database of a state between two revisions."""
    there = inspect(connection)
    for table in METADATA.sorted_tables:
        known = {column["name"] for column in there.get_columns(table.name)} if there.has_table(table.name) else set()
        for column in table.columns:
            if column.name not in known:
                return f"no such column: {table.name}.{column.name}"
    return ""


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
