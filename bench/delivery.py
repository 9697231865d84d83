"""Delivery: one issue to many subscribers by several processes, beside a plain loop over smtplib."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from aggregator.app import open_app
from aggregator.jobs.post import generic
from aggregator.model import Choice
from bench.contenders import aggregator
from bench.goals import markdown
from bench.sinks import ROOT, Sink, sinking
from tests.mailroom import freeze, furnish, people

SECONDS = 900
CHOICES = (*[Choice()] * 9, Choice(("economy",)))
"""Every tenth subscriber wants one topic only."""

PLAIN = "plain loop"
OURS = ("aggregator", "without waiting for the disk")


@dataclass(frozen=True)
class Sent:
    """One run: so many processes sent an issue; every address had it ``once``, or not."""

    round: int
    who: str
    processes: int
    messages: int
    wall: float
    cpu: float
    once: bool


def posts(*, subscribers: int, processes: int, rounds: int) -> Iterator[Sent]:
    """Let each contender send an issue of its own to everybody, in turn."""
    with TemporaryDirectory(prefix="bench-") as name, sinking(Path(name)) as sink:
        folder = Path(name)
        workspace = folder / "workspace"
        furnish(workspace, port=sink.port)
        with open_app(workspace) as app:
            people(app, subscribers, choices=CHOICES)
        for number in range(rounds):
            ours = aggregator(workspace, "digest", "deliver")
            unsynced = [sys.executable, "-m", "bench.unsynced", str(workspace)]
            runs = [
                (who, command, count)
                for count in (processes, 1)
                for who, command in zip(OURS, (ours, unsynced), strict=True)
            ]
            for place, (who, command, count) in enumerate(runs):
                with open_app(workspace) as app:
                    freeze(app, number=len(runs) * number + place)
                yield _run(number, who, command, count, sink=sink, subscribers=subscribers)
            _lay_out(folder, workspace, sink, subscribers)
            plain = [sys.executable, "-m", "bench.plain_post", str(folder)]
            yield _run(number, PLAIN, plain, 1, sink=sink, subscribers=subscribers)


def _lay_out(folder: Path, workspace: Path, sink: Sink, subscribers: int) -> None:
    """Prepare the mail that the plain loop sends."""
    with open_app(workspace) as app:
        (last, *_) = app.store.issues.all()
        mail = generic(app, app.store.issues.issue(last.id), app.store.issues.letter(last.id))
    (folder / "mail.eml").write_bytes(mail)
    (folder / "port.txt").write_text(str(sink.port), encoding="utf-8")
    addresses = "\n".join(f"reader{number}@example.org" for number in range(subscribers))
    (folder / "addresses.txt").write_text(addresses, encoding="utf-8")


def _run(number: int, who: str, command: Sequence[str], count: int, *, sink: Sink, subscribers: int) -> Sent:
    sink.begin()
    cpu, started = _cpu(), time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(count)
    ]
    for process in running:
        _, said = process.communicate(timeout=SECONDS)
        if process.returncode:
            sys.exit(f"{who} ended with {process.returncode}: {said.decode()}")
    wall = time.perf_counter() - started
    taken = sink.taken()
    once = len(taken) == subscribers and set(taken.values()) == {1}
    return Sent(number, who, count, taken.total(), round(wall, 3), round(_cpu() - cpu, 3), once)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def delivery_tables(found: Sequence[Sent]) -> str:
    """Lay medians out; ratios are medians of what was measured in the same round."""
    plain = {one.round: one for one in found if one.who == PLAIN}
    kinds = list(dict.fromkeys((one.who, one.processes) for one in found))
    rows = []
    for who, processes in kinds:
        of = [one for one in found if (one.who, one.processes) == (who, processes)]
        speed = median(one.messages / one.wall for one in of)
        cpu = median(1000 * one.cpu / one.messages for one in of)
        against = median((one.cpu / one.messages) / _each(plain[one.round]) for one in of if one.round in plain)
        faster = median((one.messages / one.wall) / _speed(plain[one.round]) for one in of if one.round in plain)
        once = "yes" if all(one.once for one in of) else "**no**"
        cells = (who, str(processes), f"{speed:,.0f}", f"{cpu:.2f}", f"{against:.1f}", f"{faster:.2f}", once)
        rows.append(cells)
    head = ("who", "processes", "messages/s", "CPU ms a message", "CPU / plain", "speed / plain", "each address once")
    return markdown(head, rows)


def _each(one: Sent) -> float:
    return one.cpu / one.messages


def _speed(one: Sent) -> float:
    return one.messages / one.wall
