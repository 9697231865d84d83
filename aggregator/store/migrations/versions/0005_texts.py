"""Texts are found by runs of their words, without what their feeds repeat: all are compared anew."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and let every entry wait for Curate."""
    op.create_table(
        "sketch",
        sa.Column("run", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("run", "entry_id", name="pk_sketch"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "furniture",
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("paragraphs", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name="fk_furniture_feed_id_feed", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("feed_id", name="pk_furniture"),
    )
    op.execute("INSERT INTO pending (entry_id) SELECT id FROM entry WHERE id NOT IN (SELECT entry_id FROM pending)")


def downgrade() -> None:
    """Take them away."""
    op.drop_table("furniture")
    op.drop_table("sketch")
