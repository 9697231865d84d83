"""``python -m bench.forms``: does the answer to the form, or its time, tell who subscribes?

A real ``aggregator serve`` on loopback is sent the form for addresses that are new, waiting, confirmed and suppressed,
in random order and each from a network of its own, so that no bound cuts any of them short. As Markdown.
"""

import argparse
import random
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, sleep
from urllib.parse import urlencode

from aggregator.app import App, open_app
from aggregator.model import Choice, Consent

KINDS = ("new", "waiting", "confirmed", "suppressed")
CONFIG = """title: Forms
home: https://news.example.org/
digests: [{name: morning, title: Morning, when: daily 07:00}]
"""
RUN = 20  # forms of one kind in a row
MOST = 1.2  # times the median of its round


@dataclass(frozen=True)
class Answered:
    """One form of a round and its answer; seconds until its last byte."""

    round: int
    kind: str
    status: int
    size: int
    seconds: float


def main() -> None:
    """Send the forms, print the table, and fail when it tells who is who."""
    reader = argparse.ArgumentParser(prog="python -m bench.forms", description=__doc__)
    reader.add_argument("--times", type=int, default=200, help="forms of each kind")
    times = reader.parse_args().times
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        root = Path(place)
        (root / "feeds.yaml").write_text(CONFIG, encoding="utf-8")
        with open_app(root) as app:
            people(app, times)
        with serving(root) as address:
            alike = show("mixed", list(sent(address, times, mixed=True)))
            alike &= show(f"{RUN} of one kind after another", list(sent(address, times, mixed=False)))
        with open_app(root) as app:
            kept = len(app.store.subscribers.all())
    print(f"{kept:,} subscribers are kept afterwards, {4 * times:,} of them should be.")
    sys.exit(0 if alike and kept == 4 * times else 1)


def people(app: App, times: int) -> None:
    """Enter who is known before: those who wait, who confirmed, and who are suppressed."""
    now = app.clock()
    for kind in ("waiting", "confirmed", "suppressed"):
        for number in range(times):
            who = app.store.subscribers.enter(address(kind, number), now=now)
            app.store.subscribers.want(who.id, "morning", Choice(), Consent(now, "form"))
            if kind != "waiting":
                app.store.subscribers.confirm(who.id, "morning", now)
            if kind == "suppressed":
                app.store.subscribers.suppress(who.id, "5.1.1", now)


def address(kind: str, number: int) -> str:
    """Make an address, all of one length."""
    return f"{kind[:2]}{number:05}@example.org"


@contextmanager
def serving(root: Path) -> Iterator[str]:
    """Run the program; give host and port."""
    command = [sys.executable, "-m", "aggregator", "-C", str(root), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            line = process.stderr.readline()
            found = re.search(r"http://([\d.]+:\d+)/", line)
            if not found:
                sys.exit(f"it does not serve: {line}")
            yield found[1]
        finally:
            process.send_signal(signal.SIGTERM)


def sent(place: str, times: int, *, mixed: bool) -> Iterator[Answered]:
    """Send one form after another over one connection, not so fast that anybody is turned away."""
    run, dice = 1 if mixed else RUN, random.Random(5)
    rounds = [(first, dice.sample(KINDS, len(KINDS))) for first in range(0, times, run)]
    order = [(first, kind, first + n) for first, kinds in rounds for kind in kinds for n in range(run)]
    connection = HTTPConnection(place, timeout=30)
    for turn, (start_of_round, kind, number) in enumerate(order):
        peer = f"{11 + turn // 62500}.{turn // 250 % 250}.{turn % 250}.1"
        headers = {"content-type": "application/x-www-form-urlencoded", "x-forwarded-for": peer}
        start = perf_counter()
        connection.request("POST", "/subscribe/morning", urlencode({"address": address(kind, number)}), headers)
        answer = connection.getresponse()
        body = answer.read()
        yield Answered(start_of_round, kind, answer.status, len(body), perf_counter() - start)
        sleep(0.02)
    connection.close()


def show(title: str, found: list[Answered]) -> bool:
    """Print the table; tell whether the kinds cannot be told apart."""
    print(f"### {title}\n")
    rounds: dict[int, list[Answered]] = {}
    for one in found:
        rounds.setdefault(one.round, []).append(one)
    alike = len({(one.status, one.size) for one in found}) == 1
    print("| address | forms | status | bytes | median ms | 90 % below, ms | of its round |")
    print("|---|---|---|---|---|---|---|")
    for kind in KINDS:
        mine = [one for one in found if one.kind == kind]
        seconds = [one.seconds for one in mine]
        middle, most = median(seconds), quantiles(seconds, n=10)[-1]
        ratio = median(_ratio(kind, some) for some in rounds.values())
        alike &= 1 / MOST < ratio < MOST
        statuses = ", ".join(sorted({str(one.status) for one in mine}))
        sizes = ", ".join(sorted({str(one.size) for one in mine}))
        row = f"{kind} | {len(mine)} | {statuses} | {sizes} | {1000 * middle:.2f} | {1000 * most:.2f}"
        print(f"| {row} | {ratio:.2f} |")
    print(flush=True)
    return alike


def _ratio(kind: str, some: list[Answered]) -> float:
    """Compare a kind with all others of its round: a machine that does other work slows down all of a round."""
    return median(one.seconds for one in some if one.kind == kind) / median(one.seconds for one in some)


if __name__ == "__main__":
    main()
