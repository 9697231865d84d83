"""What hostile servers and documents cost: one whole `aggregator sync` for each, beside twenty feeds that are well.

    python -m bench.hostile [--only WORD]     from the root of the repository; five minutes

A row says what the feed's error tells, how much more memory all processes of the sync took at their peak than a sync
of the twenty alone, how long it took, and how many of the twenty were read.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.attacks import attacks
from bench.documents import document
from bench.measure import Measured, adopt_orphans, run
from tests.servers import Answer, Page, serve

ROOT = Path(__file__).parents[1]
HEALTHY, ENTRIES = 20, 20
MOST_MB = 100
HOSTILE = "127.0.9.9"


@dataclass(frozen=True)
class Row:
    """What one attack came to."""

    name: str
    said: str
    grown_mb: float
    seconds: float
    healthy: int

    @property
    def held(self) -> bool:
        """Whether the promise was kept."""
        return self.healthy == HEALTHY and self.grown_mb < MOST_MB


def main() -> int:
    """Print the table; 1 when an attack cost a healthy feed its turn, or too much memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="only the attacks with this word in their name")
    chosen = parser.parse_args()
    adopt_orphans()
    alone = [sync({}) for _ in range(3)]
    calm = min(result.peak_mb for result in alone)
    seconds = min(result.wall for result in alone)
    print(f"a sync of the {HEALTHY} feeds alone: {calm:.0f} MB at its peak, {seconds:.1f} s\n")
    print("| attack | what the feed's error says | memory | seconds | healthy feeds read |\n|---|---|---|---|---|")
    rows = []
    for row in measured(chosen.only, calm):
        rows.append(row)
        cells = f"| {row.name} | {row.said} | {row.grown_mb:+.0f} MB | {row.seconds:.1f} |"
        print(f"{cells} {row.healthy} of {HEALTHY} |", flush=True)
    return 0 if all(row.held for row in rows) else 1


def measured(word: str, calm: float) -> Iterator[Row]:
    """Make one sync for each attack."""
    for name, make in attacks().items():
        if word not in name:
            continue
        result = sync(make())
        told = json.loads(result.out)
        failures: dict[str, str] = told["failures"]
        sick = [url for url in failures if HOSTILE not in url]
        new = told["entries"]["new"] - HEALTHY * ENTRIES
        said = next((reason for url, reason in failures.items() if HOSTILE in url), f"none: {new} entries read")
        yield Row(name, said.replace("|", "¦"), result.peak_mb - calm, result.wall, HEALTHY - len(sick))


def sync(hostile: dict[str, Answer]) -> Measured:
    """Make one sync in a fresh workspace, of the healthy feeds and of ``/feed`` of a hostile server if there is one."""
    now = datetime.now(UTC).replace(microsecond=0)
    pages: dict[str, Answer] = {
        f"/{number}": Page(document(number, entries=ENTRIES, version=0, now=now)) for number in range(HEALTHY)
    }
    with tempfile.TemporaryDirectory(prefix="hostile-") as place, serve(pages, host="0.0.0.0") as well:
        urls = [well.url(f"/{number}", host=f"127.0.1.{number + 1}") for number in range(HEALTHY)]
        with serve(hostile, host=HOSTILE) as bad:
            return _sync(Path(place), [bad.url("/feed"), *urls] if hostile else urls)


def _sync(folder: Path, urls: list[str]) -> Measured:
    feeds = "\n".join(f"  - {url}" for url in urls)
    head = "title: Hostile\nfetch: {allow_networks: [127.0.0.0/8]}\n"
    (folder / "feeds.yaml").write_text(f"{head}feeds:\n{feeds}\n", encoding="utf-8")
    command = [sys.executable, "-X", "utf8", "-m", "aggregator", "-C", str(folder), "sync", "--json"]
    result = run(command, cwd=ROOT, notes=folder, seconds=180, closely=True)
    if not result.out.startswith("{"):
        sys.exit(f"the sync ended with {result.returncode}:\n{result.err[-2000:]}")
    return result


if __name__ == "__main__":
    sys.exit(main())
