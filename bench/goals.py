"""Ratios of what was measured, and the goals that they are held against."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from bench.speed import PHASES, Cost

OURS, STORE, PEER = "aggregator", "store only", "reader"


@dataclass(frozen=True)
class Goal:
    """At most this share of what the peer needs, in a phase, for ``feeds`` feeds (None: however many)."""

    phase: str
    contender: str
    what: str
    at_most: float
    feeds: int | None = None


@dataclass(frozen=True)
class Verdict:
    """A goal, what was reached, and the least and most of the pairs."""

    title: str
    goal: str
    reached: str
    met: bool


GOALS = (
    Goal("cold", STORE, "cpu", 1 / 8),
    Goal("cold", STORE, "wall", 1 / 12),
    Goal("cold", OURS, "cpu", 1 / 5),
    Goal("cold", OURS, "wall", 1 / 8),
    Goal("same", OURS, "cpu", 1 / 3, feeds=1000),
    Goal("same", OURS, "cpu", 1 / 8, feeds=5000),
    Goal("changed", OURS, "cpu", 1 / 3, feeds=1000),
    Goal("changed", OURS, "cpu", 1 / 8, feeds=5000),
    Goal("bare", OURS, "cpu", 1 / 10),
)
PEAK_MB, PEAK_FEEDS = 150, 5000


def ratios(costs: Sequence[Cost], ours: str, peer: str, *, phase: str, what: str) -> list[float]:
    """Divide ours by the peer's, pair by pair: 0.5 is half of what the peer needs."""
    by_round = {
        name: {cost.round: getattr(cost, what) for cost in costs if (cost.contender, cost.phase) == (name, phase)}
        for name in (ours, peer)
    }
    return [value / by_round[peer][number] for number, value in by_round[ours].items() if by_round[peer].get(number)]


def verdicts(costs: Sequence[Cost], feeds: int) -> Iterator[Verdict]:
    """Hold what was measured against the goals that it can tell of."""
    for goal in GOALS:
        found = ratios(costs, goal.contender, PEER, phase=goal.phase, what=goal.what)
        if found and goal.feeds in (None, feeds):
            reached = median(found)
            yield Verdict(
                title=f"{goal.phase}: {goal.contender} / {PEER}, {NAMES[goal.what]}",
                goal=f"≤ 1/{1 / goal.at_most:.0f}",
                reached=f"1/{1 / reached:.1f} ({1 / max(found):.1f}–{1 / min(found):.1f})",
                met=reached <= goal.at_most,
            )
    peaks = [cost.peak_mb for cost in costs if cost.contender == OURS]
    if peaks and feeds >= PEAK_FEEDS:
        yield bounded("peak memory of the whole process tree", max(peaks), PEAK_MB, "MB")


def bounded(title: str, value: float, bound: float, unit: str) -> Verdict:
    """Hold a figure against its bound."""
    return Verdict(title, f"< {bound:g} {unit}", f"{value:.3g} {unit}", met=value < bound)


NAMES = {"cpu": "CPU", "wall": "wall", "peak_mb": "peak memory"}


def speed_tables(costs: Sequence[Cost], feeds: int) -> str:
    """Lay the medians out, then how often ours goes into each peer's, then the goals."""
    parts = [medians(costs), shares(costs), goals_table(list(verdicts(costs, feeds)))]
    return "\n".join(part for part in parts if part)


def goals_table(found: Sequence[Verdict]) -> str:
    """Say which goals are reached."""
    rows = [(v.title, v.goal, v.reached, "yes" if v.met else "**no**") for v in found]
    return markdown(("goal", "at most", "reached", "yes?"), rows) if rows else ""


def medians(costs: Sequence[Cost]) -> str:
    """A line for each phase and contender."""
    rows = []
    for phase in PHASES:
        for name in dict.fromkeys(cost.contender for cost in costs if cost.phase == phase):
            of = [cost for cost in costs if (cost.phase, cost.contender) == (phase, name)]
            wall, cpu, peak, server = (
                f"{median(getattr(cost, what) for cost in of):.{digits}f}"
                for what, digits in (("wall", 2), ("cpu", 2), ("peak_mb", 0), ("server_cpu", 2))
            )
            work = [str(getattr(of[-1], what)) for what in ("requests", "full", "unchanged", "stored")]
            rows.append((phase, name, wall, cpu, peak, server, *work, str(len(of))))
    head = ("phase", "", "wall s", "CPU s", "peak MB", "server's CPU s", "asked", "200", "304", "stored", "runs")
    return markdown(head, rows)


def shares(costs: Sequence[Cost]) -> str:
    """How many times each peer's cost is ours, CPU and wall."""
    names = list(dict.fromkeys(cost.contender for cost in costs))
    rows = []
    for phase in PHASES:
        for peer in [name for name in names if name not in (OURS, STORE)]:
            cells = [_times(costs, ours, peer, phase=phase) for ours in (OURS, STORE)]
            if any(cells):
                rows.append((phase, peer, *cells))
    return markdown(("phase", "÷", f"{OURS}: CPU, wall", f"{STORE}: CPU, wall"), rows) if rows else ""


def _times(costs: Sequence[Cost], ours: str, peer: str, *, phase: str) -> str:
    pairs = [ratios(costs, ours, peer, phase=phase, what=what) for what in ("cpu", "wall")]
    return ", ".join(f"{median(values):.2f}" for values in pairs if values)


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay a table out in Markdown, readable as plain text, too."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    return "".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |\n"
        for line in lines
    )
