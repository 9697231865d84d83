"""The program as a process: a copy of one that has loaded it and waits, so that its start costs next to nothing.

run(folder, "entries").stdout     # fails where the exit code is another than was expected
data(folder, "entries")           # what programs are given: the same with --json
called("--version").returncode    # any words, any end

What a copy is told, reads, writes and ends with is its own, as of any process. What concerns the very start (what is
loaded, in which order, how streams are opened) is for processes that are started whole.
"""

import atexit
import gc
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import aggregator
from aggregator.templates import Templates

LATER = ("email_validator", "pebble", "py3langid.langid", "rich.progress", "rich.table", "ruamel.yaml", "tokenizers")
"""What the program loads only when it needs it, and from elsewhere."""

SECONDS = 60
"""A copy that works for longer is killed."""

Done = subprocess.CompletedProcess[str]


def run(root: Path, *words: str | Path, code: int = 0, given: bytes = b"", **environ: str) -> Done:
    """Run the program on a workspace, with ``given`` on stdin, and expect its exit code."""
    done = called("-C", root, *words, given=given, **environ)
    assert done.returncode == code, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def data(root: Path, *words: str | Path, code: int = 0) -> dict[str, Any]:
    """Run with --json and read the one object on stdout."""
    found = json.loads(run(root, *words, "--json", code=code).stdout)
    assert found.pop("schema_version") == 1
    return dict(found)


def called(*words: str | Path, given: bytes = b"", stdin: int | None = None, **environ: str) -> Done:
    """Run the program, perhaps with an open file of ours as stdin."""
    command = [*map(str, words)]
    order = {"words": command, "environ": os.environ | environ, "folder": str(Path.cwd())}
    (source, paper), (out, its_out), (err, its_err), (report, its_report) = (os.pipe() for _ in range(4))
    streams = [source if stdin is None else stdin, its_out, its_err, its_report]
    socket.send_fds(_waiting(), [json.dumps(order).encode()], streams)
    for descriptor in (source, *streams[1:]):
        os.close(descriptor)
    with ThreadPoolExecutor(2) as readers:
        said = [readers.submit(_read, end) for end in (out, err)]
        with suppress(BrokenPipeError), os.fdopen(paper, "wb") as sheet:
            sheet.write(given)
    return subprocess.CompletedProcess(command, int(_read(report)), *(stream.result() for stream in said))


def _read(descriptor: int) -> str:
    with os.fdopen(descriptor, encoding="utf-8") as stream:
        return stream.read()


@cache
def _waiting() -> socket.socket:
    """Start the process that waits, once for all tests of this one; it ends when nobody can order any more."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-m", "tests.program", str(its.fileno())]
    with its:
        process = subprocess.Popen(
            command, cwd=Path(__file__).parents[1], pass_fds=[its.fileno()], stdin=subprocess.DEVNULL
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


class _End:
    """The last thing a copy does. Python would first take apart what the copy shares, and that would part it."""

    code = 0

    def __call__(self) -> None:
        sys.stdout.flush()
        os._exit(self.code)


def _load() -> None:
    """Load all that the program may need, as its own beginning prepares it."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    found = (module.name for module in pkgutil.walk_packages(aggregator.__path__, "aggregator."))
    for name in (*found, *LATER):
        if not name.endswith("__main__") and ".migrations." not in name:
            import_module(name)
    Templates(None).check()  # compiles those that come with the program
    gc.freeze()


def _serve(orders: socket.socket, end: _End) -> None:
    """Make a copy for each order, until nobody can order any more."""
    while True:
        order, handed, _, _ = socket.recv_fds(orders, 1 << 20, 4)
        if not order:
            return
        if os.fork() == 0:
            orders.close()
            _watch(json.loads(order), *handed, end=end)
            return
        for descriptor in handed:
            os.close(descriptor)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # those that have ended, so that their CPU time is counted
                pass


def _watch(order: dict[str, Any], *streams: int, end: _End) -> None:
    """Make the copy, wait for its end and tell that; one that does not come to an end in time is killed."""
    *streams_of_it, report = streams
    pid = os.fork()
    if pid == 0:
        os.close(report)
        _become(order, *streams_of_it, end=end)
        return
    signal.signal(signal.SIGALRM, lambda *_: os.kill(pid, signal.SIGKILL))
    signal.alarm(SECONDS)
    os.write(report, b"%d" % os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _become(order: dict[str, Any], *streams: int, end: _End) -> None:
    """Be the program, with these words in this folder and environment."""
    for place, stream in enumerate(streams):
        os.dup2(stream, place)
        os.close(stream)
    sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w", errors=sys.stdout.errors)
    sys.stderr = os.fdopen(2, "w", buffering=1, errors=sys.stderr.errors)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environ"])
    time.tzset()
    sys.argv[1:] = order["words"]
    end.code = 1
    try:
        runpy.run_module("aggregator", run_name="__main__", alter_sys=True)
    except SystemExit as told:
        end.code = int(told.code or 0)
        raise
    end.code = 0


if __name__ == "__main__":
    last = _End()
    atexit.register(last)
    _load()
    _serve(socket.socket(fileno=int(sys.argv[1])), last)
