"""What was answered is stored about a second later, whatever becomes of the run: it is not asked for again."""

import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from aggregator import workers
from aggregator.cores import Cores
from aggregator.errors import WorkspaceError
from aggregator.jobs import reading
from aggregator.jobs.reading import TOGETHER
from aggregator.model import Intake, Unread
from aggregator.pipeline.hop import read_all
from aggregator.store import driver
from tests.servers import Page, Server, serve
from tests.workspaces import Desk, desk, item, rss

PATIENCE = 60.0


def pages(count: int) -> dict[str, Page]:
    """Make feeds that answer at once, and one that is silent."""
    found = {f"/{number}": Page(rss(item(number)), etag=f'"{number}"') for number in range(count)}
    return found | {"/silent": Page(b"", delay=2 * PATIENCE)}


def stored(here: Desk) -> int:
    """Count the feeds that were read, as another process sees it."""
    path = here.root / "storage" / "aggregator.db"
    if not path.exists():
        return 0
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=30)
    try:
        (found,) = connection.execute("SELECT count(*) FROM feed WHERE outcome = 'ok'").fetchone()
    except sqlite3.OperationalError:  # no tables yet
        return 0
    finally:
        connection.close()
    return int(found)


def ended_while_one_is_silent(here: Desk, server: Server, *, count: int) -> bool:
    """Sync in a process of its own, and end it when all that were answered are stored; False when it ended before."""
    command = [sys.executable, "-m", "aggregator", "-C", str(here.root), "sync"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        last = monotonic() + PATIENCE
        while stored(here) < count and process.poll() is None and monotonic() < last:
            sleep(0.1)
        alive = process.poll() is None
        process.kill()
    return alive


@pytest.mark.parametrize("count", [20, 150], ids=["a few", "many, with a twin"])
def test_a_silent_feed_does_not_hold_back_what_others_answered(tmp_path: Path, count: int) -> None:
    """A run that is killed while it waits for one feed has stored the others, which are asked with validators then."""
    with serve(pages(count)) as server:
        here = desk(tmp_path, *(server.url(path) for path in server.pages))
        assert ended_while_one_is_silent(here, server, count=count)
        assert stored(here) == count
        server.requests.clear()
        server.pages["/silent"] = Page(rss(item(1000)))
        here.sync(force=True)
        assert sum("if-none-match" in seen.headers for seen in server.requests) == count


def read_slowly(documents: Sequence[Unread], *, now: datetime) -> list[Intake | Exception]:
    """Take as long as a document that is hard to read does."""
    if any(b"<slow/>" in one.answer.body for one in documents):
        sleep(3)
    return read_all(documents, now=now)


def test_a_document_that_takes_a_worker_long_holds_back_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever workers are waited for, all that came before is stored."""
    told: list[tuple[int, int]] = []
    came: list[int] = [0]

    def wait(cores: Cores) -> list[tuple[Any, Any]]:
        told.append((stored(here), came[-1]))
        return own_wait(cores)

    own_wait = Cores.wait
    monkeypatch.setattr(Cores, "wait", wait)
    monkeypatch.setattr(reading, "read_all", read_slowly)
    odd = {f"/{number}": Page(rss(item(number), more="<media:x/>")) for number in range(2 * TOGETHER)}
    with serve({**odd, "/slow": Page(rss(item(1), more="<media:x/><slow/>"), delay=1)}) as server:
        here = desk(tmp_path, *(server.url(path) for path in server.pages))
        with here.app() as app:
            workers.sync(app, progress=lambda done, of: came.append(done))
    assert len(told) >= 2 and told[-1][1] >= TOGETHER
    assert all(there == before for there, before in told)


def test_documents_that_take_workers_long_keep_nobody_from_being_asked_however_many_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than workers have in hand: nobody waits for workers before every other feed is read and stored."""
    told: list[int] = []

    def wait(cores: Cores) -> list[tuple[Any, Any]]:
        told.append(stored(here))
        return own_wait(cores)

    own_wait = Cores.wait
    monkeypatch.setattr(Cores, "wait", wait)
    monkeypatch.setattr(reading, "IN_HAND", TOGETHER)
    monkeypatch.setattr(reading, "read_all", read_slowly)
    slow = {f"/{number}": Page(rss(item(number), more="<media:x/><slow/>")) for number in range(3 * TOGETHER)}
    plain = {f"/{number}": Page(rss(item(100 + number)), delay=1) for number in range(4)}
    with serve(dict(slow)) as server, serve(dict(plain)) as other:
        here = desk(tmp_path, *map(server.url, slow), *map(other.url, plain))
        report = here.sync().refreshed
    assert told[0] == 4
    assert (report.fetched, report.failed) == (len(slow) + len(plain), 0)


def test_documents_that_wait_for_workers_take_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However large they are: what is in hand is counted in bytes as well, and every one of them is read in the end."""
    held: list[int] = []

    def wait(cores: Cores) -> list[tuple[Any, Any]]:
        works = [work.args[0] for work in cores._hand.values()]
        held.append(sum(len(one.answer.body) for documents in works for one in documents))
        return own_wait(cores)

    own_wait = Cores.wait
    monkeypatch.setattr(Cores, "wait", wait)
    monkeypatch.setattr(reading, "LARGE", 1000)
    monkeypatch.setattr(reading, "HEAVY", 10_000)
    more = f"<media:x/><!--{'x' * 2000}-->"
    with serve({f"/{number}": Page(rss(item(number), more=more)) for number in range(4 * TOGETHER)}) as server:
        report = desk(tmp_path, *map(server.url, server.pages)).sync().refreshed
    assert report.fetched == 4 * TOGETHER
    assert max(held) < 15_000


def test_an_error_that_nobody_foresaw_loses_no_answer(tmp_path: Path) -> None:
    """As one of the screen that progress is drawn on."""

    def draw(done: int, of: int) -> None:
        if done == 5:
            raise RuntimeError("nothing can be drawn")

    with serve(pages(9)) as server:
        here = desk(tmp_path, *(server.url(path) for path in server.pages))
        with pytest.raises(RuntimeError), here.app() as app:
            workers.sync(app, progress=draw)
        assert stored(here) == 5


def test_such_an_error_loses_nothing_that_a_twin_has_read(tmp_path: Path) -> None:
    """Nor what it was given."""

    def draw(done: int, of: int) -> None:
        if done >= 300:
            raise RuntimeError("nothing can be drawn")

    found = {f"/{number}": Page(rss(*(item(20 * number + one) for one in range(20)))) for number in range(400)}
    with serve(found) as server:
        here = desk(tmp_path, *(server.url(path) for path in server.pages))
        with pytest.raises(RuntimeError), here.app() as app:
            workers.sync(app, progress=draw)
        assert stored(here) >= 300


def test_nobody_is_asked_where_answers_cannot_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No disk has so much room as is wanted here."""
    with serve({"/a": Page(rss(item(1)))}) as server:
        here = desk(tmp_path, server.url("/a"))
        monkeypatch.setattr(driver, "ROOM", 1 << 62)
        with pytest.raises(WorkspaceError, match="MB are free there: make room and run again"):
            here.sync()
        assert not server.requests
        monkeypatch.undo()
        assert here.sync().refreshed.new == 1
