"""`aggregator demo`: a workspace of sample feeds, synced twice without a network."""

import shutil
from pathlib import Path

from aggregator import demo, workers
from aggregator.app import App, utc_now
from aggregator.cli.layout import lay_out
from aggregator.cli.report import tell
from aggregator.cli.terminal import Terminal, called
from aggregator.errors import WorkspaceError
from aggregator.workspace import Workspace

KINDS = {
    "output feed": "outputs/*",
    "page": "issues/*/*.html",
    "digest": "issues/*/*.[te]*",
    "mail": "outbox/*.eml",
}
MARK = "# The demo workspace"


def show(screen: Terminal, folder: Path) -> None:
    """Make the workspace, serve the samples, sync twice, and say where the result lies."""
    workspace = Workspace(folder)
    _clear(workspace)
    with demo.serve(now=utc_now()) as base_url:
        lay_out(workspace, f"{MARK}: made anew by each `aggregator demo`.\n{demo.feeds_yaml(base_url)}")
        terminal = Terminal(folder, quiet=screen.quiet)
        screen.say(f"sample feeds at {base_url}; first sync:")
        with terminal.held("demo") as app:
            tell(terminal, app, workers.sync(app))
            screen.say("second sync, nothing has changed:")
            tell(terminal, app, workers.sync(app, force=True))
            _point(screen, app)


def _point(screen: Terminal, app: App) -> None:
    storage = app.workspace.storage
    screen.say("\nlook at:")
    for kind, pattern in KINDS.items():
        for path in sorted(storage.glob(pattern)):
            screen.show(f"{kind:12}{path}")
    screen.say(f"\nserve it: {called()} -C {app.workspace.root} serve")
    screen.say("(the sample feeds end with this command: a sync of this workspace would find nobody)")


def _clear(workspace: Workspace) -> None:
    """Remove an earlier demo; never touch a folder that is something else."""
    if not workspace.root.exists():
        return
    ours = workspace.config.is_file() and workspace.config.read_text(encoding="utf-8").startswith(MARK)
    if not ours and any(workspace.root.iterdir()):
        raise WorkspaceError(f"{workspace.root} is not empty and no demo: name another folder")
    shutil.rmtree(workspace.root)
