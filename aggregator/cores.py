"""All cores for pure work, in processes that can be killed: a document that takes too long costs only itself."""

import errno
import gc
import os
import resource
import signal
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from multiprocessing import get_context
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:
    from concurrent.futures import Future  # it loads what is only needed with the first piece of work

MEGABYTES = 1024
"""Memory one worker may take up; reading the largest document that is allowed takes a tenth of it."""

PATIENCE = 6
"""Work is given up after so many times its bound, whatever it waits for: a busy machine is not the work's fault."""


STUCK = 120.0
"""Seconds beyond that, after which a pool that gives nothing back has lost what it was given."""

POOLS = 2
"""Pools that are made at most: one that broke may have met somebody who ends processes, two have not."""

_LACKS = frozenset(
    {
        *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT),
        *(errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN),
    }
)
"""What the system says when it is in the way: no room, no file, no memory, no process."""


NO_PROCESSES = (
    "this machine lets no processes work for us ({}): look at its limits of processes and memory, and at the room in "
    "/dev/shm"
)
ENDS = "they end before their work"
NO_ROOM = "this machine lacks what the work takes ({}): look at the room on its disks, also for temporary files"


class MachineError(ChildProcessError):
    """Work was not done, and this machine is to blame: it lacks room, or lets no process live."""


class _Work(NamedTuple):
    key: Hashable
    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class Cores:
    """A pool of worker processes, started with the first piece of work and not before.

    Work is a module-level function with arguments that pickle; results come back as ``(key, value)`` in the order they
    finish. A value is what the function returned or the exception it raised, whole; ``TimeoutError`` for work that took
    more than ``seconds`` of CPU, or ``PATIENCE`` times as long in all, and was killed; ``ChildProcessError`` for work
    whose process ended; ``MemoryError`` for work over the bound; ``MachineError`` where this machine is to blame. Each
    of them costs only its own work. A pool that breaks is made anew once, and what it had in hand is done again. How
    much is in hand is the caller's choice: ``pending``.
    """

    def __init__(
        self, workers: int | None = None, seconds: float = 5.0, megabytes: int = MEGABYTES, stuck: float = STUCK
    ) -> None:
        self._workers = workers or max(1, len(os.sched_getaffinity(0)) - 1)  # one core is the caller's
        self._seconds = seconds
        self._megabytes = megabytes
        self._stuck = stuck
        self._pool: Any = None
        self._made = 0
        self._fault = ""  # what ended the last pool
        self._hand: dict[Future[Any], _Work] = {}
        self._done: SimpleQueue[Future[Any]] = SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the workers; what they still have in hand is lost."""
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None

    @property
    def pending(self) -> int:
        """How many pieces of work were submitted whose results were not taken yet."""
        return len(self._hand)

    @property
    def started(self) -> bool:
        """Whether there are worker processes."""
        return self._pool is not None

    def submit(self, key: Hashable, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Hand over a piece of work; its result will come back under ``key``."""
        self._hand_over(_Work(key, function, args, kwargs))

    def finished(self) -> list[tuple[Any, Any]]:
        """Return the results that have come in, without waiting."""
        results: list[tuple[Any, Any]] = []
        while True:
            try:
                results += self._taken(self._done.get_nowait())
            except Empty:
                return results

    def wait(self) -> list[tuple[Any, Any]]:
        """Wait for one result at least, and return what has come in; nothing when no work is pending."""
        results: list[tuple[Any, Any]] = []
        while self._hand and not results:
            try:
                results = self._taken(self._done.get(timeout=PATIENCE * self._seconds + self._stuck))
            except Empty:
                self._renew("they do nothing")
        return results + self.finished()

    def drain(self) -> Iterator[tuple[Any, Any]]:
        """Yield the results of all pending work as they come in."""
        while self._hand:
            yield from self.wait()

    def _hand_over(self, *works: _Work) -> None:
        waiting = deque(works)
        while waiting:
            try:
                future = self._scheduled(waiting[0])
            except (OSError, RuntimeError) as error:  # no process can be made; the pool has broken
                waiting += self._lost((getattr(error.__cause__ or error, "strerror", None) or ENDS).lower())
                continue
            self._hand[future] = waiting.popleft()
            future.add_done_callback(self._done.put)

    def _scheduled(self, work: _Work) -> "Future[Any]":
        if self._pool is None and self._made == POOLS:
            from concurrent.futures import Future

            future = Future[Any]()
            future.set_exception(MachineError(NO_PROCESSES.format(self._fault)))
            return future
        if self._pool is None:
            self._made += 1
            self._pool = _pool(self._workers, self._megabytes)
        args, patience = (self._seconds, work.function, *work.args), PATIENCE * self._seconds
        scheduled: Future[Any] = self._pool.schedule(_timed, args=args, kwargs=work.kwargs, timeout=patience)
        return scheduled

    def _lost(self, fault: str) -> list[_Work]:
        """End a pool that is of no use any more, and return what it had in hand."""
        self.__exit__(None, None, None)
        self._fault = fault
        works, self._hand = list(self._hand.values()), {}
        return works

    def _renew(self, fault: str) -> None:
        self._hand_over(*self._lost(fault))

    def _taken(self, done: "Future[Any]") -> list[tuple[Any, Any]]:
        """Return a result; nothing where it is not the last word on its work."""
        from concurrent.futures.process import BrokenProcessPool

        if done not in self._hand:  # of a pool that broke
            return []
        error = done.exception()
        if isinstance(error, BrokenProcessPool):
            self._renew(ENDS)
            return []
        work = self._hand.pop(done)
        return [(work.key, self._told(error) if error else done.result())]

    def _told(self, error: BaseException) -> BaseException:
        from pebble import ProcessExpired

        match error:
            case TimeoutError() if error.args[:1] == ("Task timeout",):  # pebble's own; ours may raise one, too
                return TimeoutError(f"it took longer than {PATIENCE * self._seconds:g} seconds")
            case ProcessExpired() if error.exitcode == -signal.SIGPROF:
                return TimeoutError(f"it took longer than {self._seconds:g} seconds")
            case ProcessExpired():
                return ChildProcessError(f"its process ended (exit code {error.exitcode})")
            case MemoryError():
                return MemoryError(f"it took more than {self._megabytes} MB of memory")
            case OSError() if error.errno in _LACKS:
                return MachineError(NO_ROOM.format(str(error.strerror).lower()))
        return error


class _Server:
    """The server that workers fork from obeys the process that started it, and not a copy of that one."""

    owner = 0


def _pool(workers: int, megabytes: int) -> Any:
    """Return a pool that forks from a server of its own, so that threads and handles of ours stay out of it."""
    from pebble import ProcessPool  # with the first piece of work, not before

    _Server.owner = _Server.owner or os.getpid()
    context = get_context("forkserver" if _Server.owner == os.getpid() else "spawn")
    if _Server.owner == os.getpid():
        context.set_forkserver_preload(["aggregator.pipeline.intake"])
    return ProcessPool(max_workers=workers, context=context, initializer=_confine, initargs=[megabytes])


def _timed(seconds: float, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Do a piece of work; SIGPROF ends the process when that takes more CPU, also in the middle of a call of C."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        return function(*args, **kwargs)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _confine(megabytes: int) -> None:
    """Bound a worker's memory, and leave Ctrl-C to the process that gave it work."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)  # many values, hardly a cycle
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    bound = megabytes << 20
    resource.setrlimit(resource.RLIMIT_AS, (bound if hard == resource.RLIM_INFINITY else min(bound, hard), hard))
