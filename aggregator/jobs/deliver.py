"""Deliver: one issue on its way to each of its recipients, each at most once.

    pending ─claim, commit─▶ sending ─reply─▶ sent | deferred | failed | unknown ─commit
    deferred ─due─▶ sending

What was ``sending`` when a process died becomes ``unknown`` and is not sent again by itself: the gap between the
server's 250 and our commit cannot be closed (RFC 1047).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aggregator.app import App
from aggregator.errors import AggregatorError, MailError
from aggregator.model import DeliveryState, DeliveryWord, Issue, Letter, Message

if TYPE_CHECKING:
    from aggregator.mail import Smtp

RETRIES = (
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=24),
)


@dataclass(slots=True)
class Delivered:
    """How many messages went out, and what the server said of the others, by recipient."""

    sent: int = 0
    deferred: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)  # deferred before, and not due yet


def deliver(app: App, *, only: str = "") -> Delivered:
    """Send what is waiting (of one digest, if named) over one connection; without ``mail:`` into storage/outbox/."""
    report = Delivered()
    waiting = app.store.issues.waiting(app.clock(), digest=only)
    report.waiting = {later.recipient: later.reply for later in app.store.issues.deferred(app.clock(), digest=only)}
    if not waiting:
        return report
    if app.config.mail is None:
        _send_all(app, waiting, report, post=None)
        return report
    from aggregator.mail import Smtp

    with Smtp(app.config.mail) as post:
        _send_all(app, waiting, report, post=post)
    return report


def _send_all(app: App, waiting: Sequence[DeliveryState], report: Delivered, *, post: "Smtp | None") -> None:
    from aggregator.jobs.post import written

    frozen: dict[int, tuple[Issue, Letter]] = {}
    for delivery in waiting:
        if delivery.issue not in frozen:
            frozen[delivery.issue] = app.store.issues.issue(delivery.issue), app.store.issues.letter(delivery.issue)
        issue, letter = frozen[delivery.issue]
        message = written(app, issue, letter, recipient=delivery.recipient, id=delivery.message_id)
        if not app.store.issues.claim(delivery.id, now=app.clock()):
            continue  # another process sends it
        if not _send(app, delivery, message, report, post=post):
            return


def _send(app: App, delivery: DeliveryState, message: Message, report: Delivered, *, post: "Smtp | None") -> bool:
    """Send one message that was claimed; False when the next one would fare no better."""
    from aggregator.jobs.post import to_outbox

    try:
        reply = post.send(message) if post else to_outbox(app, message)
    except MailError as error:
        _refused(app, delivery, error, report)
        return not error.blocked
    except AggregatorError as error:  # no password, a full disk: ours to mend, and the same for the next one
        _refused(app, delivery, MailError(delivery.recipient, 0, str(error), blocked=True), report)
        return False
    app.store.issues.settle(delivery.id, "sent", reply=reply, now=app.clock())
    report.sent += 1
    return True


def _refused(app: App, delivery: DeliveryState, error: MailError, report: Delivered) -> None:
    reply = f"{error.code} {error.reply}" if error.code else error.reply
    given_up = error.unknown or (error.permanent and not error.blocked)
    due = None if given_up else _retry(app, delivery)
    state: DeliveryWord
    if error.unknown:
        state, where = "unknown", report.unknown
    elif due:
        state, where = "deferred", report.deferred
    else:
        state, where = "failed", report.failed
    app.store.issues.settle(delivery.id, state, reply=reply, due=due, now=app.clock())
    where[delivery.recipient] = reply


def _retry(app: App, delivery: DeliveryState) -> datetime | None:
    return app.clock() + RETRIES[delivery.attempts] if delivery.attempts < len(RETRIES) else None
