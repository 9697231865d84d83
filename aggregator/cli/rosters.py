"""subscribers import, export: lists of people as CSV."""

from pathlib import Path
from typing import Annotated

import typer

from aggregator.cli.asked import AsJson, terminal
from aggregator.cli.incoming import bytes_of
from aggregator.cli.outgoing import put
from aggregator.pipeline.wording import counted

OneDigest = Annotated[str, typer.Option("--digest", help="Only of this digest.")]


def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE|-", help="A CSV file, or - for what comes in.")],
    digest: Annotated[str, typer.Option("--digest", help="The digest of lines that name none.")] = "",
    confirmed: Annotated[
        bool, typer.Option("--confirmed", help="Lines without a state are people who agreed.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only read the file and count who is new.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import subscribers from CSV, all lines or none; who is there already, or left, stays as they are."""
    from aggregator.jobs.register import bring, read_people, rehearse
    from aggregator.pipeline.roster_cells import MOST_BYTES

    screen = terminal(context)
    name = "stdin" if str(file) == "-" else file.name
    with screen.opened(writing=not dry_run) as app:
        roster = read_people(app, bytes_of(file, most=MOST_BYTES), name=name, digest=digest, agreed=confirmed)
        new = (rehearse if dry_run else bring)(app, roster)
    if as_json:
        counts = {"lines": len(roster.people), "new_subscribers": new[0], "new_subscriptions": new[1], "asked": new[2]}
        screen.json(dry_run=dry_run, **counts, passed_over=roster.passed_over, warnings=roster.warnings)
    for warning in roster.warnings:
        screen.warn(warning)
    if roster.passed_over:
        screen.say(f"columns that say nothing here: {', '.join(roster.passed_over)}")
    read = f"{counted(len(roster.people), 'line')} read"
    here = f"{counted(new[0], 'subscriber')} and {counted(new[1], 'subscription')} new; the others were there already"
    screen.say(f"{read}: {here}" + ("; nothing was changed" if dry_run else ""))
    if new[2]:
        ask, will = "asks" if new[2] == 1 else "ask", "would" if dry_run else "will"
        screen.say(f"{counted(new[2], 'mail')} that {ask} for a confirmation {will} go out")


def export(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="Where to write; stdout when left out, or -.")] = None,
    digest: OneDigest = "",
) -> None:
    """Export the subscriptions as CSV, safe to open in a spreadsheet; `import` reads it back."""
    from aggregator.jobs.register import offer_named
    from aggregator.pipeline.roster import write_roster

    screen = terminal(context)
    with screen.opened() as app:
        people = app.store.subscribers.all(offer_named(app, digest).digest if digest else "")
    found = [(who, one) for who, wishes in people for one in wishes if digest in ("", one.digest)]
    if put(file, write_roster(found)):
        screen.say(f"{counted(len(found), 'subscription')} written to {file}")
