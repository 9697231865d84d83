"""What the store keeps and gives back."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Literal, Self

from aggregator.model.entry import Entry, Intake
from aggregator.model.published import Category
from aggregator.model.value import value
from aggregator.model.web import Validators
from aggregator.model.words import Criterion, Reach

Outcome = Literal["", "ok", "unchanged", "failed", "gone", "waiting", "unasked"]
"""How the last request to a feed ended; empty before the first.

Nobody is to blame when it is ``waiting`` (our own network was down, or this machine could not read what came) or
``unasked`` (feeds.yaml or the environment is to be mended first).
"""


@value(frozen=True, slots=False)
class FeedState:
    """What was observed of a feed: how it answers, and when to ask it again."""

    id: int
    url: str
    title: str = ""
    home: str = ""
    publisher: str = ""
    format: str = ""
    atom_id: str = ""
    language: str = ""
    updated: datetime | None = None
    validators: Validators | None = None
    body_hash: str = ""  # of the last decoded body: the same bytes need no parsing
    criterion: Criterion = "guid"
    ttl: int = 0  # minutes the document itself asks for
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    moved_to: str = ""  # where permanent redirects lead
    moved_since: datetime | None = None
    moved_count: int = 0  # answers in a row that agreed on it
    adopted: str = ""  # the address asked in place of ``url``: it moved there, and agreed on it for long enough
    status: int = 0  # last HTTP status, 0 when none came
    outcome: Outcome = ""
    error: str = ""  # in words, of the last failure; empty after a success
    failures: int = 0  # in a row
    failing_since: datetime | None = None  # the first of them
    fetched: datetime | None = None
    succeeded: datetime | None = None
    newest: datetime | None = None  # date of the newest entry
    rhythm: float = 0.0  # mean gap between entries, seconds
    due: datetime | None = None  # None: at once
    due_reason: str = ""
    wait_until: datetime | None = None  # the server told us not to ask before, also when forced
    freshness: int = 0  # seconds for which the server called its last document fresh
    fresh_until: datetime | None = None  # what server and document ask for: a run asks no earlier unless forced
    gone: bool = False  # 410: never asked again
    listed: bool = True  # in feeds.yaml now
    first_seen: datetime | None = None
    entries: int = 0  # stored
    answers_full: int = 0  # documents that were sent whole and read
    answers_unchanged: int = 0  # 304
    same_bytes: int = 0  # sent whole although nothing had changed
    rejected: int = 0  # entries of the last document that could not be read
    reject: str = ""  # the first of them, in words, and what is odd about the document
    unclosed: bool = False  # the last document lacked its end tags, and nothing else
    whole: bool = False  # its server does not do well with RFC 3229: whole documents are asked for, from then on

    @property
    def address(self) -> str:
        """The address to ask: that of feeds.yaml, or the one the feed has moved to for good."""
        return self.adopted or self.url

    @classmethod
    def of(cls, facts: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> Self:
        """Make one of all its fields, in a fifth of the time: every run makes one of every feed."""
        made = object.__new__(cls)
        made.__dict__.update(facts)
        return made

    def but(self, changes: Mapping[str, Any]) -> Self:
        """Make another with some facts changed: ``dataclasses.replace`` in a fifth of the time."""
        return self.of({**self.__dict__, **changes})


@value(frozen=True, slots=True)
class FeedFigures:
    """What the store counts of a feed: entries of the last four weeks, and its part in the last digests."""

    seen: int = 0  # entries first seen in that time
    new: int = 0  # of these, entries that were published in it or came after the feed's first document
    told: int = 0  # entries of the last issues that came from this feed …
    told_by_all: int = 0  # … and from all feeds
    reaches: datetime | None = None  # when the oldest entry of a first document that came in that time was published
    began: datetime | None = None  # when the oldest stored entry was first seen: that of the first document …
    latest: datetime | None = None  # … and the newest


@value(frozen=True, slots=True)
class Visit:
    """What one answer of a feed leads to: the feed's new state, and what to store."""

    state: FeedState
    token: int  # of the lease under which the work was done
    intake: Intake | None = None
    reach: Mapping[str, Reach] = field(default_factory=dict)  # guid → what a new entry is for; absent: "all"


@value(frozen=True, slots=True)
class Source:
    """The feed behind a stored entry, as outputs and digests name it."""

    id: int
    url: str
    title: str
    home: str
    publisher: str
    atom_id: str = ""
    language: str = ""
    updated: datetime | None = None


@value(frozen=True, slots=True)
class Tag:
    """A topic that an entry has, and why: by which of the ways, with ``evidence`` in plain words.

    ``probability`` is how sure a topic by meaning is; 1 for what is no guess.
    """

    topic: str
    via: Literal["words", "feed", "category", "meaning", "correction"]
    evidence: str
    probability: float = 1.0


@value(frozen=True, slots=True)
class Correction:
    """What a person said of one entry and topic. The texts are kept: what was said is learned from for good."""

    entry: int
    topic: str
    wanted: bool
    made: datetime
    title: str
    text: str


@value(frozen=True, slots=True)
class StoredEntry:
    """An entry as the store gives it back. ``surfaced`` is its place in outputs, ``changed`` its last real change."""

    id: int
    uid: str  # permanent id in everything we publish
    source: Source
    entry: Entry
    first_seen: datetime
    last_seen: datetime
    surfaced: datetime
    changed: datetime
    reach: Reach
    text_set: int  # entries of one text share it: the id of the first of them
    same_as: str = ""  # why it belongs to that set, in plain words; of the first, why to no other, or empty
    tags: tuple[Tag, ...] = ()
    dropped: str = ""  # why it is left out of everything we publish; empty when it is not
    set_uid: str = ""  # permanent id of its text: that of the entry that founded the set, also when that is purged
    set_founded: datetime | None = None  # when that entry was published
    same_like: int = 0  # the entry it is a copy of; 0 for the first
    same_score: float = 0.0  # how surely, 0 to 1
    story: int = 0  # entries about one event share it: the id of the first of them; 0 before they were compared
    story_uid: str = ""  # permanent id of the story: that of the entry that founded it
    story_like: int = 0  # the member by which it came into the story; 0 for the first
    story_score: float = 0.0
    story_why: tuple[str, ...] = ()  # in words

    @property
    def is_copy(self) -> bool:
        """Tell whether it came into the set that another founded."""
        return self.text_set not in (0, self.id)


Facts = tuple[str, int, int, Reach, int]
"""What never changes of a stored entry, but with its text: its permanent id, when it was published and when it
surfaced, its reach, when it was first seen. Moments are as the store keeps them."""


@value(frozen=True, slots=True)
class Candidate:
    """An entry as Curate sees it: one that is to be placed, or one to compare it with."""

    id: int
    guid: str
    feed: int
    url: str  # of the feed
    title: str
    text: str
    categories: tuple[Category, ...]
    key: str  # canonical address
    words: str  # fingerprint of title and text
    published: datetime
    text_set: int = 0  # 0 while it waits
    set_founded: datetime | None = None
    story: int = 0
    same_score: float = 0.0  # how surely it is a copy of another of its set
    settled: bool = False  # its text has not changed since it was compared: it stays in its set
    stamp: int = 0  # with which it waits: another one when it has changed
    facts: Facts | None = None  # for the store, which is to keep what is decided
    stood: tuple[int, int | None] | None = None  # in its feed's documents: first seen, last seen (None: it is there)


@value(frozen=True, slots=True)
class Folded:
    """One text, told once: the entry that represents it, and the other copies. ``uid`` stays when the lead changes.

    ``why`` says in words what makes the lead the one of several copies.
    """

    lead: StoredEntry
    others: tuple[StoredEntry, ...] = ()
    uid: str = ""
    why: str = ""

    @property
    def members(self) -> tuple[StoredEntry, ...]:
        """The lead and the others."""
        return (self.lead, *self.others)

    @property
    def publishers(self) -> tuple[str, ...]:
        """The distinct publishers, the lead's first."""
        return tuple(dict.fromkeys(member.source.publisher for member in self.members))
