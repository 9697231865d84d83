"""A document as its publisher wrote it: nothing repaired, nothing sanitised."""

from datetime import datetime
from typing import Literal

from aggregator.model.value import value


@value(frozen=True, slots=True)
class Stamp:
    """A date as the publisher wrote it, and as feedparser read it (aware, UTC) where we cannot read it ourselves."""

    text: str = ""
    read: datetime | None = None


@value(frozen=True, slots=True)
class Category:
    """A publisher's own tag: RFC 4287 §4.2.2, RSS ``<category domain>``."""

    term: str
    scheme: str = ""
    label: str = ""


@value(frozen=True, slots=True)
class Enclosure:
    """A file that belongs to an entry; ``length`` in bytes, 0 when unknown."""

    url: str
    type: str = ""
    length: int = 0


@value(frozen=True, slots=True)
class Markup:
    """Text as published: ``type`` is "text", "html" or "xhtml"; ``base`` is what its relative links hang on."""

    value: str = ""
    type: Literal["text", "html", "xhtml"] = "html"
    base: str = ""


@value(frozen=True, slots=True)
class ParsedEntry:
    """One entry as the document has it: nothing repaired, nothing sanitised."""

    guid: str = ""
    url: str = ""
    title: Markup = Markup()
    summary: Markup = Markup()
    content: Markup = Markup()
    author: str = ""
    published: Stamp = Stamp()
    updated: Stamp = Stamp()
    categories: tuple[Category, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    image: str = ""
    language: str = ""


@value(frozen=True, slots=True)
class Reject:
    """An entry that could not be used, and why: quarantined, never silently lost."""

    position: int
    name: str
    reason: str


@value(frozen=True, slots=True)
class ParsedFeed:
    """A document as published. ``format`` is feedparser's version word ("rss20", "atom10", "json11" …)."""

    format: str
    title: str = ""
    home: str = ""
    id: str = ""
    language: str = ""
    author: str = ""
    updated: Stamp = Stamp()
    ttl: int = 0  # minutes, as RSS <ttl> or the syndication module ask; 0 when silent
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    entries: tuple[ParsedEntry, ...] = ()
    rejects: tuple[Reject, ...] = ()
    cut: int = 0  # entries beyond the cap
    breaks_off: bool = False  # it has no end: something was to follow
    unclosed: bool = False  # it breaks off behind a whole entry: nothing but end tags need be missing
