"""The one lock of a workspace: while a process holds it, no other writes to storage/."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep

from aggregator.errors import LockedError, WorkspaceError

LOOK_SECONDS = 0.1
"""So long the lock is tried for: who only looks whether it is held (``holder``) holds it for a moment."""


@contextmanager
def hold(path: Path, *, who: str, now: datetime) -> Iterator[None]:
    """Hold the lock at ``path``; raises LockedError that names the holder when another process has it.

    The kernel keeps the lock, not the file's existence: it ends with its process, however that ends (flock(2)).
    """
    descriptor = _opened(path)
    try:
        _lock(descriptor)
        with suppress(OSError):  # a disk that is full has no room for a name; the lock needs none
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"process {os.getpid()}, {who}, since {now:%Y-%m-%d %H:%M:%S} UTC\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    last = monotonic() + LOOK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if monotonic() > last:
                raise LockedError(_holder(descriptor)) from error
            sleep(0.01)
        else:
            return


def holder(path: Path) -> str:
    """Say which process holds the lock at ``path``, as it was written there, or "" when none does; makes no file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _holder(descriptor)
    finally:
        os.close(descriptor)
    return ""


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise WorkspaceError(f"{path}: the lock cannot be opened: {error.strerror}") from error


def _holder(descriptor: int) -> str:
    said = os.pread(descriptor, 500, 0).decode("utf-8", "replace").strip()
    return said or "another process"
