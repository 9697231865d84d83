"""What Curate decided lies in the order of placing: a batch fills pages of its own."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table anew with a place for each row, those that are there in the order of their entries."""
    place = sa.Column("place", sa.Integer(), nullable=False)
    _made_anew(place, key="place", unique=(sa.UniqueConstraint("entry_id", name="uq_curation_entry_id"),))
    op.create_index("ix_curation_text_set_entry_id", "curation", ["text_set", "entry_id"])


def downgrade() -> None:
    """Let them lie in the order of their entries again."""
    _made_anew(key="entry_id")
    op.create_index("ix_curation_text_set", "curation", ["text_set"])


def _made_anew(*first: sa.Column[int], key: str, unique: tuple[sa.UniqueConstraint, ...] = ()) -> None:
    """Make the table of decisions with another primary ``key``, and copy what both have; the index of sets is left."""
    op.rename_table("curation", "curation_before")
    op.create_table(
        "curation",
        *first,
        *[sa.Column(name, kind, nullable=name == "runs") for name, kind in _COLUMNS.items()],
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_curation_entry_id_entry", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint(key, name="pk_curation"),
        *unique,
    )
    both = ", ".join(_COLUMNS)
    op.execute(f"INSERT INTO curation ({both}) SELECT {both} FROM curation_before ORDER BY entry_id")
    op.drop_table("curation_before")
    op.create_index("ix_curation_story", "curation", ["story"])
    for name in ("set_uid", "story_uid"):
        op.create_index(f"ix_curation_{name}", "curation", [name], sqlite_where=sa.text(f"{name} != ''"))


_COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "entry_id": sa.Integer(),
    "text_set": sa.Integer(),
    "set_uid": sa.Text(),
    "set_founded": sa.BigInteger(),
    "same_as": sa.Text(),
    "dropped": sa.Text(),
    "tags": sa.JSON(),
    "same_like": sa.Integer(),
    "same_score": sa.Float(),
    "story": sa.BigInteger(),
    "story_uid": sa.Text(),
    "story_like": sa.Integer(),
    "story_score": sa.Float(),
    "story_why": sa.JSON(),
    "runs": sa.LargeBinary(),
}
