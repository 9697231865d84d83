"""Who carries a text besides the publisher that stands for it, by name."""

from collections.abc import Callable, Collection

from aggregator.model import Folded, StoredEntry

NAMED = 6
"""So many are named; the others are counted."""

Name = Callable[[StoredEntry], str]
"""How the feed of an entry is called where it is told."""


def carriers(text: Folded, name: Name, *, without: Collection[str] = ()) -> tuple[str, ...]:
    """Name the other publishers that carry a text, each once by its first copy, but for those ``without``."""
    names = {member.source.publisher: name(member) for member in reversed(text.members)}
    others = [names[publisher] for publisher in text.publishers[1:] if publisher not in without]
    return (*others[:NAMED], f"{len(others) - NAMED} more") if len(others) > NAMED else tuple(others)


def with_carriers(text: Folded, name: Name) -> str:
    """Name whose words they are, and who prints them as well."""
    others = carriers(text, name)
    return f"{name(text.lead)}, also in {', '.join(others)}" if others else name(text.lead)
