"""One run of the post: what all who send in it share, and how long a server rests that wanted no mail."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from threading import Event, Lock
from time import monotonic
from typing import Any

from aggregator.app import App
from aggregator.errors import MailError, WorkspaceError
from aggregator.model import DeliveryState, Pace
from aggregator.pipeline.refusals import IN_A_ROW, RETRIES, rest, unaddressed
from aggregator.store.sending import APART

LONGEST_WAIT = 60.0
"""Seconds: a turn that comes later than this is left to the next run."""

PATIENCE = 3
"""So often our own database is asked to write down what a server answered; each time it waits until others are done."""


class Run:
    """The run of one process, over as many connections as it has.

    ``over`` says to all of them that it is; ``why`` is the reason that something was left, and ``blocked`` whether it
    is the server that wants no mail.
    """

    def __init__(self, app: App, *, patience: float | None = None) -> None:
        self._app = app
        self._last = None if patience is None else monotonic() + patience
        self._lock = Lock()
        self._taken = False
        self._row: list[tuple[DeliveryState, MailError]] = []  # refused for good since a message was taken
        self.pace = Pace(app.config.mail.rate, app.config.mail.per_hour) if app.config.mail else Pace()
        self.over = Event()
        self.why, self.blocked = "", False

    def stop(self, why: str, *, blocked: bool = False) -> None:
        """End the run."""
        self.why, self.blocked = self.why or why, self.blocked or blocked
        self.over.set()

    def full(self) -> None:
        """Remember that the hour has no room left; what is claimed already still goes."""
        self.why = self.why or f"{self.pace.per_hour} messages went out within an hour (`mail.per_hour`)"

    def turn(self, moment: float) -> bool:
        """Wait for a moment; False when the run is over before."""
        seconds = moment - monotonic()
        if self._last is not None and max(moment, monotonic()) > self._last:
            self.stop("the time of this run was over")
        elif seconds > LONGEST_WAIT:
            self.stop("others send as fast as `mail.rate` allows")
        return not self.over.wait(max(0.0, seconds))

    def taken(self) -> None:
        """Hear that the server took a message: what it refused before was meant for these addresses."""
        with self._lock:
            row, self._row, self._taken = self._row, [], True
        self._believe(row)

    def refused(self, delivery: DeliveryState, error: MailError) -> None:
        """Hear that it refused a delivery for good; many in a row are not about the addresses."""
        with self._lock:
            self._row.append((delivery, error))
            many = len(self._row) >= IN_A_ROW
        if many:
            self.stop(f"the server refused {IN_A_ROW} in a row; the last: {error.said}", blocked=True)

    def end(self) -> dict[str, str]:
        """Decide about what was refused since a message was taken; gives who is tried again later, and what was said.

        Where the server wanted no mail at all, they are tried again. Where it took some, it is believed. In a run in
        which it took nothing and refused a few, these have failed, and nothing is held against their addresses.
        """
        row, self._row = self._row, []
        if self.blocked:
            again = [(one, error) for one, error in row if one.attempts < len(RETRIES)]
            for one, _ in again:
                now = self._app.clock()
                self._app.store.issues.put_off(one.id, due=now + RETRIES[one.attempts], now=now)
            return {one.recipient: error.said for one, error in again}
        if self._taken:
            self._believe(row)
        return {}

    def _believe(self, row: list[tuple[DeliveryState, MailError]]) -> None:
        from aggregator.jobs.bounces import bounced
        from aggregator.pipeline.refusals import judge

        for delivery, error in row:
            if judge(error, delivery.attempts).bounced:
                bounced(self._app, delivery.id, error.code, error.reply)


class Rest:
    """The time for which a server is left alone that wanted no mail; kept for all processes."""

    def __init__(self, app: App) -> None:
        self._meta = app.store.meta
        self._clock = app.clock
        mail = app.config.mail
        self._server = f"{mail.security} {mail.user}@{mail.host}:{mail.port}" if mail else ""

    def reason(self, now: datetime) -> str:
        """Say why nothing is sent now; empty when something may be."""
        kept = self._kept()
        until = datetime.fromisoformat(kept["until"]) if kept else now
        rests = now < until <= now + rest(kept["times"]) + APART if kept else False
        return f"{kept['why']}; tried again at {until:%Y-%m-%d %H:%M} UTC" if rests else ""

    def keep(self, why: str, *, sent: int) -> None:
        """Write down how a run ended: with a refusal of all mail (``why``), or not."""
        kept = self._kept()
        if why:
            times = 1 if sent or not kept else kept["times"] + 1
            facts = {"until": (self._clock() + rest(times)).isoformat(), "times": times, "why": unaddressed(why)}
            self._meta["mail_rest"] = json.dumps({"server": self._server, **facts}, ensure_ascii=False)
        elif kept and sent:
            with suppress(KeyError):  # another process was faster
                del self._meta["mail_rest"]

    def _kept(self) -> dict[str, Any]:
        """Read what was written down of this server; of another one, that feeds.yaml named before, nothing counts."""
        found: dict[str, Any] = json.loads(self._meta.get("mail_rest", "{}"))
        return found if found.get("server") == self._server else {}


def surely(write: Callable[[], None]) -> None:
    """Write down what became of a message, again and again where our own database is in others' hands.

    Raises WorkspaceError in the end.
    """
    for _ in range(PATIENCE - 1):
        with suppress(WorkspaceError):
            return write()
    return write()
