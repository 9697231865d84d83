"""The peer, as its users would call it: ``python -m bench.reader_once DATABASE WORKERS [--add FILE]``.

With ``--add`` the addresses in FILE become its feeds; without, it asks every feed once.
"""

import sys
from pathlib import Path

from reader import make_reader


def main(database: str, workers: str, *added: str) -> None:
    """Add the feeds that a file names, or update all."""
    reader = make_reader(database)
    if added:
        for url in Path(added[1]).read_text(encoding="utf-8").split():
            reader.add_feed(url)
    else:
        # by default it asks only feeds that its own timetable finds due, and none twice within the hour
        reader.update_feeds(workers=int(workers), scheduled=False)
    reader.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
