"""People at a terminal: commands that read feeds.yaml, do one thing, and say what came of it.

Data goes to stdout, everything else to stderr. Exit codes: 0 ok, 1 error, 2 usage or config, 3 some feeds failed,
4 locked, 75 try again later. Heavy modules are imported inside the commands that need them: start-up counts.
"""

import os
import sys
from collections.abc import Sequence

from aggregator.cli.once import plain_sync, sync_once
from aggregator.cli.streams import bear_all
from aggregator.cli.terminal import TRY_AGAIN, USAGE
from aggregator.errors import AggregatorError, ConfigError

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


def main() -> None:
    """Run the command line; an error that people can act on becomes one message and an exit code."""
    bear_all()
    words = on_both_sides(sys.argv[1:])
    try:
        _run(words)
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


def _run(words: Sequence[str]) -> None:
    if plain := plain_sync(words):
        sys.exit(sync_once(plain.screen, force=plain.force, as_json=plain.as_json))
    from aggregator.cli.commands import app, register

    register(words)
    app(words)
