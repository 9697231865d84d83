"""Why an entry is the same text as another, and the story it belongs to: by which member, how surely, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COLUMNS = (
    ("same_like", sa.Integer(), "0"),
    ("same_score", sa.Float(), "0"),
    ("story", sa.BigInteger(), "0"),
    ("story_uid", sa.Text(), ""),
    ("story_like", sa.Integer(), "0"),
    ("story_score", sa.Float(), "0"),
    ("story_why", sa.JSON(), "[]"),
)


def upgrade() -> None:
    """Add the columns, as if no entry had been compared yet."""
    for name, kind, default in COLUMNS:
        op.add_column("curation", sa.Column(name, kind, nullable=False, server_default=default))
    with op.batch_alter_table("curation") as curation:  # the defaults were for the rows that were there
        for name, _, _ in COLUMNS:
            curation.alter_column(name, server_default=None)
    op.create_index("ix_curation_story", "curation", ["story"])


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_curation_story", "curation")
    with op.batch_alter_table("curation") as curation:
        for name, _, _ in reversed(COLUMNS):
            curation.drop_column(name)
