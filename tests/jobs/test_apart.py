"""Many new feeds: a process of its own asks them, and what becomes of it is told."""

import errno
import os
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit

import pytest

from aggregator import workers
from aggregator.errors import ConfigError, LockedError, TemplateError, WorkspaceError
from aggregator.jobs import apart
from aggregator.jobs.arrivals import Arrivals, Refreshed
from aggregator.model import Visit
from aggregator.twin import possible
from tests.jobs.test_sharing import ALL, FEEDS, guids, pages, watched
from tests.servers import serve
from tests.workspaces import Desk, desk

pytestmark = pytest.mark.skipif(not possible(), reason="copies are made where there is a second core, on Linux")

MINE = os.getpid()


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "MANY", FEEDS)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Desk]:
    """New feeds, some of which a worker must read."""
    with serve(pages(odd=lambda number: number % 10 == 0)) as server:
        yield desk(tmp_path, *map(server.url, server.pages))


def children(parent: int) -> set[int]:
    with suppress(OSError):
        tasks = Path(f"/proc/{parent}/task").iterdir()
        return {int(pid) for task in tasks for pid in (task / "children").read_text().split()}
    return set()


def below(parent: int) -> set[int]:
    """Find the children of a process, and theirs."""
    found = children(parent)
    return found.union(*map(below, found))


def copies(processes: set[int]) -> set[int]:
    """Find those that run what we run."""
    mine, found = Path("/proc/self/cmdline").read_bytes(), set[int]()
    for pid in processes:
        with suppress(OSError):
            found |= {pid} if Path(f"/proc/{pid}/cmdline").read_bytes() == mine else set()
    return found


def gone(processes: set[int]) -> bool:
    """Tell whether they end soon."""
    deadline = time.monotonic() + 30
    while any(map(runs, processes)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def runs(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def elsewhere(act: Callable[[Arrivals], None]) -> Callable[[Arrivals, Visit], None]:
    """Let something happen in the process that asks, when it has taken some visits."""
    keep = Arrivals.keep

    def kept(self: Arrivals, visit: Visit) -> None:
        if os.getppid() == MINE and self.done > 20:
            act(self)
        keep(self, visit)

    return kept


def test_a_process_of_its_own_asks_and_saves(here: Desk) -> None:
    """What came of it is told, and how far it is; the next sync has no new feeds, and asks by itself."""
    told: list[tuple[int, int]] = []
    seen: set[int] = set()
    with here.app() as app:
        report = workers.sync(app, progress=lambda *done: (told.append(done), seen.update(copies(below(MINE)))))
    assert (report.feeds, report.due, report.refreshed.asked) == (FEEDS, FEEDS, FEEDS)
    assert (report.refreshed.fetched, report.refreshed.new, report.refreshed.failed) == (FEEDS, 2 * FEEDS, 0)
    assert report.placed.entries == 2 * FEEDS
    assert told == sorted(told) and len(told) > 1 and told[-1] == (FEEDS, FEEDS)
    assert seen and gone(seen)
    assert guids(here) == ALL
    with here.app() as app:
        assert apart._twin(app, tuple) is None


class OddError(Exception):
    """One that cannot be made again of what it says."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what}: {why}")


def fill_the_disk(here: Desk) -> None:
    setrlimit(RLIMIT_FSIZE, (4096, getrlimit(RLIMIT_FSIZE)[1]))


def damage_the_database(here: Desk) -> None:
    with (here.root / "storage" / "aggregator.db").open("r+b") as file:
        file.write(bytes(1 << 20))


def break_the_database(here: Desk) -> None:
    with closing(sqlite3.connect(here.root / "storage" / "aggregator.db")) as connection:
        connection.execute("DROP TABLE IF EXISTS pending")


def stumble(error: Exception) -> Callable[[Desk], None]:
    def raised(here: Desk) -> None:
        raise error

    return raised


ENDS: dict[str, tuple[Callable[[Desk], None], str]] = {
    "a damaged database": (damage_the_database, "aggregator.db: this is no SQLite database: restore it from a copy"),
    "a broken database": (break_the_database, "no such table: pending"),
    "feeds.yaml": (stumble(ConfigError(("feeds.yaml:1:1: one", "feeds.yaml:2:1: two"))), "1: one\nfeeds.yaml:2:1: two"),
    "another process": (stumble(LockedError("sync")), "this workspace is in use by sync; try again"),
    "a template": (stumble(TemplateError("done.html:1", "wrong")), "done.html:1: wrong"),
    "what nobody foresaw": (stumble(ZeroDivisionError("division by zero")), "division by zero"),
}


def ended(here: Desk, monkeypatch: pytest.MonkeyPatch, act: Callable[[Desk], None]) -> Exception:
    """Sync while something happens to whoever asks the feeds, be it this process or its child."""
    keep = Arrivals.keep

    def kept(self: Arrivals, visit: Visit) -> None:
        if MINE in (os.getpid(), os.getppid()) and self.done > 20:
            act(here)
        keep(self, visit)

    with monkeypatch.context() as patch, pytest.raises(Exception) as error:
        patch.setattr(Arrivals, "keep", kept)
        here.sync()
    assert gone(copies(below(MINE)))
    return error.value


@pytest.mark.parametrize("end", ENDS)
def test_an_error_is_the_same_as_where_this_process_asks(here: Desk, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    """Its words and its exit code are those that it would have here; and it is told where it arose."""
    act, words = ENDS[end]
    found = ended(here, monkeypatch, act)
    monkeypatch.setattr("aggregator.twin.possible", lambda: False)
    with serve(pages()) as server:
        same = ended(desk(here.root / "other", *map(server.url, server.pages)), monkeypatch, act)
    assert words in str(found) and str(found) == str(same).replace("/other/", "/")
    assert type(found) is type(same) and getattr(found, "exit_code", 1) == getattr(same, "exit_code", 1)
    assert "in _work" in "".join(found.__notes__)


def test_a_full_disk_is_told(here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    error = ended(here, monkeypatch, fill_the_disk)
    assert isinstance(error, WorkspaceError) and "aggregator.db: the disk reports an error: make room" in str(error)


def test_an_error_that_cannot_cross_comes_with_its_words(here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    error = ended(here, monkeypatch, stumble(OddError("a pipe", "it burst")))
    assert (type(error), str(error)) == (RuntimeError, "OddError: a pipe: it burst")


def test_when_it_is_killed_the_next_sync_asks_the_others(here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it saved is saved; its own twin ends with it. A process of its own asks the others, too."""
    seen: set[int] = set()

    def kill() -> None:
        seen.update(copies(below(MINE)))
        for pid in copies(children(MINE)) if len(seen) > 1 else ():
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(WorkspaceError, match="the next sync asks the others"):
        watched(here, kill)
    assert len(seen) > 1 and gone(seen)
    with here.app() as app:
        left = sum(state.succeeded is None for state in app.store.feeds.all())
    monkeypatch.setattr(apart, "MANY", left)
    again: set[int] = set()
    watched(here, lambda: again.update(copies(below(MINE))))
    assert again and guids(here) == ALL


def test_an_interruption_ends_it_with_all_below_it(here: Desk) -> None:
    before, seen = below(MINE), set[int]()

    def interrupt() -> None:
        seen.update(below(MINE) - before)
        if len(seen) > 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watched(here, interrupt)
    assert len(seen) > 1 and gone(seen)
    watched(here, lambda: None)
    assert guids(here) == ALL


def test_where_none_is_due_nothing_is_asked(here: Desk) -> None:
    """As where all feeds failed a moment ago: they are new, but their time has not come."""
    with here.app() as app:
        assert apart.refresh_apart(app, tuple, progress=lambda done, of: None) == (0, Refreshed())
        assert not app.store.feeds.all()


def test_where_no_process_can_be_made_this_one_asks(here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fork", refuse)
        with here.app() as app:
            feeds = app.config.feeds
            count, report = apart.refresh_apart(
                app, lambda: workers._listed(app, force=False, spread=False), progress=lambda done, of: None
            )
    assert (count, report.fetched + report.failed) == (len(feeds), FEEDS)
