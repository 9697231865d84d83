"""People who subscribe, how they chose, what they are sent, and what came back."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and let deliveries know their subscriber."""
    _people()
    _post()
    for column in (
        sa.Column("subscriber_id", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("letter_id", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("owner", sa.Text(), nullable=False, server_default=""),
        sa.Column("lease", sa.BigInteger(), nullable=True),
        sa.Column("handed", sa.BigInteger(), nullable=True),
    ):
        op.add_column("delivery", column)
    with op.batch_alter_table("delivery", table_kwargs={"sqlite_autoincrement": True}) as delivery:
        for name in ("subscriber_id", "letter_id", "owner"):  # the defaults were for the rows that were there
            delivery.alter_column(name, server_default=None)
    op.create_index("ix_delivery_subscriber_id", "delivery", ["subscriber_id"])
    op.create_index("ix_delivery_handed", "delivery", ["handed"])
    op.create_index("ix_delivery_owner", "delivery", ["owner"], sqlite_where=sa.text("owner <> ''"))


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_delivery_owner", "delivery")
    op.drop_index("ix_delivery_handed", "delivery")
    op.drop_index("ix_delivery_subscriber_id", "delivery")
    with op.batch_alter_table("delivery", table_kwargs={"sqlite_autoincrement": True}) as delivery:
        for name in ("handed", "lease", "owner", "letter_id", "subscriber_id"):
            delivery.drop_column(name)
    for table in ("bounce", "confirmation", "subscription", "subscriber", "letter", "draft"):
        op.drop_table(table)


def _people() -> None:
    op.create_table(
        "subscriber",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("joined", sa.BigInteger(), nullable=False),
        sa.Column("suppressed", sa.Text(), nullable=False),
        sa.Column("suppressed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_subscriber"),
        sa.UniqueConstraint("mailbox", name="uq_subscriber_mailbox"),
        sa.UniqueConstraint("uid", name="uq_subscriber_uid"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "subscription",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("frequency", sa.String(), nullable=False),
        sa.Column("paused_until", sa.BigInteger(), nullable=True),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("confirmed", sa.BigInteger(), nullable=True),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("subscriber_id", "digest", name="pk_subscription"),
        _of_subscriber("subscription"),
    )
    op.create_index("ix_subscription_digest_state", "subscription", ["digest", "state"])


def _post() -> None:
    op.create_table(
        "draft",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("edits", sa.Text(), nullable=False),
        sa.Column("made", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("remind_at", sa.BigInteger(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_draft"),
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_letter"),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name="fk_letter_issue_id_issue", ondelete="CASCADE"),
        sa.UniqueConstraint("issue_id", "variant", name="uq_letter_issue_id_variant"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "confirmation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("frequency", sa.String(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_confirmation"),
        _of_subscriber("confirmation"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_confirmation_state_due", "confirmation", ["state", "due"])
    op.create_index("ix_confirmation_changed", "confirmation", ["changed"])
    op.create_index("ix_confirmation_network_asked", "confirmation", ["network", "asked"])
    op.create_index("ix_confirmation_subscriber_id_asked", "confirmation", ["subscriber_id", "asked"])
    op.create_table(
        "bounce",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("diagnostic", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("came", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bounce"),
        sa.UniqueConstraint("report", name="uq_bounce_report"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_bounce_subscriber_id_came", "bounce", ["subscriber_id", "came"])


def _of_subscriber(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_subscriber_id_subscriber"
    return sa.ForeignKeyConstraint(["subscriber_id"], ["subscriber.id"], name=name, ondelete="CASCADE")
