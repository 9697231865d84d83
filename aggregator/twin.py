"""A copy of this process that works beside it on another core: it has what we have in memory, and loads nothing.

Messages go one way, in order, and each is answered in a word: the work itself, and all that it makes, stays there.
"""

import fcntl
import gc
import mmap
import os
import pickle
import signal
import sys
import threading
import traceback
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

LARGEST = 1 << 20
"""Bytes on their way at most: what Linux lets a pipe of an ordinary user hold (pipe(7), /proc/sys/fs/pipe-max-size)."""

PAGE = 4096  # a pipe holds so many pages; a message begins a new one
PATIENCE = 120.0  # seconds without an answer after which a twin is given up: four times what it waits for the database

_LAST = "no more"
"""The last message. Without it, the end of the messages is the end of the process that sends them."""

ROOM = 16 << 20
"""Bytes of the longest answer that both have memory for; pages of it that are never written take none."""

_LONG, _HEAD = 1 << 15, 8  # bytes of an answer that is worth the detour; of its length, which stands before it

Work = Callable[[Iterator[Any]], Iterator[Any]]
"""Takes the messages, and yields one answer to each; after the last it may yield more."""


def possible() -> bool:
    """Tell whether a copy would be whole and of use: Linux, a second core, and this is the main thread.

    A copy has one thread only. What others were doing is not finished there, and a job beside a server is in no hurry.
    """
    if not sys.platform.startswith("linux") or threading.current_thread() is not threading.main_thread():
        return False
    return len(os.sched_getaffinity(0)) > 1


@dataclass(frozen=True)
class Failure:
    """What ended the twin's work."""

    error: Exception


class Twin:
    """The copy. It ends with the messages, or with the process that made it.

    Before it is made, whatever must not be shared has to be closed: connections to databases above all
    (sqlite.org/howtocorrupt.html §2.6). The twin itself lets go of all files but its two pipes.
    """

    def __init__(self, work: Work) -> None:
        inbox, self._out = Pipe(duplex=False)
        self._in, outbox = Pipe(duplex=False)
        self._room = _widened(self._out)
        self._sizes: deque[int] = deque()
        self._shared = mmap.mmap(-1, _HEAD + ROOM)
        self.pid = _forked()
        if not self.pid:
            _live(work, inbox, outbox, self._shared)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        inbox.close()
        outbox.close()

    def offer(self, message: object) -> bool:
        """Hand a message over if it finds room on the way, so that nobody waits; False if not."""
        if not self._room:
            return False
        data = pickle.dumps(message, 5)
        size = (len(data) // PAGE + 2) * PAGE
        if sum(self._sizes) + size > self._room:
            return False
        try:
            self._out.send_bytes(data)
        except BrokenPipeError:
            return False
        self._sizes.append(size)
        return True

    def answers(self) -> list[Any]:
        """Take the answers that have come, without waiting. Raises what ended the twin's work."""
        found = []
        try:
            while self._in.poll():
                found.append(self._received())
        except (EOFError, ConnectionError):
            self._room = 0  # it has ended: nothing more goes there
        return found

    def answer(self) -> Any:
        """Wait for an answer; None where nothing is to be answered, or nobody does. Raises what ended its work."""
        if not self._sizes:
            return None
        with suppress(EOFError, ConnectionError):
            if self._in.poll(PATIENCE):
                return self._received()
        return None

    def rest(self) -> Iterator[Any]:
        """Send no more, and yield what it still answers; then it has ended. Raises what ended the twin's work."""
        with suppress(EOFError, ConnectionError):
            self._out.send(_LAST)
            self._out.close()
            while self._in.poll(PATIENCE):
                yield self._received()
        self.end()

    def end(self) -> None:
        """End it whatever it does; what it has not saved is lost."""
        if self._in.closed:
            return
        self._out.close()
        self._in.close()
        self._shared.close()
        os.kill(self.pid, signal.SIGKILL)  # it is there as long as nobody has waited for it
        os.waitpid(self.pid, 0)

    def _received(self) -> Any:
        try:
            data = self._in.recv_bytes()
        except OSError as error:
            raise EOFError("ended in the middle of an answer") from error  # as of one that was killed
        answer = pickle.loads(data) if data else _taken(self._shared)
        if isinstance(answer, Failure):
            raise answer.error
        if self._sizes:
            self._sizes.popleft()
        return answer


def _forked() -> int:
    """Fork, with Ctrl-C held back until either side is ready for it."""
    # as some supervisors leave it: then no child can be waited for
    if signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    gc.freeze()  # what is there now stays: a look through it would part the pages that both share
    with warnings.catch_warnings():  # a thread that draws on the terminal holds nothing that the twin needs
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return os.fork()
        except OSError:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
            raise


def _widened(pipe: Connection) -> int:
    """Let a pipe hold as much as it may, and return how much that is."""
    try:
        return fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, LARGEST)
    except OSError:  # many pipes of this user are wide already
        return fcntl.fcntl(pipe.fileno(), fcntl.F_GETPIPE_SZ)


def _put(answer: object, outbox: Connection, shared: mmap.mmap) -> None:
    """Send an answer; a long one, which would fill the pipe many times, by the memory of both where that is free."""
    data = pickle.dumps(answer, 5)
    if _LONG <= len(data) <= ROOM and not any(shared[:_HEAD]):
        shared[_HEAD : _HEAD + len(data)] = data
        shared[:_HEAD] = len(data).to_bytes(_HEAD, "little")
        data = b""  # it stands there
    outbox.send_bytes(data)


def _taken(shared: mmap.mmap) -> Any:
    end = _HEAD + int.from_bytes(shared[:_HEAD], "little")
    with memoryview(shared) as memory, memory[_HEAD:end] as data:
        answer = pickle.loads(data)
    shared[:_HEAD] = bytes(_HEAD)
    return answer


def _live(work: Work, inbox: Connection, outbox: Connection, shared: mmap.mmap) -> None:
    """Be the twin. What our maker would do at his end (flush, clean up) is his to do."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that gave us work
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        gc.freeze()
        _let_go_but(inbox.fileno(), outbox.fileno())
        _answer(work, inbox, outbox, shared)
        code = 0
    finally:
        os._exit(code)


def _let_go_but(*kept: int) -> None:
    """Put nothing in the place of each open file: a closed one's number would be given to a new file.

    An object of our maker's that is dropped here closes its number.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in [int(file.name) for file in Path("/proc/self/fd").iterdir()]:
        if descriptor > 2 and descriptor not in (*kept, nothing):
            os.dup2(nothing, descriptor, inheritable=False)


def _answer(work: Work, inbox: Connection, outbox: Connection, shared: mmap.mmap) -> None:
    try:
        for answer in work(_messages(inbox)):
            _put(answer, outbox, shared)
            del answer  # it would be there while the next one is made
    except (_Orphaned, BrokenPipeError):
        return  # nobody is there to hear it
    except Exception as error:  # it is for the one that gave us work
        _put(_told(error), outbox, shared)


def _told(error: Exception) -> Failure:
    """Say what ended the work, with where; an error that cannot cross is told in words."""
    error.add_note(f"in the twin of the process:\n{traceback.format_exc()}")
    try:
        pickle.loads(pickle.dumps(error, 5))
    except Exception:
        return Failure(RuntimeError(f"{error!r} {error.__notes__[-1]}"))
    return Failure(error)


class _Orphaned(Exception):
    """The process that gave the work has ended: it holds no lock any more, and nothing may be written for it."""


def _messages(inbox: Connection) -> Iterator[Any]:
    maker = os.getppid()
    while True:
        try:
            message = inbox.recv()
        except EOFError:
            raise _Orphaned from None
        if message == _LAST:
            return
        if os.getppid() != maker:
            raise _Orphaned
        yield message
