"""Since when an entry has stood under a topic."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, as if all that is stored had stood where it stands since it was first seen."""
    op.add_column("shelf", sa.Column("shelved", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE shelf SET shelved = (SELECT first_seen FROM entry WHERE entry.id = shelf.entry_id)")
    with op.batch_alter_table("shelf") as shelf:  # the default was for the rows that were there
        shelf.alter_column("shelved", server_default=None)


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("shelf") as shelf:
        shelf.drop_column("shelved")
