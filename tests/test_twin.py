"""A copy of this process at work: what it answers, what it holds open, and how it ends."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aggregator import twin as twins
from aggregator.errors import WorkspaceError
from aggregator.twin import Twin, possible
from aggregator.twin.pipes import LARGEST, PAGE, Sink, packed

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="copies of a process are for Linux")


def double(messages: Iterator[Any]) -> Iterator[Any]:
    for message in messages:
        yield message * 2
    yield "the end"


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_each_message_is_answered_in_order() -> None:
    """The work is done by another process, which has what we have in memory."""
    mine = os.getpid()

    def work(messages: Iterator[int]) -> Iterator[tuple[int, bool]]:
        for number in messages:
            yield number, os.getpid() != mine

    twin = Twin(work)
    assert all(twin.offer(number) for number in range(20))
    assert list(twin.rest()) == [(number, True) for number in range(20)]
    assert not Path(f"/proc/{twin.pid}").exists()


def test_more_may_be_said_after_the_last_message() -> None:
    """What is left to tell at the end is told then."""
    twin = Twin(double)
    assert twin.offer(1)
    assert list(twin.rest()) == [2, "the end"]


def test_what_finds_no_room_is_refused_until_there_is_some() -> None:
    """Nobody waits: a message goes at once or not at all."""

    def slow(messages: Iterator[bytes]) -> Iterator[int]:
        for message in messages:
            time.sleep(0.2)
            yield len(message)

    twin = Twin(slow)
    half = bytes(LARGEST // 2 - 20_000)
    assert not twin.offer(bytes(LARGEST))
    assert twin.offer(half)
    assert twin.offer(half)
    assert not twin.offer(half)
    found: list[int] = []
    while not found:
        found = twin.answers()
    assert twin.offer(half)
    assert [*found, *twin.rest()] == [len(half)] * 3


@pytest.mark.parametrize("size", [0, 1, LARGEST * 3])
def test_arrays_cross_as_they_lie_in_memory(size: int) -> None:
    """They are parts of the message by themselves, however many and large, and of another type each."""
    arrays = [np.arange(size, dtype=kind) for kind in (np.uint8, np.int64)]
    twin = Twin(lambda messages: ((message, arrays) for message in messages))
    assert twin.offer([np.arange(n % 7) for n in range(2000)])
    ((heard, told),) = twin.rest()
    assert [one.tolist() for one in heard] == [list(range(n % 7)) for n in range(2000)]
    assert all(np.array_equal(one, other) and one.dtype == other.dtype for one, other in zip(told, arrays, strict=True))


def test_one_that_was_killed_takes_nothing_and_ends() -> None:
    """Whoever gave it work goes on without it."""
    twin = Twin(double)
    os.kill(twin.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while twin.offer(b"word" * 1000) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not twin.offer(b"word")
    assert twin.answers() == []
    assert list(twin.rest()) == []


def test_a_pipe_of_one_page_holds_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where this user has many pipes: the next one goes when the first is answered, and who got none says none."""
    monkeypatch.setattr(Sink, "widen", lambda _: PAGE)
    twin = Twin(double)
    assert twin.answer() is None
    assert twin.offer(1)
    assert not twin.offer(2)
    assert twin.answer() == 2
    assert twin.offer(3)
    assert list(twin.rest()) == [6, "the end"]


@pytest.mark.parametrize("taken", [Twin.answer, Twin.answers, lambda twin: list(twin.rest())])
def test_one_that_was_killed_in_the_middle_of_an_answer_has_said_nothing(taken: Callable[[Twin], Any]) -> None:
    """A long answer finds no room on the way at once: most of the time it stands there."""
    twin = Twin(lambda messages: (bytes(LARGEST * 4) for _ in messages))
    assert twin.offer(1)
    assert twin._in.ready(30)
    os.kill(twin.pid, signal.SIGKILL)
    assert not taken(twin)
    twin.end()


TAKEN: dict[str, Callable[[Twin], Any]] = {
    "answer": Twin.answer,
    "answers": Twin.answers,
    "rest": lambda twin: list(twin.rest()),
}


@pytest.mark.parametrize("taken", TAKEN)
@pytest.mark.parametrize("large", [False, True], ids=["before an answer", "in the middle of one"])
def test_one_that_is_stopped_is_given_up(monkeypatch: pytest.MonkeyPatch, taken: str, large: bool) -> None:
    """It may never go on: nobody waits for the rest of what it was saying."""
    monkeypatch.setattr(twins, "PATIENCE", 0.2)
    twin = Twin(lambda messages: (bytes(LARGEST * 4 * large) for _ in messages))
    if large:
        assert twin.offer(1)
        assert twin._in.ready(30)
    os.kill(twin.pid, signal.SIGSTOP)
    os.waitpid(twin.pid, os.WUNTRACED)
    if not large:
        assert twin.offer(1)
    began = time.monotonic()
    assert not TAKEN[taken](twin)
    assert time.monotonic() - began < 20
    if large or taken != "answers":
        assert not Path(f"/proc/{twin.pid}").exists()
    twin.end()
    assert not twin.offer(1)


STOPPED = """
import os, signal, time
from aggregator import twin as twins
from aggregator.twin import Twin

def work(messages):
    for message in messages:
        for _ in range(20):
            time.sleep(0.1)
        yield message

twins.PATIENCE = 5
twin = Twin(work)
twin.offer("heard")
os.write(1, b"begun ")
print(twin.answer())
"""


def test_one_that_was_stopped_with_us_is_not_given_up() -> None:
    """Ctrl-Z, and a long time later fg: nobody had time to say anything, and nothing of it counts."""
    job = subprocess.Popen([sys.executable, "-c", STOPPED], stdout=subprocess.PIPE, process_group=0)
    assert job.stdout and job.stdout.read(6) == b"begun "
    os.killpg(job.pid, signal.SIGSTOP)
    time.sleep(6)
    os.killpg(job.pid, signal.SIGCONT)
    assert job.communicate(timeout=60)[0] == b"heard\n"


def test_one_that_is_stopped_with_its_pipe_full_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no room for the last message, and none will come."""
    monkeypatch.setattr(twins, "PATIENCE", 0.2)
    twin = Twin(double)
    os.kill(twin.pid, signal.SIGSTOP)
    os.waitpid(twin.pid, os.WUNTRACED)
    whole_page = bytes(PAGE - sum(map(len, packed(bytes(1000)))) + 1000)
    while twin.offer(whole_page):
        pass
    assert list(twin.rest()) == []
    assert not Path(f"/proc/{twin.pid}").exists()


@pytest.mark.parametrize("taken", TAKEN)
def test_what_ends_its_work_is_logged(taken: str, caplog: pytest.LogCaptureFixture) -> None:
    """The work can be done here: if it fails here as well, that is raised. Where it failed is told."""

    def refuse(messages: Iterator[Any]) -> Iterator[Any]:
        for message in messages:
            if message == 2:
                raise WorkspaceError("the disk is full")
            yield message

    twin = Twin(refuse)
    assert twin.offer(1)
    assert twin.offer(2)
    assert twin.answer() == 1
    assert twin._in.ready(30)
    assert not TAKEN[taken](twin)
    assert not Path(f"/proc/{twin.pid}").exists()
    assert "in refuse" in caplog.text and "the disk is full" in caplog.text
    assert not twin.offer(3)


def test_an_answer_that_cannot_cross_ends_its_work(caplog: pytest.LogCaptureFixture) -> None:
    twin = Twin(lambda messages: (threading.Lock() for _ in messages))
    assert twin.offer(1)
    assert twin.answer() is None
    assert "pickle" in caplog.text


@pytest.mark.parametrize("threads", [0, 1])
def test_an_interruption_while_it_is_made_leaves_none(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    """Ctrl-C is held back until the copy is known; then it ends it. Any thread may be given the signal."""
    fork, made, over = os.fork, list[int](), threading.Event()
    others = [threading.Thread(target=over.wait) for _ in range(threads)]

    def interrupted() -> int:
        made.append(fork())
        if made[0]:
            os.kill(os.getpid(), signal.SIGINT)
        return made[0]

    monkeypatch.setattr(os, "fork", interrupted)
    for other in others:
        other.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            Twin(double)
    finally:
        over.set()
    assert not Path(f"/proc/{made[0]}").exists()


def test_where_none_can_be_made_no_file_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", refuse)
    before = open_files()
    with pytest.raises(BlockingIOError):
        Twin(double)
    assert open_files() == before


def test_it_can_be_ended_whatever_it_does() -> None:
    """An interrupted run does not wait for it, and ending it again is harmless."""

    def sleep(messages: Iterator[Any]) -> Iterator[Any]:
        for _ in messages:
            time.sleep(600)
            yield None

    twin = Twin(sleep)
    twin.offer(1)
    twin.end()
    twin.end()
    assert not Path(f"/proc/{twin.pid}").exists()


def test_it_lets_go_of_our_files(tmp_path: Path) -> None:
    """A lock, a socket or a database of ours is not held by it; its numbers are not given to new files."""

    def files(messages: Iterator[Any]) -> Iterator[list[str]]:
        for _ in messages:
            files = [file for file in Path("/proc/self/fd").iterdir() if int(file.name) > 2]
            yield [str(file.readlink()) for file in files if file.is_symlink()]

    with (tmp_path / "lock").open("w"):
        twin = Twin(files)
        twin.offer(1)
        (held,) = twin.rest()
    assert {name.partition(":")[0] for name in held} == {"/dev/null", "pipe"}
    assert sum(name.startswith("pipe") for name in held) == 2


def test_there_is_none_beside_other_threads() -> None:
    """A job in a thread of a server has no copy of its own."""
    found: list[bool] = []
    thread = threading.Thread(target=lambda: found.append(possible()))
    thread.start()
    thread.join()
    assert found == [False]


WITHOUT_WAITING = """
import os, signal
from aggregator.twin import Twin

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
twin = Twin(lambda messages: iter(list(messages)))
twin.offer("heard")
print(*twin.rest())
"""


def test_a_supervisor_that_waits_for_no_child_is_no_hindrance() -> None:
    """A SIGCHLD that was ignored when we began would take the twin away before it is waited for."""
    done = subprocess.run([sys.executable, "-c", WITHOUT_WAITING], capture_output=True, timeout=60, check=False)
    assert (done.stdout, done.stderr, done.returncode) == (b"heard\n", b"", 0)


ORPHAN = """
import os, signal, sys
from aggregator.twin import Twin

def work(messages):
    for message in messages:
        yield message
    os.write(1, b"went on")

twin = Twin(work)
os.write(1, b"made ")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_it_ends_with_the_process_that_made_it() -> None:
    """No copy is left behind when a run is killed, and none goes on to save what it has: the lock is another's now."""
    done = subprocess.run([sys.executable, "-c", ORPHAN], capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    assert done.stdout == b"made "


IN_THE_MIDDLE = """
import os, signal, sys, time
from aggregator.twin import Twin

def work(messages):
    for message in messages:
        yield message
        time.sleep(2)
        os.write(1, b"went on")

twin = Twin(work)
twin.offer("begun")
os.write(1, twin.answer().encode())
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_it_ends_in_the_middle_of_its_work_with_the_process_that_made_it() -> None:
    """What it was about to save is saved by nobody: the lock is another's by then."""
    done = subprocess.run([sys.executable, "-c", IN_THE_MIDDLE], capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    assert done.stdout == b"begun"
