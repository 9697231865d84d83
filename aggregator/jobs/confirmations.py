"""Confirmations: the mails that ask whether a subscription is meant, on their way."""

from dataclasses import field
from time import monotonic
from typing import TYPE_CHECKING

from aggregator.app import App
from aggregator.errors import MailError, TemplateError
from aggregator.jobs.post import contact_mail, handed, sender
from aggregator.jobs.postrun import Run, surely
from aggregator.jobs.subscribing import known
from aggregator.model import Confirmation, Letter, Message
from aggregator.model.value import value
from aggregator.pipeline.letter import memo
from aggregator.pipeline.people import letter_values
from aggregator.pipeline.refusals import judge
from aggregator.pipeline.tokens import sign

if TYPE_CHECKING:
    from aggregator.mail import Smtp


@value(frozen=False, slots=True)
class Confirmed:
    """How many of these mails went out, and how many wait or were given up."""

    sent: int = 0
    deferred: int = 0
    failed: int = 0
    trouble: list[str] = field(default_factory=list)  # what the server said, without addresses


def send_confirmations(app: App, post: "Smtp | None", run: Run) -> Confirmed:
    """Send what is waiting, as fast and as long as ``run`` may; without a ``post`` into storage/outbox/."""
    report = Confirmed()
    there = {digest.name for digest in app.config.digests} if app.config.home else ()
    for waiting in app.store.confirmations.waiting(app.clock()):
        if waiting.digest not in there:  # nobody is asked about what they could not get
            continue
        place = app.store.issues.place(now=app.clock(), pace=run.pace)
        if place.full:
            run.full()
        if place.full or not run.turn(monotonic() + place.first):
            break
        try:
            message = written(app, waiting)
        except TemplateError as error:  # the same for the next one; issues need no template any more
            report.trouble.append(str(error))
            break
        if app.store.confirmations.claim(waiting.id, now=app.clock()):
            _send(app, waiting, message, report, post, run)
    return report


def written(app: App, waiting: Confirmation) -> Message:
    """Write the mail, in the language that its reader chose: words of ours and of feeds.yaml, none of who asked.

    Its link is signed anew for each attempt: the days in which it holds begin when the mail goes.
    """
    offered, now = known(app, waiting.digest), app.clock()
    token = sign(app.secret, "confirm", waiting.subscriber.uid, waiting.digest, now)
    values = letter_values(
        app.templates.frame(waiting.subscriber.language or app.config.language),
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
    return memo(subject, letter, sender=sender(app), recipient=to, message_id=id, date=now)


def _send(app: App, waiting: Confirmation, message: Message, report: Confirmed, post: "Smtp | None", run: Run) -> None:
    """Send one that was claimed; ends the run when the next one would fare no better."""
    settle, id = app.store.confirmations.settle, waiting.id
    try:
        reply = handed(app, message, post)
    except MailError as error:
        _refused(app, waiting, error, report, run)
    else:
        surely(lambda: settle(id, "sent", reply=reply, now=app.clock()))
        report.sent += 1
        run.taken()


def _refused(app: App, waiting: Confirmation, error: MailError, report: Confirmed, run: Run) -> None:
    verdict, settle = judge(error, waiting.attempts), app.store.confirmations.settle
    reply, now = error.said, app.clock()
    due = now + verdict.wait if verdict.wait is not None else None
    surely(lambda: settle(waiting.id, verdict.state, reply=reply, due=due, now=now, counts=verdict.counts))
    report.deferred += bool(due)
    report.failed += not due
    report.trouble.append(reply)
    if verdict.stops:
        run.stop(reply, blocked=True)
