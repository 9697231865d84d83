"""Who is measured: this program, whole and up to its store, and the least that the work can cost."""

import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

PYTHON = (sys.executable, "-X", "utf8")
SETTINGS = """title: Bench
home: https://news.example.org/
fetch: {allow_networks: [127.0.0.0/8]}
topics:
  energy: {title: Energy, words: [energy, grid, solar*]}
feeds:
"""


class Contender(Protocol):
    """What the bench asks of a program."""

    @property
    def name(self) -> str:
        """What the tables call it."""

    @property
    def missing(self) -> str:
        """Say what must be installed before it can run; empty when all is there."""

    def prepare(self, folder: Path, urls: Sequence[str]) -> None:
        """Make a place that knows the feeds and has never asked them; this is not measured."""

    def command(self, folder: Path) -> list[str]:
        """Give the command that asks every feed once."""

    def stored(self, folder: Path) -> int:
        """Count the entries it has kept."""


def rows(database: Path, table: str) -> int:
    """Count the rows of a table."""
    with closing(sqlite3.connect(database)) as connection:
        count: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        return count


def list_feeds(folder: Path, urls: Sequence[str]) -> None:
    """Write a feeds.yaml of ours; the feeds themselves become known in the first sync, which is measured."""
    feeds = "".join(f"  - {url}\n" for url in urls)
    (folder / "feeds.yaml").write_text(SETTINGS + feeds, encoding="utf-8")


def aggregator(folder: Path, *words: str) -> list[str]:
    """Give a command of ours in a workspace."""
    return [*PYTHON, "-m", "aggregator", "-C", str(folder), *words]


@dataclass(frozen=True)
class Ours:
    """`aggregator sync --force`, the whole job: feeds to store, duplicates, topics and the three output formats."""

    name: str = "aggregator"
    missing: str = ""

    def prepare(self, folder: Path, urls: Sequence[str]) -> None:
        """Write a feeds.yaml."""
        list_feeds(folder, urls)

    def command(self, folder: Path) -> list[str]:
        """Ask feeds that are not due, too: conditionally, as always."""
        return aggregator(folder, "sync", "--force", "--json")

    def stored(self, folder: Path) -> int:
        """Count the rows of its table of entries."""
        return rows(folder / "storage" / "aggregator.db", "entry")


@dataclass(frozen=True)
class StoreOnly(Ours):
    """The same up to and including the store, which is where the peers stop."""

    name: str = "store only"

    def command(self, folder: Path) -> list[str]:
        """Refresh and no more."""
        return [*PYTHON, "-m", "bench.store_once", str(folder)]


@dataclass(frozen=True)
class Floor:
    """The least that asking, reading and storing can cost in Python: libcurl, expat, one statement a document."""

    name: str = "floor"
    missing: str = ""

    def prepare(self, folder: Path, urls: Sequence[str]) -> None:
        """List the feeds; its database is made by the first run."""
        (folder / "urls.txt").write_text("\n".join(urls), encoding="utf-8")

    def command(self, folder: Path) -> list[str]:
        """Ask every feed, conditionally."""
        return [*PYTHON, "-m", "bench.floor", str(folder)]

    def stored(self, folder: Path) -> int:
        """Count the rows of its table of entries."""
        return rows(folder / "floor.db", "entry")
