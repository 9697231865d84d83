"""What a command is given: a file that a person named, or what comes in by stdin."""

import sys
from pathlib import Path
from typing import BinaryIO

from aggregator.errors import WorkspaceError


def bytes_of(file: Path, *, most: int) -> bytes:
    """Read a file that a person named (``-``: input), one byte beyond ``most`` at most; raises WorkspaceError."""
    if str(file) == "-":
        return stdin().read(most + 1)
    try:
        with file.open("rb") as opened:
            return opened.read(most + 1)
    except OSError as error:
        raise WorkspaceError(f"{file} cannot be read: {error.strerror}") from error


def stdin() -> BinaryIO:
    """Give what comes in; raises WorkspaceError where whoever called has closed it."""
    if sys.stdin is None:
        raise WorkspaceError("nothing can come in: stdin is closed")
    return sys.stdin.buffer
