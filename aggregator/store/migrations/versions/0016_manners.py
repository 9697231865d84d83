"""What a server does with end tags, and with ``A-IM: feed``."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. That a document lacked its end tags alone was told in words."""
    for name in ("unclosed", "whole"):
        op.add_column("feed", sa.Column(name, sa.Boolean(), nullable=False, server_default="0"))
    op.execute("UPDATE feed SET unclosed = TRUE WHERE reject LIKE '%it ends behind a whole entry, without its own end tags%'")


def downgrade() -> None:
    """Take them away."""
    for name in ("whole", "unclosed"):
        op.drop_column("feed", name)
