"""feeds: every feed with its health, when it is due next, and why."""

from typing import Annotated

import typer

from aggregator.cli import subscriptions
from aggregator.cli.feed import facts, known_feeds, show
from aggregator.cli.terminal import AsJson, moment, terminal

commands = typer.Typer(help="List the feeds and their health; show, add, remove, import, export and check them.")
commands.command("show")(show)
subscriptions.register(commands)


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
        found = [known for known in known_feeds(app) if not failing or known.state.outcome in ("failed", "gone")]
        zone = app.config.zone
    if as_json:
        screen.json(feeds=[facts(known) for known in found])
        return
    cells = [
        (
            known.state.title or known.state.url,
            known.health,
            f"{known.per_week:g} a week",
            moment(known.state.succeeded, zone),
            known.due(zone),
            known.state.due_reason or "never asked yet",
        )
        for known in found
    ]
    screen.table(("feed", "health", "entries", "last read", "next due", "why then"), cells, wrap={"feed": 20})
    if edits := [known.edit for known in found if known.edit]:
        screen.show("\nto do:")
        for edit in edits:
            screen.show(edit)
