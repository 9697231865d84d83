"""How long and how large an answer may become."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetch: seconds and bytes. ``body`` counts bytes after decompression."""

    connect: float = 10.0
    total: float = 60.0  # over all redirects
    stall: int = 20  # without data; whole seconds
    body: int = 5_000_000
    header: int = 65_536
    redirects: int = 5


def in_words(size: int) -> str:
    """Write a number of bytes as people do: ``5 MB``, ``64 kB``, ``500 bytes``."""
    for unit, name in ((1_000_000, "MB"), (1024, "kB"), (1000, "kB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} bytes"
