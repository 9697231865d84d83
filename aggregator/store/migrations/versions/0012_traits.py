"""Traits in the order of placing, with what a meaning is made of; postings of terms in parts; what Curate has."""

from collections.abc import Iterator
from itertools import groupby
from struct import pack, unpack_from

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of traits anew; what is stored has its meaning. The postings of each epoch become one part."""
    place = sa.Column("place", sa.Integer(), nullable=False)
    recipe = sa.Column("parts", sa.LargeBinary(), nullable=True), sa.Column("words", sa.Text(), nullable=True)
    unique = sa.UniqueConstraint("entry_id", name="uq_story_entry_entry_id")
    _made_anew(place, key="place", unique=(unique,), more=recipe)
    op.create_table(
        "story_posting",
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("lists", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("epoch", "number", name="pk_story_posting"),
    )
    rows = op.get_bind().execute(sa.text("SELECT epoch, term, entries FROM story_term ORDER BY epoch, term"))
    for epoch, lists in groupby(rows, key=lambda row: row[0]):
        terms, entries = zip(*[row[1:] for row in lists], strict=True)
        sizes = [len(ids) // 8 for ids in entries]
        data = pack(f"<I{len(terms)}I{len(sizes)}B", len(terms), *terms, *sizes) + b"".join(entries)
        op.get_bind().execute(sa.text("INSERT INTO story_posting VALUES (:e, 1, :d)"), {"e": epoch, "d": data})
    op.drop_table("story_term")
    op.add_column("pending", sa.Column("handed", sa.Boolean(), nullable=False, server_default="0"))
    with op.batch_alter_table("pending") as pending:  # the default was for the rows that were there
        pending.alter_column("handed", server_default=None)


def downgrade() -> None:
    """Take them away; all is placed anew where some have no meaning."""
    with op.batch_alter_table("pending") as pending:
        pending.drop_column("handed")
    op.create_table(
        "story_term",
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("term", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("epoch", "term", name="pk_story_term"),
        sqlite_with_rowid=False,
    )
    rows = op.get_bind().execute(sa.text("SELECT epoch, lists FROM story_posting ORDER BY epoch, number"))
    for epoch, data in rows.fetchall():
        told = [{"e": epoch, "t": term, "d": entries} for term, entries in _lists(data)]
        op.get_bind().execute(sa.text("INSERT OR REPLACE INTO story_term VALUES (:e, :t, :d)"), told)
    op.drop_table("story_posting")
    bare = "FROM story_entry WHERE meaning = x''"
    op.execute(f"DELETE FROM meta WHERE key = 'rules' AND EXISTS (SELECT 1 {bare})")
    op.execute(f"DELETE {bare}")
    _made_anew(key="entry_id")


def _made_anew(
    *first: sa.Column[int],
    key: str,
    unique: tuple[sa.UniqueConstraint, ...] = (),
    more: tuple[sa.Column[bytes] | sa.Column[str], ...] = (),
) -> None:
    """Make the table of traits with another primary ``key``, and copy what both have."""
    op.drop_index("ix_story_entry_story_published_entry_id", "story_entry")
    op.rename_table("story_entry", "story_entry_before")
    op.create_table(
        "story_entry",
        *first,
        sa.Column("entry_id", sa.Integer(), nullable=False),
        *[sa.Column(name, sa.BigInteger(), nullable=False) for name in _COLUMNS[1:4]],
        sa.Column("length", sa.Integer(), nullable=False),
        *[sa.Column(name, sa.LargeBinary(), nullable=False) for name in _COLUMNS[5:]],
        *more,
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_story_entry_entry_id_entry", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint(key, name="pk_story_entry"),
        *unique,
    )
    both = ", ".join(_COLUMNS)
    op.execute(f"INSERT INTO story_entry ({both}) SELECT {both} FROM story_entry_before ORDER BY entry_id")
    op.drop_table("story_entry_before")
    op.create_index("ix_story_entry_story_published_entry_id", "story_entry", ["story", "published", "entry_id"])


_COLUMNS = ("entry_id", "story", "published", "mark", "length", "terms", "weights", "numbers", "meaning")


def _lists(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Read a part: the number of its terms, these, the size of each list, all lists."""
    count: int = unpack_from("<I", data)[0]
    terms, sizes = unpack_from(f"<{count}I", data, 4), unpack_from(f"<{count}B", data, 4 + 4 * count)
    at = 4 + 5 * count
    for term, size in zip(terms, sizes, strict=True):
        yield term, data[at : at + 8 * size]
        at += 8 * size
