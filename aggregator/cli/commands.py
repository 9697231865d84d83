"""The commands and their options, as Typer reads them."""

from collections.abc import Collection
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from aggregator import __version__
from aggregator.cli import COMMANDS
from aggregator.cli.terminal import Terminal

app = typer.Typer(
    name="aggregator",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def register(words: Collection[str]) -> None:
    """Add the commands that may be meant by a command line: those it names anywhere, or all."""
    named = [file for file, names in COMMANDS.items() if not {*names}.isdisjoint(words)]
    for file in named or COMMANDS:
        import_module(f"aggregator.cli.{file}").register(app)


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
