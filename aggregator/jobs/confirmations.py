"""Confirmations: the mails that ask whether a subscription is meant, on their way."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from aggregator.app import App
from aggregator.errors import AggregatorError, MailError
from aggregator.jobs.post import contact_mail, sender
from aggregator.jobs.subscribing import known
from aggregator.model import Confirmation, DeliveryWord, Letter, Message
from aggregator.pipeline.asking import confirmation
from aggregator.pipeline.people import letter_values
from aggregator.pipeline.tokens import sign

if TYPE_CHECKING:
    from aggregator.mail import Smtp

RETRIES = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""When a mail that could not be sent is tried again: whoever waits for it waits now."""


@dataclass(slots=True)
class Confirmed:
    """How many of these mails went out, and how many wait or were given up."""

    sent: int = 0
    deferred: int = 0
    failed: int = 0
    trouble: list[str] = field(default_factory=list)  # what the server said, without addresses


def send_confirmations(app: App, post: "Smtp | None") -> Confirmed:
    """Send what is waiting; without a ``post`` into storage/outbox/. Stops where the next would fare no better."""
    report = Confirmed()
    for waiting in app.store.confirmations.waiting(app.clock()) if app.config.home else ():
        message = written(app, waiting)
        if app.store.confirmations.claim(waiting.id, now=app.clock()) and not _send(
            app, waiting, message, report, post
        ):
            break
    return report


def written(app: App, waiting: Confirmation) -> Message:
    """Write the mail: words of the templates and of feeds.yaml, and none of who asked."""
    offered, now = known(app, waiting.digest), waiting.due or waiting.asked
    token = sign(app.secret, "confirm", waiting.subscriber.uid, waiting.digest, now)
    values = letter_values(
        site=app.config.title,
        title=offered.title,
        language=app.config.language,
        home=app.config.home,
        link=f"{app.config.home}confirm/{token}",
        contact=contact_mail(app),
    )
    text = app.templates.render("confirm.txt", values)
    letter = Letter(app.templates.render("confirm.html", values), text)
    subject = text.strip().partition("\n")[0]
    to, id = waiting.subscriber.address, waiting.message_id
    return confirmation(subject, letter, sender=sender(app), recipient=to, message_id=id, date=now)


def _send(app: App, waiting: Confirmation, message: Message, report: Confirmed, post: "Smtp | None") -> bool:
    """Send one that was claimed; False when the next one would fare no better."""
    try:
        reply = post.send(message) if post else _to_outbox(app, message)
    except MailError as error:
        _refused(app, waiting, error, report)
        return not error.blocked
    except AggregatorError as error:  # no password, a full disk: ours to mend, and the same for the next one
        _refused(app, waiting, MailError(message.recipient, 0, str(error), blocked=True), report)
        return False
    app.store.confirmations.settle(waiting.id, "sent", reply=reply, now=app.clock())
    report.sent += 1
    return True


def _refused(app: App, waiting: Confirmation, error: MailError, report: Confirmed) -> None:
    reply = f"{error.code} {error.reply}" if error.code else error.reply
    again = not error.unknown and (error.blocked or not error.permanent) and waiting.attempts < len(RETRIES)
    due = app.clock() + RETRIES[waiting.attempts] if again else None
    state: DeliveryWord = "unknown" if error.unknown else "deferred" if due else "failed"
    app.store.confirmations.settle(waiting.id, state, reply=reply, due=due, now=app.clock())
    report.deferred += bool(due)
    report.failed += not due
    report.trouble.append(reply)


def _to_outbox(app: App, message: Message) -> str:
    name = f"{message.message_id.strip('<>').partition('@')[0]}.eml"
    app.archive.write_outbox(name, message.data)
    return f"written to storage/outbox/{name}"
