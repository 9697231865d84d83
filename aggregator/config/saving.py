"""Write feeds.yaml whole or not at all."""

import contextlib
import os
import tempfile
from pathlib import Path

from aggregator.errors import WorkspaceError


def replace(path: Path, new: bytes, *, old: bytes) -> None:
    """Put ``new`` in the place of ``old``, with the same permissions, also behind a symbolic link.

    Raises WorkspaceError, and leaves the file as it is, when it cannot be written or somebody else changed it.
    """
    target = path.resolve()
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        unfinished = Path(name)
        try:
            _fill(handle, new, like=target)
            if target.read_bytes() != old:
                raise WorkspaceError(f"{path.name} was changed by somebody else just now; nothing was written")
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise WorkspaceError(f"{path} cannot be written: {error.strerror}") from error


def _fill(handle: int, data: bytes, *, like: Path) -> None:
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        state = like.stat()
        with contextlib.suppress(PermissionError):  # only root may give a file away
            os.fchown(handle, state.st_uid, state.st_gid)
        os.fchmod(handle, state.st_mode & 0o7777)
        os.fsync(handle)
