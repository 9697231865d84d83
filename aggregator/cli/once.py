"""`aggregator sync`, which timers call every few minutes: also without all that reads any other command line."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from aggregator.cli.terminal import Terminal


class Plain(NamedTuple):
    """A sync as a command line asks for it."""

    screen: Terminal
    force: bool
    as_json: bool


def plain_sync(words: Sequence[str]) -> Plain | None:
    """Read ``[-q] [-C FOLDER] sync [--force] [--json]``, or decline: whatever else is said, Typer knows better."""
    folder, left = os.environ.get("AGGREGATOR_WORKSPACE", ""), [*words]
    quiet = left[:1] == ["-q"]
    del left[:quiet]
    if left[:1] == ["-C"]:
        folder = "".join(left[1:2])
        del left[:2]
    if left[:1] != ["sync"] or not {*left[1:]} <= {"--force", "--json"}:
        return None
    return Plain(Terminal(Path(folder).resolve(), quiet=quiet), "--force" in left, "--json" in left)


def sync_once(screen: Terminal, *, force: bool, as_json: bool) -> int:
    """Do the whole job, and say what came of it; returns the exit code."""
    from aggregator import workers
    from aggregator.cli.report import exit_code, summary, tell
    from aggregator.pipeline.wording import counted

    with screen.held("sync") as app:
        unknown = workers.recover(app)
        with screen.progress("asking feeds") as progress:
            report = workers.sync(app, force=force, progress=progress)
        if as_json:
            screen.json(**summary(report))
        else:
            tell(screen, app, report)
        if unknown:
            lost = counted(unknown, "delivery", "deliveries")
            screen.warn(f"interrupted, and may have arrived: {lost}; see `aggregator digest list`")
    return exit_code(report)
