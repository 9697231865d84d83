"""`aggregator digest deliver` without waiting for the disk, to see what that costs.

python -m bench.unsynced FOLDER
"""

import sys

from aggregator.store import lane


def main() -> None:
    """Deliver with commits that outlive the process, but not a loss of power."""
    from aggregator.cli import main as command

    lane.DURABLE = lane.WRITING
    sys.argv = ["aggregator", "-C", sys.argv[1], "digest", "deliver"]
    command()


if __name__ == "__main__":
    main()
