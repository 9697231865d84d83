"""Who is measured: this program, and the `reader` library with twenty workers. Each in a folder of its own."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

WORKERS = 20
ROOT = Path(__file__).parents[1]
PYTHON = (sys.executable, "-X", "utf8")


class Contender(Protocol):
    """What the bench asks of a program."""

    @property
    def name(self) -> str:
        """What the tables call it."""

    def prepare(self, folder: Path, urls: Sequence[str]) -> None:
        """Make a place that knows the feeds and has never asked them; this is not measured."""

    def command(self, folder: Path) -> list[str]:
        """Give the command that asks every feed once."""

    def stored(self, folder: Path) -> int:
        """Count the entries it has kept."""


@dataclass(frozen=True)
class Ours:
    """`aggregator sync --force`, the whole job: feeds to store, duplicates, topics and the three output formats."""

    name: str = "aggregator"

    def prepare(self, folder: Path, urls: Sequence[str]) -> None:
        """Write a feeds.yaml; the feeds themselves become known in the first sync, which is measured."""
        feeds = "\n".join(f"  - {url}" for url in urls)
        head = "title: Bench\nhome: https://news.example.org/\nfetch: {allow_networks: [127.0.0.0/8]}\n"
        topics = "topics:\n  energy: {title: Energy, words: [energy, grid, solar*]}\n"
        (folder / "feeds.yaml").write_text(f"{head}{topics}feeds:\n{feeds}\n", encoding="utf-8")

    def command(self, folder: Path) -> list[str]:
        """Ask feeds that are not due, too: conditionally, as always."""
        return [*PYTHON, "-m", "aggregator", "-C", str(folder), "sync", "--force", "--json"]

    def stored(self, folder: Path) -> int:
        """Ask the program itself for what it keeps of each feed."""
        command = [*PYTHON, "-m", "aggregator", "-C", str(folder), "feeds", "--json"]
        told = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=120)
        return sum(feed["entries"] for feed in json.loads(told.stdout)["feeds"])


@dataclass(frozen=True)
class Reader:
    """The `reader` library: parse, compare and store; its feeds are added beforehand."""

    name: str = "reader"

    def prepare(self, folder: Path, urls: Sequence[str]) -> None:
        """Make its database and add the feeds without asking them."""
        listed = folder / "urls.txt"
        listed.write_text("\n".join(urls), encoding="utf-8")
        command = [*self.command(folder), "--add", str(listed)]
        subprocess.run(command, cwd=ROOT, check=True, timeout=300)

    def command(self, folder: Path) -> list[str]:
        """Ask every feed, whenever it was last asked."""
        return [*PYTHON, "-m", "bench.reader_once", str(folder / "reader.db"), str(WORKERS)]

    def stored(self, folder: Path) -> int:
        """Count the rows of its table of entries."""
        with closing(sqlite3.connect(folder / "reader.db")) as database:
            count: int = database.execute("SELECT count(*) FROM entries").fetchone()[0]
            return count
