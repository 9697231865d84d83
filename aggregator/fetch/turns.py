"""Who may go next, when a host is asked so many things at once, and not one right after the other: pure bookkeeping.

Moments are seconds of a monotonic clock. What a host costs is kept only while somebody is there or has just left; after
that no more than when it was last asked, of the latest ones: it may yet be told to have asked for a longer gap.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import field
from heapq import heappop, heappush
from itertools import count
from math import inf
from typing import Generic, TypeVar

from aggregator.model.value import value

T = TypeVar("T")

LAST = 1000
"""Of so many hosts that are done with it is kept when they were asked."""

Gap = Callable[[str, float], float]
"""(host, seconds its last answer took) → seconds between two starts there."""


@value(frozen=False, slots=True)
class _Host(Generic[T]):
    """One host: what it costs, and what is for it."""

    name: str
    began: float = -inf
    took: float = 0.0
    busy: int = 0
    alone: bool = False  # whoever goes next waits for all others: the last one was not answered
    timed: bool = False  # stands in the heap
    hops: deque[T] = field(default_factory=deque)
    waiting: deque[T] = field(default_factory=deque)


class Turns(Generic[T]):
    """A queue that holds back what is for a busy host, and lets everything else pass it."""

    def __init__(self, *, per_host: int, gap: Gap) -> None:
        self._per_host, self._gap = per_host, gap
        self._hosts: dict[str, _Host[T]] = {}
        self._began: dict[str, float] = {}  # of hosts that are forgotten: when they were last asked
        self._ready: deque[tuple[_Host[T], T]] = deque()
        self._timed: list[tuple[float, int, _Host[T]]] = []
        self._left: deque[tuple[float, _Host[T]]] = deque()
        self._number = count()
        self._waiting = 0

    def __bool__(self) -> bool:
        """Say whether anyone still waits for a turn."""
        return bool(self._waiting or self._ready)

    @property
    def hosts(self) -> int:
        """How many hosts are remembered."""
        return len(self._hosts)

    @property
    def due(self) -> float:
        """The moment before which nobody but those who can go at once may go; infinite when that is all."""
        return -inf if self._ready else self._timed[0][0] if self._timed else inf

    def join(self, name: str, item: T, *, now: float) -> None:
        """Queue ``item`` for the host ``name``."""
        host = self._host(name)
        if not host.waiting and self._has_place(host) and self._due(host) <= now:
            self._reserve(host, item, now)
            return
        host.waiting.append(item)
        self._waiting += 1
        self._time(host)

    def follow(self, name: str, item: T, *, now: float) -> None:
        """Queue what belongs to a turn taken already, a redirect: ahead of all others and without a gap."""
        host = self._host(name)
        if self._has_place(host):
            self._reserve(host, item, now)
            return
        host.hops.append(item)
        self._waiting += 1

    def take(self, *, now: float) -> T | None:
        """Take whoever may go now, or None; ``leave`` must follow."""
        if self._ready:
            host, item = self._ready.popleft()
            host.began = now
            return item
        while self._timed and self._timed[0][0] <= now:
            host = heappop(self._timed)[2]
            host.timed = False
            if self._due(host) <= now and host.waiting and self._has_place(host):
                return self._start(host, now)
            self._time(host)
        return None

    def leave(self, name: str, *, now: float, took: float, silent: bool = False) -> None:
        """Give a place at a host back, after an answer that took so many seconds, or none."""
        host = self._hosts[name]
        host.busy -= 1
        host.took, host.alone = took, silent
        if host.hops:
            self._waiting -= 1
            self._reserve(host, host.hops.popleft(), now)
        elif host.waiting:
            self._time(host)
        elif not host.busy:
            self._left.append((self._due(host), host))
        self._forget(now)

    def hurry(self, name: str) -> None:
        """Look again at once at those who wait for a host: its gap has changed."""
        host = self._hosts.get(name)
        if host is not None and host.waiting:
            host.timed = True
            heappush(self._timed, (-inf, next(self._number), host))

    def _host(self, name: str) -> _Host[T]:
        host = self._hosts.get(name)
        if host is None:
            host = self._hosts[name] = _Host(name, self._began.pop(name, -inf))
        return host

    def _has_place(self, host: _Host[T]) -> bool:
        return host.busy < (1 if host.alone else self._per_host)

    def _reserve(self, host: _Host[T], item: T, now: float) -> None:
        host.busy += 1
        host.began = now
        self._ready.append((host, item))

    def _start(self, host: _Host[T], now: float) -> T:
        self._waiting -= 1
        host.busy += 1
        host.began = now
        item = host.waiting.popleft()
        self._time(host)
        return item

    def _time(self, host: _Host[T]) -> None:
        if host.waiting and not host.timed and self._has_place(host):
            host.timed = True
            heappush(self._timed, (self._due(host), next(self._number), host))

    def _due(self, host: _Host[T]) -> float:
        if host.began == -inf:
            return -inf
        return host.began + self._gap(host.name, host.took)

    def _forget(self, now: float) -> None:
        """Let go of hosts that were left long enough ago for their gap to be over."""
        while self._left and self._left[0][0] <= now:
            host = self._left.popleft()[1]
            idle = not (host.busy or host.waiting or host.hops) and self._due(host) <= now
            if idle and self._hosts.get(host.name) is host:
                self._began[host.name] = host.began
                del self._hosts[host.name]
                if len(self._began) > LAST:
                    del self._began[next(iter(self._began))]
