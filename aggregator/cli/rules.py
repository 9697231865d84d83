"""rules diff: what a change of feeds.yaml would do to the entries that are stored, before it does it."""

import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.asked import AsJson, read_moment, terminal
from aggregator.cli.terminal import Terminal
from aggregator.errors import NotFoundError
from aggregator.pipeline.wording import counted

if TYPE_CHECKING:
    from aggregator.config import Config
    from aggregator.jobs.rehearsal import Move

commands = typer.Typer(no_args_is_help=True, help="Rehearse a change of feeds.yaml.")
EXAMPLES = 5


@commands.callback()
def _group() -> None:
    """Rehearse a change of feeds.yaml."""


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(commands, name="rules")


@commands.command()
def diff(
    context: typer.Context,
    against: Annotated[str, typer.Option(help="What was before: a git revision, or another feeds.yaml.")] = "HEAD",
    since: Annotated[str, typer.Option(help="Only entries first seen at or after this time.")] = "",
    limit: Annotated[int, typer.Option("-n", "--limit", help="At most so many entries, the newest.", min=1)] = 2000,
    as_json: AsJson = False,
) -> None:
    """Tell which stored entries feeds.yaml, as it is now, gives or takes a topic or a place in an output."""
    from aggregator.jobs.rehearsal import rehearse, summed

    screen = terminal(context)
    before = _before(screen, against)
    with screen.opened() as app:
        start = read_moment(since, app.config.zone) if since else None
        looked_at, moves = rehearse(app, before, since=start, limit=limit)
    sums = summed(moves)
    if as_json:
        rows = [{"kind": kind, "name": name, "gains": g, "loses": n} for (kind, name), (g, n) in sums.items()]
        screen.json(against=against, entries=looked_at, summary=rows, moves=[_facts(move) for move in moves])
        return
    screen.table(
        ("", "name", "gains", "loses"), [(kind, name, str(g), str(n)) for (kind, name), (g, n) in sums.items()]
    )
    for kind, name in sums:
        for move in [move for move in moves if (move.kind, move.name) == (kind, name)][:EXAMPLES]:
            sign = "+" if move.gains else "-"
            screen.show(f"{sign}{name}: {move.entry.id} {move.entry.entry.title}{f' ({move.why})' if move.why else ''}")
    screen.say(f"looked at {counted(looked_at, 'entry', 'entries')}: {'no difference' if not moves else 'see above'}")


def _facts(move: "Move") -> dict[str, object]:
    entry = move.entry
    facts = {"entry": str(entry.id), "title": entry.entry.title, "kind": move.kind, "name": move.name}
    return {**facts, "gains": move.gains, "why": move.why or None}


def _is_there(path: Path) -> bool:
    with suppress(OSError):  # a name that is too long for a file
        return path.exists()
    return False


def _before(screen: Terminal, against: str) -> "Config":
    """Read the feeds.yaml of a path (a file, or a folder with one) or of a git revision."""
    from aggregator.app import find_workspace
    from aggregator.config import load, read

    current = find_workspace(screen.root).config
    for path in filter(_is_there, (screen.root / against, Path(against))):  # as people in either folder say it
        return load(path / current.name if path.is_dir() else path)
    command = ["git", "-C", str(screen.root), "show", "--end-of-options", f"{against}:./{current.name}"]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        what = f"{against}: there is no such file, and no git to look for a revision"
        raise NotFoundError(f"{what}; name another feeds.yaml with --against") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        what = f"{against}: neither a file nor a git revision with {current.name} ({' '.join(said[:1])})"
        raise NotFoundError(f"{what}; name what was before with --against")
    return read(done.stdout, f"{against}:{current.name}", folder=screen.root)
