"""The peers, each as its users run it: `reader` from PyPI, newsboat and sfeed from Debian, all with twenty at once."""

import importlib.util
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.contenders import PYTHON, Contender, rows
from bench.feeds import ROOT

AT_ONCE = 20


@dataclass(frozen=True)
class Reader:
    """The `reader` library: parse, compare and store; its feeds are added beforehand."""

    name: str = "reader"

    @property
    def missing(self) -> str:
        """Say what must be installed."""
        return "" if importlib.util.find_spec("reader") else "pip install -e '.[bench]'"

    def prepare(self, folder: Path, urls: Sequence[str]) -> None:
        """Make its database and add the feeds without asking them."""
        listed = folder / "urls.txt"
        listed.write_text("\n".join(urls), encoding="utf-8")
        command = [*self.command(folder), "--add", str(listed)]
        subprocess.run(command, cwd=ROOT, check=True, timeout=300)

    def command(self, folder: Path) -> list[str]:
        """Ask every feed, whenever it was last asked."""
        return [*PYTHON, "-m", "bench.reader_once", str(folder / "reader.db"), str(AT_ONCE)]

    def stored(self, folder: Path) -> int:
        """Count the rows of its table of entries."""
        return rows(folder / "reader.db", "entries")


@dataclass(frozen=True)
class Newsboat:
    """newsboat's unattended reload, with files of its own."""

    name: str = "newsboat"

    @property
    def missing(self) -> str:
        """Say what must be installed."""
        return "" if shutil.which("newsboat") else "apt-get install newsboat"

    def prepare(self, folder: Path, urls: Sequence[str]) -> None:
        """Write its list of feeds and its settings."""
        (folder / "urls").write_text("\n".join(urls) + "\n", encoding="utf-8")
        (folder / "config").write_text(f"reload-threads {AT_ONCE}\n", encoding="utf-8")

    def command(self, folder: Path) -> list[str]:
        """Reload every feed."""
        files = {"-u": "urls", "-c": "cache.db", "-C": "config"}
        named = [word for option, name in files.items() for word in (option, str(folder / name))]
        return ["env", f"HOME={folder}", "newsboat", *named, "-x", "reload"]

    def stored(self, folder: Path) -> int:
        """Count the rows of its table of entries."""
        return rows(folder / "cache.db", "rss_item")


@dataclass(frozen=True)
class Sfeed:
    """sfeed's shell script: a file of lines for each feed, no conditional requests."""

    name: str = "sfeed"

    @property
    def missing(self) -> str:
        """Say what must be installed."""
        return "" if shutil.which("sfeed_update") and shutil.which("curl") else "apt-get install sfeed curl"

    def prepare(self, folder: Path, urls: Sequence[str]) -> None:
        """Write its settings, a shell script."""
        feeds = "".join(f'\tfeed "{number}" "{url}"\n' for number, url in enumerate(urls))
        settings = f'sfeedpath="{folder}/feeds"\nmaxjobs={AT_ONCE}\nfeeds() {{\n{feeds}}}\n'
        (folder / "sfeedrc").write_text(settings, encoding="utf-8")

    def command(self, folder: Path) -> list[str]:
        """Update every feed."""
        return ["env", f"HOME={folder}", "sfeed_update", str(folder / "sfeedrc")]

    def stored(self, folder: Path) -> int:
        """Count the lines of all its files."""
        return sum(path.read_bytes().count(b"\n") for path in (folder / "feeds").iterdir())


PEERS: dict[str, Contender] = {peer.name: peer for peer in (Reader(), Newsboat(), Sfeed())}
