"""One sender: a connection to the mail server, and the deliveries it claims, one after the other."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any

from aggregator.app import App
from aggregator.errors import AggregatorError, MailError
from aggregator.jobs.delivered import Delivered
from aggregator.jobs.post import form_of, links_of, to_outbox, written
from aggregator.model import Claimed, DeliveryState, Issue, Message, Pace
from aggregator.pipeline.letter import Form
from aggregator.pipeline.refusals import IN_A_ROW, judge, rest, unaddressed
from aggregator.store.owners import me

if TYPE_CHECKING:
    from aggregator.mail import Smtp

AT_ONCE = 25
"""So many deliveries are claimed together at most; at a slow rate no more than go out in two seconds."""

LONGEST_WAIT = 60.0
"""Seconds: a turn that comes later than this is left to the next run."""


class Sender:
    """One of those who send: nobody else has what it claimed. ``ended`` says to all of them that it is over."""

    def __init__(self, app: App, *, only: str, patience: float | None, ended: Event) -> None:
        self._app, self._only, self._ended = app, only, ended
        self._last = None if patience is None else monotonic() + patience
        self._owner = me()
        self._pace = Pace(app.config.mail.rate, app.config.mail.per_hour) if app.config.mail else Pace()
        self._forms: dict[tuple[int, int], tuple[Issue, Form]] = {}
        self._refusals = 0
        self._report = Delivered()
        self.blocked = False

    @property
    def talks(self) -> bool:
        """Whether there is a server to talk to."""
        return self._app.config.mail is not None

    def work(self) -> Delivered:
        """Send until nothing is left, or nothing more may go now; what is in hand then is given back."""
        with ExitStack() as stack:
            stack.callback(lambda: self._app.store.issues.release(self._owner, now=self._app.clock()))
            post = stack.enter_context(_post(self._app)) if self.talks else None
            while not self._ended.is_set() and (claimed := self._claim()).deliveries:
                self._carry(claimed, post)
        return self._report

    def _claim(self) -> Claimed:
        count = min(AT_ONCE, max(1, int(2 * self._pace.rate))) if self._pace.rate else AT_ONCE
        now = self._app.clock()
        claimed = self._app.store.issues.claim(self._owner, now=now, count=count, digest=self._only, pace=self._pace)
        if claimed.full and self._app.store.issues.waiting(now, digest=self._only):
            self._report.why_left = f"{self._pace.per_hour} messages went out within an hour (`mail.per_hour`)"
        return claimed

    def _carry(self, claimed: Claimed, post: "Smtp | None") -> None:
        start = monotonic() + claimed.first
        for number, delivery in enumerate(claimed.deliveries):
            if not self._turn(start + number * claimed.every):
                return
            self._send(delivery, post)

    def _turn(self, moment: float) -> bool:
        """Wait for a moment; False when it is over before."""
        seconds = moment - monotonic()
        if self._last is not None and max(moment, monotonic()) > self._last:
            self._stop("the time of this run was over")
        elif seconds > LONGEST_WAIT:
            self._stop("others send as fast as `mail.rate` allows")
        return not self._ended.wait(max(0.0, seconds))

    def _send(self, delivery: DeliveryState, post: "Smtp | None") -> None:
        withheld: list[str] = []

        def ready() -> bool:
            """Look at the subscriber once more, and commit that the message goes now."""
            withheld.extend(filter(None, [why_not(self._app, delivery, self._form(delivery)[0].digest)]))
            return not withheld and self._app.store.issues.begin(delivery.id, self._owner, now=self._app.clock())

        try:
            message = self._written(delivery)
            reply = post.send(message, ready=ready) if post else _to_outbox(self._app, message, ready)
        except MailError as error:
            self._refused(delivery, error)
        except AggregatorError as error:  # no password, a full disk: ours to mend, and the same for the next one
            self._refused(delivery, MailError(delivery.recipient, 0, str(error), blocked=True))
        except ValueError as error:  # no address that mail can be written to
            self._refused(delivery, MailError(delivery.recipient, 0, str(error), step="recipient", permanent=True))
        else:
            self._sent(delivery, reply, *withheld)

    def _sent(self, delivery: DeliveryState, reply: str, withheld: str = "") -> None:
        """Record the reply; without one the message was withheld, or belongs to another sender by now."""
        now = self._app.clock()
        if withheld:
            self._report.dropped[delivery.recipient] = withheld
            self._app.store.issues.settle(delivery.id, self._owner, "dropped", reply=withheld, now=now, counts=False)
        elif reply:
            self._app.store.issues.settle(delivery.id, self._owner, "sent", reply=reply, now=now)
            self._report.sent += 1
            self._refusals = 0

    def _refused(self, delivery: DeliveryState, error: MailError) -> None:
        verdict = judge(error, delivery.attempts)
        now, reply = self._app.clock(), f"{error.code} {error.reply}" if error.code else error.reply
        due = now + verdict.wait if verdict.wait else None
        self._app.store.issues.settle(
            delivery.id, self._owner, verdict.state, reply=reply, due=due, now=now, counts=verdict.counts
        )
        getattr(self._report, verdict.state)[delivery.recipient] = reply
        self._refusals += verdict.state == "failed" and bool(
            error.code
        )  # what we cannot send says nothing of the server
        if verdict.bounced:
            from aggregator.jobs.bounces import bounced

            bounced(self._app, delivery.id, error.code, error.reply)
        if verdict.stops or self._refusals >= IN_A_ROW:
            self.blocked = True
            self._stop(reply if verdict.stops else f"the server refused {IN_A_ROW} in a row; the last: {reply}")

    def _stop(self, why: str) -> None:
        self._report.why_left = self._report.why_left or why
        self._ended.set()

    def _written(self, delivery: DeliveryState) -> Message:
        issue, form = self._form(delivery)
        subscriber = self._app.store.subscribers.find(delivery.subscriber) if delivery.subscriber else None
        return written(self._app, form, delivery, links_of(self._app, subscriber, issue))

    def _form(self, delivery: DeliveryState) -> tuple[Issue, Form]:
        name = delivery.issue, delivery.letter
        if name not in self._forms:
            self._forms[name] = form_of(self._app, *name)
        return self._forms[name]


def why_not(app: App, delivery: DeliveryState, mailing: str) -> str:
    """Say why a delivery must not be sent any more; empty when it may."""
    digest, _ = app.config.rhythm(mailing)
    if not delivery.subscriber:
        fixed = {one.name: one.to for one in app.config.digests}.get(digest)
        return "" if fixed is None or delivery.recipient in fixed else "taken out of `to:` meanwhile"
    if app.store.subscribers.may_get(delivery.subscriber, digest, app.clock()):
        return ""
    person = app.store.subscribers.find(delivery.subscriber)
    if person is None:
        return "erased meanwhile"
    if person.suppressed:
        return f"suppressed meanwhile: {person.suppressed}"
    wish = next((one for one in app.store.subscribers.subscriptions(person.id) if one.digest == digest), None)
    if wish and wish.state == "confirmed":
        return "paused meanwhile"
    return f"left on {wish.left.astimezone(app.config.zone):%Y-%m-%d}" if wish and wish.left else "left meanwhile"


class Rest:
    """The time for which a server is left alone that wanted no mail; kept for all processes."""

    def __init__(self, app: App) -> None:
        self._meta = app.store.meta
        self._clock = app.clock

    def reason(self, now: datetime) -> str:
        """Say why nothing is sent now; empty when something may be."""
        kept = self._kept()
        until = datetime.fromisoformat(kept["until"]) if kept else now
        return f"{kept['why']}; tried again at {until:%Y-%m-%d %H:%M} UTC" if until > now else ""

    def keep(self, why: str, *, sent: int) -> None:
        """Write down how a run ended: with a refusal of all mail (``why``), or not."""
        kept = self._kept()
        if why:
            times = 1 if sent or not kept else kept["times"] + 1
            facts = {"until": (self._clock() + rest(times)).isoformat(), "times": times, "why": unaddressed(why)}
            self._meta["mail_rest"] = json.dumps(facts, ensure_ascii=False)
        elif kept and sent:
            del self._meta["mail_rest"]

    def _kept(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._meta.get("mail_rest", "{}"))
        return found


def _post(app: App) -> "Smtp":
    from aggregator.mail import Smtp

    assert app.config.mail is not None
    return Smtp(app.config.mail)


def _to_outbox(app: App, message: Message, ready: Callable[[], bool]) -> str:
    return to_outbox(app, message) if ready() else ""
