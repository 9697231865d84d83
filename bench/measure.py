"""Whole processes, measured from outside: wall time, CPU time and the peak memory of a process and its children."""

import ctypes
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

# What pip installs is compiled; this checkout is compiled by its first run, unless that is forbidden here.
_PLAIN = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
_AT_ONCE, _EVERY = 0.005, 0.05  # seconds until the first look at the memory, and between looks
_REST = 50  # times as long as a look took, so that it does not hold up who uses both cores


@dataclass(frozen=True)
class Measured:
    """One run of a command: seconds of wall and of CPU (user and system, children included), and peak memory."""

    wall: float
    cpu: float
    peak_mb: float
    returncode: int
    out: str
    err: str


def run(command: Sequence[str], *, cwd: Path, notes: Path, seconds: float = 900, closely: bool = False) -> Measured:
    """Run a command to its end and measure it; after ``seconds`` it is killed with all its children.

    Memory is looked at twenty times a second, or more seldom so that looking takes 2 % of a core at most; ``closely``
    is for what is over in a moment. Call ``adopt_orphans`` once before. What the command says goes to files in
    ``notes``: a full pipe would make it wait for us.
    """
    started = time.perf_counter()
    with (notes / "out").open("wb") as out, (notes / "err").open("wb") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, cwd=cwd, env=_PLAIN, start_new_session=True)
    with killed_after(process.pid, seconds), watched(process.pid, rest=0 if closely else _REST) as memory:
        _, status, usage = os.wait4(process.pid, 0)  # counts every child that it waited for
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        cpu = usage.ru_utime + usage.ru_stime + sum(orphans(process.pid))
    return Measured(
        wall=wall,
        cpu=cpu,
        peak_mb=(memory.peak_kb or usage.ru_maxrss) / 1024,  # the second knows the bench's own pages, from before exec
        returncode=process.returncode,
        out=(notes / "out").read_text(encoding="utf-8", errors="replace"),
        err=(notes / "err").read_text(encoding="utf-8", errors="replace"),
    )


@contextmanager
def killed_after(group: int, seconds: float) -> Iterator[None]:
    """Kill a process group when the block takes too long or is interrupted."""
    watch = threading.Timer(seconds, os.killpg, (group, signal.SIGKILL))
    watch.start()
    try:
        yield
    except BaseException:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        raise
    finally:
        watch.cancel()


def orphans(group: int) -> Iterator[float]:
    """Give the CPU seconds of each process that outlived its parent, as the servers of worker pools do."""
    with suppress(ChildProcessError):
        while True:
            _, _, usage = os.wait4(-group, 0)
            yield usage.ru_utime + usage.ru_stime


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends: prctl(2), PR_SET_CHILD_SUBREAPER."""
    if ctypes.CDLL(None, use_errno=True).prctl(36, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


class Memory(threading.Thread):
    """Looks again and again at the memory of a session's processes: shared pages count once (PSS)."""

    def __init__(self, session: int, *, rest: float) -> None:
        super().__init__(name="memory", daemon=True)
        self._session, self._rest = session, rest
        self.over = threading.Event()
        self.peak_kb = 0

    def run(self) -> None:
        """Keep the highest sum seen."""
        wait = _AT_ONCE
        while not self.over.wait(wait):
            started = time.perf_counter()
            self.peak_kb = max(self.peak_kb, sum(map(proportional_kb, members(self._session))))
            took = time.perf_counter() - started
            wait = max(min(2 * wait, _EVERY), self._rest * took)


@contextmanager
def watched(session: int, *, rest: float) -> Iterator[Memory]:
    """Watch the memory of a session for the length of the block."""
    memory = Memory(session, rest=rest)
    memory.start()
    try:
        yield memory
    finally:
        memory.over.set()
        memory.join()


def members(session: int) -> list[int]:
    """List the processes of a session: a command started in its own and everything below it."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            after_name = (
                (entry / "stat").read_text().rpartition(")")[2].split()
            )  # proc(5): state, parent, group, session
            if int(after_name[3]) == session:
                found.append(int(entry.name))
    return found


def proportional_kb(pid: int) -> int:
    """Read a process's proportional set size; 0 when it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
