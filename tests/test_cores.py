"""Work on all cores, with work that goes wrong in every way."""

import errno
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.cores import Cores, MachineError
from aggregator.errors import FetchError
from aggregator.twin import Twin

MOMENT = datetime(2024, 6, 5, tzinfo=UTC)


def refuse(url: str) -> None:
    raise FetchError(url, "come back later", status=503, retry_after=MOMENT)


def take(megabytes: int) -> int:
    return len(bytearray(megabytes << 20))


def toil(seconds: float) -> None:
    while time.process_time() < seconds:
        pass


def toil_for(seconds: float) -> None:
    toil(time.process_time() + seconds)


def own_timeout() -> None:
    raise TimeoutError("of my own")


def refuse_room(number: int) -> None:
    raise OSError(number, os.strerror(number))


def echo(*args: object, **kwargs: object) -> object:
    return args, kwargs


def test_results_come_back_under_their_keys() -> None:
    """Each piece of work has its result, positional and keyword arguments reach it."""
    with Cores(2) as cores:
        for number in range(50):
            cores.submit(number, math.factorial, number)
        cores.submit("echo", echo, 1, b=2)
        assert cores.pending == 51
        results = dict(cores.drain())
    assert results.pop("echo") == ((1,), {"b": 2})
    assert results == {number: math.factorial(number) for number in range(50)}


def test_no_work_starts_no_process() -> None:
    """A pool that was given nothing never existed."""
    with Cores() as cores:
        assert (cores.finished(), cores.wait(), list(cores.drain()), cores.pending) == ([], [], [], 0)
        assert not cores.started


def test_no_work_loads_nothing_to_do_it_with() -> None:
    """Most runs have no work for workers, and are short."""
    program = (
        "import sys\nfrom aggregator.cores import Cores\nwith Cores() as cores:\n    cores.finished()\n"
        "print(*(name for name in ('concurrent.futures', 'logging', 'pebble') if name in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "\n"


def test_work_that_goes_wrong_costs_only_itself() -> None:
    """Too long, too large, killed or raising: each is a value of its own, and the work beside it is done."""
    with Cores(2, seconds=1.0, megabytes=512) as cores:
        cores.submit("slow", toil, 60)
        cores.submit("large", take, 2048)
        cores.submit("exit", os._exit, 3)
        cores.submit("abort", os.abort)
        cores.submit("raise", refuse, "https://example.com/feed")
        cores.submit("own", own_timeout)
        for number in range(20):
            cores.submit(number, abs, -number)
        results = dict(cores.drain())
    assert {key: results.pop(key) for key in range(20)} == {number: number for number in range(20)}
    assert {key: (type(value), str(value)) for key, value in results.items()} == {
        "slow": (TimeoutError, "it took longer than 1 seconds"),
        "large": (MemoryError, "it took more than 512 MB of memory"),
        "exit": (ChildProcessError, "its process ended (exit code 3)"),
        "abort": (ChildProcessError, f"its process ended (exit code -{signal.SIGABRT})"),
        "raise": (FetchError, "come back later"),
        "own": (TimeoutError, "of my own"),
    }


def test_a_busy_machine_is_not_the_works_fault() -> None:
    """What counts is CPU: work that waits is done, however long that takes; only not for ever."""
    with Cores(2, seconds=0.5) as cores:
        cores.submit("patient", time.sleep, 0.9)
        cores.submit("stuck", time.sleep, 600)
        results = dict(cores.drain())
    assert results["patient"] is None
    assert (type(results["stuck"]), str(results["stuck"])) == (TimeoutError, "it took longer than 3 seconds")


def test_the_time_of_one_piece_of_work_is_not_anothers() -> None:
    """The clock begins anew with each piece of work that a process does."""
    with Cores(1, seconds=1.0) as cores:
        for number in range(4):
            cores.submit(number, toil_for, 0.4)
        assert dict(cores.drain()) == dict.fromkeys(range(4))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="copies of a process are for Linux")
def test_a_copy_of_a_process_has_workers_of_its_own() -> None:
    """Whoever was forked from a process with workers cannot use the server that they come from."""

    def work(_: object) -> Iterator[object]:
        with Cores(1) as cores:
            cores.submit("copy", os.getppid)
            yield dict(cores.drain())

    with Cores(1) as cores:
        cores.submit("maker", abs, -1)
        assert dict(cores.drain()) == {"maker": 1}
        twin = Twin(work)
        told = list(twin.rest())
    assert told == [{"copy": twin.pid}]


def test_errors_cross_whole() -> None:
    """An error of ours carries its subject and all its facts back."""
    with Cores(1) as cores:
        cores.submit(1, refuse, "https://example.com/feed")
        ((_, error),) = cores.drain()
    assert isinstance(error, FetchError)
    assert (error.url, error.reason, error.status, error.retry_after) == (
        "https://example.com/feed", "come back later", 503, MOMENT,
    )  # fmt: skip


def ended(process: int) -> None:
    """End a process as a system does that has no memory left, and wait until it is no more."""
    os.kill(process, signal.SIGKILL)
    deadline = time.monotonic() + 60
    while _lives(process) and time.monotonic() < deadline:
        time.sleep(0.01)


def _lives(process: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def worker_and_server(cores: Cores) -> tuple[int, int]:
    cores.submit("worker", os.getpid)
    cores.submit("server", os.getppid)
    found = dict(cores.drain())
    return found["worker"], found["server"]


def test_a_pool_that_broke_is_made_anew_and_its_work_is_done() -> None:
    """Workers without work were killed, and the server that they come from: whatever was submitted is done."""
    with Cores(1) as cores:
        worker, server = worker_and_server(cores)
        ended(server)
        ended(worker)
        for number in range(20):
            cores.submit(number, math.factorial, number)
        assert dict(cores.drain()) == {number: math.factorial(number) for number in range(20)}
        assert worker_and_server(cores)[0] != worker


def test_what_a_pool_that_broke_had_in_hand_is_done_again() -> None:
    """Also what never reached a worker: it was too large for the way there."""
    with Cores(1) as cores:
        worker, _ = worker_and_server(cores)
        os.kill(worker, signal.SIGSTOP)
        for number in range(10):
            cores.submit(number, len, b"x" * 100_000)
        ended(worker)
        assert dict(cores.drain()) == dict.fromkeys(range(10), 100_000)
        assert cores.pending == 0


def test_who_ends_every_pool_is_named_and_nothing_waits_for_ever() -> None:
    """After the second one that broke no more is made: all work comes back, and the machine is to blame."""
    with Cores(1) as cores:
        for _ in range(2):
            ended(worker_and_server(cores)[0])
        for number in range(3):
            cores.submit(number, abs, -number)
        results = dict(cores.drain())
        assert not cores.started
    assert [type(value) for value in results.values()] == [MachineError] * 3
    assert str(results[2]).startswith("this machine lets no processes work for us (they end before their work)")


def test_a_pool_that_does_nothing_is_made_anew() -> None:
    """A worker that stands still before it has taken its work cannot be told from one that is busy: time tells."""
    with Cores(1, seconds=0.5, stuck=3.0) as cores:
        worker, _ = worker_and_server(cores)
        os.kill(worker, signal.SIGSTOP)
        cores.submit("late", abs, -1)
        assert dict(cores.drain()) == {"late": 1}


NO_ROOM = """
import resource
from aggregator.cores import Cores, MachineError

if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with Cores(1) as cores:
        cores.submit(1, abs, -1)
        cores.submit(2, abs, -2)
        found = dict(cores.drain())
    assert all(isinstance(value, MachineError) for value in found.values()), found
    print(found[2], cores.pending)
"""


def test_a_machine_without_shared_memory_says_so(tmp_path: Path) -> None:
    """Containers may have no room in /dev/shm: here no file at all may grow."""
    script = tmp_path / "room.py"
    script.write_text(NO_ROOM)
    root = Path(__file__).parents[1]
    run = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(root)}, check=False,
    )  # fmt: skip
    assert run.stdout == (
        "this machine lets no processes work for us (file too large): look at its limits of processes and memory, "
        "and at the room in /dev/shm 0\n"
    ), run.stderr


def test_a_disk_that_is_full_is_not_the_works_fault() -> None:
    """What the system refuses to a worker is said as what it is; an error that only looks like it comes back whole."""
    with Cores(1) as cores:
        cores.submit("full", refuse_room, errno.ENOSPC)
        cores.submit("gzip", refuse_room, errno.EINVAL)
        results = dict(cores.drain())
    assert isinstance(results["full"], MachineError)
    assert "(no space left on device)" in str(results["full"])
    assert (type(results["gzip"]), results["gzip"].errno) == (OSError, errno.EINVAL)


def test_results_are_taken_as_they_come() -> None:
    """What is finished can be had while the rest is in hand; nothing is handed out twice."""
    with Cores(2) as cores:
        cores.submit("long", time.sleep, 0.5)
        cores.submit("short", abs, -1)
        assert cores.wait() == [("short", 1)]
        assert (cores.finished(), cores.pending) == ([], 1)
        assert list(cores.drain()) == [("long", None)]
        assert cores.pending == 0


def test_leaving_ends_work_in_hand() -> None:
    """An error on our side does not wait for workers that still run."""
    started = time.monotonic()
    try:
        with Cores(1, seconds=600) as cores:
            cores.submit(1, time.sleep, 600)
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    assert time.monotonic() - started < 300


ORPHANS = """
import os, signal, time
from aggregator.cores import Cores

if __name__ == "__main__":
    cores = Cores(2, seconds=600)
    for key in range(4):
        cores.submit(key, os.getpid)
    print(*sorted({worker for _, worker in cores.drain()}), flush=True)
    cores.submit("last", time.sleep, 0.2)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_program_leaves_no_workers(tmp_path: Path) -> None:
    """When the program is killed, its workers end with the work they have in hand."""
    script = tmp_path / "killed.py"
    script.write_text(ORPHANS)
    root = Path(__file__).parents[1]
    run = subprocess.run(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(root)}, check=False,
    )  # fmt: skip
    workers = [int(word) for word in run.stdout.split()]
    assert run.returncode == -signal.SIGKILL
    assert workers
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{worker}").exists() for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not [worker for worker in workers if Path(f"/proc/{worker}").exists()]
