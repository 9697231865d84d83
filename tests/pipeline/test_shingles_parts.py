"""Which texts have which keys: the index in parts, against a plain table of sets."""

from collections.abc import Collection

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.pipeline import shingles_parts
from aggregator.pipeline.shingles_parts import KEY, Sketches

Runs = st.sampled_from([time << KEY | key for time in (-1, 0, 7) for key in (0, 1, (1 << KEY) - 1)])
Entries = st.sampled_from([1, 2, 3, (1 << 31) + 1, 1 << 43])
Batches = st.lists(st.sets(st.tuples(Runs, Entries), max_size=8), max_size=30)
"""Batch after batch, of which entry each key becomes that had it not, and of which it is no more."""


@pytest.mark.parametrize("most", [1, 6, 150_000])
@given(Batches)
def test_the_parts_say_what_a_table_would(most: int, batches: list[set[tuple[int, int]]]) -> None:
    """Each entry stands once, also when it got a key again; and what is remembered is what is stored."""
    kept: dict[tuple[int, int], bytes] = {}
    table: dict[int, list[int]] = {}

    def stored(fortnights: Collection[int]) -> dict[int, list[tuple[int, bytes]]]:
        return {time: [(n, data) for (of, n), data in sorted(kept.items()) if of == time] for time in fortnights}

    index = Sketches(stored)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shingles_parts, "MOST", most)
        for batch in batches:
            index.begin()
            runs = np.array(sorted({run for run, _ in batch} | table.keys()), dtype=np.int64)
            wanted = {run: there for run, there in sorted(table.items()) if there}
            assert index.holders(runs) == Sketches(stored).holders(runs) == wanted
            changes = [(run, -one if one in table.get(run, ()) else one) for run, one in sorted(batch)]
            for run, one in changes:
                table.setdefault(run, []).append(one) if one > 0 else table[run].remove(-one)
            index.add(*np.array(changes, dtype=np.int64).reshape(-1, 2).T)
            kept = {at: data for at, data in (kept | index.changed).items() if data}
