"""What a command hands out: into a file that a person named, or to stdout."""

import sys
from os.path import realpath
from pathlib import Path

from aggregator.errors import WorkspaceError


def put(file: Path | None, data: bytes) -> bool:
    """Write a file that a person named, whole or not at all; without one, or for ``-``, stdout. True: it is in a file.

    A folder that is not there is more often mistyped than meant, so none is made. Raises WorkspaceError.
    """
    if file is None or str(file) == "-":
        if sys.stdout is not None:  # closed by who called: nobody listens
            sys.stdout.buffer.write(data)
        return False
    folder = Path(realpath(file)).parent if file.is_symlink() else file.parent
    if not folder.is_dir():
        raise WorkspaceError(f"{file} cannot be written: there is no folder {folder}; make it first")
    try:
        _write(file, data)
    except OSError as error:
        raise WorkspaceError(f"{file} cannot be written: {error.strerror}") from error
    return True


def _write(file: Path, data: bytes) -> None:
    from aggregator.config.saving import replace
    from aggregator.store.archive import write

    if file.is_file():
        replace(file, data, old=file.read_bytes())
    elif file.exists():  # a device or a pipe, which nothing may take the place of; of a folder an OSError
        file.write_bytes(data)
    else:
        write(file.resolve(), data)
