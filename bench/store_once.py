"""How ``aggregator sync --force`` begins, up to and including the store: ``python -m bench.store_once FOLDER``.

It holds the workspace's lock, lists the feeds, asks all of them and saves what they say; nothing is curated.
"""

import gc
import sys
from pathlib import Path


def main(folder: str) -> None:
    """Refresh every feed once; says how many failed."""
    # at the top of the main module, worker processes would import all of it, too
    from aggregator.app import list_feeds, open_app, utc_now
    from aggregator.jobs.refresh import refresh
    from aggregator.store import hold
    from aggregator.workers import due_feeds, recover
    from aggregator.workspace import Workspace

    gc.set_threshold(150_000, 20, 100)  # as the command line does
    root = Path(folder)
    with hold(Workspace(root).storage / "lock", who="bench", now=utc_now()), open_app(root) as app:
        recover(app)
        list_feeds(app)
        report = refresh(app, due_feeds(app, force=True))
    if report.failed:
        sys.exit(f"{report.failed} feeds failed: {next(iter(report.failures.items()))}")


if __name__ == "__main__":
    main(sys.argv[1])
