"""Only the commands that a command line names are loaded, and none is missing."""

import subprocess
import sys
from importlib import import_module

import typer

from aggregator.cli import COMMANDS


def names_of(file: str) -> set[str | None]:
    app = typer.Typer()
    import_module(f"aggregator.cli.{file}").register(app)
    return {
        *(command.name or getattr(command.callback, "__name__", None) for command in app.registered_commands),
        *(group.name for group in app.registered_groups),
    }


def test_every_command_of_a_file_is_listed() -> None:
    for file, names in COMMANDS.items():
        assert names_of(file) == set(names), file


def test_a_folder_that_is_called_like_a_command_hides_none() -> None:
    """``-C feeds sync`` names two commands, of which one is a folder."""
    command = [sys.executable, "-m", "aggregator", "-C", "feeds", "sync", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "--force" in done.stdout


def test_help_lists_all_commands() -> None:
    done = subprocess.run([sys.executable, "-m", "aggregator", "--help"], capture_output=True, text=True, check=True)
    assert all(f" {name} " in done.stdout for names in COMMANDS.values() for name in names)
