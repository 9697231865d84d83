"""All cores for pure work, in processes that can be killed: a document that takes too long costs only itself."""

import gc
import os
import resource
import signal
from collections.abc import Callable, Hashable, Iterator
from multiprocessing import get_context
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self

MEGABYTES = 1024
"""Memory one worker may take up; reading the largest document that is allowed takes a tenth of it."""

PATIENCE = 6
"""Work is given up after so many times its bound, whatever it waits for: a busy machine is not the work's fault."""


class Cores:
    """A pool of worker processes, started with the first piece of work and not before.

    Work is a module-level function with arguments that pickle; results come back as ``(key, value)`` in the order they
    finish. A value is what the function returned or the exception it raised, whole; ``TimeoutError`` for work that took
    more than ``seconds`` of CPU, or ``PATIENCE`` times as long in all, and was killed; ``ChildProcessError`` for work
    whose process ended; ``MemoryError`` for work over the bound. Each of them costs only its own work. How much is in
    hand is the caller's choice: ``pending``.
    """

    def __init__(self, workers: int | None = None, seconds: float = 5.0, megabytes: int = MEGABYTES) -> None:
        self._workers = workers or max(1, len(os.sched_getaffinity(0)) - 1)  # one core is the caller's
        self._seconds = seconds
        self._megabytes = megabytes
        self._pool: Any = None
        self._done: SimpleQueue[tuple[Hashable, Any]] = SimpleQueue()
        self._pending = 0

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
        return self._pending

    @property
    def started(self) -> bool:
        """Whether there are worker processes."""
        return self._pool is not None

    def submit(self, key: Hashable, function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Hand over a piece of work; its result will come back under ``key``."""
        if self._pool is None:
            self._pool = _pool(self._workers, self._megabytes)
        self._pending += 1
        patience = PATIENCE * self._seconds
        future = self._pool.schedule(_timed, args=(self._seconds, function, *args), kwargs=kwargs, timeout=patience)
        future.add_done_callback(lambda done: self._done.put((key, done)))

    def finished(self) -> list[tuple[Any, Any]]:
        """Return the results that have come in, without waiting."""
        results = []
        while True:
            try:
                results.append(self._taken(*self._done.get_nowait()))
            except Empty:
                return results

    def wait(self) -> list[tuple[Any, Any]]:
        """Wait for one result at least, and return what has come in; nothing when no work is pending."""
        return [self._taken(*self._done.get()), *self.finished()] if self._pending else []

    def drain(self) -> Iterator[tuple[Any, Any]]:
        """Yield the results of all pending work as they come in."""
        while self._pending:
            yield from self.wait()

    def _taken(self, key: Hashable, done: Any) -> tuple[Hashable, Any]:
        from pebble import ProcessExpired

        self._pending -= 1
        error = done.exception()
        match error:
            case None:
                return key, done.result()
            case TimeoutError() if error.args[:1] == ("Task timeout",):  # pebble's own; ours may raise one, too
                return key, TimeoutError(f"it took longer than {PATIENCE * self._seconds:g} seconds")
            case ProcessExpired() if error.exitcode == -signal.SIGPROF:
                return key, TimeoutError(f"it took longer than {self._seconds:g} seconds")
            case ProcessExpired():
                return key, ChildProcessError(f"its process ended (exit code {error.exitcode})")
            case MemoryError():
                return key, MemoryError(f"it took more than {self._megabytes} MB of memory")
        return key, error


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
