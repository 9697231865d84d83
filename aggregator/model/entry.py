"""An entry on its way from the document to the store."""

from collections.abc import Mapping
from dataclasses import field, fields
from datetime import datetime
from operator import attrgetter

from aggregator.model.published import Category, Enclosure, ParsedEntry, ParsedFeed, Reject
from aggregator.model.value import value
from aggregator.model.web import Fetched
from aggregator.model.words import Criterion, DateSource


@value(frozen=True, slots=True)
class Draft:
    """A parsed entry with its identity, address, dates and fingerprint; its texts are not yet clean."""

    guid: str
    url: str
    key: str  # canonical address, for comparing only
    published: datetime
    published_from: DateSource
    updated: datetime | None
    fingerprint: str
    parsed: ParsedEntry


@value(frozen=True, slots=True)
class Entry:
    """One entry, ready to keep: honest date, plain title, safe HTML with absolute links."""

    guid: str
    url: str
    key: str
    title: str
    author: str
    html: str
    text: str  # plain text of the html
    excerpt: str  # plain, at most 280 characters
    language: str
    published: datetime
    published_from: DateSource
    updated: datetime | None
    fingerprint: str  # of what was published; a change means an update
    words: str  # fingerprint of the normalised title and text: the same text has the same one
    categories: tuple[Category, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    image: str = ""
    credit: str = ""  # whom a line that was cut names as the source ("The post X appeared first on Y"), in letters

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle as its bare values: every new entry crosses the hop between processes."""
        return Entry, _values(self)


_values = attrgetter(*(field.name for field in fields(Entry)))


@value(frozen=True, slots=True)
class Cut:
    """A paragraph that was left out of a text: its place among the paragraphs, how it begins, and why."""

    place: int
    text: str
    reason: str


@value(frozen=True, slots=True)
class Known:
    """What the store knows of a feed when its document is read."""

    criterion: Criterion = "guid"
    fingerprints: Mapping[str, str] = field(default_factory=dict)  # guid → fingerprint, of what is stored
    buried: frozenset[str] = frozenset()  # guids with a tombstone
    first: bool = False  # nothing of this feed was ever read
    keys: frozenset[str] = frozenset()  # canonical addresses of what is stored
    words: frozenset[str] = frozenset()  # their fingerprints of title and text
    newest: datetime | None = None  # the newest date that its publisher gave
    repeated: frozenset[int] = frozenset()  # paragraphs that its entries repeat (``furniture.paragraph``)


@value(frozen=True, slots=True)
class Unread:
    """A document and what must be known to read it; ``language`` is the feed's, where nothing else names one."""

    id: int  # of the feed
    url: str
    answer: Fetched
    known: Known
    language: str = ""


@value(frozen=True, slots=True)
class Intake:
    """A document read against what is known: what it says of itself, and what in it is new or changed."""

    feed: ParsedFeed  # without its entries
    criterion: Criterion
    seen: tuple[str, ...]  # every guid the document holds
    new: tuple[Entry, ...] = ()
    changed: tuple[Entry, ...] = ()
    rejects: tuple[Reject, ...] = ()
    republished: frozenset[str] = frozenset()  # guids of entries that are known under others: all guids have changed
    renamed: Mapping[str, str] = field(default_factory=dict)  # old guid → new guid: after degrading, of the misread
    newest: datetime | None = None  # the newest date in the document
    rhythm: float = 0.0  # mean gap between its entries in seconds; 0 when it cannot be told
    partial: bool = False  # only what is new since the last one (RFC 3229): what it does not hold has not left
