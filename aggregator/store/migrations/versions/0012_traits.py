"""What the meaning of an entry is made of, for those that are not asked for it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what is stored has its meaning."""
    op.add_column("story_entry", sa.Column("parts", sa.LargeBinary(), nullable=True))
    op.add_column("story_entry", sa.Column("words", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take them away; all is placed anew where some have no meaning."""
    bare = "FROM story_entry WHERE meaning = x''"
    op.execute(f"DELETE FROM meta WHERE key = 'rules' AND EXISTS (SELECT 1 {bare})")
    op.execute(f"DELETE {bare}")
    with op.batch_alter_table("story_entry") as story_entry:
        story_entry.drop_column("words")
        story_entry.drop_column("parts")
