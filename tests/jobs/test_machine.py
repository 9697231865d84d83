"""What this machine lacks is held against no feed: no processes to read in, no room for what reading takes."""

import errno
import json
import os
import subprocess
import sys
from base64 import b64encode
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from aggregator import cores
from aggregator.cli.feed import known_feeds
from aggregator.jobs.reading import TOGETHER
from aggregator.model import FeedState
from aggregator.pipeline.health import health
from tests.servers import Page, Seen, serve
from tests.workspaces import START, Desk, desk, item, rss, state_of

ODD = rss(item(1), item(2)).replace(b"<item>", b"<item><media:x/>", 1)
"""A document that the fast path leaves to a worker: its prefix is declared nowhere."""

RUN = "import sys; {}; sys.argv[0] = 'aggregator'; from aggregator.__main__ import main; main()"
NO_PROCESSES = "import multiprocessing; multiprocessing.set_executable('/no/such/program')"
NO_ROOM = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))"

_OPENS = "aside.TemporaryFile = lambda: open('/dev/full', 'r+b')"
FULL = f"from aggregator.jobs import aside, reading; reading.IN_HAND = 1; {_OPENS}"


def command(here: Desk, lack: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run a command on a machine that lacks something."""
    program = [sys.executable, "-c", RUN.format(lack), "-C", str(here.root), *words]
    return subprocess.run(program, capture_output=True, text=True, check=False)


def states(here: Desk) -> dict[str, FeedState]:
    with here.app() as app:
        return {state.url.rpartition("/")[2]: state for state in app.store.feeds.all()}


def test_a_machine_that_lets_no_processes_be_made_reads_what_is_plain(tmp_path: Path) -> None:
    """What needs a worker waits for half an hour each time, without blame, and is read when there are processes."""
    pages = {"/plain": Page(rss(item(3))), "/odd": Page(ODD), "/odd2": Page(ODD)}
    with serve(dict(pages)) as server:
        here = desk(tmp_path, *map(server.url, pages))
        for _ in range(3):
            run = command(here, NO_PROCESSES, "sync", "--force", "--json")
        told, found = json.loads(run.stdout), states(here)
        assert "cores.py" not in run.stderr
        here.clock.now = max(found[name].due or START for name in ("odd", "odd2"))
        assert here.sync().refreshed.new == 4
        assert [states(here)[name].outcome for name in ("odd", "odd2")] == ["ok", "ok"]
    assert (told["feeds"]["unchanged"], told["feeds"]["failed"]) == (1, 2)
    odd = found["odd"]
    assert (found["plain"].outcome, odd.outcome, odd.failures, odd.failing_since) == ("unchanged", "waiting", 0, None)
    assert odd.fetched and odd.due
    assert timedelta(minutes=30) <= odd.due - odd.fetched <= timedelta(minutes=33)
    assert health(odd, now=odd.fetched).startswith("this machine lets no processes work for us (")
    assert odd.due_reason == "this machine could not read what came: trying again after 30 min"


def test_a_machine_that_stays_so_asks_ever_more_seldom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be read here is sent whole each time."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(cores, "_pool", refuse)
    with serve({"/odd": Page(ODD)}) as server:
        here = desk(tmp_path, f"{{url: '{server.url('/odd')}', every: 1d}}")
        for _ in range(2 * 24 * 4):
            here.sync()
            here.clock.forward(minutes=15)
        assert 3 <= len(server.requests) <= 8
        monkeypatch.undo()
        here.clock.forward(days=1, hours=3)
        assert here.sync().refreshed.new == 2


def test_a_disk_without_room_for_temporary_files_is_no_failure_of_the_feeds(tmp_path: Path) -> None:
    """What tells the language of entries unpacks itself into a file: the system's word is said, as what it is."""
    with serve({f"/{number}": Page(rss(item(number))) for number in range(3)}) as server:
        here = desk(tmp_path, *(server.url(f"/{number}") for number in range(3)))
        run = command(here, NO_ROOM, "sync")
        found = states(here)
    assert run.stderr.count("this machine lacks what the work takes (file too large)") == 3
    assert {(state.outcome, state.failures) for state in found.values()} == {("waiting", 0)}


def test_documents_that_find_no_room_to_wait_for_a_worker_are_asked_for_again(tmp_path: Path) -> None:
    """They are no failure of their feeds; the workers read what they have in hand."""
    with serve({f"/{number}": Page(ODD) for number in range(2 * TOGETHER)}) as server:
        here = desk(tmp_path, *map(server.url, server.pages))
        run = command(here, FULL, "sync")
        found = Counter((state.outcome, state.failures) for state in states(here).values())
    assert run.stderr.count("this machine lacks what the work takes (no space left on device)") == TOGETHER
    assert found == {("ok", 0): TOGETHER, ("waiting", 0): TOGETHER}


def test_looking_for_feeds_and_checking_them_says_what_the_machine_lacks(tmp_path: Path) -> None:
    """Nothing more is asked of the server, and no feed is called none."""
    with serve({"/odd": Page(ODD), "/page": Page(b"<html><title>A page</title></html>")}) as server:
        here = desk(tmp_path, server.url("/odd"))
        checked = command(here, NO_PROCESSES, "feeds", "check")
        added = command(here, NO_PROCESSES, "feeds", "add", server.url("/page"), "--yes")
        asked = [seen.path for seen in server.requests]
    assert (checked.returncode, added.returncode, asked) == (3, 1, ["/odd", "/page"])
    assert f"{server.url('/odd')}: not read: this machine lets no processes work for us" in checked.stdout
    assert "this machine lets no processes work for us" in added.stdout + added.stderr
    assert "cores.py" not in checked.stderr + added.stderr


def test_a_proxy_of_ours_that_refuses_us_is_no_failure_of_the_feeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For weeks: asked hourly, never dead, what to do is said, and another password is tried at once."""
    monkeypatch.setenv("DESK_PROXY", "wrong-password")

    def answer(seen: Seen) -> Page:
        right = f"Basic {b64encode(b'desk:right-password').decode()}"
        return Page(rss(item(1))) if seen.headers.get("proxy-authorization") == right else Page(status=407)

    address = "http://a.example.com/"
    with serve({address: answer}) as proxy, serve({"/well": Page(rss(item(2)))}) as server:
        proxied = f"{{url: '{address}', proxy: 'http://desk@127.0.0.1:{proxy.port}', proxy_password_env: DESK_PROXY}}"
        here = desk(tmp_path, server.url("/well"), proxied)
        for _ in range(12):
            here.sync()
            here.clock.forward(minutes=10)
        assert len(proxy.requests) == 2
        for _ in range(20):
            here.clock.forward(days=1)
            report = here.sync()
        assert report.refreshed.unasked and not report.refreshed.outage
        state = state_of(here, address)
        assert (state.outcome, state.failures, state.failing_since) == ("unasked", 0, None)
        with here.app() as app:
            told = {known.state.url: known.edit for known in known_feeds(app)}
        assert "see `proxy` and `proxy_password_env`" in told[address]
        monkeypatch.setenv("DESK_PROXY", "right-password")
        assert here.sync().refreshed.fetched == 1
        assert state_of(here, address).outcome == "ok"
