"""The express lane: what it says in plain SQL fits the tables that are declared, and it needs nothing else."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path

import pytest
from sqlalchemy import JSON, Boolean

from aggregator.config import FeedConfig
from aggregator.errors import WorkspaceError
from aggregator.jobs.visits import unchanged
from aggregator.model import FeedState, Fetched
from aggregator.store.driver import READING, WRITING, prepare
from aggregator.store.lane import AT_ONCE, Lane, among, insert_and_update
from aggregator.store.moments import Moment
from aggregator.store.rows import ANSWER, ENTRY, FLAGS, LISTS, MOMENTS, OF_DOCUMENT
from aggregator.store.tables import ENTRY as ENTRIES
from aggregator.store.tables import FEED
from tests.store.things import NOW, Desk


def test_what_is_kept_in_another_form_is_what_the_tables_say() -> None:
    """Moments, lists and flags of a feed are converted by the lane, and nothing else is."""
    kinds = {Moment: MOMENTS, JSON: LISTS, Boolean: FLAGS}
    for kind, names in kinds.items():
        assert {column.name for column in FEED.c if isinstance(column.type, kind)} == names, kind


def test_every_column_of_the_lane_is_one_of_the_tables() -> None:
    assert {*ANSWER, *OF_DOCUMENT} <= set(FEED.c.keys())
    assert set(ENTRY) <= set(ENTRIES.c.keys())


def test_a_transaction_that_raises_leaves_nothing(tmp_path: Path) -> None:
    lane = Lane(tmp_path / "a.db")
    with lane.write() as connection:
        connection.execute("CREATE TABLE t (a)")
    with pytest.raises(ZeroDivisionError), lane.write() as connection:
        connection.execute("INSERT INTO t VALUES (1)")
        raise ZeroDivisionError
    with lane.read() as connection:
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)
    lane.close()


def test_who_only_reads_cannot_write(tmp_path: Path) -> None:
    lane = Lane(tmp_path / "a.db")
    with pytest.raises(WorkspaceError, match="cannot be written"), lane.read() as connection:
        connection.execute("CREATE TABLE t (a)")
    lane.close()


def test_a_row_is_inserted_or_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    """The same values serve both statements; None leaves what is to be kept."""
    lane = Lane(tmp_path / "a.db")
    insert, update = insert_and_update("t", ("id", "a", "b"), kept=("b",))
    with lane.write() as connection:
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a, b)")
        connection.executemany(insert, [(1, "x", "y"), (2, None, None)])
        connection.executemany(update, [(1, "z", None), (2, "v", "w"), (3, "n", "o")])
        assert connection.execute("SELECT * FROM t").fetchall() == [(1, "z", "y"), (2, "v", "w")]
    lane.close()


def test_who_is_trusted_is_not_asked_what_a_row_refers_to(tmp_path: Path) -> None:
    """All other transactions are, before and after."""
    lane = Lane(tmp_path / "a.db")
    with lane.write() as connection:
        connection.execute("CREATE TABLE p (id INTEGER PRIMARY KEY)")
        connection.execute("CREATE TABLE c (p REFERENCES p (id))")
    for _ in range(2):
        with lane.trust() as connection:
            connection.execute("INSERT INTO c VALUES (1)")
        with pytest.raises(sqlite3.IntegrityError), lane.write() as connection:
            connection.execute("INSERT INTO c VALUES (1)")
    lane.close()


def test_a_list_longer_than_one_statement_takes_is_asked_in_parts(tmp_path: Path) -> None:
    lane = Lane(tmp_path / "a.db")
    with lane.write() as connection:
        connection.execute("CREATE TABLE t (a)")
        connection.executemany("INSERT INTO t VALUES (?)", [(n,) for n in range(2 * AT_ONCE)])
        found = among(connection, "SELECT a FROM t WHERE a % 2 = ? AND a IN", range(2 * AT_ONCE), 1)
        assert sorted(a for (a,) in found) == list(range(1, 2 * AT_ONCE, 2))
    lane.close()


def test_a_run_without_news_loads_no_database_layer_and_no_parser(tmp_path: Path) -> None:
    """The second sync of an unchanged feed costs neither SQLAlchemy nor a parser, a template engine or rich.

    Nor what reads a feeds.yaml, or a command line.
    """
    (tmp_path / "feeds.yaml").write_text("title: X\nfeeds: [file:news.xml]\n", encoding="utf-8")
    item = "<item><title>One</title><link>https://example.org/1</link></item>"
    feed = f"<rss version='2.0'><channel><title>N</title>{item}</channel></rss>"
    (tmp_path / "news.xml").write_text(feed, encoding="utf-8")
    program = (
        "import sys; from aggregator.cli import main\n"
        f"sys.argv = ['aggregator', '-C', {str(tmp_path)!r}, 'sync', '--force']\n"
        "try: main()\nexcept SystemExit as end: print(end.code or 0)\n"
        "heavy = ('sqlalchemy', 'sqlmodel', 'feedparser', 'lxml', 'jinja2', 'rich.console', 'nh3', 'alembic',"
        " 'pydantic', 'yaml', 'email_validator', 'typer')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-2:] == ["0", "[]"], done.stderr


def test_a_feed_read_back_has_every_field_and_a_changed_one_no_other(desk: Desk) -> None:
    """Both are made without the constructor, which would have said so."""
    names = [field.name for field in fields(FeedState)]
    feed = desk.feed()
    assert set(vars(feed)) == set(names) and repr(feed) == repr(replace(feed))
    answer = Fetched(feed.url, feed.url, 304, {}, b"")
    visit = unchanged(feed, 1, answer, config=FeedConfig(url=feed.url), now=NOW)
    assert set(vars(visit.state)) == set(names) and visit.state == replace(visit.state)


@pytest.mark.parametrize("pragmas", [READING, WRITING], ids=["to read", "to write"])
def test_a_connection_is_opened_while_somebody_writes(tmp_path: Path, pragmas: tuple[str, ...]) -> None:
    """Whoever comes to read waits for nobody, from the first statement on."""
    lane = Lane(tmp_path / "a.db")
    with lane.write() as connection:
        connection.execute("CREATE TABLE t (a)")
    with lane.write() as connection:
        connection.execute("INSERT INTO t VALUES (1)")
        with closing(sqlite3.connect(tmp_path / "a.db", timeout=0)) as other:
            prepare(other, pragmas)
            assert other.execute("SELECT count(*) FROM t").fetchone() == (0,)
    lane.close()
