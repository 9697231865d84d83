"""Start-up: what a command costs that has nothing to do."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.contenders import PYTHON, Ours, aggregator
from bench.feeds import ROOT, served
from bench.goals import bounded, goals_table, markdown
from bench.measure import run
from bench.speed import must_be_well

CPU = 0.15  # seconds for `aggregator --version`
VERSION = "aggregator --version"


@dataclass(frozen=True)
class Start:
    """One process that found nothing to do."""

    command: str
    wall: float
    cpu: float
    peak_mb: float


def starts(*, times: int, feeds: int) -> Iterator[Start]:
    """Measure the bare interpreter, ``--version``, and ``sync`` when no feed is due."""
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        folder = Path(place)
        with served(feeds, entries=1) as server:
            Ours().prepare(folder, server.urls)
            must_be_well(run(aggregator(folder, "sync"), cwd=ROOT, notes=folder), "the first sync")
        commands = {
            "python -c pass": [*PYTHON, "-c", "pass"],
            VERSION: [*PYTHON, "-m", "aggregator", "--version"],
            f"aggregator sync, none of {feeds} feeds due": aggregator(folder, "sync"),
        }
        for _ in range(times):
            for name, command in commands.items():
                result = run(command, cwd=ROOT, notes=folder)
                must_be_well(result, name)
                yield Start(name, round(result.wall, 4), round(result.cpu, 4), round(result.peak_mb, 1))


def startup_tables(found: list[Start]) -> str:
    """Lay the medians out, and the goal."""
    rows, cpu = [], 0.0
    for name in dict.fromkeys(start.command for start in found):
        of = [start for start in found if start.command == name]
        figures = [median(getattr(start, what) for start in of) for what in ("wall", "cpu", "peak_mb")]
        cpu = figures[1] if name == VERSION else cpu
        rows.append((f"`{name}`", f"{figures[0]:.3f}", f"{figures[1]:.3f}", f"{figures[2]:.0f}", str(len(of))))
    verdict = bounded(f"`{VERSION}`, CPU", cpu, CPU, "s")
    return markdown(("", "wall s", "CPU s", "peak MB", "runs"), rows) + "\n" + goals_table([verdict])
