"""Names of senders: of a process that has ended, of one that lives, of one on another machine."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_NAME = "import sys; from aggregator.store.owners import me; print(me(), flush=True); sys.stdin.read()"

ELSEWHERE = "other-machine/0-0-0/pid:[1] 1 1 0badcafe"
"""A sender of which nothing can be seen from here."""


def a_dead_process() -> str:
    """Give the name of a sender whose process has ended."""
    done = subprocess.run([sys.executable, "-c", _NAME], input="", capture_output=True, text=True, check=True)
    return done.stdout.strip()


@contextmanager
def a_living_process() -> Iterator[str]:
    """Give the name of a sender in another process, which lives as long as the block."""
    with subprocess.Popen(
        [sys.executable, "-c", _NAME], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as it:
        assert it.stdout is not None
        yield it.stdout.readline().strip()
        it.communicate("")
