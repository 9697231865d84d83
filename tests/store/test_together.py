"""Several at once, and one that dies: nothing is lost, nothing is half."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from signal import SIGKILL

import pytest

from aggregator.errors import WorkspaceError
from aggregator.store import Store, meta
from aggregator.store.database import Database
from aggregator.store.engines import driver
from tests.store.things import NOW, Desk, document, entry, listings

HERE = Path(__file__).parents[1]

WRITER = """
import sys
from datetime import timedelta
sys.path[:0] = [{here!r}, {root!r}]
from tests.store.things import NOW, Desk, document, entry
from aggregator.store import Store

with Store.open({path!r}, now=NOW) as store:
    desk = Desk(store)
    for n in range(10_000):
        new = [entry(f"{{n}}-{{m}}", text="long " * 500) for m in range(50)]
        assert desk.read("a", document(new), now=NOW + timedelta(minutes=2 * n)).new == 50
        desk.curate()
        print(n, flush=True)
"""


def count_up(path: Path, times: int) -> None:
    """Read, then write what was read plus one, each time in one transaction."""
    database = Database(path)
    for _ in range(times):
        with database.write() as connection:
            meta.write(driver(connection), "count", str(int(meta.read(driver(connection), "count") or 0) + 1))
    database.close()


def test_four_threads_that_read_and_then_write_240_times_are_never_told_locked(path: Path) -> None:
    Store.open(path, now=NOW).close()
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: count_up(path, 60), range(4)))
    with Store.open(path, now=NOW) as store:
        assert store.meta["count"] == "240"


def test_two_processes_that_read_and_then_write_lose_nothing(path: Path) -> None:
    Store.open(path, now=NOW).close()
    program = (
        f"import sys; sys.path[:0] = [{str(HERE)!r}, {str(HERE.parent)!r}]; from pathlib import Path; "
        f"from store.test_together import count_up; count_up(Path({str(path)!r}), 120)"
    )
    both = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(2)]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    with Store.open(path, now=NOW) as store:
        assert store.meta["count"] == "240"


def test_a_new_database_opened_by_several_at_once_is_made_once(path: Path) -> None:
    def open_it(_: int) -> str:
        with Store.open(path, now=NOW) as store:
            return store.meta["workspace"]

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(open_it, range(4)))) == 1


def test_a_reader_sees_one_state_while_another_writes(path: Path, desk: Desk) -> None:
    database = Database(path)
    with database.read() as connection:
        before = meta.read(driver(connection), "revision")
        desk.read("a", document([entry("1")]))
        assert meta.read(driver(connection), "revision") == before
    with database.read() as connection:
        assert meta.read(driver(connection), "revision") != before
    database.close()


def test_a_reader_cannot_write(path: Path, desk: Desk) -> None:
    database = Database(path)
    with pytest.raises(WorkspaceError, match="cannot be written"), database.read() as connection:
        meta.write(driver(connection), "a", "b")
    database.close()
    assert "a" not in desk.store.meta


def test_two_entries_of_one_batch_that_fail_take_the_whole_batch_back(desk: Desk) -> None:
    good, bad = desk.visit("a", intake=document([entry("1")])), desk.visit("b", intake=document([entry("2")]))
    broken = document([entry("2", published="yesterday")])
    with pytest.raises(TypeError):
        desk.save(good, type(bad)(bad.state, bad.token, broken))
    assert desk.guids() == []
    assert desk.save(good, bad)[0].new == 1


@pytest.mark.parametrize("rounds", [1, 3, 7])
def test_a_process_killed_in_the_middle_of_saving_leaves_a_whole_database(path: Path, rounds: int) -> None:
    """kill -9 after some batches: every batch is there whole or not at all, and work goes on."""
    with Store.open(path, now=NOW) as store:
        store.feeds.list(listings("a"), now=NOW)
    program = WRITER.format(here=str(HERE), root=str(HERE.parent), path=str(path))
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = [process.stdout.readline().strip() for _ in range(rounds)]
        process.send_signal(SIGKILL)
    assert said == [str(n) for n in range(rounds)]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        (entries,) = connection.execute("SELECT count(*) FROM entry").fetchone()
        (feeds,) = connection.execute("SELECT entries FROM feed").fetchone()
        placed = connection.execute("SELECT count(*) FROM curation").fetchone()[0]
        waiting = connection.execute("SELECT count(*) FROM pending").fetchone()[0]
    assert entries == feeds
    assert entries % 50 == 0
    assert entries >= 50 * rounds
    assert placed + waiting == entries
    with Store.open(path, now=NOW) as store:
        store.feeds.release()
        assert Desk(store).read("a", document([entry("after")])).new == 1


def test_facts_are_a_mapping(desk: Desk) -> None:
    facts = desk.store.meta
    facts["stamp"] = "1"
    facts["stamp"] = "2"
    assert facts["stamp"] == "2"
    assert {"founded", "workspace", "stamp"} <= set(facts)
    assert len(facts) == len(list(facts))
    del facts["stamp"]
    assert "stamp" not in facts
    assert facts.get("stamp", "none") == "none"
    for gone in (facts.__getitem__, facts.__delitem__):
        with pytest.raises(KeyError):
            gone("stamp")
