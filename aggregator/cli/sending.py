"""digest send, deliver: issues on their way; any number of processes may send at once."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.asked import terminal
from aggregator.cli.report import TRY_LATER, tell_mail
from aggregator.cli.terminal import Terminal
from aggregator.errors import AggregatorError, NotFoundError
from aggregator.pipeline.wording import counted

if TYPE_CHECKING:
    from aggregator.app import App
    from aggregator.config import DigestConfig
    from aggregator.jobs.compose import Period
    from aggregator.jobs.delivered import Delivered

Name = Annotated[str, typer.Argument(help="The digest's name in feeds.yaml.")]


def register(commands: typer.Typer) -> None:
    """Add the commands of this file to those of `digest`."""
    for command in (send, deliver):
        commands.command()(command)


def send(
    context: typer.Context,
    name: Name,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent, and to whom.")] = False,
    to: Annotated[str, typer.Option(help="With --test: the one address to send to.")] = "",
    test: Annotated[bool, typer.Option("--test", help="Send it to --to alone, and record nothing.")] = False,
) -> None:
    """Make the issue of the digest's last time (`when:`) if there is none yet, and send what is waiting of it."""
    from aggregator.jobs.compose import digest_named

    screen = terminal(context)
    if bool(to) != test:
        raise typer.BadParameter("--to and --test go together: --to me@example.org --test")
    if dry_run and test:
        raise typer.BadParameter("--test sends a mail, --dry-run sends none: choose one")
    with screen.opened() if dry_run else screen.beside() as app:
        digest = digest_named(app, name)
        if test:
            _try_out(screen, app, digest, to=to)
        elif dry_run:
            _dry_run(screen, app, digest, now=app.clock())
        else:
            _send(screen, app, digest, now=app.clock())


def deliver(
    context: typer.Context, name: Annotated[str, typer.Argument(help="A digest's name; by default all.")] = ""
) -> None:
    """Send what is waiting; composes nothing, and may run beside `run` and beside itself."""
    from aggregator.jobs.compose import digest_named

    screen = terminal(context)
    with screen.beside() as app:
        if name:
            digest_named(app, name)
        report = delivered(screen, app, name)
        screen.say(said(app, report.sent))
    raise typer.Exit(code(report))


def delivered(screen: Terminal, app: "App", name: str) -> "Delivered":
    """Send what is waiting; a signal waits for the message in hand."""
    from aggregator.jobs import deliver as post

    with _told_to_end():
        report = post.deliver(app, only=name, pressing=True)
    tell_mail(screen, report, app.config.zone)
    return report


@contextmanager
def _told_to_end() -> Iterator[None]:
    """Take SIGTERM as Ctrl-C: what is being sent is finished and recorded first."""

    def end(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def code(report: "Delivered") -> int:
    """Choose the exit code of a command that sent."""
    return (
        TRY_LATER if report.deferred or report.waiting or report.left else 1 if report.failed or report.unknown else 0
    )


def said(app: "App", sent: int) -> str:
    """Say how many messages went, and where."""
    return f"{counted(sent, 'message')} {'sent' if app.config.mail else 'written to storage/outbox'}"


def _try_out(screen: Terminal, app: "App", digest: "DigestConfig", *, to: str) -> None:
    from aggregator.config.addresses import reader_address
    from aggregator.jobs.trial import try_out

    try:
        address = reader_address(to)
    except ValueError as error:
        raise typer.BadParameter(f"--to: {error}") from error
    screen.say(f"{digest.name} to {address}: {try_out(app, digest, to=address)}")


def _dry_run(screen: Terminal, app: "App", digest: "DigestConfig", *, now: datetime) -> None:
    from aggregator.jobs.compose import draft, pressed_period

    period = pressed_period(app, digest, now=now)
    there = app.store.issues.find(digest.name, period.name)
    if there and not there.skipped:
        waiting = [d for d in app.store.issues.deliveries(there.id) if d.state in ("pending", "deferred")]
        screen.show(f"{digest.name} {period.name} is composed already; {_waiting(len(waiting))}")
        return
    _must_be_free(app, digest)
    drafted = draft(app, digest, period)
    if drafted is None:
        screen.show("nothing new: no issue would be made")
        return
    issue, letter = drafted
    lines = sum(len(section.lines) for section in issue.sections)
    screen.show(f"“{issue.subject}”: {counted(lines, 'story', 'stories')}, {len(letter.html.encode()):,} bytes of HTML")
    people = app.store.subscribers.of_digest(*app.config.audience(digest.name), now)
    if people:
        screen.show(f"to {counted(len(people), 'subscriber')}")
    if digest.to or not people:
        fixed = ", ".join(digest.to) or "none, it is only kept as files"
        screen.show(f"to {counted(len(digest.to), 'recipient')}: {fixed}")


def _make(app: "App", digest: "DigestConfig", period: "Period") -> None:
    """Make the issue of a period now, also when it was empty at its time; raises NotFoundError when it still is.

    Raises AggregatorError when it waits for approval.
    """
    from aggregator.jobs.compose import compose_issue, draft

    _must_be_free(app, digest)
    if draft(app, digest, period) is None:
        raise NotFoundError(f"nothing new for {digest.name} {period.name}: no issue was made")
    app.store.issues.reopen(digest.name, period.name)
    compose_issue(app, digest, period)


def _must_be_free(app: "App", digest: "DigestConfig") -> None:
    """Raise AggregatorError for a digest whose issues a person approves, always or because there is a draft."""
    held = app.store.drafts.find(digest.name)
    if digest.approve or held:
        first = "preview" if held else "draft"
        ways = f"`aggregator digest {first} {digest.name}`, then `aggregator digest approve {digest.name}`"
        raise AggregatorError(f"{digest.name} is approved before it is sent: {ways}")


def _waiting(number: int) -> str:
    if not number:
        return "nothing is waiting"
    return f"{counted(number, 'delivery', 'deliveries')} {'is' if number == 1 else 'are'} waiting"


def outcome(app: "App", name: str, period: str, sent: int, *, made: bool) -> str:
    """Say what sending came to; of an issue that was there before, that nobody gets it twice."""
    issue = app.store.issues.find(name, period)
    states = [delivery.state for delivery in app.store.issues.deliveries(issue.id)] if issue else []
    if issue and not states and not sent:
        return f"{'made' if made else 'made already'}, and it has no recipients: it is kept as files only"
    if made or sent or issue is None:
        return said(app, sent)
    got = f"sent already to {counted(states.count('sent'), 'recipient')}"
    others = len(states) - states.count("sent")
    return f"{got}; {others} not: see `aggregator digest list`" if others else f"{got}; nothing was sent again"


def _send(screen: Terminal, app: "App", digest: "DigestConfig", *, now: datetime) -> None:
    """Make the issue under the workspace's lock, where there is none; sending needs no lock."""
    from aggregator import workers
    from aggregator.jobs.compose import pressed_period
    from aggregator.jobs.curate import curate

    period = pressed_period(app, digest, now=now)
    if made := _is_missing(app, digest, period):
        with screen.locked("digest send"):
            workers.recover(app)
            curate(app)
            period = pressed_period(app, digest, now=now)
            if made := _is_missing(app, digest, period):
                _make(app, digest, period)
    report = delivered(screen, app, digest.name)
    screen.say(f"{digest.name} {period.name}: {outcome(app, digest.name, period.name, report.sent, made=made)}")
    raise typer.Exit(code(report))


def _is_missing(app: "App", digest: "DigestConfig", period: "Period") -> bool:
    there = app.store.issues.find(digest.name, period.name)
    return there is None or there.skipped
