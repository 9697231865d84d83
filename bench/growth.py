"""Growth: what a feed costs beside ten thousand, a hundred thousand and a million stored entries."""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from bench.contenders import Ours, aggregator, list_feeds
from bench.feeds import ROOT, Server, served
from bench.filling import fill
from bench.goals import Verdict, goals_table, markdown
from bench.measure import run
from bench.speed import must_be_well

ENTRIES = 10
FLAT = 1.2  # times the cost beside the fewest entries
PHASES = {"idle": "nothing is due", "same": "unchanged", "changed": "5 % changed", "cold": "new feeds"}


@dataclass(frozen=True)
class Grown:
    """One sync beside so many stored entries; curated is the entries that Curate placed in ``curate`` seconds."""

    round: int
    stored: int
    phase: str
    feeds: int
    wall: float
    cpu: float
    peak_mb: float
    curated: int
    curate: float


def growth(sizes: Sequence[int], *, feeds: int, fresh: int, rounds: int) -> Iterator[Grown]:
    """Fill a workspace for each size, then measure round by round, one size after the other."""
    if feeds * ENTRIES > min(sizes):
        sys.exit(f"{feeds} feeds bring {feeds * ENTRIES} entries: ask for fewer feeds, or for no size below that")
    with (
        served(feeds + fresh * rounds, entries=ENTRIES) as server,
        tempfile.TemporaryDirectory(prefix="bench-") as place,
    ):
        folders = filled(Path(place), server, sizes, feeds=feeds)
        for number in range(rounds):
            for phase in PHASES:
                begin = feeds + fresh * number
                asked = {"idle": 0, "cold": fresh}.get(phase, feeds)
                server.tell(change=phase == "changed")
                for stored, folder in folders.items():
                    if phase == "cold":
                        list_feeds(folder, [*server.urls[:feeds], *server.urls[begin : begin + fresh]])
                    yield _grown(number, stored, phase, folder, server=server, asked=asked)
            for folder in folders.values():
                list_feeds(folder, server.urls[:feeds])
                _sync(folder, "the feeds as before")
            server.tell()


def filled(place: Path, server: Server, sizes: Sequence[int], *, feeds: int) -> dict[int, Path]:
    """Sync once, clone what came until there is enough, and keep a copy for every size."""
    first, folders = place / "first", {}
    first.mkdir()
    list_feeds(first, server.urls[:feeds])
    _sync(first, "the first sync")
    for size in sorted(sizes):
        started = perf_counter()
        count = fill(first / "storage" / "aggregator.db", size)
        folder = folders[count] = place / str(size)
        shutil.copytree(first, folder)
        _sync(folder, "the first sync beside stored entries", "--force")
        megabytes = sum(path.stat().st_size for path in (folder / "storage").glob("aggregator.db*")) / 1e6
        took = perf_counter() - started
        print(f"{count:,} entries stored, {megabytes:,.0f} MB, filled in {took:.0f} s", file=sys.stderr, flush=True)
    server.tell()
    return folders


def _sync(folder: Path, what: str, *words: str) -> None:
    must_be_well(run(aggregator(folder, "sync", *words), cwd=ROOT, notes=folder), what)


def _grown(number: int, stored: int, phase: str, folder: Path, *, server: Server, asked: int) -> Grown:
    command = aggregator(folder, "sync", "--json") if phase in ("idle", "cold") else Ours().command(folder)
    result = run(command, cwd=ROOT, notes=folder)
    must_be_well(result, f"{phase} beside {stored} entries")
    counts = server.tell()
    if counts["feeds"] != asked:
        print(f"**{phase} beside {stored} entries asked {counts['feeds']} feeds, not {asked}**", flush=True)
    told = json.loads(result.out)
    return Grown(
        round=number,
        stored=stored,
        phase=phase,
        feeds=asked,
        wall=round(result.wall, 3),
        cpu=round(result.cpu, 3),
        peak_mb=round(result.peak_mb, 1),
        curated=told["entries"]["new"] + told["entries"]["updated"],
        curate=told["seconds"].get("curate", 0.0),
    )


def growth_tables(found: Sequence[Grown]) -> str:
    """Lay the medians out beside each size; a feed's cost is what a sync costs beyond one in which nothing is due."""
    sizes = sorted({one.stored for one in found})
    rows = [_row(found, phase, stored) for phase in PHASES for stored in sizes]
    head = ("phase", "stored", "wall s", "CPU s", "peak MB", "CPU ms a feed", "Curate, entries/s")
    return markdown(head, rows) + "\n" + goals_table([_flat(found, phase, sizes) for phase in PHASES])


def _row(found: Sequence[Grown], phase: str, stored: int) -> tuple[str, ...]:
    of = [one for one in found if (one.stored, one.phase) == (stored, phase)]
    wall, cpu, peak = (median(getattr(one, what) for one in of) for what in ("wall", "cpu", "peak_mb"))
    a_feed = f"{1000 * _cost(found, phase, stored):.2f}" if phase != "idle" else ""
    speeds = [one.curated / one.curate for one in of if one.curated and one.curate]
    curate = f"{median(speeds):,.0f}" if speeds else ""
    return (PHASES[phase], f"{stored:,}", f"{wall:.2f}", f"{cpu:.2f}", f"{peak:.0f}", a_feed, curate)


def _cost(found: Sequence[Grown], phase: str, stored: int) -> float:
    """CPU seconds: of the whole process when nothing is due, else a feed's, beyond that, round by round."""
    of = {(one.round, one.phase): one for one in found if one.stored == stored}
    mine = [one for (_, name), one in of.items() if name == phase]
    if phase == "idle":
        return median(one.cpu for one in mine)
    return max(median((one.cpu - of[one.round, "idle"].cpu) / one.feeds for one in mine), 1e-6)


def _flat(found: Sequence[Grown], phase: str, sizes: Sequence[int]) -> Verdict:
    """Compare the cost beside the most with that beside the fewest stored entries."""
    few, many = (_cost(found, phase, stored) for stored in (sizes[0], sizes[-1]))
    what = "whole CPU" if phase == "idle" else "CPU a feed"
    title = f"{PHASES[phase]}: {what} beside {sizes[-1]:,} / {sizes[0]:,} entries"
    return Verdict(title, f"≤ {FLAT}", f"{many / few:.2f}", met=many / few <= FLAT)
