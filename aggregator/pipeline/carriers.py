"""Who carries a text besides the publisher that stands for it, by name."""

from collections.abc import Callable, Collection

from aggregator.model import Folded, StoredEntry

NAMED = 6
"""So many are named; the others are counted."""

Name = Callable[[StoredEntry], str]
"""How the feed of an entry is called where it is told."""


def carriers(text: Folded, name: Name, *, without: Collection[str] = ()) -> tuple[tuple[str, ...], int]:
    """Name the other publishers that carry a text, each once by its first copy, but for those ``without``.

    The second value is how many there are beyond those named.
    """
    names = {member.source.publisher: name(member) for member in reversed(text.members)}
    others = [names[publisher] for publisher in text.publishers[1:] if publisher not in without]
    return tuple(others[:NAMED]), max(len(others) - NAMED, 0)


def with_carriers(text: Folded, name: Name) -> str:
    """Name whose words they are, and who prints them as well."""
    named, more = carriers(text, name)
    others = ", ".join((*named, f"{more} more") if more else named)
    return f"{name(text.lead)}, also in {others}" if others else name(text.lead)
