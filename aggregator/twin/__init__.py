"""A copy of this process that works beside it on another core: it has what we have in memory, and loads nothing.

Messages go one way, in order, and each is answered in a word: the work itself, and all that it makes, stays there.
"""

import gc
import os
import signal
import sys
import threading
import traceback
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from aggregator.twin.messages import LAST, Messages, OrphanedError
from aggregator.twin.pipes import Sink, Source, packed, pipe, room_of

PATIENCE = 120.0  # seconds without an answer after which a twin is given up: four times what it waits for the database

_DEATH_OF_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)

Work = Callable[[Messages], Iterator[Any]]
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
    """What ended the twin's work, with where."""

    why: str


class Twin:
    """The copy. It ends with the messages, or with the process that made it.

    Before it is made, whatever must not be shared has to be closed: connections to databases above all
    (sqlite.org/howtocorrupt.html §2.6). The twin itself lets go of all files but its two pipes.

    What it does can be done here as well. So it is given up, and says no more, when it was killed, says nothing for
    too long, or an error ends its work, which is logged: should it be of weight, it will come here, too.
    """

    def __init__(self, work: Work, *, patient: bool = False) -> None:
        """Make it; ``patient`` waits for what it says as long as it lives."""
        self._patience = None if patient else PATIENCE
        self._sizes: deque[int] = deque()
        self._ended = False
        inbox, self._out = pipe()
        self._in, outbox = pipe()
        self._room = self._out.widen()
        outbox.widen()
        maker = os.getpid()
        try:
            with _undisturbed():
                self.pid = _forked()
                if not self.pid:
                    _live(work, inbox, outbox, maker)
        except OSError:
            self._out.close()
            self._in.close()
            raise
        except BaseException:  # Ctrl-C, held back until now: nobody else knows of the twin yet
            self.end()
            raise
        finally:
            inbox.close()
            outbox.close()

    def offer(self, message: object) -> bool:
        """Hand a message over if it finds room on the way, so that nobody waits; False if not."""
        data = packed(message)
        size = room_of(data)
        if self._ended or sum(self._sizes) + size > self._room:
            return False
        try:
            self._out.send(data)
        except BrokenPipeError:
            return False
        self._sizes.append(size)
        return True

    def answers(self) -> list[Any]:
        """Take the answers that have come, without waiting."""
        found = []
        with suppress(_LostError):
            while not self._ended and self._in.ready():
                found.append(self._received())
        return found

    def answer(self) -> Any:
        """Wait for the answer to what it was given; None when that is nothing, or the twin is given up."""
        with suppress(_LostError):
            if self._sizes and not self._ended:
                return self._received()
        return None

    def rest(self) -> Iterator[Any]:
        """Send no more, and yield what it still answers; then it has ended."""
        with suppress(_LostError):
            self._say_last()
            while not self._ended:
                yield self._received()

    def end(self) -> None:
        """End it whatever it does; what it has not saved is lost."""
        if not self._ended:
            self._out.close()
            self._in.close()
            os.kill(self.pid, signal.SIGKILL)  # it is there as long as nobody has waited for it
            os.waitpid(self.pid, 0)
            self._ended = True

    def _say_last(self) -> None:
        if self._ended:
            return
        if not self._out.ready(self._patience):
            self._give_up()
        with suppress(BrokenPipeError):  # what it answered before can still be read
            self._out.send(packed(LAST))
        self._out.close()

    def _received(self) -> Any:
        try:
            answer = self._in.receive(patience=self._patience)
        except (EOFError, TimeoutError):
            self._give_up()
        if isinstance(answer, Failure):
            self._give_up(answer.why)
        if self._sizes:
            self._sizes.popleft()
        return answer

    def _give_up(self, why: str = "") -> NoReturn:
        self.end()
        if why:
            import logging  # it is loaded when it is needed, which is hardly ever

            logging.getLogger(__name__).warning("An error ended the work of a copy of this process:\n%s", why)
        raise _LostError


class _LostError(Exception):
    """The twin says no more."""


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Hold Ctrl-C back. To block the signal would not do: another thread of the process would take it."""
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)


def _forked() -> int:
    """Fork, and let whoever is ended be waited for."""
    if signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN:  # as some supervisors leave it: no child is waited for then
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    gc.freeze()  # what is there now stays: a look through it would part the pages that both share
    with warnings.catch_warnings():
        # A thread that draws on the terminal holds nothing that the twin needs: it says nothing there.
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _live(work: Work, inbox: Source, outbox: Sink, maker: int) -> NoReturn:
    """Be the twin. What our maker would do at his end (flush, clean up) is his to do."""
    code = 1
    try:
        _end_with(maker)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that gave us work
        gc.freeze()
        _let_go_but(inbox.fileno(), outbox.fileno())
        _answer(work, inbox, outbox)
        code = 0
    finally:
        os._exit(code)


def _end_with(maker: int) -> None:
    """Let the system end us with our maker: it holds no lock any more then, and nothing may be written for it."""
    import ctypes  # a run that makes no twin never loads it

    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_DEATH_OF_PARENT, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != maker:
        os._exit(1)


def _let_go_but(*kept: int) -> None:
    """Put nothing in the place of each open file: a closed one's number would be given to a new file.

    An object of our maker's that is dropped here closes its number.
    """
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in [int(file.name) for file in Path("/proc/self/fd").iterdir()]:
        if descriptor > 2 and descriptor not in (*kept, nothing):
            os.dup2(nothing, descriptor, inheritable=False)


def _answer(work: Work, inbox: Source, outbox: Sink) -> None:
    try:
        for answer in work(Messages(inbox, os.getppid())):
            outbox.send(packed(answer))
            del answer  # it would be there while the next one is made
    except (OrphanedError, BrokenPipeError):
        return  # nobody is there to hear it
    except Exception:
        outbox.send(packed(Failure(traceback.format_exc())))
