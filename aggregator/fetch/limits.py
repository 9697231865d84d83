"""How long and how large an answer may become, and how much of us a host has to bear."""

import resource
from dataclasses import replace

from aggregator.model.value import value


@value(frozen=True, slots=True)
class Limits:
    """Bounds of one fetch: seconds and bytes. ``body`` counts bytes after decompression."""

    connect: float = 10.0
    total: float = 60.0  # over all redirects
    stall: int = 20  # without data; whole seconds
    body: int = 5_000_000
    header: int = 65_536
    header_lines: int = 500
    redirects: int = 5


@value(frozen=True, slots=True)
class Pace:
    """How many exchanges are under way, and how close together.

    ``connections`` counts those that move: one that has been under way for ``slow`` seconds gives its place to
    another, up to ``open`` in all. ``spacing`` is the least time between two starts at one host; None is ``PUBLIC_GAP``
    for hosts of the internet and none for the user's own machines.
    """

    connections: int = 100
    open: int = 512
    slow: float = 0.5
    per_host: int = 2
    spacing: float | None = None


PUBLIC_GAP = 0.1
LONGEST_GAP = 5.0  # a host is given as long to rest as it took to answer, up to this
NO_BURDEN = 0.05  # who answers as fast as that needs no rest


def within_means(pace: Pace) -> Pace:
    """Keep half of the files that this process may open for others: a look-up of a name takes some, too."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = pace.open if files == resource.RLIM_INFINITY else max(1, min(pace.open, files // 2))
    return replace(pace, open=most, connections=min(pace.connections, most))


def in_words(size: int) -> str:
    """Write a number of bytes as people do: ``5 MB``, ``64 kB``, ``500 bytes``."""
    for unit, name in ((1_000_000, "MB"), (1024, "kB"), (1000, "kB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} bytes"
