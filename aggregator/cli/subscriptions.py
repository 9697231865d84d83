"""feeds add, remove, import, export, check: the feeds of feeds.yaml as people keep them."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli.asked import AsJson, terminal

Addresses = Annotated[list[str], typer.Argument(metavar="URL…", help="Addresses, or unique parts of them.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")]


def register(commands: typer.Typer) -> None:
    """Add the commands of this file."""
    commands.command("add")(add)
    commands.command("remove")(remove)
    commands.command("import")(import_)
    commands.command("export")(export)
    commands.command("check")(check)


def add(
    context: typer.Context,
    urls: Annotated[list[str], typer.Argument(metavar="URL…", help="Feeds, or pages that name them.")],
    topic: Annotated[list[str] | None, typer.Option("-t", "--topic", help="A topic that every entry has.")] = None,
    title: Annotated[str, typer.Option("--title", help="Shown instead of the feed's own title.")] = "",
    every: Annotated[str, typer.Option("--every", help="How often to ask: 30m, 2h, 1d, auto.")] = "",
    yes: Annotated[
        bool, typer.Option("-y", "--yes", "--no-input", help="Ask nothing: take the first of several feeds.")
    ] = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Add feeds to feeds.yaml: an address, with or without https://, of a feed or of a page that names one."""
    from aggregator.cli.adding import Wish, add_feeds
    from aggregator.cli.sheet import tell_running

    asks = not (yes or as_json or terminal(context).quiet) and sys.stdin.isatty() and sys.stderr.isatty()
    wish = Wish(tuple(topic or ()), title, every, asks=asks)
    outcome = add_feeds(terminal(context), urls, wish, dry_run=dry_run, show=not as_json)
    if as_json:
        terminal(context).json(dry_run=dry_run, added=outcome.added, others=outcome.others, refused=outcome.refused)
    if outcome.added and not dry_run:
        tell_running(terminal(context))
    if outcome.refused:
        raise typer.Exit(3 if outcome.added else 1)


def remove(context: typer.Context, urls: Addresses, dry_run: DryRun = False, as_json: AsJson = False) -> None:
    """Remove feeds from feeds.yaml; what is stored of them stays until it is pruned."""
    from aggregator.cli.sheet import Sheet, tell_running
    from aggregator.config.editing import remove as take_out

    screen = terminal(context)
    sheet = Sheet.open(screen)
    positions = sorted({sheet.find(url) for url in urls})
    gone = [sheet.settings.feeds[position].url for position in positions]
    new = take_out(sheet.data, positions, name=sheet.path.name)
    sheet.save(screen, new, dry_run=dry_run, show=not as_json)
    if as_json:
        screen.json(dry_run=dry_run, removed=gone)
    for url in gone:
        screen.say(f"{'would be removed' if dry_run else 'removed'}: {url}")
    screen.say("entries that are stored stay until `aggregator prune`")
    if not dry_run:
        tell_running(screen)


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE|-", help="An OPML file, or - for what comes in.")],
    topics: Annotated[bool, typer.Option("--topics/--no-topics", help="Make topics of folders and categories.")] = True,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Import the feeds of an OPML file; folders become topics, nothing is asked of any server."""
    from aggregator.cli.carrying import bring_in
    from aggregator.cli.sheet import tell_running

    screen = terminal(context)
    outcome = bring_in(screen, file, topics=topics, dry_run=dry_run, show=not as_json)
    if as_json:
        screen.json(dry_run=dry_run, **outcome)
    if not outcome["added"]:
        raise typer.Exit(1)
    if not dry_run:
        tell_running(screen)


def export(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="Where to write; stdout when left out, or -.")] = None,
    opml: Annotated[bool, typer.Option("--opml", help="As OPML 2.0, for other programs.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the addresses of the feeds, one a line; with --opml as a subscription list."""
    from aggregator.cli.carrying import carry_out

    carry_out(terminal(context), file, opml=opml, as_json=as_json)


def check(
    context: typer.Context,
    urls: Annotated[list[str] | None, typer.Argument(metavar="URL…", help="Only these; all when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask each feed once, store no entries: is it there, a feed, alive, moved, empty?"""
    from aggregator.cli.lint import check_feeds
    from aggregator.cli.sheet import Sheet

    screen = terminal(context)
    sheet = Sheet.open(screen)
    feeds = sheet.settings.feeds
    named = [feeds[sheet.find(url)].url for url in urls or ()]
    findings = check_feeds(screen, sheet.settings, only=named, show=not as_json)
    if as_json:
        screen.json(feeds=len(findings), findings=findings)
    raise typer.Exit(0 if all(finding.fine for finding in findings) else 3)
