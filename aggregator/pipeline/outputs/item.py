"""Folded → Item: what an output says of one entry, the same in every format."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from aggregator.model import Category, Enclosure, Folded, Source, StoredEntry, Tag
from aggregator.model.value import value
from aggregator.pipeline.outputs import legal
from aggregator.pipeline.outputs.publication import Publication
from aggregator.pipeline.plain import shortened

# What the ending of an enclosure's address tells when its publisher does not say the type.
_TYPES = {
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "webm": "video/webm",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "pdf": "application/pdf",
}

UNKNOWN_TYPE = "application/octet-stream"
"""Stands where a format demands the type of an enclosure and nobody knows it (RFC 2046 §4.5.1)."""

_HEADLINE = 80  # characters of text that stand in for a title


@value(frozen=True, slots=True)
class Origin:
    """The feed an entry comes from; every text and address is fit to write."""

    id: str  # these three are empty for a feed that is no web address and names itself nowhere
    url: str
    title: str
    home: str
    publisher: str


@value(frozen=True, slots=True)
class Place:
    """Where another publisher has the same text, or, with a headline, tells the same event in words of its own."""

    url: str
    title: str  # of that publisher's feed
    publisher: str
    headline: str = ""

    @property
    def named(self) -> str:
        """Who it is, and what it says."""
        return f"{self.title}: {self.headline}" if self.headline else self.title


@value(frozen=True, slots=True)
class Item:
    """One entry as every format tells it: texts and addresses are fit to write, times are UTC in whole seconds."""

    id: str
    url: str
    title: str
    author: str
    excerpt: str
    whole: bool  # the excerpt is all the text there is
    html: str
    language: str  # empty when it is the output's
    published: datetime
    updated: datetime
    categories: tuple[Category, ...]
    enclosures: tuple[Enclosure, ...]
    image: str
    source: Origin
    also: tuple[Place, ...]  # the other publishers that carry it, one place each

    @property
    def headline(self) -> str:
        """The title; for an entry that has none, the first words of its text, or who wrote it."""
        return self.title or shortened(self.excerpt, _HEADLINE) or self.author

    @property
    def summary(self) -> str:
        """The excerpt; empty when it would only repeat the content (RFC 4287 §4.2.13)."""
        return "" if self.html and self.whole else self.excerpt


def tell(folded: Folded, publication: Publication) -> Item:
    """Decide what is said of an entry.

    Raises ValueError when it has no permanent id that can be written or a time without a zone, OverflowError when a
    time lies outside the calendar.
    """
    entry = folded.lead.entry
    source = origin(folded.lead.source)
    url = legal.address(entry.url)
    return Item(
        id=permanent(folded.uid or folded.lead.uid),
        url=url,
        title=legal.plain(entry.title),
        author=legal.plain(entry.author) or source.title or publication.heading,
        excerpt=legal.plain(entry.excerpt),
        whole=entry.text.strip() == entry.excerpt.strip(),
        html=legal.markup(entry.html).strip(),
        language=_language(entry.language, publication.language),
        published=legal.moment(entry.published),
        updated=updated(folded),
        categories=categories(folded.lead, folded.lead.tags, publication),
        enclosures=_enclosures(entry.enclosures),
        image=legal.address(entry.image),
        source=source,
        also=also(folded, source.publisher, url),
    )


@lru_cache(maxsize=4096)
def origin(source: Source) -> Origin:
    """Say where entries come from; a feed without a title is named by its publisher, else by its address."""
    url = legal.address(source.url)
    publisher = legal.plain(source.publisher)
    return Origin(
        id=legal.iri(source.atom_id) or url or legal.address(source.home),
        url=url,
        title=legal.plain(source.title) or publisher or url,
        home=legal.address(source.home),
        publisher=publisher,
    )


def also(folded: Folded, publisher: str, url: str) -> tuple[Place, ...]:
    """Name each other publisher once, with the first of its copies that has an address of its own."""
    places: dict[str, Place] = {}
    for stored in folded.others:
        other = origin(stored.source)
        place = legal.address(stored.entry.url)
        if place and place != url and other.publisher != publisher:
            places.setdefault(other.publisher, Place(place, other.title, other.publisher))
    return tuple(places.values())


def permanent(uid: str) -> str:
    """Give back what may name an item for ever. Raises ValueError for anything else."""
    if name := legal.iri(uid):
        return name
    raise ValueError("its id is no absolute IRI")


def updated(folded: Folded) -> datetime:
    """Take the last change of the lead that we saw; before the first one, what its publisher says."""
    lead = folded.lead
    first, *_ = [legal.moment(member.changed) for member in folded.members]  # the output's date is made of them all
    if lead.changed > lead.first_seen:
        return first
    return min(legal.moment(lead.entry.updated or lead.entry.published), first)


def _language(tag: str, usual: str) -> str:
    return "" if tag.casefold() == usual.casefold() else legal.language(tag)


def categories(lead: StoredEntry, tags: Iterable[Tag], publication: Publication) -> tuple[Category, ...]:
    """List our topics by name, then the publisher's own categories, each once."""
    topics = sorted({tag.topic for tag in tags})
    ours = [Category(name, publication.scheme, publication.topics.get(name, name)) for name in topics]
    written: dict[tuple[str, str], Category] = {}
    for category in (*ours, *lead.entry.categories):
        term = legal.plain(category.term or category.label)
        scheme = legal.iri(category.scheme)
        if term:
            written.setdefault((term, scheme), Category(term, scheme, legal.plain(category.label)))
    return tuple(written.values())


def _enclosures(enclosures: tuple[Enclosure, ...]) -> tuple[Enclosure, ...]:
    written: dict[str, Enclosure] = {}
    for enclosure in enclosures:
        if url := legal.address(enclosure.url):
            ending = url.partition("?")[0].rpartition(".")[2].casefold()
            kind = legal.media_type(enclosure.type) or _TYPES.get(ending, "")
            written.setdefault(url, Enclosure(url, kind, max(enclosure.length, 0)))
    return tuple(written.values())
