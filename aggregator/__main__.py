"""Where the command line begins: the version is told without loading anything else."""

import gc
import sys

from aggregator import __version__


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] == ["--version"]:
        print(f"aggregator {__version__}")
        return
    # Many values, hardly a cycle: the collector found nothing in a tenth of the time, also while modules are loaded.
    gc.set_threshold(50_000, 20, 100)
    from aggregator.cli import main as run

    run()


if __name__ == "__main__":
    main()
