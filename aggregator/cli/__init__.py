"""People at a terminal: commands that read feeds.yaml, do one thing, and say what came of it.

Data goes to stdout, everything else to stderr. Exit codes: 0 ok, 1 error, 2 usage or config, 3 some feeds failed,
4 locked, 75 try again later. Heavy modules are imported inside the commands that need them: start-up counts.
"""

import os
import sys
from collections.abc import Collection, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from aggregator import __version__
from aggregator.cli.streams import bear_all
from aggregator.cli.terminal import TRY_AGAIN, USAGE, Terminal
from aggregator.errors import AggregatorError, ConfigError

app = typer.Typer(
    name="aggregator",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
COMMANDS = {
    "workspace": ("init", "demo", "check", "prune", "config"),
    "river": ("sync", "run", "serve"),
    "feeds": ("feeds",),
    "entries": ("entries", "explain"),
    "stories": ("stories",),
    "digests": ("digest",),
    "subscribers": ("subscribers",),
    "bounces": ("bounces",),
    "topics": ("topics",),
    "rules": ("rules",),
    "manual": ("docs",),
}
"""The commands of each file; what a command line does not name need not be loaded."""


ALL_COMMANDS = frozenset(name for names in COMMANDS.values() for name in names)


def register(words: Collection[str]) -> None:
    """Add the commands that may be meant by a command line: those it names anywhere, or all."""
    named = [file for file, names in COMMANDS.items() if not {*names}.isdisjoint(words)]
    for file in named or COMMANDS:
        import_module(f"aggregator.cli.{file}").register(app)


def on_both_sides(words: Sequence[str]) -> list[str]:
    """Take ``-q`` also after the command, and ``--json`` also before it: each goes where it is read."""
    end = words.index("--") if "--" in words else len(words)
    before, rest = [*words[:end]], words[end:]
    # a folder may be called as a command is
    folders = {place + 1 for place, word in enumerate(before) if word in ("-C", "--workspace")}
    commands = (place for place, word in enumerate(before) if word in ALL_COMMANDS and place not in folders)
    start = next(commands, len(before))
    quiet = [word for word in before[start:] if word in ("-q", "--quiet")]
    as_json = [word for word in before[:start] if word == "--json"]
    head = [word for word in before[:start] if word != "--json"]
    tail = [word for word in before[start:] if word not in ("-q", "--quiet")]
    return [*quiet, *head, *tail, *as_json, *rest]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"aggregator {__version__}")
        raise typer.Exit


@app.callback()
def top(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Option("-C", "--workspace", help="The folder with feeds.yaml.", envvar="AGGREGATOR_WORKSPACE")
    ] = Path(),
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing unless something failed.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Read many feeds, tell every story once: output feeds and email digests from one folder."""
    context.obj = Terminal(folder.resolve(), quiet=quiet)


def main() -> None:
    """Run the command line; an error that people can act on becomes one message and an exit code."""
    bear_all()
    words = on_both_sides(sys.argv[1:])
    register(words)
    try:
        app(words)
    except AggregatorError as error:
        print(error if isinstance(error, ConfigError) else f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except SystemExit as end:  # a mistake in the mail server's own call can be mended, if it keeps the report
        sys.exit(TRY_AGAIN if end.code == USAGE and {"bounces", "-"} <= {*words} else end.code)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # `| head` has seen enough
        sys.exit(0)
