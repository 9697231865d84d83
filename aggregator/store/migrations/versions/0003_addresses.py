"""Entries are found by their canonical address: an index of addresses as they are written is one too many."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the index."""
    op.drop_index("ix_entry_url", "entry")


def downgrade() -> None:
    """Make it again."""
    op.create_index("ix_entry_url", "entry", ["url"])
