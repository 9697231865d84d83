"""Messages from one process to another: each is the sizes of its parts, and these.

The first part is a pickle; the others are what lies in one piece in memory, such as arrays, and is not copied for it.
"""

import fcntl
import os
import pickle
import select
from collections.abc import Sequence
from io import FileIO
from struct import pack, unpack
from typing import Any

LARGEST = 1 << 20
"""Bytes on their way at most: what Linux lets a pipe of an ordinary user hold (pipe(7), /proc/sys/fs/pipe-max-size)."""

PAGE = os.sysconf("SC_PAGE_SIZE")  # a pipe holds so many pages; a message begins a new one

_NUMBER = 8  # bytes of how many parts a message has, and of the size of each
_AT_ONCE = os.sysconf("SC_IOV_MAX")  # parts that writev(2) takes

Message = Sequence[bytes | memoryview]
"""One that is ready to be sent."""


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
        (count,) = unpack("<Q", self._bytes(_NUMBER, patience))
        sizes = unpack(f"<{count}Q", self._bytes(count * _NUMBER, patience))
        data, *apart = [self._bytes(size, patience) for size in sizes]
        return pickle.loads(data, buffers=apart)

    def _bytes(self, count: int, patience: float | None) -> bytes:
        pieces = []
        while count:
            if not self.ready(patience):
                raise TimeoutError(f"nothing came for {patience} seconds")
            if not (came := os.read(self.fileno(), count)):
                raise EOFError("the other side has ended")
            pieces.append(came)
            count -= len(came)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


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

    def send(self, message: Message) -> None:
        """Send what ``packed`` made; waits for room. Raises BrokenPipeError when nobody is there."""
        rest = [memoryview(part) for part in message]
        while rest:
            gone = os.writev(self.fileno(), rest[:_AT_ONCE])
            while rest and gone >= len(rest[0]):
                gone -= len(rest.pop(0))
            if rest:
                rest[0] = rest[0][gone:]


def _ready(descriptor: int, event: int, seconds: float | None) -> bool:
    """Wait for what is asked, second by second: one in which we were stopped (Ctrl-Z) is one, however long it was."""
    look = select.poll()
    look.register(descriptor, event)
    if seconds is None:
        return bool(look.poll())
    while not (found := look.poll(min(seconds, 1) * 1000)) and seconds > 1:
        seconds -= 1
    return bool(found)


def pipe() -> tuple[Source, Sink]:
    """Make a pipe."""
    source, sink = os.pipe()
    return Source(source), Sink(sink)


def packed(message: object) -> Message:
    """Make a message ready to be sent; what lies apart in it must not change until it is."""
    apart: list[pickle.PickleBuffer] = []
    parts: list[bytes | memoryview] = [pickle.dumps(message, 5, buffer_callback=apart.append)]
    parts += [one.raw() for one in apart]
    return [pack(f"<{1 + len(parts)}Q", len(parts), *map(len, parts)), *parts]


def room_of(message: Message) -> int:
    """Say how many bytes of a pipe's room a message takes: each time that more is written, a page may begin."""
    return (-(-sum(map(len, message)) // PAGE) + len(message) // _AT_ONCE) * PAGE
