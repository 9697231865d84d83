"""Where the command line begins: the version is told without loading anything else."""

import sys

from aggregator import __version__


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] == ["--version"]:
        print(f"aggregator {__version__}")
        return
    from aggregator.cli import main as run

    run()


if __name__ == "__main__":
    main()
