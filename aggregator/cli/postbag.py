"""The messages that a command is given: one, or many in an mbox, on stdin or in a file; or a Maildir."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from aggregator.errors import NotFoundError, WorkspaceError

LONGEST = 1_000_000
"""So many bytes of each message are kept; what comes after them is read and forgotten."""

_BETWEEN = re.compile(rb"From \S+ .*\d:\d\d")  # RFC 4155: an address and a date
_LINE = 65_536  # bytes of a line that are looked at together


def messages(source: BinaryIO) -> Iterator[bytes]:
    """Cut a stream into messages: at the lines ``From …`` of an mbox, if it begins with one; else it is one message."""
    first = source.readline(_LINE)
    many, blank = first.startswith(b"From "), False
    held = bytearray() if many else bytearray(first)
    for line in iter(lambda: source.readline(_LINE), b""):
        if many and blank and _BETWEEN.match(line):
            yield bytes(held)
            held.clear()
        elif len(held) < LONGEST:
            held += line
        blank = line in (b"\n", b"\r\n")
    if held.strip():
        yield bytes(held)


def in_file(path: Path) -> Iterator[bytes]:
    """Read the messages of a file; raises NotFoundError when it cannot be read."""
    try:
        with path.open("rb") as source:
            yield from messages(source)
    except OSError as error:
        raise NotFoundError(f"{path}: cannot be read: {error.strerror}") from error


def is_maildir(path: Path) -> bool:
    """Whether a folder is a Maildir: with ``new`` and ``cur``."""
    return (path / "new").is_dir() and (path / "cur").is_dir()


def unseen(maildir: Path) -> Iterator[Path]:
    """List the messages of a Maildir that are not marked as seen, the oldest names first."""
    for folder in ("new", "cur"):
        for path in sorted((maildir / folder).iterdir()):
            if not path.name.startswith(".") and "S" not in _flags(path) and path.is_file():
                yield path


def mark(path: Path, *, seen: bool) -> None:
    """Move a message of a Maildir into ``cur``, seen or not; one that another program has moved meanwhile is let be.

    Raises WorkspaceError when it cannot be moved.
    """
    flags = "".join(sorted({*_flags(path), *("S" if seen else "")}))
    target = path.parent.parent / "cur" / f"{path.name.partition(':2,')[0]}:2,{flags}"
    if target == path:
        return
    try:
        path.rename(target)
    except FileNotFoundError:
        return
    except OSError as error:
        raise WorkspaceError(f"{path}: cannot be moved to {target.parent}: {error.strerror}") from error


def _flags(path: Path) -> str:
    return path.name.partition(":2,")[2]
