"""Messages from one process to another: each is its length, and so many bytes of pickle."""

import fcntl
import os
import pickle
import select
from io import FileIO
from typing import Any

LARGEST = 1 << 20
"""Bytes on their way at most: what Linux lets a pipe of an ordinary user hold (pipe(7), /proc/sys/fs/pipe-max-size)."""

PAGE = os.sysconf("SC_PAGE_SIZE")  # a pipe holds so many pages; a message begins a new one

_LENGTH = 8  # bytes of the number before a message


class Source:
    """The end of a pipe that messages come from."""

    def __init__(self, descriptor: int) -> None:
        self._file = FileIO(descriptor, "rb")
        self.fileno, self.close = self._file.fileno, self._file.close

    def ready(self, seconds: float | None = 0) -> bool:
        """Tell whether something has come, or its end, after ``seconds`` at most; None waits for ever."""
        return _ready(self.fileno(), select.POLLIN, seconds)

    def receive(self, *, patience: float | None = None) -> Any:
        """Wait for a message.

        Raises EOFError when there is no whole one any more, and TimeoutError when nothing, or no more of it, has come
        for ``patience`` seconds: a process may be stopped in the middle of a message.
        """
        size = int.from_bytes(self._bytes(_LENGTH, patience), "big")
        return pickle.loads(self._bytes(size, patience))

    def _bytes(self, count: int, patience: float | None) -> memoryview:
        room = memoryview(bytearray(count))
        at = 0
        while at < count:
            if not self.ready(patience):
                raise TimeoutError(f"nothing came for {patience} seconds")
            came = self._file.readinto(room[at:])
            if not came:
                raise EOFError("the other side has ended")
            at += came
        return room


class Sink:
    """The end of a pipe that messages go into."""

    def __init__(self, descriptor: int) -> None:
        self._file = FileIO(descriptor, "wb")
        self.fileno, self.close = self._file.fileno, self._file.close

    def widen(self) -> int:
        """Let the pipe hold as much as it may; returns how many bytes that are."""
        try:
            return fcntl.fcntl(self.fileno(), fcntl.F_SETPIPE_SZ, LARGEST)
        except OSError:  # many pipes of this user are wide already
            return fcntl.fcntl(self.fileno(), fcntl.F_GETPIPE_SZ)

    def ready(self, seconds: float | None = 0) -> bool:
        """Tell whether there is room for a short message, or nobody any more, after ``seconds`` at most."""
        return _ready(self.fileno(), select.POLLOUT, seconds)

    def send(self, data: bytes) -> None:
        """Send what ``packed`` made; waits for room. Raises BrokenPipeError when nobody is there."""
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]


def _ready(descriptor: int, event: int, seconds: float | None) -> bool:
    look = select.poll()
    look.register(descriptor, event)
    return bool(look.poll(None if seconds is None else seconds * 1000))


def pipe() -> tuple[Source, Sink]:
    """Make a pipe."""
    source, sink = os.pipe()
    return Source(source), Sink(sink)


def packed(message: object) -> bytes:
    """Make a message ready to be sent."""
    data = pickle.dumps(message, 5)
    return len(data).to_bytes(_LENGTH, "big") + data


def room_of(data: bytes) -> int:
    """Say how many bytes of a pipe's room a message takes."""
    return -(-len(data) // PAGE) * PAGE
