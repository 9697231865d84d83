"""The feed server as the bench sees it: a process that is told how to answer, and that says what was asked."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.server import address

ROOT = Path(__file__).parents[1]
AT_FIRST = {"bare": False, "hanging": False, "latency": 0.0}


@dataclass
class Server:
    """The feed server's process, told what to do by lines."""

    process: "subprocess.Popen[str]"
    urls: tuple[str, ...]
    entries: int
    _cpu: float = field(default=0.0)

    def tell(self, **how: object) -> dict[str, Any]:
        """Say how to answer from now on, and take the counters since the last time (see bench.server)."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(how) + "\n")
        self.process.stdin.flush()
        found: dict[str, Any] = json.loads(self._line())
        found["cpu"], self._cpu = found["cpu"] - self._cpu, found["cpu"]
        return found

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"the feed server of the bench ended with {self.process.wait()}: what it said stands above")
        return line

    def first_port(self) -> int:
        """Wait until it listens."""
        port: int = json.loads(self._line())["port"]
        return port


@contextmanager
def served(feeds: int, *, entries: int, texts: str = "drawn") -> Iterator[Server]:
    """Run the feed server for the length of the block; it ends with its standard input."""
    command = [sys.executable, "-m", "bench.server", f"--feeds={feeds}", f"--entries={entries}", f"--texts={texts}"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            server = Server(process, (), entries)
            port = server.first_port()
            server.urls = tuple(f"http://{address(feed)}:{port}/feed/{feed}.xml" for feed in range(feeds))
            server.tell()
            yield server
        finally:
            process.terminate()
