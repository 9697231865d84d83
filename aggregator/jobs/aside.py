"""Documents that wait on disk: a queue that may be long and takes no memory."""

import os
import pickle
from collections import deque
from collections.abc import Sequence
from functools import cached_property
from tempfile import TemporaryFile
from typing import IO

from aggregator.jobs.sharing import Document


class Aside:
    """A queue of hops, in a file without a name that is made with the first of them and is there until it is closed."""

    def __init__(self) -> None:
        self._places: deque[tuple[int, int]] = deque()  # where each begins, and its bytes

    @cached_property
    def _file(self) -> IO[bytes]:
        return TemporaryFile()

    def __bool__(self) -> bool:
        """Say whether any waits."""
        return bool(self._places)

    def put(self, hop: Sequence[Document]) -> None:
        """Let a hop wait; raises OSError where there is no room for it."""
        start, data = sum(self._places[-1]) if self._places else 0, memoryview(pickle.dumps(hop))
        done = 0
        while done < len(data):
            done += os.pwrite(self._file.fileno(), data[done:], start + done)
        self._places.append((start, len(data)))

    def take(self) -> Sequence[Document]:
        """Take the hop that has waited longest."""
        start, size = self._places.popleft()
        hop: Sequence[Document] = pickle.loads(os.pread(self._file.fileno(), size, start))
        return hop

    def close(self) -> None:
        """Forget what still waits."""
        if "_file" in vars(self):
            self._file.close()
