"""feeds: every feed with its health, when it is due next, and why."""

from collections.abc import Sequence
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from aggregator.cli import subscriptions
from aggregator.cli.asked import AsJson, terminal
from aggregator.cli.feed import Known, facts, known_feeds, show
from aggregator.cli.terminal import Terminal, moment
from aggregator.pipeline.wording import in_zone

commands = typer.Typer(help="List the feeds and their health; show, add, remove, import, export and check them.")
commands.command("show")(show)
subscriptions.register(commands)
TROUBLED = ("failed", "gone", "waiting", "unasked")


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(commands, name="feeds")


@commands.callback(invoke_without_command=True)
def feeds(
    context: typer.Context,
    failing: Annotated[bool, typer.Option("--failing", help="Only those that could not be read last time.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the feeds of feeds.yaml: health, entries a week, last success, next due and its reason, what to edit."""
    if context.invoked_subcommand:
        return
    screen = terminal(context)
    with screen.opened() as app:
        found = [known for known in known_feeds(app) if not failing or known.state.outcome in TROUBLED]
        zone = app.config.zone
    if as_json:
        screen.json(feeds=[facts(known) for known in found])
        return
    if not found:
        screen.say("no feed failed last time" if failing else "no feeds in feeds.yaml: `aggregator feeds add URL`")
        return
    _list(screen, found, zone)


def _list(screen: Terminal, found: Sequence[Known], zone: ZoneInfo) -> None:
    """Show a row for each feed; what to edit stands in it where programs read, below the table where people do."""
    columns = ["feed", "health", "entries", f"last read\n({zone})", f"next due\n({zone})", "why then"]
    cells = [_cells(known, zone) for known in found]
    if screen.piped:
        columns.append("to do")
        cells = [[*row, known.edit] for row, known in zip(cells, found, strict=True)]
    screen.table(columns, cells, wrap={"feed": 20, "health": 20}, narrow=(0, 1, 4))
    edits = [known.edit for known in found if known.edit]
    if edits and not screen.piped:
        screen.show("\n".join(["", "to do:", *edits]))


def _cells(known: Known, zone: ZoneInfo) -> list[str]:
    return [
        known.state.title or known.state.url,
        in_zone(known.health, zone),
        known.pace,
        moment(known.state.succeeded, zone, named=False),
        known.due(zone, named=False),
        in_zone(known.state.due_reason, zone) or "never asked yet",
    ]
