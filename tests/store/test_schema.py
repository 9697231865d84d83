"""The schema: made by migrations, equal to the tables, never older or newer than the program without saying so."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from struct import pack
from tempfile import TemporaryDirectory

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from aggregator.app import open_app
from aggregator.errors import WorkspaceError
from aggregator.jobs.curate import curate
from aggregator.model import Entry
from aggregator.pipeline.wording import UNCLOSED
from aggregator.store import Store, driver, engines, schema
from aggregator.store.migrations import HEAD
from aggregator.store.tables_mail import METADATA
from tests.store.things import HOUR, NOW, Desk, document, entry, listings


@contextmanager
def migrating(path: Path) -> Iterator[Connection]:
    engine = engines.writer(path, foreign_keys=False)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def shape(path: Path) -> dict[str, list[str]]:
    """Every table and index as SQLite keeps it, without the blanks; the order of constraints says nothing."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    words = {name: "".join(sql.split()).replace('"', "").removesuffix(")") for name, sql in rows}
    return {name: sorted(said.split(",CONSTRAINT")) for name, said in words.items() if name != "alembic_version"}


def test_an_empty_file_migrated_to_head_is_what_the_tables_say(tmp_path: Path) -> None:
    migrated, made = tmp_path / "migrated.db", tmp_path / "made.db"
    with migrating(migrated) as connection:
        schema.migrate(connection, HEAD)
        assert schema.differences(connection) == []
    engine = create_engine(f"sqlite:///{made}")
    METADATA.create_all(engine)
    engine.dispose()
    assert shape(migrated) == shape(made)


def test_a_new_database_is_founded_as_the_migrations_would_make_it(path: Path, tmp_path: Path) -> None:
    """founding.sql and store/migrations/ lead to the same tables, the columns in the same order."""
    Store.open(path, now=NOW).close()
    migrated = tmp_path / "migrated.db"
    with migrating(migrated) as connection:
        schema.migrate(connection, HEAD)
    assert shape(path) == shape(migrated)


def test_every_step_down_and_up_again_leads_to_the_same_schema(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with migrating(path) as connection:
        schema.migrate(connection, HEAD)
    before = shape(path)
    with migrating(path) as connection:
        schema.migrate(connection, "base", down=True)
    assert set(shape(path)) <= {"sqlite_sequence"}
    with migrating(path) as connection:
        schema.migrate(connection, HEAD)
        assert schema.differences(connection) == []
    assert shape(path) == before


def test_what_an_older_program_stored_stands_where_it_stood_and_waits_by_its_date(path: Path) -> None:
    with Store.open(path, now=NOW) as store:
        store.feeds.list(listings("a"), now=NOW)
        desk = Desk(store)
        desk.read("a", document([entry("1")]))
        desk.curate()
        more = [entry(str(n), published=NOW - n * HOUR) for n in (2, 3)]
        desk.read("a", document(more, also=["1"]), now=NOW + HOUR)
    for revision, down in (("0010", True), (HEAD, False)):
        with migrating(path) as connection:
            schema.migrate(connection, revision, down=down)
    with Store.open(path, now=NOW) as store:
        since = store.coverage.since(topics=(), after=NOW - HOUR, until=NOW, earliest=NOW - 2 * HOUR)
        assert [stored.entry.guid for stored in since] == ["1"]
        assert store.coverage.late(topics=(), after=NOW, until=NOW + HOUR, earliest=NOW - HOUR) == frozenset()
        assert [(one.guid, one.settled) for one in store.curation.pending("1")] == [("3", False), ("2", False)]


def test_stories_go_on_in_what_an_older_program_stored(tmp_path: Path) -> None:
    """Postings of terms are in parts now: what could be found by them can be found, down and up again."""
    said = (
        ("Earthquake strikes the coast of Atlantis", "A strong earthquake struck the coast of Atlantis on Monday."),
        ("At least 14 dead in Atlantis earthquake", "Rescuers in Atlantis search ruins after the earthquake."),
        ("Atlantis earthquake: king flies home", "The king of Atlantis flew home after the earthquake."),
    )
    reports = [entry(f"{n}", title=title, text=text, words="", key="") for n, (title, text) in enumerate(said)]
    (tmp_path / "feeds.yaml").write_text("title: Test\nfeeds: []\n", encoding="utf-8")

    def told(told: list[Entry]) -> set[int]:
        with open_app(tmp_path, clock=lambda: NOW) as app:
            app.store.feeds.list(listings("a"), now=NOW)
            Desk(app.store).read("a", document(told))
            curate(app)
            return {one.story for one in app.store.entries.search(limit=9)}

    assert len(told(reports[:2])) == 1
    path = tmp_path / "storage" / "aggregator.db"
    with migrating(path) as connection:
        schema.migrate(connection, "0011", down=True)
        terms = connection.execute(text("SELECT count(*), count(DISTINCT term) FROM story_term")).one()
        assert terms[0] == terms[1] > 8
        assert connection.execute(text("SELECT count(*) FROM story_entry")).scalar() == 2
        schema.migrate(connection, HEAD)
    assert len(told(reports)) == 1


def test_copies_of_what_an_older_program_stored_are_found(tmp_path: Path) -> None:
    """Keys of texts are in parts now: down and up again, each is where it was."""
    words = " ".join(f"{one}{two}" for one in ("ba", "fer", "lan", "men", "tor", "sul") for two in "abcdefghij")
    told = (
        ("Harbour opens again", words),
        ("Ships return to Sella", f"By our own staff {words}"),
        ("A crane", words[:150]),
    )
    reports = [entry(f"{n}", title=title, text=text, words="", key="") for n, (title, text) in enumerate(told)]
    (tmp_path / "feeds.yaml").write_text("title: Test\nfeeds: []\n", encoding="utf-8")

    def sets(feed: str, told: list[Entry]) -> list[int]:
        with open_app(tmp_path, clock=lambda: NOW) as app:
            app.store.feeds.list(listings("a", "b", "c"), now=NOW)
            Desk(app.store).read(feed, document(told))
            curate(app)
            return sorted(one.text_set for one in app.store.entries.search(limit=9))

    assert sets("a", reports[:1]) == [1]
    assert sets("b", reports[1:2]) == [1, 1]
    path = tmp_path / "storage" / "aggregator.db"
    with migrating(path) as connection:
        schema.migrate(connection, "0012", down=True)
        rows = connection.execute(text("SELECT run >> 32, count(*), max(entry_id) FROM sketch GROUP BY 1")).all()
        assert len(rows) == 1 and rows[0][1:] == (16, 2)
        schema.migrate(connection, HEAD)
    assert sets("c", reports[2:]) == [1, 1, 1]


def test_what_an_older_program_decided_stays_decided(path: Path) -> None:
    """Decisions lie in the order of placing now: every one is there, down and up again, and goes with its entry."""
    names = ", ".join(column.name for column in METADATA.tables["curation"].columns if column.name != "place")

    def decided(connection: Connection) -> list[object]:
        return list(connection.execute(text(f"SELECT {names} FROM curation ORDER BY entry_id")).all())

    with Store.open(path, now=NOW) as store:
        store.feeds.list(listings("a"), now=NOW)
        desk = Desk(store)
        desk.read("a", document([entry(str(n), published=NOW - n * HOUR) for n in range(4)]))
        desk.curate()
    with migrating(path) as connection:
        before = decided(connection)
        schema.migrate(connection, "0014", down=True)
        assert decided(connection) == before
        schema.migrate(connection, HEAD)
        assert decided(connection) == before and len(before) == 4
    with Store.open(path, now=NOW) as store, store._database.lane.write() as driven:
        driven.execute("DELETE FROM entry WHERE id = 2")
        assert driven.execute("SELECT entry_id FROM curation ORDER BY 1").fetchall() == [(1,), (3,), (4,)]


def part(keys: list[int], entries: list[int]) -> bytes:
    return pack(f"<{len(keys)}I{len(entries)}q", *keys, *entries)


def test_of_the_keys_in_parts_those_that_are_there_are_rows_again(tmp_path: Path) -> None:
    """What an entry has no more, by a later part, it has not a step down either."""
    parts = [([3, 3, 9], [1, 2, 1 << 33]), ([3, 9], [-1, 4]), ([3], [1])]
    with migrating(tmp_path / "a.db") as connection:
        schema.migrate(connection, HEAD)
        for time, last in ((-1, 2), (5, 3)):
            for number, (keys, entries) in enumerate(parts[:last], 1):
                data = part(keys, entries)
                connection.execute(text("INSERT INTO sketch VALUES (:t, :n, :d)"), {"t": time, "n": number, "d": data})
        schema.migrate(connection, "0013", down=True)
        rows = connection.execute(text("SELECT run, entry_id FROM sketch ORDER BY 1, 2")).all()
        own = {time: [(run & 0xFFFFFFFF, entry) for run, entry in rows if run >> 32 == time] for time in (-1, 5)}
        assert own == {-1: [(3, 2), (9, 4), (9, 1 << 33)], 5: [(3, 1), (3, 2), (9, 4), (9, 1 << 33)]}
        schema.migrate(connection, HEAD)
        again = connection.execute(text("SELECT fortnight, number, keys FROM sketch ORDER BY 1")).all()
    assert again == [(time, 1, part([key for key, _ in own[time]], [one for _, one in own[time]])) for time in (-1, 5)]


def test_what_was_told_in_words_of_end_tags_is_a_fact_of_the_feed(path: Path) -> None:
    """A server that never writes them is not told of once more because the program is new."""
    with Store.open(path, now=NOW) as store:
        store.feeds.list(listings("a", "b"), now=NOW)
    with migrating(path) as connection:
        schema.migrate(connection, "0014", down=True)
        words = {"w": f"{UNCLOSED}, as the one before: its server writes it so", "u": listings("a")[0].url}
        connection.execute(text("UPDATE feed SET reject = :w WHERE url = :u"), words)
    with Store.open(path, now=NOW) as store:
        assert [feed.unclosed for feed in store.feeds.all()] == [True, False]
        assert not any(feed.whole for feed in store.feeds.all())


def test_the_head_that_is_named_is_the_newest_script() -> None:
    assert ScriptDirectory(str(schema.SCRIPTS)).get_heads() == [HEAD]


def test_a_database_at_head_is_opened_without_importing_alembic(path: Path) -> None:
    Store.open(path, now=NOW).close()
    program = (
        "import sys; from datetime import datetime, UTC; from aggregator.store import Store; "
        f"Store.open({str(path)!r}, now=datetime.now(UTC)).close(); "
        "print([name for name in sys.modules if name.startswith('alembic')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_naming_the_package_costs_no_database_layer() -> None:
    program = "import sys, aggregator.store; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_database_of_a_newer_program_is_refused_in_words(path: Path) -> None:
    Store.open(path, now=NOW).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(WorkspaceError, match=r"aggregator\.db was made by a newer version .*9999"):
        Store.open(path, now=NOW)


def test_a_file_that_is_no_database_is_refused_in_words(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"<!doctype html> this is something else entirely" * 100)
    with pytest.raises(WorkspaceError, match=r"aggregator\.db: this is no SQLite database"):
        Store.open(path, now=NOW)
    assert path.read_bytes().startswith(b"<!doctype html>")


def test_a_damaged_database_says_so(path: Path, desk: Desk) -> None:
    desk.read("a", document([entry(str(n), text="long " * 2000) for n in range(50)]))
    desk.store.close()
    data = bytearray(path.read_bytes())
    data[8192:] = b"\xff" * (len(data) - 8192)
    path.write_bytes(data)
    with pytest.raises(WorkspaceError, match="damaged"), Store.open(path, now=NOW) as store:
        store.entries.search(text="long")


def test_a_folder_in_place_of_the_file_is_refused_in_words(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(WorkspaceError, match="cannot be opened"):
        Store.open(path, now=NOW)


def test_a_folder_that_cannot_be_made_is_refused_in_words() -> None:
    with pytest.raises(WorkspaceError, match="/proc/self/storage: cannot be made"):
        Store.open("/proc/self/storage/aggregator.db", now=NOW)


@pytest.mark.parametrize(
    ("revision", "change", "said"),
    [
        ("0009", "ALTER TABLE delivery ADD COLUMN handed INTEGER", "duplicate column name: handed"),
        ("0015", "ALTER TABLE draft DROP COLUMN attempts", "no such column: draft.attempts"),
    ],
    ids=["already", "never"],
)
def test_a_database_of_a_state_between_two_revisions_is_refused_in_words(
    path: Path, revision: str, change: str, said: str
) -> None:
    """It has a column that the next script adds, or lacks one that no script adds any more; nothing is done to it."""
    Store.open(path, now=NOW).close()
    with migrating(path) as connection:
        schema.migrate(connection, revision, down=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(change)
    before = shape(path)
    with pytest.raises(WorkspaceError, match=f"another state .* {revision}, .*{said}.*subscribers export"):
        Store.open(path, now=NOW)
    assert shape(path) == before


def test_another_kind_of_database_is_refused_in_words() -> None:
    with pytest.raises(WorkspaceError, match="only a path"):
        Store.open("postgresql+psycopg://localhost/news", now=NOW)


def test_a_new_database_knows_when_it_was_founded_and_keeps_it(path: Path) -> None:
    with Store.open(path, now=NOW) as store:
        first = dict(store.meta)
    with Store.open(path, now=NOW.replace(year=2030)) as store:
        assert dict(store.meta) == first
    assert first["founded"] == NOW.isoformat()
    assert len(first["workspace"]) == 32


def test_a_new_database_is_for_its_owner_alone_and_so_is_what_lies_beside_it(path: Path) -> None:
    """It holds who subscribes and the secret of their links; whoever lets others read it keeps it so."""
    umask = os.umask(0o022)
    try:
        with Store.open(path, now=NOW) as store:
            store.meta["rules"] = "2"
            beside = {one.name: one.stat().st_mode & 0o777 for one in path.parent.iterdir() if "aggregator" in one.name}
        path.chmod(0o644)
        with Store.open(path, now=NOW) as store:
            store.meta["rules"] = "3"
    finally:
        os.umask(umask)
    assert beside == dict.fromkeys([path.name, f"{path.name}-shm", f"{path.name}-wal"], 0o600)
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter: that of pytest is for its owner alone."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def unwritable(path: Path) -> Iterator[None]:
    """Let nobody write a database and its folder, and be no one who may all the same."""
    path.chmod(0o444)
    path.parent.chmod(0o555)
    user, nobody = os.getuid(), 65534
    if user == 0:
        os.setresuid(nobody, nobody, 0)
    try:
        yield
    finally:
        os.setresuid(user, user, user)
        path.parent.chmod(0o755)
        path.chmod(0o644)


@pytest.mark.parametrize("name", ["aggregator.db", "news & notes?#1 50%.db"])
def test_a_database_that_nobody_may_write_can_be_read(open_folder: Path, name: str) -> None:
    path = open_folder / "storage" / name
    with Store.open(path, now=NOW) as store:
        store.feeds.list(listings("a"), now=NOW)
        Desk(store).read("a", document([entry("1")]))
    with unwritable(path):
        with pytest.raises(WorkspaceError, match="cannot be written"):
            Store.open(path, now=NOW)
        with Store.open(path, now=NOW, readonly=True) as store:
            assert Desk(store).guids() == ["1"]
            with pytest.raises(WorkspaceError, match="cannot be written"):
                store.meta["rules"] = "2"


def test_one_who_only_reads_sees_what_a_writer_has_not_folded_in_yet(open_folder: Path) -> None:
    path = open_folder / "storage" / "aggregator.db"
    Store.open(path, now=NOW).close()
    path.chmod(0o644)  # somebody lets others read; the log beside it follows
    with Store.open(path, now=NOW) as store:
        store.meta["rules"] = "2"
        with unwritable(path), Store.open(path, now=NOW, readonly=True) as reading:
            assert reading.meta["rules"] == "2"


@pytest.mark.parametrize("there", [False, True])
def test_a_database_without_tables_is_brought_up_even_for_one_who_only_reads(path: Path, there: bool) -> None:
    if there:
        path.parent.mkdir()
        path.touch()
    with Store.open(path, now=NOW, readonly=True) as store:
        assert store.meta["founded"] == NOW.isoformat()


def test_the_pragmas_are_those_that_were_measured(path: Path) -> None:
    Store.open(path, now=NOW).close()
    engine = engines.writer(path)
    with engine.begin() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "auto_vacuum")
        }
    engine.dispose()
    assert found == {
        "journal_mode": "wal",
        "synchronous": 1,
        "foreign_keys": 1,
        "busy_timeout": driver.BUSY_SECONDS * 1000,
        "auto_vacuum": 2,
    }
