"""A copy of this process at work: what it answers, what it holds open, and how it ends."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aggregator.errors import WorkspaceError
from aggregator.twin import LARGEST, PAGE, ROOM, Twin, possible

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="copies of a process are for Linux")


def double(messages: Iterator[Any]) -> Iterator[Any]:
    for message in messages:
        yield message * 2
    yield "the end"


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


def test_who_was_given_nothing_answers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where pipes of this user may hold one page alone: nobody waits for what does not come."""
    monkeypatch.setattr("aggregator.twin._widened", lambda _: PAGE)
    twin = Twin(double)
    assert not twin.offer(1)
    monkeypatch.setattr(twin, "_in", None)
    assert twin.answer() is None
    monkeypatch.undo()
    twin.end()


def test_long_answers_come_whole_also_where_the_last_one_was_not_taken() -> None:
    """There is memory for one at a time, and only for what is not longer than it."""
    sizes = [ROOM // 2, 10, ROOM // 2, ROOM // 3, 100_000, ROOM, ROOM + 1, 0]
    twin = Twin(lambda messages: (bytes([n]) * size for n, size in enumerate(messages)))
    assert all(twin.offer(size) for size in sizes)
    assert list(twin.rest()) == [bytes([n]) * size for n, size in enumerate(sizes)]


@pytest.mark.parametrize("taken", [Twin.answer, Twin.answers, lambda twin: list(twin.rest())])
def test_one_that_was_killed_in_the_middle_of_an_answer_has_said_nothing(taken: Callable[[Twin], Any]) -> None:
    """One for which there is no memory finds no room on the way at once: most of the time it stands there."""
    twin = Twin(lambda messages: (bytes(ROOM + 1) for _ in messages))
    assert twin.offer(1)
    assert twin._in.poll(30)
    os.kill(twin.pid, signal.SIGKILL)
    assert not taken(twin)
    twin.end()


def test_what_ends_its_work_is_raised_here() -> None:
    """An error that a person can mend comes back whole."""

    def refuse(messages: Iterator[Any]) -> Iterator[Any]:
        for _ in messages:
            yield "one"
            raise WorkspaceError("the disk is full")

    twin = Twin(refuse)
    twin.offer(1)
    with pytest.raises(WorkspaceError, match="the disk is full"):
        list(twin.rest())
    twin.end()
    assert not Path(f"/proc/{twin.pid}").exists()


def test_an_error_that_cannot_cross_is_told_in_words() -> None:
    """Whatever ends the work, its cause is told, with the place."""

    def break_down(messages: Iterator[Any]) -> Iterator[Any]:
        class OddError(Exception):
            pass

        for _ in messages:
            yield "one"
            raise OddError("of the twin's own kind")

    twin = Twin(break_down)
    twin.offer(1)
    with pytest.raises(RuntimeError, match=r"(?s)of the twin's own kind.*in break_down"):
        list(twin.rest())


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
