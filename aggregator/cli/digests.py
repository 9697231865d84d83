"""digest preview, send, list: the issues of a digest."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from aggregator.cli.report import tell_mail
from aggregator.cli.terminal import AsJson, Terminal, moment, read_moment, terminal
from aggregator.errors import AggregatorError, NotFoundError
from aggregator.pipeline.wording import counted

if TYPE_CHECKING:
    from aggregator.app import App
    from aggregator.config import DigestConfig
    from aggregator.jobs.compose import Period
    from aggregator.model import DeliveryState

commands = typer.Typer(no_args_is_help=True, help="Preview, send and list the issues of a digest.")
Name = Annotated[str, typer.Argument(help="The digest's name in feeds.yaml.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(commands, name="digest")


@commands.command()
def preview(
    context: typer.Context,
    name: Name,
    at: Annotated[str, typer.Option(help="As if it were this time (2026-11-20T07:00).")] = "",
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the issue as it would be composed now, or at another time; nothing is frozen, nothing sent."""
    from aggregator.app import utc_now
    from aggregator.jobs.compose import current_period, digest_named, draft

    screen = terminal(context)
    with screen.opened() as app:
        digest = digest_named(app, name)
        now = read_moment(at, app.config.zone) if at else utc_now()
        period = current_period(app, digest, now=now, by=now)
        drafted = draft(app, digest, period)
        path = app.archive.write_preview(f"{name}.html", drafted[1].html.encode()) if drafted else None
        if as_json:
            screen.json(since=period.since, until=period.until, issue=drafted[0] if drafted else None, path=path)
        elif drafted is None:
            screen.say(f"nothing new since {moment(period.since, app.config.zone)}: no issue would be made")
        else:
            screen.say(f"subject: {drafted[0].subject}\nfrom {moment(period.since, app.config.zone)} on")
            screen.show(str(path))
    if open_it and path:
        typer.launch(str(path))


@commands.command()
def send(
    context: typer.Context,
    name: Name,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent, and to whom.")] = False,
) -> None:
    """Compose the issue of this period if there is none yet, and send what is waiting of it."""
    from aggregator.app import utc_now
    from aggregator.jobs.compose import digest_named

    screen = terminal(context)
    with screen.opened() if dry_run else screen.held("digest send") as app:
        digest = digest_named(app, name)
        if dry_run:
            _dry_run(screen, app, digest, now=utc_now())
        else:
            _send(screen, app, digest, now=utc_now())


@commands.command("list")
def list_issues(context: typer.Context, name: Annotated[str, typer.Argument()] = "", as_json: AsJson = False) -> None:
    """List the issues that were made, with what became of their deliveries."""
    from aggregator.jobs.compose import digest_named

    screen = terminal(context)
    with screen.opened() as app:
        issues = app.store.issues.all(digest_named(app, name).name if name else "")
        sent = app.store.issues.deliveries_by_issue(name)
        rows = [(issue, sent.get(issue.id, ())) for issue in issues]
        zone = app.config.zone
    if as_json:
        screen.json(issues=[{"issue": issue, "deliveries": deliveries} for issue, deliveries in rows])
        return
    if not rows:
        screen.say(f"no issue of {name} was made yet" if name else "no issue was made yet")
    cells = []
    for issue, deliveries in rows:
        states = [_state(delivery, zone) for delivery in deliveries]
        counts = ", ".join(f"{states.count(state)} {state}" for state in dict.fromkeys(states))
        composed = moment(issue.frozen, zone, named=False)
        cells.append((issue.digest, issue.period, composed, issue.subject or "nothing new", counts))
    screen.table(("digest", "period", f"composed\n({zone})", "subject", "deliveries"), cells, wrap={"subject": 30})


def _state(delivery: "DeliveryState", zone: ZoneInfo) -> str:
    """Say how far a delivery is, and why it is not further."""
    if delivery.state == "deferred":
        return f"deferred until {moment(delivery.due, zone)}: {delivery.reply}"
    return f"{delivery.state}: {delivery.reply}" if delivery.state in ("failed", "unknown") else delivery.state


def _dry_run(screen: Terminal, app: "App", digest: "DigestConfig", *, now: datetime) -> None:
    from aggregator.jobs.compose import current_period, draft

    period = current_period(app, digest, now=now)
    there = app.store.issues.find(digest.name, period.name)
    if there and not there.skipped:
        waiting = [d for d in app.store.issues.deliveries(there.id) if d.state in ("pending", "deferred")]
        screen.show(f"{digest.name} {period.name} is composed already; {_waiting(len(waiting))}")
        return
    drafted = draft(app, digest, period)
    if drafted is None:
        screen.show("nothing new: no issue would be made")
        return
    issue, letter = drafted
    lines = sum(len(section.lines) for section in issue.sections)
    screen.show(f"“{issue.subject}”: {counted(lines, 'story', 'stories')}, {len(letter.html.encode()):,} bytes of HTML")
    screen.show(
        f"to {counted(len(digest.to), 'recipient')}: {', '.join(digest.to) or 'none, it is only kept as files'}"
    )


def _make(app: "App", digest: "DigestConfig", period: "Period") -> None:
    """Make the issue of a period now, also when it was empty at its time; raises NotFoundError when it still is, and
    AggregatorError when it waits for approval.
    """
    from aggregator.jobs.compose import compose_issue, draft

    if digest.approve or app.store.drafts.find(digest.name):
        name = digest.name
        raise AggregatorError(
            f"{name} is approved before it is sent: `aggregator digest draft {name}`, then `digest approve {name}`"
        )
    if draft(app, digest, period) is None:
        raise NotFoundError(f"nothing new for {digest.name} {period.name}: no issue was made")
    app.store.issues.reopen(digest.name, period.name)
    compose_issue(app, digest, period)


def _waiting(number: int) -> str:
    if not number:
        return "nothing is waiting"
    return f"{counted(number, 'delivery', 'deliveries')} {'is' if number == 1 else 'are'} waiting"


def _outcome(app: "App", digest: "DigestConfig", period: "Period", sent: int, *, made: bool) -> str:
    """Say what sending came to; of an issue that was there before, that nobody gets it twice."""
    now = f"{counted(sent, 'message')} {'sent' if app.config.mail else 'written to storage/outbox'}"
    issue = app.store.issues.find(digest.name, period.name)
    if made or sent or issue is None:
        return now
    states = [delivery.state for delivery in app.store.issues.deliveries(issue.id)]
    if not states:
        return "made already, and it has no recipients: it is kept as files only"
    got = f"sent already to {counted(states.count('sent'), 'recipient')}"
    others = len(states) - states.count("sent")
    return f"{got}; {others} not: see `aggregator digest list`" if others else f"{got}; nothing was sent again"


def _send(screen: Terminal, app: "App", digest: "DigestConfig", *, now: datetime) -> None:
    from aggregator import workers
    from aggregator.jobs.compose import current_period
    from aggregator.jobs.curate import curate
    from aggregator.jobs.deliver import deliver

    workers.recover(app)
    curate(app)
    period = current_period(app, digest, now=now)
    there = app.store.issues.find(digest.name, period.name)
    if made := there is None or there.skipped:
        _make(app, digest, period)
    report = deliver(app, only=digest.name)
    tell_mail(screen, report)
    screen.say(f"{digest.name} {period.name}: {_outcome(app, digest, period, report.sent, made=made)}")
    raise typer.Exit(75 if report.deferred or report.waiting else 1 if report.failed else 0)
