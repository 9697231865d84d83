"""Many new feeds: a process of its own asks them, and what becomes of it is told."""

import errno
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from aggregator import workers
from aggregator.errors import WorkspaceError
from aggregator.jobs import apart
from aggregator.jobs.arrivals import Arrivals
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
    assert told == sorted(told) and len(told) > 1
    assert seen and gone(seen)
    assert guids(here) == ALL
    with here.app() as app:
        assert apart._twin(app, tuple) is None


def test_an_error_that_a_person_can_mend_is_raised(here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(arrivals: Arrivals) -> None:
        raise WorkspaceError("the disk is full")

    monkeypatch.setattr(Arrivals, "keep", elsewhere(refuse))
    with pytest.raises(WorkspaceError, match=r"^the disk is full$"):
        here.sync()
    assert gone(copies(below(MINE)))


def test_any_other_error_is_logged(
    here: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(arrivals: Arrivals) -> None:
        raise ZeroDivisionError("nobody foresaw this")

    monkeypatch.setattr(Arrivals, "keep", elsewhere(stumble))
    with pytest.raises(WorkspaceError, match="the next sync asks the others"):
        here.sync()
    assert "nobody foresaw this" in caplog.text
    assert gone(copies(below(MINE)))


def test_when_it_is_killed_the_next_sync_asks_the_others(here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it saved is saved; its own twin ends with it."""
    seen: set[int] = set()

    def kill() -> None:
        seen.update(copies(below(MINE)))
        for pid in copies(children(MINE)) if len(seen) > 1 else ():
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(WorkspaceError, match="the next sync asks the others"):
        watched(here, kill)
    assert len(seen) > 1 and gone(seen)
    watched(here, lambda: None)
    assert guids(here) == ALL


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
