"""Only the commands that a command line names are loaded, and none is missing."""

import subprocess
import sys
from importlib import import_module

import pytest
import typer

from aggregator.cli import COMMANDS, on_both_sides


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


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("sync -q", "-q sync"),
        ("-C here sync --force --quiet", "--quiet -C here sync --force"),
        ("--json feeds show x", "feeds show x --json"),
        ("--json entries -q -- -q", "-q entries --json -- -q"),
        ("-q sync --json", "-q sync --json"),
        ("-C demo --json feeds", "-C demo feeds --json"),
        ("--json", "--json"),
        ("feeds check -- -q", "feeds check -- -q"),
    ],
)
def test_quiet_and_json_may_stand_on_both_sides_of_the_command(words: str, read: str) -> None:
    assert " ".join(on_both_sides(words.split())) == read


def test_help_lists_all_commands() -> None:
    done = subprocess.run([sys.executable, "-m", "aggregator", "--help"], capture_output=True, text=True, check=True)
    assert all(f" {name} " in done.stdout for names in COMMANDS.values() for name in names)
