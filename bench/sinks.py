"""The mail server of the bench as the bench sees it: a process, and the book that it keeps."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Sink:
    """The mail server's port, and its book."""

    port: int
    book: Path

    def taken(self) -> Counter[str]:
        """Count the messages by recipient."""
        lines = self.book.read_text(encoding="utf-8").splitlines()
        return Counter(line.partition(" ")[0] for line in lines)

    def begin(self) -> None:
        """Begin a new page."""
        self.book.write_bytes(b"")


@contextmanager
def sinking(folder: Path) -> Iterator[Sink]:
    """Run the mail server for the length of the block; it ends with its standard input."""
    book = folder / "taken.txt"
    command = [sys.executable, "-m", "bench.sink", str(book)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdin is not None
        try:
            yield Sink(int(process.stdout.readline()), book)
        finally:
            process.stdin.close()
