"""``python -m bench``: everything, or one scenario, as Markdown on standard output; how it goes on standard error."""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from bench.contenders import Contender, Floor, Ours, StoreOnly
from bench.delivery import delivery_tables, posts
from bench.documents import TEXTS
from bench.feeds import served
from bench.goals import speed_tables
from bench.growth import ENTRIES, growth, growth_tables
from bench.killed import killed_tables, killings
from bench.latency import latency_tables, waits
from bench.letters import freezings, letters_table
from bench.looks import looks_table, verdicts
from bench.measure import adopt_orphans
from bench.peers import PEERS
from bench.speed import PHASES, Plan, costs, oddities
from bench.startup import starts, startup_tables
from tests.mailroom import STORIES

T = TypeVar("T")
HOW = """\
Loopback feeds at an address each, half RSS 2.0 and half Atom 1.0, 20 entries are about 60 kB before gzip, ETag and
Last-Modified. cold: nothing is known; same: every feed as before; changed: 5 % of the feeds have one new entry; bare:
answers without validators, the bytes of the last time. Whole processes, from start to exit: wall and CPU seconds (user
and system, with children), peak memory of the tree (PSS). aggregator does the whole job (store, duplicates, topics,
three output formats); store only, floor and the peers store. Medians; ratios are medians of pairs.
sfeed knows no conditional requests, as its counts show: it reads every document every time.
"""
OUR_SIDE: dict[str, Contender] = {
    "aggregator": Ours(),
    "store": StoreOnly(),
    "floor": Floor(),
}


@dataclass
class Book:
    """What the bench found, for the JSON file; and how it says how it goes."""

    scenarios: list[dict[str, Any]] = field(default_factory=list)

    def keep(self, title: str, found: Iterable[T]) -> list[T]:
        """Gather measurements as they come, telling each on standard error: whole runs take minutes."""
        kept: list[T] = []
        rows: list[dict[str, Any]] = []
        self.scenarios.append({"scenario": title, "runs": rows})
        for one in found:
            kept.append(one)
            rows.append(asdict(one))  # type: ignore[call-overload]
            print(f"{title}:", *(f"{k}={v}" for k, v in rows[-1].items()), file=sys.stderr, flush=True)
        return kept


def speed(book: Book, chosen: argparse.Namespace) -> None:
    """Measure the phases."""
    title = f"{chosen.feeds:,} feeds × {chosen.entries} entries{f', {chosen.texts}' if chosen.texts != 'drawn' else ''}"
    contenders = [*wanted(chosen.ours, OUR_SIDE), *wanted(chosen.peers, PEERS)]
    plan = Plan(chosen.rounds, chosen.repeats, [phase for phase in PHASES if phase in chosen.phases])
    with served(chosen.feeds, entries=chosen.entries, texts=chosen.texts) as server:
        found = book.keep(title, costs(server, contenders, plan))
    show(title, speed_tables(found, chosen.feeds), *oddities(found, chosen.feeds))


def latency(book: Book, chosen: argparse.Namespace) -> None:
    """Measure slow feeds."""
    title = f"{chosen.feeds:,} unchanged feeds, {chosen.latency * 1000:g} ms a response"
    contenders = [Ours(), *wanted(chosen.peers, PEERS)]
    with served(chosen.feeds, entries=2) as server:
        found = book.keep(title, waits(server, contenders, latency=chosen.latency, rounds=chosen.rounds))
    show(title, latency_tables(found))


def startup(book: Book, chosen: argparse.Namespace) -> None:
    """Measure what doing nothing costs."""
    title = "Start-up"
    show(title, startup_tables(book.keep(title, starts(times=chosen.rounds, feeds=chosen.feeds))))


def grow(book: Book, chosen: argparse.Namespace) -> None:
    """Measure beside more and more stored entries."""
    title = f"{chosen.feeds:,} feeds × {ENTRIES} entries beside what is stored already"
    found = book.keep(title, growth(chosen.sizes, feeds=chosen.feeds, fresh=chosen.fresh, rounds=chosen.rounds))
    show(title, growth_tables(found))


def delivery(book: Book, chosen: argparse.Namespace) -> None:
    """Measure how an issue gets to its subscribers, by several processes at once, beside a plain loop over smtplib."""
    title = f"An issue of {STORIES} stories to {chosen.subscribers:,} subscribers, {chosen.processes} processes at once"
    many = posts(subscribers=chosen.subscribers, processes=chosen.processes, rounds=chosen.rounds)
    show(title, delivery_tables(book.keep(title, many)))


def killed(book: Book, chosen: argparse.Namespace) -> None:
    """Kill the sender of an issue at random moments, again and again, and count who lost or doubled a mail."""
    title = f"An issue to {chosen.subscribers:,} subscribers whose sender is killed (kill -9), {chosen.times} times"
    show(title, killed_tables(book.keep(title, killings(times=chosen.times, subscribers=chosen.subscribers))))


def letters(book: Book, chosen: argparse.Namespace) -> None:
    """Freeze issues for subscribers of whom no two chose the same topics."""
    title = f"An issue for {chosen.choices:,} subscribers, each with a choice of topics of their own"
    show(title, letters_table(book.keep(title, freezings(choices=chosen.choices))))


def look(book: Book, chosen: argparse.Namespace) -> None:
    """Check how issues look: needs chromium, node, and a node_modules with axe-core, html-validate (and caniemail)."""
    found = book.keep("looks", verdicts(chosen.packages, chosen.pictures))
    show("Looks", looks_table(found))
    if any(one.html or any(one.axe.values()) for one in found):
        sys.exit(1)


def everything(book: Book, chosen: argparse.Namespace) -> None:
    """Measure the standard set, or a small one in a few minutes."""
    peers = f"--peers={','.join(chosen.peers)}" if chosen.peers is not None else ""
    for line in QUICK if chosen.quick else STANDARD:
        words = line.split()
        if words[0] == "speed" and "--peers" not in line and peers:
            words.append(peers)
        one = parser().parse_args(words)
        one.run(book, one)


STANDARD = (
    "startup",
    "speed --feeds 1000",
    "speed --feeds 200 --entries 100 --peers reader",
    "speed --feeds 5000 --rounds 1 --repeats 5 --phases cold,same,changed --peers reader",
    "latency --feeds 1000",
    "growth",
)
QUICK = (
    "startup --rounds 3",
    "speed --feeds 200 --rounds 1 --repeats 2",
    "latency --feeds 200 --rounds 1",
    "growth --sizes 2000,20000 --feeds 200 --fresh 40 --rounds 1",
)


def wanted(names: Sequence[str] | None, known: dict[str, Contender]) -> list[Contender]:
    """Choose by name, or all that are installed; raises SystemExit for one that is unknown or not installed."""
    if names is None:
        for contender in known.values():
            if contender.missing:
                print(f"without {contender.name}, which is not installed: {contender.missing}", file=sys.stderr)
        return [contender for contender in known.values() if not contender.missing]
    for name in names:
        if name not in known:
            sys.exit(f"{name!r} is none of {', '.join(known)}, none")
        if known[name].missing:
            sys.exit(f"{name} is not installed: {known[name].missing}")
    return [known[name] for name in names]


def show(title: str, *parts: str) -> None:
    """Print a section."""
    print(f"## {title}\n", *parts, sep="\n", flush=True)


def names(value: str) -> list[str]:
    """Read a list with commas; "none" is the empty one."""
    return [] if value == "none" else [name.strip() for name in value.split(",")]


def sizes(value: str) -> list[int]:
    """Read a list of numbers with commas."""
    return [int(name.replace("_", "")) for name in value.split(",")]


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(prog="python -m bench", description=HOW)
    top.add_argument("--quick", action="store_true", help="small sizes: a few minutes in place of forty")
    top.add_argument("--json", type=Path, help="write every single run to this file, too")
    top.add_argument("--peers", type=names, help="reader,newsboat,sfeed or none (all that are installed)")
    top.set_defaults(run=everything)
    commands = top.add_subparsers()

    def command(run: Callable[[Book, argparse.Namespace], None], name: str, **numbers: int) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=run.__doc__, description=run.__doc__)
        for option, number in numbers.items():
            one.add_argument(f"--{option}", type=int, default=number, help=f"({number})")
        one.add_argument("--json", type=Path, default=argparse.SUPPRESS, help="write every single run to this file")
        one.set_defaults(run=run)
        return one

    fast = command(speed, "speed", feeds=1000, entries=20, rounds=5, repeats=1)
    fast.add_argument("--peers", type=names, help="reader,newsboat,sfeed or none (all that are installed)")
    fast.add_argument("--ours", type=names, help=f"{','.join(OUR_SIDE)} (all)")
    fast.add_argument("--phases", type=names, default=list(PHASES), help=f"{','.join(PHASES)} (all); cold is needed")
    fast.add_argument(
        "--texts", choices=TEXTS, default="drawn", help=f"{','.join(TEXTS)} (drawn); see bench/documents.py"
    )
    slow = command(latency, "latency", feeds=1000, rounds=5)
    slow.add_argument("--latency", type=float, default=0.1, help="seconds before each answer (0.1)")
    slow.add_argument("--peers", type=names, default=[], help="reader,newsboat,sfeed (none)")
    command(startup, "startup", feeds=20, rounds=10)
    command(delivery, "delivery", subscribers=5000, processes=4, rounds=3)
    command(killed, "killed", times=200, subscribers=200)
    command(letters, "letters", choices=5000)
    large = command(grow, "growth", feeds=1000, fresh=200, rounds=5)
    large.add_argument("--sizes", type=sizes, default=[10_000, 100_000, 1_000_000], help="(10000,100000,1000000)")
    seen = command(look, "looks")
    seen.add_argument("--packages", type=Path, default=Path("node_modules"), help="where npm put them (node_modules)")
    seen.add_argument("--pictures", type=Path, help="keep pictures in this folder: both schemes, 600 and 360 px")
    return top


def main() -> None:
    """Read the options, measure, print tables, and write the JSON file if one is named."""
    chosen = parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))  # so that nothing it started is left
    adopt_orphans()
    book = Book()
    print(HOW)
    try:
        chosen.run(book, chosen)
    finally:  # also what was measured before something failed
        if chosen.json:
            chosen.json.write_text(json.dumps(book.scenarios, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
