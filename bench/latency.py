"""Latency: feeds that answer after a tenth of a second, alone and beside feeds that never answer."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import monotonic

from bench.contenders import Contender
from bench.feeds import AT_FIRST, ROOT, Server
from bench.goals import OURS, Verdict, bounded, goals_table, markdown
from bench.measure import run
from bench.speed import must_be_well

WALL = 3.0  # seconds for 1,000 unchanged feeds
DELAY = 1.1  # noise between two runs of the same
SOME_FAILED = 3  # our exit code


@dataclass(frozen=True)
class Wait:
    """One unchanged sync of slow feeds: seconds until the last healthy feed had its answer, and until the end."""

    round: int
    contender: str
    hanging: bool
    last_answer: float
    wall: float
    cpu: float
    asked: int
    answered: int
    left_hanging: int


def waits(server: Server, contenders: Sequence[Contender], *, latency: float, rounds: int) -> Iterator[Wait]:
    """Read all feeds once without delay, then measure with it, in turn without and with feeds that hang."""
    for contender in contenders:
        with tempfile.TemporaryDirectory(prefix="bench-") as place:
            folder = Path(place)
            contender.prepare(folder, server.urls)
            server.tell(**AT_FIRST)
            must_be_well(run(contender.command(folder), cwd=ROOT, notes=folder), f"{contender.name}, cold")
            for number in range(rounds):
                for hanging in (False, True):
                    server.tell(latency=latency, hanging=hanging)
                    yield _wait(number, contender, folder, server=server, hanging=hanging)


def _wait(number: int, contender: Contender, folder: Path, *, server: Server, hanging: bool) -> Wait:
    started = monotonic()
    result = run(contender.command(folder), cwd=ROOT, notes=folder)
    must_be_well(result, f"{contender.name}, slow feeds", allowed=(0, SOME_FAILED, 1))
    counts = server.tell()
    return Wait(
        round=number,
        contender=contender.name,
        hanging=hanging,
        last_answer=round(counts["last"] - started, 3),
        wall=round(result.wall, 3),
        cpu=round(result.cpu, 3),
        asked=counts["feeds"],
        answered=counts.get("200", 0) + counts.get("304", 0),
        left_hanging=counts.get("left hanging", 0),
    )


def latency_tables(found: Sequence[Wait]) -> str:
    """Lay the medians out, and the goals."""
    rows = []
    for name in dict.fromkeys(wait.contender for wait in found):
        for hanging in (False, True):
            of = [wait for wait in found if (wait.contender, wait.hanging) == (name, hanging)]
            times = [f"{median(getattr(wait, what) for wait in of):.2f}" for what in ("last_answer", "wall", "cpu")]
            work = [str(getattr(of[-1], what)) for what in ("asked", "answered", "left_hanging")]
            rows.append((name, "2 % of the feeds never answer" if hanging else "all answer", *times, *work))
    head = ("", "", "last answer after s", "wall s", "CPU s", "feeds asked", "answers", "left hanging")
    return markdown(head, rows) + "\n" + goals_table(list(_verdicts(found)))


def _verdicts(found: Sequence[Wait]) -> Iterator[Verdict]:
    mine = [wait for wait in found if wait.contender == OURS]
    alone = [wait.last_answer for wait in mine if not wait.hanging]
    beside = [wait.last_answer for wait in mine if wait.hanging]
    if mine:
        yield bounded("unchanged feeds, wall", median(wait.wall for wait in mine if not wait.hanging), WALL, "s")
        title = "last healthy feed beside hanging ones / without them"
        yield bounded(title, median(beside) / median(alone), DELAY, "times")
