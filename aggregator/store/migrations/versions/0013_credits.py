"""Whom a line that was cut from an entry names as the source of its text."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of what is stored nothing is known. It stands last, with a default: else all would be copied."""
    op.add_column("entry", sa.Column("credit", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("entry", "credit")
