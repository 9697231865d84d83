"""What is published: an output with its entries, and the bytes that became of it."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import datetime

from aggregator.model import Folded, Format, Issue, Reject, Story
from aggregator.model.value import value
from aggregator.pipeline.outputs import legal

MEDIA_TYPES: Mapping[Format, str] = {
    "atom": "application/atom+xml",
    "rss": "application/rss+xml",
    "json": "application/feed+json",
}
"""The media type of each format (RFC 4287 §7, RSS Advisory Board, JSON Feed 1.1)."""


@value(frozen=True, slots=True)
class Numbered:
    """An issue of a digest as an item of its own feed: its permanent id, its address, and its body as HTML."""

    uid: str
    url: str  # may be empty
    issue: Issue
    html: str
    composed: datetime


@value(frozen=True, slots=True)
class Publication:
    """One output with everything that its documents say: an item for each entry, story or issue.

    ``id`` is permanent. ``home`` is the address of the site and ``base`` the one that the files of the outputs lie
    under; either is empty when there is none, and then nothing points there. ``founded`` dates an output that has no
    entries yet. ``topics`` gives the title of each topic by its name. ``ttl`` is in minutes, 0 says nothing.
    ``next`` is the address of the page with older entries (RFC 5005 §3).
    """

    name: str
    title: str
    id: str
    founded: datetime
    subtitle: str = ""
    home: str = ""
    base: str = ""
    language: str = "en"
    generator: str = ""
    ttl: int = 0
    next: str = ""
    topics: Mapping[str, str] = field(default_factory=dict)
    entries: tuple[Folded | Story | Numbered, ...] = ()

    @property
    def updated(self) -> datetime:
        """The last change of any entry, copies included; ``founded`` when there is none. UTC, whole seconds."""
        return legal.moment(max((change for one in self.entries for change in _changes(one)), default=self.founded))

    @property
    def heading(self) -> str:
        """The title as one fit line; the name when there is none."""
        return legal.plain(self.title) or self.name

    @property
    def scheme(self) -> str:
        """Name the vocabulary that our topics come from (RFC 4287 §4.2.2.2); empty without a home."""
        return f"{self.home.rstrip('/')}/topics/" if self.home else ""

    def address(self, format: Format) -> str:
        """Tell where this output lies in one format; empty without a base."""
        return f"{self.base.rstrip('/')}/{self.name}.{format}" if self.base else ""


def _changes(one: Folded | Story | Numbered) -> Iterator[datetime]:
    if isinstance(one, Numbered):
        yield one.composed
        return
    for text in one.texts if isinstance(one, Story) else (one,):
        yield from (member.changed for member in text.members)


@value(frozen=True, slots=True)
class Published:
    """A finished document, and the entries that could not be in it."""

    data: bytes
    left_out: tuple[Reject, ...] = ()
