"""The files of storage/: outputs, issues and the outbox, each written whole or not at all."""

import fcntl
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO

from aggregator.errors import WorkspaceError

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@+=-]{0,199}")
_UNFINISHED = ".unfinished-"
_NUMBERS = count(1)  # of the files that this process writes: no two have one name
_BY_OTHERS = 0o022
_MOST_BYTES = 20_000_000  # of what feeds.yaml came to: ours have a few hundred thousand


class Archive:
    """The folder storage/. Its writers return whether anything was written: the same bytes are left alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def output(self, name: str) -> Path:
        """Name the file of an output, like ``all.atom``."""
        return self._path("outputs", name)

    def issue(self, digest: str, name: str) -> Path:
        """Name a file of an issue, like ``2026-11-23.html``."""
        return self._path("issues", digest, name)

    def outbox(self, name: str) -> Path:
        """Name the file of a message that no server was configured for."""
        return self._path("outbox", name)

    def write_output(self, name: str, data: bytes) -> bool:
        """Write an output."""
        return write(self.output(name), data)

    def write_issue(self, digest: str, name: str, data: bytes) -> bool:
        """Write a file of an issue."""
        return write(self.issue(digest, name), data)

    def write_outbox(self, name: str, data: bytes) -> bool:
        """Write a message."""
        return write(self.outbox(name), data)

    def write_consent(self, name: str, data: bytes) -> bool:
        """Write a form as it was when somebody agreed to it; written once, for its name is made from it."""
        path = self._path("consent", name)
        return not path.is_file() and write(path, data)

    def write_preview(self, name: str, data: bytes) -> Path:
        """Write what an issue would look like, and say where."""
        path = self._path("previews", name)
        write(path, data)
        return path

    def drop_preview(self, name: str) -> None:
        """Remove a preview that is no longer needed."""
        path = self._path("previews", name)
        with _named(path):
            path.unlink(missing_ok=True)

    def config(self) -> Path:
        """Name the file with what feeds.yaml came to when it was last read."""
        return self._path("feeds.kept")

    def read_config(self) -> bytes:
        """Give what ``write_config`` wrote; nothing where it cannot be had, or another user may have written it."""
        path = self.config()
        with suppress(OSError):
            state = path.stat()
            ours = state.st_uid == os.geteuid() and not state.st_mode & _BY_OTHERS
            return path.read_bytes() if path.is_file() and ours and state.st_size <= _MOST_BYTES else b""
        return b""

    def write_config(self, data: bytes) -> bool:
        """Write what feeds.yaml came to; only its owner may read it, for feeds.yaml itself may be like that."""
        return write(self.config(), data, mode=0o600)

    def has_outputs(self, names: Iterable[str]) -> bool:
        """Tell whether all these outputs are there."""
        return all(self.output(name).is_file() for name in names)

    def clean(self) -> int:
        """Remove what killed writes left behind; only for who holds the workspace's lock. Returns how many."""
        with _named(self.folder):
            return sum(map(_remove, list(self.folder.rglob(f"{_UNFINISHED}*"))))

    def _path(self, *parts: str) -> Path:
        for part in parts:
            if not _NAME.fullmatch(part):
                raise WorkspaceError(f"{part!r} cannot be the name of a file in {self.folder}")
        return self.folder.joinpath(*parts)


def write(path: Path, data: bytes, *, mode: int = 0o666) -> bool:
    """Replace a file in one step, when its bytes differ; raises WorkspaceError that names the path.

    The data reach the disk before the name does, and the name before this returns: after a crash there is the old
    file or the new one.
    """
    with _named(path):
        with suppress(PermissionError):  # another user's, who let nobody read it
            if path.is_file() and path.read_bytes() == data:
                return False
        path.parent.mkdir(parents=True, exist_ok=True)
        _put(path, data, mode)
        _sync_folder(path.parent)
    return True


def _put(path: Path, data: bytes, mode: int) -> None:
    """Write a file beside another one, and put it in its place; locked until then, lest it be cleaned up."""
    unfinished = path.with_name(f"{_UNFINISHED}{os.getpid()}-{next(_NUMBERS)}-{path.name}")
    with _begin(unfinished, mode) as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            unfinished.replace(path)
        except OSError:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise


def _begin(unfinished: Path, mode: int) -> BinaryIO:
    """Open a file and lock it (flock(2)); anew where a sync removed it between the two steps."""
    while True:
        file = os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode), "wb")
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:
            return file
        file.close()


def _remove(unfinished: Path) -> bool:
    """Remove what nobody is writing any more; tells whether it did."""
    with suppress(BlockingIOError, FileNotFoundError, PermissionError), unfinished.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        unfinished.unlink()
        return True
    return False


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WorkspaceError(f"{path}: cannot be written: {error.strerror or error}") from error
