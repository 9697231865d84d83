"""Keys of texts in parts; what waits has a stamp; permanent ids that are another's alone have an index."""

import sys
from array import array
from collections.abc import Iterator
from itertools import groupby, islice
from struct import unpack_from

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_KEY = (1 << 32) - 1


def upgrade() -> None:
    """The keys of each fortnight become one part; every entry that waits may be handed out again."""
    op.rename_table("sketch", "sketch_before")
    op.create_table(
        "sketch",
        sa.Column("fortnight", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("fortnight", "number", name="pk_sketch"),
    )
    rows = op.get_bind().execute(sa.text("SELECT run, entry_id FROM sketch_before ORDER BY run, entry_id"))
    for fortnight, held in groupby(rows, key=lambda row: row[0] >> 32):
        keys, entries = array("I"), array("q")  # two million of them, where a fortnight brings so much
        for run, entry in held:
            keys.append(run & _KEY)
            entries.append(entry)
        data = _little(keys) + _little(entries)
        op.get_bind().execute(sa.text("INSERT INTO sketch VALUES (:f, 1, :d)"), {"f": fortnight, "d": data})
    op.drop_table("sketch_before")
    _queue(sa.Column("stamp", sa.BigInteger(), nullable=False, server_default="0"), instead_of="handed")
    for name in ("set_uid", "story_uid"):
        op.drop_index(f"ix_curation_{name}", "curation")
        op.create_index(f"ix_curation_{name}", "curation", [name], sqlite_where=sa.text(f"{name} != ''"))


def downgrade() -> None:
    """Take them away."""
    for name in ("set_uid", "story_uid"):
        op.drop_index(f"ix_curation_{name}", "curation")
        op.create_index(f"ix_curation_{name}", "curation", [name])
    _queue(sa.Column("handed", sa.Boolean(), nullable=False, server_default="0"), instead_of="stamp")
    op.rename_table("sketch", "sketch_after")
    op.create_table(
        "sketch",
        sa.Column("run", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("run", "entry_id", name="pk_sketch"),
        sqlite_with_rowid=False,
    )
    rows = op.get_bind().execute(sa.text("SELECT fortnight, keys FROM sketch_after ORDER BY fortnight, number"))
    for fortnight, data in rows.fetchall():
        for there, pairs in groupby(_held(fortnight, data), key=lambda pair: pair[1] > 0):
            while some := [{"r": run, "e": abs(entry)} for run, entry in islice(pairs, _AT_ONCE)]:
                op.get_bind().execute(sa.text(_THERE if there else _GONE), some)
    op.drop_table("sketch_after")


_AT_ONCE = 5000
_THERE = "INSERT OR IGNORE INTO sketch VALUES (:r, :e)"
_GONE = "DELETE FROM sketch WHERE run = :r AND entry_id = :e"


def _queue(column: sa.Column[int] | sa.Column[bool], *, instead_of: str) -> None:
    with op.batch_alter_table("pending") as pending:
        pending.drop_column(instead_of)
        pending.add_column(column)
    with op.batch_alter_table("pending") as pending:  # the default was for the rows that were there
        pending.alter_column(column.name, server_default=None)


def _little(numbers: "array[int]") -> bytes:
    """Write numbers with the least byte first."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _held(fortnight: int, data: bytes) -> Iterator[tuple[int, int]]:
    """Read a part: all keys, then all entries."""
    count = len(data) // 12
    keys, entries = unpack_from(f"<{count}I", data), unpack_from(f"<{count}q", data, 4 * count)
    for key, entry in zip(keys, entries, strict=True):
        yield fortnight << 32 | key, entry
