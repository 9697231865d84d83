"""What a feed's manners need to be remembered: moves that were adopted, hints, failures by time, counts of answers."""

import sqlalchemy as sa
from alembic import op

from aggregator.store.moments import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBERS = ("moved_count", "freshness", "answers_full", "answers_unchanged", "same_bytes", "rejected")
TEXTS = ("adopted", "reject")
MOMENTS = ("failing_since", "fresh_until")


def upgrade() -> None:
    """Add the columns, as if nothing had been observed yet."""
    for name in NUMBERS:
        op.add_column("feed", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    for name in TEXTS:
        op.add_column("feed", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    for name in MOMENTS:
        op.add_column("feed", sa.Column(name, Moment(), nullable=True))
    with op.batch_alter_table("feed") as feed:  # the defaults were for the rows that were there
        for name in (*NUMBERS, *TEXTS):
            feed.alter_column(name, server_default=None)


def downgrade() -> None:
    """Take the columns away."""
    with op.batch_alter_table("feed") as feed:
        for name in (*MOMENTS, *TEXTS, *NUMBERS):
            feed.drop_column(name)
