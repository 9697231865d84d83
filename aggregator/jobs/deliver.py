"""Deliver: issues on their way to each of their recipients, each at most once, by as many processes as are started.

    pending ─claim─▶ ─sender and recipient taken, commit─▶ sending ─reply, commit─▶ sent | deferred | failed | unknown
    deferred ─due, claim─▶ …                                       pending ─left meanwhile─▶ dropped

What was ``sending`` when a process died becomes ``unknown`` and is not sent again by itself: the gap between the
server's 250 and our commit cannot be closed (RFC 1047). docs/delivery.md tells the whole.
"""

from typing import TYPE_CHECKING

from aggregator.app import App
from aggregator.jobs.delivered import Delivered

if TYPE_CHECKING:
    from aggregator.jobs.confirmations import Confirmed
    from aggregator.jobs.postrun import Run
    from aggregator.jobs.sending import Sender

CONNECTIONS = 2
"""So many connections one process has to the mail server at most."""

ALONE = 50
"""So many messages are not worth a second connection."""


def recover(app: App) -> int:
    """Look for what dead processes were sending: it is unknown now. Returns how many."""
    only_files = app.config.mail is None  # what goes to storage/outbox/ can be written again
    interrupted = app.store.issues.interrupted(now=app.clock(), again=only_files)
    return 0 if only_files else interrupted


def deliver(app: App, *, only: str = "", patience: float | None = None, pressing: bool = False) -> Delivered:
    """Send what is waiting (of one digest, if named); without ``mail:`` into storage/outbox/.

    Any number of processes may do so at once. It ends when nothing more may go now: after ``patience`` seconds, when
    the hour is full (`mail.per_hour`), or when the server wants no mail. After such a refusal the server is left alone
    for a while, unless a person is ``pressing``.
    """
    now = app.clock()
    report = Delivered(interrupted=recover(app))
    report.waiting = {later.recipient: later.reply for later in app.store.issues.deferred(now, digest=only)}
    count = app.store.issues.waiting(now, digest=only)
    asking = not only and bool(app.config.home and app.store.confirmations.waiting(now))
    if not count and not asking:
        return report
    from aggregator.jobs.postrun import Rest, Run

    if app.config.mail and not pressing and (reason := Rest(app).reason(now)):
        report.left, report.why_left = count, reason
        return report
    run = Run(app, patience=patience)
    if asking:
        report.asked = _ask(app, run)
    if count and not run.over.is_set():
        _send(app, report, run, only=only, many=count > ALONE)
    sent = report.sent + (report.asked.sent if report.asked else 0)
    Rest(app).keep(run.why if run.blocked else "", sent=sent)
    report.why_left = run.why
    report.left = app.store.issues.waiting(app.clock(), digest=only) if run.why else 0
    return report


def _ask(app: App, run: "Run") -> "Confirmed":
    """Send the mails that ask before the issues: somebody waits for them."""
    from aggregator.jobs.confirmations import send_confirmations

    if app.config.mail is None:
        return send_confirmations(app, None, run)
    from aggregator.mail import Smtp

    with Smtp(app.config.mail) as post:
        return send_confirmations(app, post, run)


def _send(app: App, report: Delivered, run: "Run", *, only: str, many: bool) -> None:
    from aggregator.jobs.sending import Sender

    senders = CONNECTIONS if many and app.config.mail else 1
    crew = [Sender(app, only=only, run=run) for _ in range(senders)]
    try:
        for done in _work(crew, run):
            report.add(done)
    finally:
        again = run.end()
    report.deferred |= again
    report.failed = {recipient: said for recipient, said in report.failed.items() if recipient not in again}


def _work(crew: list["Sender"], run: "Run") -> list[Delivered]:
    """Let all senders work side by side; an interrupt lets each finish the message in its hands."""
    if len(crew) == 1 and not crew[0].talks:
        return [crew[0].work()]
    from concurrent.futures import ThreadPoolExecutor  # a run without mail never loads it

    with ThreadPoolExecutor(len(crew)) as pool:
        jobs = [pool.submit(one.work) for one in crew]
        try:
            return [job.result() for job in jobs]
        finally:
            run.over.set()
