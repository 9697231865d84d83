"""The tables of feeds and entries. What Curate decides lies in ``tables_books``, the mail in ``tables_mail``."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, MetaData, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from aggregator.store.moments import Moment


class Row(SQLModel):
    """The parent of all tables: metadata of our own, which names constraints so that migrations can find them."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class FeedRow(Row, table=True):
    """A feed: what feeds.yaml says (``listed_*``), what its document says, what was observed, and who works on it."""

    __tablename__ = "feed"

    id: int | None = Field(default=None, primary_key=True)
    url: str = Field(sa_type=Text, unique=True)
    listed: bool = True
    listed_title: str = Field(default="", sa_type=Text)
    listed_publisher: str = Field(default="", sa_type=Text)
    title: str = Field(default="", sa_type=Text)
    home: str = Field(default="", sa_type=Text)
    publisher: str = Field(default="", sa_type=Text)
    format: str = ""
    atom_id: str = Field(default="", sa_type=Text)
    language: str = ""
    updated: datetime | None = Field(default=None, sa_type=Moment)
    validators_url: str = Field(default="", sa_type=Text)
    etag: str = Field(default="", sa_type=Text)
    last_modified: str = Field(default="", sa_type=Text)
    body_hash: str = ""
    criterion: str = "guid"
    ttl: int = 0
    skip_hours: list[Any] = Field(default_factory=list, sa_type=JSON)
    skip_days: list[Any] = Field(default_factory=list, sa_type=JSON)
    moved_to: str = Field(default="", sa_type=Text)
    moved_since: datetime | None = Field(default=None, sa_type=Moment)
    status: int = 0
    outcome: str = ""
    error: str = Field(default="", sa_type=Text)
    failures: int = 0
    fetched: datetime | None = Field(default=None, sa_type=Moment)
    succeeded: datetime | None = Field(default=None, sa_type=Moment)
    newest: datetime | None = Field(default=None, sa_type=Moment)
    rhythm: float = 0.0
    due: datetime | None = Field(default=None, sa_type=Moment)
    due_reason: str = Field(default="", sa_type=Text)
    wait_until: datetime | None = Field(default=None, sa_type=Moment)
    gone: bool = False
    first_seen: datetime = Field(sa_type=Moment)
    document_read: datetime | None = Field(default=None, sa_type=Moment)  # when a document was last read, not a 304
    entries: int = 0
    lease_until: datetime | None = Field(default=None, sa_type=Moment)
    token: int = 0
    moved_count: int = 0
    freshness: int = 0
    answers_full: int = 0
    answers_unchanged: int = 0
    same_bytes: int = 0
    rejected: int = 0
    adopted: str = Field(default="", sa_type=Text)
    reject: str = Field(default="", sa_type=Text)
    failing_since: datetime | None = Field(default=None, sa_type=Moment)
    fresh_until: datetime | None = Field(default=None, sa_type=Moment)
    unclosed: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    whole: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})


class EntryRow(Row, table=True):
    """An entry under its own identity (feed, guid). The long texts come last: SQLite reads a row from the front."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("feed_id", "guid"),
        Index(None, "feed_id", "last_seen"),
        Index(None, "feed_id", "id"),  # the newest of a feed, of a text, of an address: SQLite has the id in every
        Index(None, "words", "id"),  # index, PostgreSQL where it is named
        Index(None, "key", "id"),
        {"sqlite_autoincrement": True},  # ids of purged entries stay in issues: they are never given again
    )

    id: int | None = Field(default=None, primary_key=True)
    feed_id: int = Field(foreign_key="feed.id", ondelete="CASCADE")
    guid: str = Field(sa_type=Text)
    uid: str = Field(sa_type=Text, unique=True)
    fingerprint: str
    words: str
    key: str = Field(sa_type=Text)
    url: str = Field(sa_type=Text)
    published: datetime = Field(sa_type=Moment)
    published_from: str
    updated: datetime | None = Field(default=None, sa_type=Moment)
    first_seen: datetime = Field(sa_type=Moment, index=True)
    last_seen: datetime | None = Field(default=None, sa_type=Moment)  # None while the feed's last document holds it
    surfaced: datetime = Field(sa_type=Moment, index=True)
    changed: datetime = Field(sa_type=Moment)
    reach: str
    revisions: int = 0  # changes of markup alone
    language: str
    title: str = Field(sa_type=Text)
    author: str = Field(sa_type=Text)
    image: str = Field(sa_type=Text)
    categories: list[Any] = Field(sa_type=JSON)
    enclosures: list[Any] = Field(sa_type=JSON)
    excerpt: str = Field(sa_type=Text)
    html: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    credit: str = Field(sa_type=Text, sa_column_kwargs={"server_default": ""})  # behind them: it was added later


class TombstoneRow(Row, table=True):
    """The mark of a purged entry: its feed may still carry it, but it does not come back."""

    __tablename__ = "tombstone"
    __table_args__ = (Index(None, "feed_id", "buried"),)

    feed_id: int = Field(primary_key=True, foreign_key="feed.id", ondelete="CASCADE")
    guid: str = Field(primary_key=True, sa_type=Text)
    buried: datetime = Field(sa_type=Moment)


class MetaRow(Row, table=True):
    """A fact about the whole database."""

    __tablename__ = "meta"

    key: str = Field(primary_key=True)
    value: str = Field(sa_type=Text)


FEED, ENTRY = Row.metadata.tables["feed"], Row.metadata.tables["entry"]
