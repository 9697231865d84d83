"""What stories are found by: traits of entries, postings of their telling terms, counts of all terms."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; every entry is placed anew, since none has a story yet."""
    op.create_table(
        "story_entry",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("story", sa.BigInteger(), nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.Column("meaning", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_story_entry_entry_id_entry", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry_id", name="pk_story_entry"),
    )
    op.create_index("ix_story_entry_story_published_entry_id", "story_entry", ["story", "published", "entry_id"])
    op.create_table(
        "story_term",
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("term", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("epoch", "term", name="pk_story_term"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "story_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("counts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_story_count"),
    )
    op.execute("DELETE FROM meta WHERE key = 'rules'")


def downgrade() -> None:
    """Take them away."""
    for table in ("story_count", "story_term", "story_entry"):
        op.drop_table(table)
