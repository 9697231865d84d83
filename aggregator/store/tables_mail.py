"""The tables of issues, of their way to people, and of the people."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from aggregator.store import tables_books
from aggregator.store.moments import Moment
from aggregator.store.tables import Row


class IssueRow(Row, table=True):
    """One number of a digest, frozen; ``data`` is the Issue as JSON, empty when there was nothing to tell."""

    __tablename__ = "issue"
    __table_args__ = (
        UniqueConstraint("digest", "period"),
        Index(None, "digest", "until"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    digest: str
    period: str
    since: datetime = Field(sa_type=Moment)
    until: datetime = Field(sa_type=Moment)
    frozen: datetime = Field(sa_type=Moment)
    skipped: bool
    entries: int
    subject: str = Field(sa_type=Text)
    data: str = Field(sa_type=Text)
    html: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)


class ToldRow(Row, table=True):
    """An entry that an issue tells, its text set and story (0: none). Issues outlive what is purged: no foreign key."""

    __tablename__ = "told"

    issue_id: int = Field(primary_key=True, foreign_key="issue.id", ondelete="CASCADE")
    entry_id: int = Field(primary_key=True, index=True)
    text_set: int = Field(index=True)
    story: int = Field(index=True, sa_type=BigInteger)


class DeliveryRow(Row, table=True):
    """One issue on its way to one recipient, under a Message-ID fixed beforehand.

    ``subscriber_id`` is 0 for who stands in ``to:``, ``letter_id`` 0 for the issue as it was composed. ``owner`` is the
    process that sends it, and ``lease`` until when it may.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("issue_id", "recipient"),
        Index(None, "state", "due"),
        Index(None, "handed"),
        Index(None, "owner", sqlite_where=text("owner <> ''")),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    issue_id: int = Field(foreign_key="issue.id", ondelete="CASCADE")
    recipient: str = Field(sa_type=Text)
    message_id: str = Field(sa_type=Text)
    state: str
    attempts: int = 0
    due: datetime | None = Field(default=None, sa_type=Moment)
    reply: str = Field(default="", sa_type=Text)
    changed: datetime = Field(sa_type=Moment)
    subscriber_id: int = Field(default=0, index=True)
    letter_id: int = 0
    owner: str = Field(default="", sa_type=Text)
    lease: datetime | None = Field(default=None, sa_type=Moment)
    handed: datetime | None = Field(default=None, sa_type=Moment)  # when its message last went to the server


class DraftRow(Row, table=True):
    """An issue in the editor's hand, one a digest; ``data`` is the Issue with all there is to choose from, as JSON."""

    __tablename__ = "draft"

    digest: str = Field(primary_key=True)
    period: str
    data: str = Field(sa_type=Text)
    edits: str = Field(sa_type=Text)
    made: datetime = Field(sa_type=Moment)
    state: str
    told: datetime | None = Field(default=None, sa_type=Moment)  # the editor was mailed
    attempts: int  # mails to the editor that did not go out
    remind_at: datetime | None = Field(default=None, sa_type=Moment)
    reply: str = Field(sa_type=Text)


class LetterRow(Row, table=True):
    """An issue as some of its subscribers chose it (``variant``), written out once for all of them.

    ``html`` and ``text`` are packed (pipeline/packing), or text where an earlier program kept it: SQLite takes both.
    """

    __tablename__ = "letter"
    __table_args__ = (UniqueConstraint("issue_id", "variant"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    issue_id: int = Field(foreign_key="issue.id", ondelete="CASCADE")
    variant: str = Field(sa_type=Text)  # topics, language and time zone, as canonical JSON
    subject: str = Field(sa_type=Text)
    html: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)


class SubscriberRow(Row, table=True):
    """A person who asked for digests. ``uid`` stands in links, ``mailbox`` is the address as it is compared."""

    __tablename__ = "subscriber"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    uid: str = Field(sa_type=Text, unique=True)
    address: str = Field(sa_type=Text)
    mailbox: str = Field(sa_type=Text, unique=True)
    language: str = Field(default="", sa_type=Text)  # of the frame; empty: as the digest
    zone: str = Field(default="", sa_type=Text)
    joined: datetime = Field(sa_type=Moment)
    suppressed: str = Field(default="", sa_type=Text)  # why nothing is sent any more; empty: it is
    suppressed_at: datetime | None = Field(default=None, sa_type=Moment)


class SubscriptionRow(Row, table=True):
    """That a subscriber wants a digest, as they chose it, and the record of their consent."""

    __tablename__ = "subscription"
    __table_args__ = (Index(None, "digest", "state"),)

    subscriber_id: int = Field(primary_key=True, foreign_key="subscriber.id", ondelete="CASCADE")
    digest: str = Field(primary_key=True)
    state: str  # pending | confirmed | left
    topics: list[Any] = Field(sa_type=JSON)  # empty: all that the digest tells
    frequency: str = "each"  # each | daily | weekly
    paused_until: datetime | None = Field(default=None, sa_type=Moment)
    asked: datetime = Field(sa_type=Moment)
    confirmed: datetime | None = Field(default=None, sa_type=Moment)
    left_at: datetime | None = Field(default=None, sa_type=Moment)
    via: str = Field(default="", sa_type=Text)  # form | editor | import
    form: str = Field(default="", sa_type=Text)  # the address of the form
    wording: str = Field(default="", sa_type=Text)  # the version of the text that was agreed to


class ConfirmationRow(Row, table=True):
    """A mail that asks whether a subscription is meant, on its way; and what bounds how many there are.

    It keeps what was asked for, which is what its link confirms. ``dropped`` is a form for which no mail goes out.
    """

    __tablename__ = "confirmation"
    __table_args__ = (
        Index(None, "state", "due"),
        Index(None, "network", "asked"),
        Index(None, "changed"),
        Index(None, "subscriber_id", "asked"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    subscriber_id: int = Field(foreign_key="subscriber.id", ondelete="CASCADE")
    digest: str
    network: str = Field(default="", sa_type=Text)  # a keyed hash of the network that asked
    asked: datetime = Field(sa_type=Moment)
    message_id: str = Field(sa_type=Text)
    state: str = "pending"
    attempts: int = 0
    due: datetime | None = Field(default=None, sa_type=Moment)
    reply: str = Field(default="", sa_type=Text)
    changed: datetime = Field(sa_type=Moment)
    topics: list[Any] = Field(sa_type=JSON)
    frequency: str = "each"
    via: str = Field(default="", sa_type=Text)
    form: str = Field(default="", sa_type=Text)
    wording: str = Field(default="", sa_type=Text)


class BounceRow(Row, table=True):
    """What a mail server reported of a delivery, or a person of a mail; ``kind`` is a BounceWord."""

    __tablename__ = "bounce"
    __table_args__ = (Index(None, "subscriber_id", "came"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    subscriber_id: int
    delivery_id: int
    kind: str
    status: str = Field(default="", sa_type=Text)  # RFC 3463: 5.1.1
    diagnostic: str = Field(default="", sa_type=Text)
    report: str = Field(sa_type=Text, unique=True)  # a fingerprint: the same report counts once
    came: datetime = Field(sa_type=Moment)


METADATA = tables_books.CurationRow.metadata  # by now it knows all tables
