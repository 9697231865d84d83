"""Many documents at once: a twin of the process reads and saves some of them, whatever happens to it."""

import errno
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest

from aggregator import workers
from aggregator.jobs.arrivals import Arrivals
from aggregator.jobs.sharing import SMALL, is_plain
from aggregator.model import Visit
from aggregator.twin import possible
from tests.servers import Page, serve
from tests.workspaces import Desk, desk, item, rss

needs_two_cores = pytest.mark.skipif(not possible(), reason="a twin is made where there is a second core, on Linux")

FEEDS = 150


def pages(*, odd: Callable[[int], bool] = lambda number: False) -> dict[str, Page]:
    """Make feeds of two entries each; those that are ``odd`` have a DOCTYPE, so that a worker must look at them."""
    found = {}
    for number in range(FEEDS):
        text = "What happened there, told in a good many words. " * 40
        body = rss(*(item(2 * number + more, text=f"{number} {more}: {text}") for more in (0, 1)))
        found[f"/{number}"] = Page(b"<!DOCTYPE rss>" + body if odd(number) else body)
    return found


def twins() -> set[int]:
    """Find the copies of this process: its children with its own command line."""
    mine = Path("/proc/self/cmdline").read_bytes()
    found = set()
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            children = [int(pid) for pid in (task / "children").read_text().split()]
            found |= {pid for pid in children if Path(f"/proc/{pid}/cmdline").read_bytes() == mine}
    return found


def watched(here: Desk, look: Callable[[], None], *, force: bool = False) -> workers.Report:
    """Sync, and look on at every step."""
    with here.app() as app:
        workers.recover(app)
        return workers.sync(app, force=force, progress=lambda done, of: look())


def guids(here: Desk) -> list[str]:
    with here.app() as app:
        return sorted(stored.entry.guid for stored in app.store.entries.search(limit=1000))


ALL = sorted(f"guid-{number}" for number in range(2 * FEEDS))


@needs_two_cores
def test_a_twin_takes_its_part(tmp_path: Path) -> None:
    """Every feed is counted once and every entry stored once, whoever read it; afterwards the twin is gone."""
    seen: set[int] = set()
    told: list[tuple[int, int]] = []
    with serve(pages()) as server, (here := desk(tmp_path, *map(server.url, server.pages))).app() as app:
        report = workers.sync(app, progress=lambda *done: (seen.update(twins()), told.append(done)))
    assert len(seen) == 1 and not twins()
    assert told == sorted(told) and told[-1] == (FEEDS, FEEDS)
    assert (report.refreshed.asked, report.refreshed.fetched, report.refreshed.new) == (FEEDS, FEEDS, 2 * FEEDS)
    assert (report.refreshed.failed, report.placed.entries) == (0, 2 * FEEDS)
    assert guids(here) == ALL


@needs_two_cores
def test_what_the_twin_declines_is_read_by_a_worker(tmp_path: Path) -> None:
    """A document with a DOCTYPE comes back unread, and costs the others nothing."""
    with serve(pages(odd=lambda number: number % 5 == 0)) as server:
        here = desk(tmp_path, *map(server.url, server.pages))
        report = watched(here, lambda: None)
    assert (report.refreshed.fetched, report.refreshed.new, report.refreshed.failed) == (FEEDS, 2 * FEEDS, 0)
    assert guids(here) == ALL


@needs_two_cores
def test_a_twin_that_is_killed_costs_only_what_it_had_not_saved(tmp_path: Path) -> None:
    """Those feeds are named, nothing is held against them, and the next sync reads them."""

    def kill() -> None:
        for pid in twins():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    with serve(pages()) as server:
        here = desk(tmp_path, *map(server.url, server.pages))
        refreshed = watched(here, kill).refreshed
        assert refreshed.fetched + refreshed.failed == FEEDS
        assert all("the next sync asks again" in reason for reason in refreshed.failures.values())
        assert len(guids(here)) == refreshed.new == 2 * refreshed.fetched
        with here.app() as app:
            lost = [state for state in app.store.feeds.all() if state.url in refreshed.failures]
            assert all((state.failures, state.fetched) == (0, None) for state in lost)
        again = here.sync().refreshed
    assert (again.asked, again.fetched) == (refreshed.failed, refreshed.failed)
    assert guids(here) == ALL


@needs_two_cores
def test_an_error_in_the_twin_costs_only_what_it_had_not_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is noted, and what the twin had not read is read here."""
    mine, keep = os.getpid(), Arrivals.keep

    def broken(self: Arrivals, visit: Visit) -> None:
        if os.getpid() != mine and len(self._batch) == 5:
            raise MemoryError("no memory there")
        keep(self, visit)

    monkeypatch.setattr(Arrivals, "keep", broken)
    with serve(pages()) as server:
        here = desk(tmp_path, *map(server.url, server.pages))
        refreshed = here.sync().refreshed
        assert "no memory there" in caplog.text
        assert len(refreshed.failures) == 5 and refreshed.fetched == FEEDS - 5
        assert all("the next sync asks again" in reason for reason in refreshed.failures.values())
        again = here.sync().refreshed
    assert (again.asked, again.fetched) == (5, 5)
    assert guids(here) == ALL


@needs_two_cores
def test_a_run_that_is_interrupted_leaves_no_twin(tmp_path: Path) -> None:
    """Ctrl-C ends both; what was saved stays, the rest is read the next time."""

    def interrupt() -> None:
        if twins():
            raise KeyboardInterrupt

    with serve(pages()) as server:
        here = desk(tmp_path, *map(server.url, server.pages))
        with pytest.raises(KeyboardInterrupt):
            watched(here, interrupt)
        assert not twins()
        here.sync()
    assert guids(here) == ALL


@needs_two_cores
def test_where_no_process_can_be_made_all_is_read_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit on processes costs speed and nothing else. (Root, as which CI runs, has none that it could meet.)"""

    def refuse() -> int:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refuse)
    with serve(pages()) as server:
        here = desk(tmp_path, *map(server.url, server.pages))
        refreshed = here.sync().refreshed
    assert (refreshed.fetched, refreshed.failed) == (FEEDS, 0)
    assert guids(here) == ALL


def test_a_job_in_a_thread_has_no_twin(tmp_path: Path) -> None:
    """`run` works beside a server and a scheduler: it reads everything itself."""
    seen: set[int] = set()
    with serve(pages()) as server:
        here = desk(tmp_path, *map(server.url, server.pages))
        thread = Thread(target=lambda: watched(here, lambda: seen.update(twins())))
        thread.start()
        thread.join()
    assert not seen
    assert guids(here) == ALL


@pytest.mark.parametrize(
    ("body", "plain"),
    [
        (b"<" * SMALL, True),
        (b"x" * 500_000, True),
        (b"x" * 500_001, False),
        (b"<" * 20_000 + b"x" * SMALL, True),
        (b"<&" * 10_001 + b"x" * SMALL, False),
    ],
    ids=["small", "large", "too large", "many signs", "too many signs"],
)
def test_what_is_plain(body: bytes, plain: bool) -> None:
    """Size and signs bound what is read where nobody can kill it."""
    assert is_plain(body) is plain
