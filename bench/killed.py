"""Delivery that is killed: kill -9 of the sender at random moments, against a real mail server."""

import random
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from tempfile import TemporaryDirectory

from aggregator.app import open_app
from aggregator.jobs.deliver import deliver, recover
from aggregator.model import IssueState
from bench.contenders import aggregator
from bench.goals import markdown
from tests.mailroom import freeze, furnish, people
from tests.postoffice import Clerk, post_office

SECONDS = 600


@dataclass(frozen=True)
class Killed:
    """What became of one issue whose sender was killed once, and of the rest when another went on.

    ``lost`` have no row, or one that is neither sent nor unknown; ``doubled`` had it twice. ``unknown`` are rows that
    nobody knows of, ``arrived`` those of them that the server had taken. ``again`` had it twice after `digest resend
    --unknown`, and ``renamed`` under another Message-ID.
    """

    moment: float
    taken: int  # by the server when the sender died
    lost: int
    doubled: int
    unknown: int
    arrived: int
    again: int
    renamed: int


def killings(*, times: int, subscribers: int, seed: int = 7, slow: float = 0.0) -> Iterator[Killed]:
    """Send an issue again and again, each time killed at another moment; ``slow``: seconds that it takes."""
    draw = random.Random(seed)
    with TemporaryDirectory(prefix="bench-") as name, post_office(Clerk()) as office:
        workspace = Path(name)
        furnish(workspace, port=office.port)
        with open_app(workspace) as app:
            people(app, subscribers)
        whole = slow or _whole(workspace, office.clerk)
        for number in range(times):
            yield _kill(workspace, office.clerk, number + 1, draw.uniform(0.0, 1.0) * whole)


def _whole(workspace: Path, clerk: Clerk) -> float:
    """Send one issue undisturbed, and say how long that takes after its first message."""
    with open_app(workspace) as app:
        freeze(app)
    running = _start(workspace)
    begun = _first(running, clerk)
    running.wait(timeout=SECONDS)
    return time.monotonic() - begun


def _kill(workspace: Path, clerk: Clerk, number: int, moment: float) -> Killed:
    clerk.taken.clear()
    with open_app(workspace) as app:
        issue = freeze(app, number=number)
    running = _start(workspace)
    _first(running, clerk)
    time.sleep(moment)
    running.kill()
    running.wait()
    taken = len(clerk.taken)
    _go_on(workspace)
    return _count(workspace, issue, clerk, moment, taken)


def _start(workspace: Path) -> "subprocess.Popen[bytes]":
    command = aggregator(workspace, "digest", "deliver")
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _go_on(workspace: Path, *, again: IssueState | None = None) -> None:
    """Send what is left, as `digest deliver` does; or what is unknown, again."""
    with open_app(workspace) as app:
        recover(app)
        if again:
            app.store.issues.again(again.id, ["unknown"], now=app.clock())
        deliver(app)


def _first(running: "subprocess.Popen[bytes]", clerk: Clerk) -> float:
    """Wait until the sender speaks with the server for the first time."""
    before = clerk.offered
    while clerk.offered == before and running.poll() is None:
        time.sleep(0.001)
    return time.monotonic()


def _count(workspace: Path, issue: IssueState, clerk: Clerk, moment: float, taken: int) -> Killed:
    with open_app(workspace) as app:
        rows = app.store.issues.deliveries(issue.id)
    had = _had(clerk)
    unknown = [row for row in rows if row.state == "unknown"]
    lost = [row for row in rows if row.state != "unknown" and not (row.state == "sent" and row.recipient in had)]
    _go_on(workspace, again=issue)  # as `digest resend --unknown` does
    after = _had(clerk)
    return Killed(
        moment=round(moment, 3),
        taken=taken,
        lost=len(lost) + sum(row.recipient not in after for row in rows),
        doubled=sum(len(names) > 1 for names in had.values()),
        unknown=len(unknown),
        arrived=sum(row.recipient in had for row in unknown),
        again=sum(len(names) > 1 for names in after.values()),
        renamed=sum(len(set(names)) > 1 for names in after.values()),
    )


def _had(clerk: Clerk) -> dict[str, list[str]]:
    """List by recipient the Message-ID of each mail that was taken."""
    found: dict[str, list[str]] = {}
    for envelope in clerk.taken:
        assert isinstance(envelope.content, bytes)
        found.setdefault(envelope.rcpt_tos[0], []).append(message_from_bytes(envelope.content)["Message-ID"])
    return found


def killed_tables(found: Sequence[Killed]) -> str:
    """Add up."""
    total = {name: sum(getattr(one, name) for one in found) for name in ("lost", "doubled", "unknown", "arrived")}
    again = sum(one.again for one in found)
    most = max(one.again for one in found)
    rows = [
        ("senders killed", str(len(found))),
        ("lost: no row, or one neither sent nor unknown, or a sent one that never arrived", str(total["lost"])),
        ("doubled by default", str(total["doubled"])),
        ("unknown", f"{total['unknown']}, of which {total['arrived']} had arrived"),
        ("doubled by `digest resend --unknown`", f"{again}, at most {most} a killing"),
        ("of these under another Message-ID", str(sum(one.renamed for one in found))),
    ]
    return markdown(("what", "how many"), rows)
