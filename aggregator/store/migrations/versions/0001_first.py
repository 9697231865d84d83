"""The first schema: feeds, entries, curation, issues."""

import sqlalchemy as sa
from alembic import op

from aggregator.store.moments import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, parents first."""
    _feeds()
    _entries()
    _curation()
    _issues()


def downgrade() -> None:
    """Drop the tables with their indexes, children first."""
    for table in ("delivery", "told", "issue", "shelf", "curation", "pending", "tombstone", "entry", "meta", "feed"):
        op.drop_table(table)


def _feeds() -> None:
    op.create_table(
        "feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("listed_title", sa.Text(), nullable=False),
        sa.Column("listed_publisher", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("publisher", sa.Text(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("atom_id", sa.Text(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("updated", Moment(), nullable=True),
        sa.Column("validators_url", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.String(), nullable=False),
        sa.Column("criterion", sa.String(), nullable=False),
        sa.Column("ttl", sa.Integer(), nullable=False),
        sa.Column("skip_hours", sa.JSON(), nullable=False),
        sa.Column("skip_days", sa.JSON(), nullable=False),
        sa.Column("moved_to", sa.Text(), nullable=False),
        sa.Column("moved_since", Moment(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("fetched", Moment(), nullable=True),
        sa.Column("succeeded", Moment(), nullable=True),
        sa.Column("newest", Moment(), nullable=True),
        sa.Column("rhythm", sa.Float(), nullable=False),
        sa.Column("due", Moment(), nullable=True),
        sa.Column("due_reason", sa.Text(), nullable=False),
        sa.Column("wait_until", Moment(), nullable=True),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("first_seen", Moment(), nullable=False),
        sa.Column("document_read", Moment(), nullable=True),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("token", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("url", name=op.f("uq_feed_url")),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )


def _entries() -> None:
    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("published", Moment(), nullable=False),
        sa.Column("published_from", sa.String(), nullable=False),
        sa.Column("updated", Moment(), nullable=True),
        sa.Column("first_seen", Moment(), nullable=False),
        sa.Column("last_seen", Moment(), nullable=True),
        sa.Column("surfaced", Moment(), nullable=False),
        sa.Column("changed", Moment(), nullable=False),
        sa.Column("reach", sa.String(), nullable=False),
        sa.Column("revisions", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("enclosures", sa.JSON(), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_entry_feed_id_feed"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("feed_id", "guid", name=op.f("uq_entry_feed_id_guid")),
        sa.UniqueConstraint("uid", name=op.f("uq_entry_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_entry_feed_id_id"), "entry", ["feed_id", "id"])
    op.create_index(op.f("ix_entry_feed_id_last_seen"), "entry", ["feed_id", "last_seen"])
    op.create_index(op.f("ix_entry_first_seen"), "entry", ["first_seen"])
    op.create_index(op.f("ix_entry_key_id"), "entry", ["key", "id"])
    op.create_index(op.f("ix_entry_surfaced"), "entry", ["surfaced"])
    op.create_index(op.f("ix_entry_url"), "entry", ["url"])
    op.create_index(op.f("ix_entry_words_id"), "entry", ["words", "id"])
    op.create_table(
        "tombstone",
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("buried", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_tombstone_feed_id_feed"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("feed_id", "guid", name=op.f("pk_tombstone")),
    )
    op.create_index(op.f("ix_tombstone_feed_id_buried"), "tombstone", ["feed_id", "buried"])


def _curation() -> None:
    op.create_table(
        "pending",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_pending_entry_id_entry"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_pending")),
    )
    op.create_table(
        "curation",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("text_set", sa.Integer(), nullable=False),
        sa.Column("set_uid", sa.Text(), nullable=False),
        sa.Column("set_founded", Moment(), nullable=False),
        sa.Column("same_as", sa.Text(), nullable=False),
        sa.Column("dropped", sa.Text(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_curation_entry_id_entry"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_curation")),
    )
    op.create_index(op.f("ix_curation_set_uid"), "curation", ["set_uid"])
    op.create_index(op.f("ix_curation_text_set"), "curation", ["text_set"])
    op.create_table(
        "shelf",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("surfaced", Moment(), nullable=False),
        sa.Column("text_set", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_shelf_entry_id_entry"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry_id", "topic", name=op.f("pk_shelf")),
    )
    op.create_index("ix_shelf_newest", "shelf", ["topic", "shown", "surfaced", "text_set", "entry_id"])


def _issues() -> None:
    op.create_table(
        "issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("frozen", Moment(), nullable=False),
        sa.Column("skipped", sa.Boolean(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue")),
        sa.UniqueConstraint("digest", "period", name=op.f("uq_issue_digest_period")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_issue_digest_until"), "issue", ["digest", "until"])
    op.create_table(
        "told",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("text_set", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_told_issue_id_issue"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("issue_id", "entry_id", name=op.f("pk_told")),
    )
    op.create_index(op.f("ix_told_entry_id"), "told", ["entry_id"])
    op.create_index(op.f("ix_told_text_set"), "told", ["text_set"])
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", Moment(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("changed", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_delivery_issue_id_issue"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("issue_id", "recipient", name=op.f("uq_delivery_issue_id_recipient")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_delivery_state_due"), "delivery", ["state", "due"])
