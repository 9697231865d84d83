"""What comes to a twin, as it takes it."""

import os
from collections.abc import Iterator
from typing import Any

from aggregator.twin.pipes import Source

LAST = "no more"
"""The last message. Without it, the end of the messages is the end of the process that sends them."""


class OrphanedError(Exception):
    """The process that gave the work has ended: where the system did not end us with it, we do."""


class Messages(Iterator[Any]):
    """The messages of ``maker``, the process that made the twin, up to the last one; raises OrphanedError."""

    def __init__(self, inbox: Source, maker: int) -> None:
        self._inbox, self._maker = inbox, maker

    def ready(self, seconds: float) -> bool:
        """Tell whether another has come, or their end, after ``seconds`` at most."""
        return self._inbox.ready(seconds)

    def __next__(self) -> Any:
        """Wait for another."""
        try:
            message = self._inbox.receive()
        except EOFError:
            raise OrphanedError from None
        if message == LAST:
            raise StopIteration
        if os.getppid() != self._maker:
            raise OrphanedError
        return message
