"""``python -m bench``: both programs against the same feeds, side by side, and the ratios of what they cost."""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import IO

from bench.contenders import ROOT, Contender, Ours, Reader
from bench.measure import Measured, adopt_orphans, run

PHASES = {"cold": "same", "same": "same", "changed": "changed"}  # what it is called → the state of the server
HOW = """\
Loopback feeds, half RSS 2.0 and half Atom 1.0, about 60 kB a document of 20 entries before gzip, ETag and
Last-Modified. cold: nothing is known; same: every feed as before; changed: 5 % of the feeds have one new entry.
Whole processes, from start to exit: wall and CPU seconds (user and system, with children), peak memory of the tree.
aggregator does the whole job (store, duplicates, topics, three output formats); reader stores. Medians of pairs.
"""


@dataclass(frozen=True)
class Cost:
    """One process in one phase: what it cost, and what the server says it asked."""

    round: int
    contender: str
    phase: str
    wall: float
    cpu: float
    peak_mb: float
    stored: int
    requests: int
    full: int
    unchanged: int
    connections: int


@dataclass(frozen=True)
class Server:
    """The feed server's process, told what to do by lines."""

    process: "subprocess.Popen[str]"
    urls: tuple[str, ...]

    def tell(self, word: str) -> None:
        """Set the state of the feeds."""
        told = self._in
        told.write(f"{word}\n")
        told.flush()

    def counts(self) -> dict[str, int]:
        """Take the counters and begin them anew."""
        self.tell("counts")
        assert self.process.stdout is not None
        found: dict[str, int] = json.loads(self.process.stdout.readline())
        return found

    @property
    def _in(self) -> IO[str]:
        assert self.process.stdin is not None
        return self.process.stdin


@contextmanager
def served(feeds: int, *, entries: int, hosts: int, latency: float) -> Iterator[Server]:
    """Run the feed server for the length of the block; it ends with its standard input."""
    numbers = {"feeds": feeds, "entries": entries, "hosts": hosts, "latency": latency}
    options = [f"--{name}={value}" for name, value in numbers.items()]
    command = [sys.executable, "-m", "bench.server", *options]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = json.loads(process.stdout.readline())["port"]
            urls = tuple(f"http://127.0.0.{1 + feed % hosts}:{port}/feed/{feed}.xml" for feed in range(feeds))
            yield Server(process, urls)
        finally:
            process.terminate()


def one_round(number: int, server: Server, contenders: Sequence[Contender]) -> Iterator[Cost]:
    """Let each contender in turn do each phase, in fresh folders; who comes first alternates."""
    order = contenders if number % 2 == 0 else contenders[::-1]
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        folders = {contender.name: Path(place) / contender.name for contender in order}
        for contender in order:
            folders[contender.name].mkdir()
            contender.prepare(folders[contender.name], server.urls)
        server.counts()
        for phase, state in PHASES.items():
            server.tell(state)
            for contender in order:
                yield measured(number, phase, contender, folders[contender.name], server=server)


def measured(number: int, phase: str, contender: Contender, folder: Path, *, server: Server) -> Cost:
    """Run one process and note what it cost; a process that fails ends the bench with what it said."""
    result = run(contender.command(folder), cwd=ROOT, notes=folder)
    if result.returncode != 0:
        sys.exit(f"{contender.name} ended with {result.returncode} in phase {phase}:\n{said(result)}")
    counts = server.counts()
    return Cost(
        round=number,
        contender=contender.name,
        phase=phase,
        wall=round(result.wall, 3),
        cpu=round(result.cpu, 3),
        peak_mb=round(result.peak_mb, 1),
        stored=contender.stored(folder),
        requests=counts.get("requests", 0),
        full=counts.get("200", 0),
        unchanged=counts.get("304", 0),
        connections=counts.get("connections", 0),
    )


def told(cost: Cost) -> Cost:
    """Show on standard error that the bench goes on: whole runs take minutes."""
    took = f"{cost.wall:.2f} s wall, {cost.cpu:.2f} s CPU"
    print(f"round {cost.round + 1}, {cost.phase}: {cost.contender} {took}", file=sys.stderr, flush=True)
    return cost


def said(result: Measured) -> str:
    """Give the end of what a process said."""
    return f"{result.out[-2000:]}\n{result.err[-2000:]}"


def table(costs: Sequence[Cost]) -> str:
    """Lay the medians out, a line for each phase and contender."""
    rows = [f"{'phase':9}{'':12}{'wall s':>8}{'CPU s':>8}{'peak MB':>9}{'asked':>7}{'200':>6}{'304':>6}{'stored':>8}"]
    for phase in PHASES:
        for name in dict.fromkeys(cost.contender for cost in costs):
            of = [cost for cost in costs if (cost.phase, cost.contender) == (phase, name)]
            wall, cpu, peak = (median(getattr(cost, what) for cost in of) for what in ("wall", "cpu", "peak_mb"))
            last = of[-1]
            work = f"{last.requests:7}{last.full:6}{last.unchanged:6}{last.stored:8}"
            rows.append(f"{phase:9}{name:12}{wall:8.2f}{cpu:8.2f}{peak:9.0f}{work}")
    return "\n".join(rows)


def ratios(costs: Sequence[Cost]) -> dict[str, dict[str, float]]:
    """Divide ours by reader's within each round, and take the median: 0.5 is half of what reader needs."""
    by_key = {(cost.round, cost.phase, cost.contender): cost for cost in costs}
    found: dict[str, dict[str, float]] = {}
    for phase in PHASES:
        pairs = [
            (cost, by_key[number, phase, "reader"])
            for (number, where, name), cost in by_key.items()
            if where == phase and name == "aggregator" and (number, phase, "reader") in by_key
        ]
        if pairs:
            found[phase] = {
                what: round(median(getattr(ours, what) / getattr(peer, what) for ours, peer in pairs), 3)
                for what in ("wall", "cpu", "peak_mb")
            }
    return found


def main() -> None:
    """Read the options, run the rounds, print tables, and write the JSON file if one is named."""
    chosen = options()
    everyone: dict[str, Contender] = {contender.name: contender for contender in (Ours(), Reader())}
    contenders = [everyone[name] for name in chosen.only or everyone]
    results = []
    adopt_orphans()
    print(HOW)
    for feeds in chosen.feeds or (200, 1000):
        with served(feeds, entries=chosen.entries, hosts=chosen.hosts, latency=chosen.latency) as server:
            costs = [told(cost) for number in range(chosen.rounds) for cost in one_round(number, server, contenders)]
        found = ratios(costs)
        print(
            f"{feeds} feeds × {chosen.entries} entries, {chosen.hosts} hosts, median of {chosen.rounds}\n{table(costs)}"
        )
        for phase, ratio in found.items():
            print(f"aggregator / reader, {phase}: " + ", ".join(f"{what} {value}" for what, value in ratio.items()))
        print(flush=True)
        results.append({"feeds": feeds, "ratios": found, "runs": [asdict(cost) for cost in costs]})
    if chosen.json:
        chosen.json.write_text(
            json.dumps({**vars(chosen), "json": None, "results": results}, indent=1), encoding="utf-8"
        )


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--feeds", type=int, action="append", help="how many feeds; may be given again (200 and 1000)")
    parser.add_argument("--entries", type=int, default=20, help="entries in each document (20)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which medians are taken (3)")
    parser.add_argument("--hosts", type=int, default=50, help="loopback addresses to spread the feeds over (50)")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer (0)")
    parser.add_argument("--only", action="append", choices=("aggregator", "reader"), help="leave the other out")
    parser.add_argument("--json", type=Path, help="write every single run to this file, too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
