"""What comes back of mail: bytes → an outcome, kept in the store, and the end of mail to whom it cannot reach.

bytes ─read─▶ MailReport ─the return path─▶ a delivery ─diagnose─▶ Diagnosis ─record─▶ Outcome
"""

from dataclasses import replace
from functools import partial

from aggregator.app import App
from aggregator.errors import ConfigError
from aggregator.model import Bounce, BounceWord
from aggregator.model.returned import Addressee, Diagnosis, MailReport
from aggregator.model.value import value
from aggregator.pipeline.bounces import DAYS, delivery_of, diagnose, refusal, why_suppressed


@value(frozen=True, slots=True)
class Outcome:
    """What became of one message that came back. No ``kind``: nothing, because of ``ignored``.

    ``suppressed`` is why its subscriber gets no more mail, ``known`` whether this report was read before, and
    ``automatic`` whether a machine wrote it: what a person wrote is for people to read.
    """

    kind: BounceWord | None = None
    ignored: str = ""
    recipient: str = ""
    digest: str = ""
    period: str = ""
    status: str = ""
    diagnostic: str = ""
    suppressed: str = ""
    known: bool = False
    automatic: bool = True


def take(app: App, data: bytes, *, to: str = "", dry_run: bool = False) -> Outcome:
    """Take in one message that came back; ``to`` is the address it was sent to, where the mail server tells it.

    Raises ConfigError when feeds.yaml names no mailbox for bounces. ``dry_run`` keeps nothing.
    """
    from aggregator.pipeline.bounces_report import FOREIGN, read

    if app.config.mail is None or app.config.mail.bounces is None:
        raise ConfigError(("mail.bounces: no address is set, so no mail can come back: `aggregator docs bounces`",))
    known = partial(_delivery, app, app.config.mail.bounces)
    report = read(data, lambda addresses: known((to, *addresses)) is not None)
    if report.word == "none":
        return Outcome(ignored=report.why_none, automatic=report.automatic)
    delivery = known((to, *report.sent_to))
    if delivery is None:
        return Outcome(ignored=FOREIGN)
    addressee = app.store.bounces.addressee(delivery)
    if addressee is None:
        return Outcome(ignored=f"delivery {delivery} is not here any more, or its subscriber was erased")
    return _settle(app, addressee, diagnose(report, addressee.recipient), report=report, dry_run=dry_run)


def bounced(app: App, delivery: int, code: int, text: str) -> Outcome:
    """Take in what a server answered while a delivery was on its way to it: refused for good, or given up.

    ``code`` is the SMTP reply code, ``text`` its words. Of one delivery this counts once a day.
    """
    addressee = app.store.bounces.addressee(delivery)
    if addressee is None:
        return Outcome(ignored=f"delivery {delivery} is not here any more, or its subscriber was erased")
    name = f"smtp {delivery} {app.clock():%Y-%m-%d}"
    return _settle(app, addressee, refusal(code, text), report=MailReport("delivery", (), name))


def _delivery(app: App, bounces: str, addresses: tuple[str, ...]) -> int | None:
    """Read the number of the delivery off the first address that is a return path of ours."""
    found = (delivery_of(app.secret, bounces, address) for address in addresses)
    return next((delivery for delivery in found if delivery is not None), None)


def _settle(app: App, to: Addressee, diagnosis: Diagnosis, *, report: MailReport, dry_run: bool = False) -> Outcome:
    outcome = Outcome(recipient=to.recipient, digest=to.digest, period=to.period)
    if diagnosis.kind is None:
        return replace(outcome, ignored=diagnosis.why_none)
    outcome = replace(outcome, kind=diagnosis.kind, status=diagnosis.status, diagnostic=diagnosis.diagnostic)
    now = app.clock()
    fingerprint = f"{to.delivery} {report.fingerprint}"
    if dry_run and app.store.bounces.known(fingerprint):
        return replace(outcome, known=True)
    if dry_run:
        failures = app.store.bounces.failures(to.subscriber, to.delivery, now=now, days=DAYS)
        return replace(outcome, suppressed=why_suppressed(diagnosis, failures) if to.subscriber else "")
    bounce = Bounce(
        to.subscriber, to.delivery, diagnosis.kind, diagnosis.status, diagnosis.diagnostic, fingerprint, now
    )
    new, reason = app.store.bounces.record(bounce, days=DAYS, why_suppressed=partial(why_suppressed, diagnosis))
    return replace(outcome, suppressed=reason, known=not new)
