"""The person's own editor, opened on a file."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path

from aggregator.errors import NotFoundError

_USUAL = ("sensible-editor", "nano", "vim", "vi")


def open_editor(path: Path) -> None:
    """Open a file in $VISUAL, else $EDITOR, else what is usual, and wait until it is closed.

    Raises NotFoundError when there is no such program, or it ends with an error.
    """
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR") or next(filter(shutil.which, _USUAL), _USUAL[-1])
    try:
        done = subprocess.run([*shlex.split(named), path])
    except (OSError, ValueError) as error:
        raise NotFoundError(f"the editor “{named}” cannot be started: say another in $EDITOR ({error})") from error
    if done.returncode:
        raise NotFoundError(f"the editor “{named}” ended with an error ({done.returncode}): nothing was changed")
