"""Who may go next, when no host is asked more than so many things at once: pure bookkeeping."""

from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """A queue that holds back what is for a busy host, and lets everything else pass it."""

    def __init__(self, *, per_host: int) -> None:
        self._per_host = per_host
        self._busy: dict[str, int] = {}
        self._waiting: dict[str, deque[T]] = {}
        self._ready: deque[T] = deque()

    def __bool__(self) -> bool:
        """Say whether anything may go now."""
        return bool(self._ready)

    def join(self, host: str, item: T, *, ahead: bool = False) -> None:
        """Queue ``item`` for ``host``; ``ahead`` of those who wait for the same host."""
        if self._busy.get(host, 0) < self._per_host:
            self._busy[host] = self._busy.get(host, 0) + 1
            self._ready.append(item)
            return
        queue = self._waiting.setdefault(host, deque())
        if ahead:
            queue.appendleft(item)
        else:
            queue.append(item)

    def next(self) -> T:
        """Take whoever may go now; ``leave`` must follow. Raises IndexError when nobody may."""
        return self._ready.popleft()

    def leave(self, host: str) -> None:
        """Give a place at ``host`` back: whoever waits there longest is ready next."""
        queue = self._waiting.get(host)
        if queue:
            self._ready.append(queue.popleft())
            return
        self._waiting.pop(host, None)
        self._busy[host] -= 1
        if not self._busy[host]:
            del self._busy[host]
