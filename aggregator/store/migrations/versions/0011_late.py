"""When entries came to topics, the keys of their texts, what waits and what for, and until when hosts of pages rest."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, as if all that is stored had stood where it stands since it was first seen."""
    op.add_column("shelf", sa.Column("shelved", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE shelf SET shelved = (SELECT first_seen FROM entry WHERE entry.id = shelf.entry_id)")
    with op.batch_alter_table("shelf") as shelf:  # the default was for the rows that were there
        shelf.alter_column("shelved", server_default=None)
    op.add_column("curation", sa.Column("runs", sa.LargeBinary(), nullable=True))
    op.add_column("robots", sa.Column("rests", sa.BigInteger(), nullable=True))
    op.add_column("pending", sa.Column("published", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("pending", sa.Column("changed", sa.Boolean(), nullable=False, server_default="1"))
    op.execute("UPDATE pending SET published = (SELECT published FROM entry WHERE entry.id = pending.entry_id)")
    with op.batch_alter_table("pending") as pending:
        pending.alter_column("published", server_default=None)
        pending.alter_column("changed", server_default=None)
    op.create_index("ix_pending_published_entry_id", "pending", ["published", "entry_id"])


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_pending_published_entry_id", "pending")
    with op.batch_alter_table("pending") as pending:
        pending.drop_column("changed")
        pending.drop_column("published")
    with op.batch_alter_table("curation") as curation:
        curation.drop_column("runs")
    with op.batch_alter_table("robots") as robots:
        robots.drop_column("rests")
    with op.batch_alter_table("shelf") as shelf:
        shelf.drop_column("shelved")
