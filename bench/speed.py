"""Speed: every contender does the same phases against the same feeds, in turn, in fresh folders."""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.contenders import Contender
from bench.feeds import AT_FIRST, ROOT, Server
from bench.measure import Measured, run

PHASES = ("cold", "same", "changed", "bare")
SETTLED = ("same", "bare")  # newsboat keeps the validators of a feed from its second answer on; bare begins anew


@dataclass(frozen=True)
class Cost:
    """One process in one phase: what it cost, and what the server says it asked."""

    round: int
    contender: str
    phase: str
    wall: float
    cpu: float
    peak_mb: float
    server_cpu: float
    stored: int
    feeds: int
    requests: int
    full: int
    unchanged: int


@dataclass(frozen=True)
class Plan:
    """How often: ``rounds`` times everything from the beginning, in each of them ``repeats`` times each later phase."""

    rounds: int = 5
    repeats: int = 1
    phases: Sequence[str] = PHASES


def costs(server: Server, contenders: Sequence[Contender], plan: Plan) -> Iterator[Cost]:
    """Measure, pair by pair; who comes first alternates."""
    for number in range(plan.rounds):
        with ExitStack() as places:
            folders = {
                contender.name: Path(places.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
                for contender in contenders
            }
            for contender in contenders:
                contender.prepare(folders[contender.name], server.urls)
            server.tell(**AT_FIRST)
            yield from _one_round(number, server, contenders, plan=plan, folders=folders)


def _one_round(
    number: int, server: Server, contenders: Sequence[Contender], *, plan: Plan, folders: Mapping[str, Path]
) -> Iterator[Cost]:
    for phase in plan.phases:
        server.tell(bare=phase == "bare")
        for repeat in range(1 if phase == "cold" else plan.repeats):
            if phase == "changed":
                server.tell(change=True)
            if phase in SETTLED and repeat == 0:  # once that is not measured
                for contender in contenders:
                    measured(number, "", contender, folders[contender.name], server=server)
            each = number * plan.repeats + repeat
            for contender in contenders if each % 2 == 0 else contenders[::-1]:
                yield measured(each, phase, contender, folders[contender.name], server=server)


def measured(number: int, phase: str, contender: Contender, folder: Path, *, server: Server) -> Cost:
    """Run one process and note what it cost; a process that fails ends the bench with what it said."""
    result = run(contender.command(folder), cwd=ROOT, notes=folder)
    must_be_well(result, f"{contender.name}, {phase or 'once, not measured'}")
    counts = server.tell()
    return Cost(
        round=number,
        contender=contender.name,
        phase=phase,
        wall=round(result.wall, 3),
        cpu=round(result.cpu, 3),
        peak_mb=round(result.peak_mb, 1),
        server_cpu=round(counts["cpu"], 3),
        stored=contender.stored(folder),
        feeds=counts["feeds"],
        requests=counts.get("requests", 0),
        full=counts.get("200", 0),
        unchanged=counts.get("304", 0),
    )


def must_be_well(result: Measured, what: str, *, allowed: Sequence[int] = (0,)) -> None:
    """End the bench when a process ended badly, with the end of what it said."""
    if result.returncode not in allowed:
        sys.exit(f"{what}: ended with {result.returncode}:\n{result.out[-2000:]}\n{result.err[-2000:]}")


def oddities(found: Sequence[Cost], feeds: int) -> list[str]:
    """Name every process that did not ask each feed exactly once: its figures compare to nobody's."""
    return [
        f"**{cost.contender} in phase {cost.phase} sent {cost.requests} requests to {cost.feeds} of {feeds} feeds**"
        for cost in found
        if not cost.requests == cost.feeds == feeds
    ]
