"""The tables of curation, and of pages."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field

from aggregator.store.moments import Moment
from aggregator.store.tables import Row


class PendingRow(Row, table=True):
    """An entry that waits for Curate, by its date: new, changed, or placed under older rules."""

    __tablename__ = "pending"
    __table_args__ = (Index(None, "published", "entry_id"),)

    entry_id: int = Field(primary_key=True, foreign_key="entry.id", ondelete="CASCADE")
    published: datetime = Field(sa_type=Moment)
    changed: bool  # new or changed: its text is compared; else it is tagged alone
    stamp: int = Field(sa_type=BigInteger)  # another one whenever something makes it wait


class CurationRow(Row, table=True):
    """What Curate decided about an entry, with its reasons.

    ``tags`` are [topic, via, evidence], of a guess with its probability. Rows lie in the order in which entries were
    first placed, as those of ``story_entry`` do.
    """

    __tablename__ = "curation"
    __table_args__ = (
        UniqueConstraint("entry_id"),
        Index(None, "text_set", "entry_id"),  # the first of a text
        *(Index(f"ix_curation_{name}", name, sqlite_where=text(f"{name} != ''")) for name in ("set_uid", "story_uid")),
    )  # nearly all of the latter are empty

    place: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="entry.id", ondelete="CASCADE")
    text_set: int
    set_uid: str = Field(sa_type=Text)  # of the entry that founded the set; empty when it is this one's own
    set_founded: datetime = Field(sa_type=Moment)  # when that entry was published
    same_as: str = Field(sa_type=Text)
    dropped: str = Field(sa_type=Text)
    tags: list[Any] = Field(sa_type=JSON)
    same_like: int  # the entry it is a copy of; 0 for the first
    same_score: float  # 0 to 1
    story: int = Field(index=True, sa_type=BigInteger)  # ``model.story_traits.nth_story``; 0 while it has none
    story_uid: str = Field(sa_type=Text)  # of its founder; empty when it is this one's own
    story_like: int  # the member by which it came into the story; 0 for the founder
    story_score: float
    story_why: list[Any] = Field(sa_type=JSON)  # in words
    runs: bytes | None = Field(default=None, sa_type=LargeBinary)  # of its keys in ``sketch``, eight bytes each


class SketchRow(Row, table=True):
    """Keys by which texts of a fortnight are found: runs of their words, and the entry that has each.

    A part of an index, as ``pipeline.shingles_parts`` writes it. It has no foreign key: keys of purged entries are
    swept.
    """

    __tablename__ = "sketch"

    fortnight: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    keys: bytes = Field(sa_type=LargeBinary)


class FurnitureRow(Row, table=True):
    """What a feed repeats in its entries, as ``pipeline.furniture`` writes it."""

    __tablename__ = "furniture"

    feed_id: int = Field(primary_key=True, foreign_key="feed.id", ondelete="CASCADE")
    paragraphs: bytes


class CorrectionRow(Row, table=True):
    """What a person said: the entry has the topic, or has not. No foreign key: it outlives an entry that is purged."""

    __tablename__ = "correction"

    entry_id: int = Field(primary_key=True)
    topic: str = Field(primary_key=True)
    wanted: bool
    made: datetime = Field(sa_type=Moment)
    title: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)


class LearnedRow(Row, table=True):
    """A model that was learned, under its name; ``rules`` are those it was made from, ``until`` the newest entry."""

    __tablename__ = "learned"

    name: str = Field(primary_key=True)
    rules: str
    until: int
    made: datetime = Field(sa_type=Moment)
    data: bytes = Field(sa_type=LargeBinary)


class ShelfRow(Row, table=True):
    """Where a curated entry stands under each of its topics, and under "" for everything: what outputs read from."""

    __tablename__ = "shelf"
    __table_args__ = (Index("ix_shelf_newest", "topic", "shown", "surfaced", "text_set", "entry_id"),)

    entry_id: int = Field(primary_key=True, foreign_key="entry.id", ondelete="CASCADE")
    topic: str = Field(primary_key=True)
    shown: bool  # in outputs
    surfaced: datetime = Field(sa_type=Moment)
    text_set: int
    shelved: datetime = Field(sa_type=Moment)  # when it came to stand there: digests go by it


class StoryEntryRow(Row, table=True):
    """What an entry is about (model/story_traits.py), so that later ones are compared with it without its text.

    Rows lie in the order in which entries were placed: a batch fills pages of its own, and what is compared with it
    lies on the pages before.
    """

    __tablename__ = "story_entry"
    __table_args__ = (UniqueConstraint("entry_id"), Index(None, "story", "published", "entry_id"))

    place: int | None = Field(default=None, primary_key=True)
    entry_id: int = Field(foreign_key="entry.id", ondelete="CASCADE")
    story: int = Field(sa_type=BigInteger)
    published: int = Field(sa_type=BigInteger)  # microseconds since 1970: it is reckoned with
    mark: int = Field(sa_type=BigInteger)
    length: int
    terms: bytes = Field(sa_type=LargeBinary)
    weights: bytes = Field(sa_type=LargeBinary)
    numbers: bytes = Field(sa_type=LargeBinary)  # of its title, and names: odd and even hashes
    meaning: bytes = Field(sa_type=LargeBinary)  # empty until it was asked for: then it is made of these
    parts: bytes | None = Field(default=None, sa_type=LargeBinary)
    words: str | None = Field(default=None, sa_type=Text)


class StoryPostingRow(Row, table=True):
    """Which entries of a stretch of time have a telling term, the latest few; some of them may be gone.

    A part of an index, as ``pipeline.stories_parts`` writes it. A list in a part of a higher number is the newer one.
    """

    __tablename__ = "story_posting"

    epoch: int = Field(primary_key=True)
    number: int = Field(primary_key=True)
    lists: bytes = Field(sa_type=LargeBinary)


class StoryCountRow(Row, table=True):
    """In how many texts each term was seen; one row."""

    __tablename__ = "story_count"

    id: int = Field(primary_key=True)
    texts: int
    counts: bytes = Field(sa_type=LargeBinary)


class PageRow(Row, table=True):
    """The page behind an entry of which the feed carries a teaser; ``cuts`` are [place, beginning, reason]."""

    __tablename__ = "page"
    __table_args__ = (Index(None, "outcome", "due"),)

    entry_id: int = Field(primary_key=True, foreign_key="entry.id", ondelete="CASCADE")
    outcome: str
    tries: int
    due: datetime | None = Field(default=None, sa_type=Moment)
    reason: str = Field(sa_type=Text)
    fetched: datetime | None = Field(default=None, sa_type=Moment)
    url: str = Field(sa_type=Text)  # the one that answered
    title: str = Field(sa_type=Text)
    image: str = Field(sa_type=Text)
    caption: str = Field(sa_type=Text)
    cuts: list[Any] = Field(sa_type=JSON)


class RobotsRow(Row, table=True):
    """What the robots.txt of an origin says, until it is asked again; ``closed`` is why nothing is asked there."""

    __tablename__ = "robots"

    origin: str = Field(primary_key=True)
    asked: datetime = Field(sa_type=Moment)
    expires: datetime = Field(sa_type=Moment)
    status: int
    text: str = Field(sa_type=Text)
    closed: str = Field(sa_type=Text)
    rests: datetime | None = Field(default=None, sa_type=Moment)  # until then: it asks for time between two pages
