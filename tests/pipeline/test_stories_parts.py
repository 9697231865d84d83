"""The index of terms in parts."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.pipeline.stories_parts import Index, Lists

Told = dict[tuple[int, int], list[int]]


def write(index: Index, epoch: int, lists: dict[int, list[int]]) -> None:
    terms = sorted(lists)
    sizes = np.array([len(lists[term]) for term in terms], dtype=np.int64)
    entries = np.array([id for term in terms for id in lists[term]], dtype=np.int64)
    index.add(epoch, np.array(terms, dtype=np.uint32), Lists(np.cumsum(sizes) - sizes, sizes, entries))


def read(index: Index, wanted: list[tuple[int, int]]) -> Told:
    lists = index.lists(np.array([epoch << 32 | term for epoch, term in wanted], dtype=np.int64), shift=32)
    rows = zip(wanted, lists.begins.tolist(), lists.sizes.tolist(), strict=True)
    return {at: lists.entries[begin : begin + size].tolist() for at, begin, size in rows}


@given(st.lists(st.tuples(st.integers(-2, 2), st.integers(1, 9), st.integers(0, 99)), max_size=30))
def test_the_list_that_was_written_last_is_found_also_by_who_reads_what_was_kept(
    writes: list[tuple[int, int, int]],
) -> None:
    index, told, kept = Index(), Told(), dict[tuple[int, int], bytes]()
    for epoch, many, seed in writes:
        chance = random.Random(seed)
        lists = {term: chance.sample(range(99), chance.randrange(0, 21)) for term in chance.sample(range(30), many)}
        index.begin()
        index.learn({epoch: sorted((n, data) for (e, n), data in kept.items() if e == epoch)})
        write(index, epoch, lists)
        told |= {(epoch, term): ids for term, ids in lists.items()}
        kept = {at: data for at, data in {**kept, **index.changed}.items() if data}
        wanted = sorted((epoch, term) for term in range(31))
        assert read(index, wanted) == {at: told.get(at, []) for at in wanted}
    sizes = [[len(data) for (e, _), data in sorted(kept.items()) if e == epoch] for epoch in range(-2, 3)]
    assert all(len(parts) < 6 for parts in sizes)


def test_many_small_parts_become_few() -> None:
    index = Index()
    for n in range(1000):
        write(index, 7, {n * 5 + m: [n] for m in range(5)})
    assert len(index._parts[7]) < 12
    assert read(index, [(7, 0), (7, 4999), (8, 0)]) == {(7, 0): [0], (7, 4999): [999], (8, 0): []}


@pytest.mark.parametrize("ids", [[1, (1 << 31) - 1], [1, 1 << 31], [(1 << 44) - 1]])
def test_lists_are_held_in_little_room_and_found_as_they_were(ids: list[int]) -> None:
    index = Index()
    write(index, 7, dict.fromkeys(range(1000), ids))
    assert read(index, [(7, 999)]) == {(7, 999): ids}
    again = Index()
    again.learn({7: [(number, data) for (_, number), data in index.changed.items()]})
    assert read(again, [(7, 999)]) == {(7, 999): ids}
    held = [array for one in (index, again) for array in one._parts[7][1].lists]
    narrow = max(ids) < 1 << 31
    assert sum(array.nbytes for array in held) <= 2 * 1000 * (5 + len(ids) * (4 if narrow else 8))
    assert all(array.base is None for array in held)  # nor does it hold what it was read from
