"""digest resend: an issue once more, to whom somebody decides."""

from typing import TYPE_CHECKING, Annotated, get_args

import typer

from aggregator.cli.asked import terminal
from aggregator.cli.report import tell_mail
from aggregator.cli.sending import Name, code, delivered, said
from aggregator.errors import AggregatorError, NotFoundError
from aggregator.model import DeliveryWord, mailbox_of
from aggregator.pipeline.wording import counted

if TYPE_CHECKING:
    from aggregator.app import App
    from aggregator.model import IssueState


def register(commands: typer.Typer) -> None:
    """Add the command to those of `digest`."""
    commands.command()(resend)


def resend(
    context: typer.Context,
    name: Name,
    period: Annotated[str, typer.Argument(help="The issue's period: 2026-11-23.")],
    unknown: Annotated[
        bool, typer.Option("--unknown", help="Of whom nobody knows whether they have it: some get it twice.")
    ] = False,
    failed: Annotated[bool, typer.Option("--failed", help="To whom it could not be delivered.")] = False,
    to: Annotated[str, typer.Option(help="To this address only; alone: whatever became of it.")] = "",
) -> None:
    """Send an issue again, the same mail under the same Message-ID, to those whose delivery is unknown or failed."""
    from aggregator.jobs.deliver import recover
    from aggregator.jobs.delivered import Delivered

    screen = terminal(context)
    if not (unknown or failed or to):
        raise typer.BadParameter("say to whom: --unknown, --failed or --to ADDRESS")
    chosen: dict[DeliveryWord, bool] = {"unknown": unknown, "failed": failed}
    states = [word for word, wanted in chosen.items() if wanted]
    with screen.beside() as app:
        issue = app.store.issues.find(name, period)
        if issue is None or issue.skipped:
            made = ", ".join(one.period for one in app.store.issues.all(name)[:5] if not one.skipped)
            raise NotFoundError(f"no issue {name} {period} was made; the latest: {made or 'none'}")
        tell_mail(screen, Delivered(interrupted=recover(app)), app.config.zone)  # by who died just now
        if to:
            _may_get(app, issue, to)
        anew = states or [word for word in get_args(DeliveryWord) if word not in ("pending", "sending")]
        count = app.store.issues.again(issue.id, anew, now=app.clock(), recipient=to)
        screen.say(f"{name} {period}: {counted(count, 'delivery', 'deliveries')} to make again")
        report = delivered(screen, app, name) if count else None
        if report:
            screen.say(said(app, report.sent))
    raise typer.Exit(code(report) if report else 0)


def _may_get(app: "App", issue: "IssueState", to: str) -> None:
    """Raise NotFoundError when an issue was not for an address, AggregatorError when it is sent nothing any more."""
    from aggregator.jobs.sending import why_not

    found = next(
        (one for one in app.store.issues.deliveries(issue.id) if mailbox_of(one.recipient) == mailbox_of(to)), None
    )
    if found is None:
        raise NotFoundError(f"{issue.digest} {issue.period} was not for {to}: who subscribes gets the next one")
    if reason := why_not(app, found, issue.digest):
        raise AggregatorError(f"{to} is sent nothing of {issue.digest}: {reason}; nothing was changed")
