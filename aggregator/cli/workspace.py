"""init, demo, check, config, prune: the workspace itself."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.asked import AsJson, terminal
from aggregator.cli.layout import lay_out
from aggregator.cli.streams import dumped
from aggregator.cli.terminal import Terminal, called
from aggregator.errors import AggregatorError, ConfigError, NoWorkspaceError, TemplateError
from aggregator.pipeline.wording import counted
from aggregator.workspace import Workspace, shipped

if TYPE_CHECKING:
    from aggregator.config import Config

config_commands = typer.Typer(no_args_is_help=True, help="What feeds.yaml may say, and what it says now.")


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(init)
    app.command()(demo)
    app.command()(check)
    app.command()(prune)
    app.add_typer(config_commands, name="config")


def init(
    context: typer.Context,
    folder: Annotated[Path | None, typer.Argument(help="Where; this folder when left out.")] = None,
) -> None:
    """Make a workspace: feeds.yaml with a dozen good feeds to start from, templates/ and storage/."""
    screen = terminal(context)
    workspace = Workspace((folder or screen.root).resolve())
    if workspace.config.exists():
        raise NoWorkspaceError(f"{workspace.config} is there already; nothing was changed")
    lay_out(workspace, shipped("feeds.yaml").read_text(encoding="utf-8"))
    screen.say(f"made {workspace.config}\nedit it, then: {called()} -C {workspace.root} sync")


def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where to make it, from the folder of -C.")] = Path("demo"),
) -> None:
    """Show the whole job without a network: sample feeds from a loopback server, synced twice."""
    from aggregator.cli.sampler import show

    screen = terminal(context)
    show(screen, (screen.root / folder).resolve())


def check(
    context: typer.Context,
    online: Annotated[bool, typer.Option("--online", help="Ask every feed: is it there, a feed, alive?")] = False,
    as_json: AsJson = False,
) -> None:
    """Check feeds.yaml and the templates; with --online also every feed."""
    from aggregator.cli.lint import check_feeds, check_files

    screen = terminal(context)
    try:
        settings, costly = check_files(screen)
        if costly and not online:
            raise ConfigError(costly)
    except AggregatorError as error:
        if as_json:
            problems = error.problems if isinstance(error, ConfigError | TemplateError) else (str(error),)
            screen.json(problems=problems, findings=[])
            raise typer.Exit(error.exit_code) from error
        raise
    for line in () if as_json else costly:
        screen.warn(line)
    remarks = _remarks(screen, settings, show=not as_json)
    findings = check_feeds(screen, settings, show=not as_json, told=costly) if online else []
    if as_json:
        screen.json(problems=costly, **remarks, feeds=len(settings.feeds), findings=findings)
    raise typer.Exit(0 if all(finding.fine for finding in findings) else 3)


def _remarks(screen: Terminal, settings: "Config", *, show: bool) -> dict[str, object]:
    """Say what is worth knowing although it is no mistake; gives the same for programs."""
    from aggregator.app import database_of, find_workspace
    from aggregator.cli.outlook import lapses, listed_twice, next_mail, of_the_database, waiting

    twice, lapsed = listed_twice(screen, settings), lapses(screen, settings)
    database = of_the_database(database_of(find_workspace(screen.root), settings), named=settings.database)
    with screen.opened() as app:
        coming = next_mail(app)
    if show:
        if waits := waiting(screen, settings):
            screen.say(f"topics: {waits}")
        for line in (*twice, *lapsed, *database):
            screen.warn(line)
        if coming:
            screen.say(coming)
    return {"twice": twice, "lapsed": lapsed, "database": database, "next": coming}


def prune(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Purge entries that `keep:` in feeds.yaml no longer keeps; they never come back."""
    from aggregator import workers

    screen = terminal(context)
    with screen.opened() if dry_run else screen.held("prune") as app:
        rows = workers.prune(app, dry_run=dry_run)
    if as_json:
        screen.json(dry_run=dry_run, feeds=rows)
        return
    total = sum(row.purgeable for row in rows)
    if total and not screen.quiet:
        cells = [(row.url, str(row.entries), str(row.purgeable)) for row in rows if row.purgeable]
        screen.table(("feed", "entries", "would go" if dry_run else "purged"), cells)
    screen.say(f"{'would be purged' if dry_run else 'purged'}: {counted(total, 'entry', 'entries')}")


@config_commands.command("schema")
def config_schema(context: typer.Context) -> None:
    """Print the JSON Schema of feeds.yaml, for editors."""
    from aggregator.config import schema

    print(dumped(schema()))


@config_commands.command("show")
def config_show(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="As all commands have it; it is JSON in any case.")] = False,
) -> None:
    """Print feeds.yaml as it is understood, defaults filled in, as JSON (it holds no secrets)."""
    from aggregator.app import find_workspace
    from aggregator.config import load, shown

    screen = terminal(context)
    screen.json(config=shown(load(find_workspace(screen.root).config)))
