"""Which story an issue told."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, as if the issues so far had told texts that belong to no story."""
    op.add_column("told", sa.Column("story", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("told") as told:  # the default was for the rows that were there
        told.alter_column("story", server_default=None)
    op.create_index("ix_told_story", "told", ["story"])


def downgrade() -> None:
    """Take it away."""
    op.drop_index("ix_told_story", "told")
    with op.batch_alter_table("told") as told:
        told.drop_column("story")
