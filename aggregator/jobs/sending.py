"""One sender: a connection to the mail server, and the deliveries it claims, one after the other."""

from contextlib import ExitStack
from datetime import datetime
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING

from aggregator.app import App
from aggregator.errors import AggregatorError, MailError, NotFoundError, WorkspaceError
from aggregator.jobs.delivered import Delivered
from aggregator.jobs.post import form_of, handed, links_of, written
from aggregator.jobs.postrun import Run, surely
from aggregator.model import Claimed, DeliveryState, DeliveryWord, Message
from aggregator.pipeline.refusals import judge
from aggregator.store.owners import me

if TYPE_CHECKING:
    from aggregator.mail import Smtp

AT_ONCE = 25
"""So many deliveries are claimed together at most; at a slow rate no more than go out in two seconds."""

FORMS = 64
"""So many letters are kept ready by one sender, of an issue that may have thousands."""


class Sender:
    """One of those who send in a run: nobody else has what it claimed."""

    def __init__(self, app: App, *, only: str, run: Run) -> None:
        self._app, self._only, self._run = app, only, run
        self._owner = me()
        issues = app.store.issues
        frozen = lru_cache(maxsize=2)(lambda issue: (issues.issue(issue), issues.letter(issue)))
        self._frozen = frozen
        self._form = lru_cache(maxsize=FORMS)(lambda issue, letter: form_of(app, *frozen(issue), letter))
        self._report = Delivered()

    @property
    def talks(self) -> bool:
        """Whether there is a server to talk to."""
        return self._app.config.mail is not None

    def work(self) -> Delivered:
        """Send until nothing is left, or nothing more may go now; what is in hand then is given back."""
        with ExitStack() as stack:
            release, clock = self._app.store.issues.release, self._app.clock
            stack.callback(lambda: surely(lambda: release(self._owner, now=clock())))
            post = stack.enter_context(_post(self._app)) if self.talks else None
            while not self._run.over.is_set() and (claimed := self._claim()).deliveries:
                self._carry(claimed, post)
        return self._report

    def _claim(self) -> Claimed:
        pace = self._run.pace
        count = min(AT_ONCE, max(1, int(2 * pace.rate))) if pace.rate else AT_ONCE
        now = self._app.clock()
        claimed = self._app.store.issues.claim(self._owner, now=now, count=count, digest=self._only, pace=pace)
        if claimed.full and self._app.store.issues.waiting(now, digest=self._only):
            self._run.full()
        return claimed

    def _carry(self, claimed: Claimed, post: "Smtp | None") -> None:
        start = monotonic() + claimed.first
        for number, delivery in enumerate(claimed.deliveries):
            if not self._run.turn(start + number * claimed.every):
                return
            self._send(delivery, post)

    def _send(self, delivery: DeliveryState, post: "Smtp | None") -> None:
        try:
            self._offer(delivery, post)
        except WorkspaceError as error:  # our own database: no word about the server
            self._run.stop(str(error))

    def _offer(self, delivery: DeliveryState, post: "Smtp | None") -> None:
        withheld: list[str] = []

        def wanted() -> bool:
            """Look at the subscriber: before the server hears of them, and once more when it has taken them."""
            withheld.extend(filter(None, [why_not(self._app, delivery, self._frozen(delivery.issue)[0].digest)]))
            return not withheld

        def ready() -> bool:
            """Commit that the message goes now."""
            return wanted() and self._app.store.issues.begin(delivery.id, self._owner, now=self._app.clock())

        try:
            reply = handed(self._app, self._written(delivery), post, ready=ready) if wanted() else ""
        except MailError as error:
            self._refused(delivery, error)
        except WorkspaceError:
            raise
        except NotFoundError as error:  # sent again after its letter was pruned
            self._sent(delivery, "", str(error))
        except AggregatorError as error:  # ours to mend, and the same for the next one
            self._refused(delivery, MailError(delivery.recipient, 0, str(error), blocked=True))
        except ValueError as error:  # no address that mail can be written to
            self._refused(delivery, MailError(delivery.recipient, 0, str(error), step="recipient", permanent=True))
        else:
            self._sent(delivery, reply, *withheld)

    def _sent(self, delivery: DeliveryState, reply: str, withheld: str = "") -> None:
        """Record the reply; without one the message was withheld, or belongs to another sender by now."""
        if withheld:
            self._report.dropped[delivery.recipient] = withheld
            self._settle(delivery, "dropped", withheld, counts=False)
        elif reply:
            self._settle(delivery, "sent", reply)
            self._report.sent += 1
            self._run.taken()

    def _refused(self, delivery: DeliveryState, error: MailError) -> None:
        verdict, reply = judge(error, delivery.attempts), error.said
        due = self._app.clock() + verdict.wait if verdict.wait is not None else None
        self._settle(delivery, verdict.state, reply, due=due, counts=verdict.counts)
        getattr(self._report, verdict.state)[delivery.recipient] = reply
        if verdict.stops:
            self._run.stop(reply, blocked=True)
        elif verdict.state == "failed" and error.permanent and error.code:
            self._run.refused(delivery, error)
        elif verdict.bounced:
            from aggregator.jobs.bounces import bounced

            bounced(self._app, delivery.id, error.code, error.reply)

    def _settle(
        self,
        delivery: DeliveryState,
        state: DeliveryWord,
        reply: str,
        *,
        due: datetime | None = None,
        counts: bool = True,
    ) -> None:
        settle, now = self._app.store.issues.settle, self._app.clock()
        surely(lambda: settle(delivery.id, self._owner, state, reply=reply, due=due, now=now, counts=counts))

    def _written(self, delivery: DeliveryState) -> Message:
        issue, form = self._frozen(delivery.issue)[0], self._form(delivery.issue, delivery.letter)
        subscriber = self._app.store.subscribers.find(delivery.subscriber) if delivery.subscriber else None
        return written(self._app, form, delivery, links_of(self._app, subscriber, issue))


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


def _post(app: App) -> "Smtp":
    from aggregator.mail import Smtp

    assert app.config.mail is not None
    return Smtp(app.config.mail)
