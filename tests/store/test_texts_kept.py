"""What is kept to find texts by: keys of their words, and what their feeds repeat."""

import random
from collections import Counter
from datetime import timedelta
from struct import unpack

import numpy as np
import pytest

from aggregator.model import Curated, Sought
from aggregator.pipeline import shingles_parts
from aggregator.pipeline.furniture import TIMES, paragraph
from aggregator.pipeline.shingles_parts import MOST, Sketches, unpacked
from aggregator.pipeline.shingles_sharing import CROWDED, SHOWN, Sharing
from tests.store.things import DAY, NOW, Desk, document, entry


def sharing(desk: Desk) -> Sharing:
    texts = desk.store.texts
    return Sharing(texts.keys, texts.waiting, texts.held)


def seek(desk: Desk, *sought: Sought, keep: bool = True, by: Sharing | None = None) -> dict[int, tuple[int, ...]]:
    """Let entries look for those that share their keys: in what is stored, or ``by`` what is remembered of it."""
    desk.store.curation.pending("1")
    found, learned = (by or sharing(desk)).near(sought, before=[one.entry for one in sought])
    if keep:
        desk.store.curation.save([Curated(one.entry) for one in sought], rules="1", now=NOW, learned=learned)
    return {one.entry: found.get(one.entry, ()) for one in sought}


def kept(desk: Desk) -> list[tuple[int, int, int]]:
    """Fortnight, number of the part and entry of each key that is stored."""
    with desk.store._database.lane.read() as connection:
        rows = connection.execute("SELECT fortnight, number, keys FROM sketch ORDER BY 1, 2").fetchall()
    return [(time, number, entry) for time, number, data in rows for entry in unpacked(data).entries.tolist()]


def filled(desk: Desk, count: int) -> None:
    desk.read("a", document([entry(str(n)) for n in range(1, count + 1)]))


def test_entries_that_share_keys_are_found_the_best_first(desk: Desk) -> None:
    filled(desk, 4)
    seek(desk, Sought(1, NOW, [1, 2, 3]), Sought(2, NOW, [3, 4]), Sought(3, NOW, [9]))
    assert seek(desk, Sought(4, NOW, [2, 3, 5])) == {4: (1, 2)}


def test_entries_find_those_before_them_in_their_batch_and_none_that_waits(desk: Desk) -> None:
    filled(desk, 3)
    batch = Sought(1, NOW, [1]), Sought(2, NOW, [1])
    assert seek(desk, *batch) == {1: (), 2: (1,)}
    assert seek(desk, Sought(3, NOW, [1])) == {3: (1, 2)}
    del desk.store.meta["rules"]
    assert seek(desk, *batch) == {1: (), 2: (1,)}


def test_an_entry_that_is_placed_again_does_not_find_itself(desk: Desk) -> None:
    filled(desk, 1)
    for _ in range(2):
        assert seek(desk, Sought(1, NOW, [1])) == {1: ()}


def test_keys_of_a_former_text_are_dropped(desk: Desk) -> None:
    """Also when nothing of the text is left to be found by, or when another fortnight is its own."""
    filled(desk, 3)
    seek(desk, Sought(1, NOW, [1, 2, 3]), Sought(2, NOW, [3]))
    seek(desk, Sought(1, NOW, [3, 4]))
    assert seek(desk, Sought(3, NOW, [1, 2]), keep=False) == {3: ()}
    assert seek(desk, Sought(3, NOW, [3]), keep=False) == {3: (1, 2)}
    seek(desk, Sought(1, NOW + 60 * DAY, [3]), Sought(2, NOW, []))
    assert seek(desk, Sought(3, NOW, [3, 4]), keep=False) == {3: ()}
    assert seek(desk, Sought(3, NOW + 60 * DAY, [3]), keep=False) == {3: (1,)}


def test_copies_are_found_a_week_away_and_not_much_farther(desk: Desk) -> None:
    """Whatever the day of the fortnight: the keys of both fortnights are looked up."""
    filled(desk, 60)
    for day in range(28):
        one, other = 2 * day + 1, 2 * day + 2
        seek(desk, Sought(one, NOW + day * DAY, [day]))
        for apart in (timedelta(days=7), -timedelta(days=7)):
            assert seek(desk, Sought(other, NOW + day * DAY + apart, [day]), keep=False) == {other: (one,)}
        assert seek(desk, Sought(other, NOW + day * DAY + timedelta(days=28), [day]), keep=False) == {other: ()}


def test_dates_before_1970_and_far_ahead_are_dates(desk: Desk) -> None:
    filled(desk, 4)
    for n, year in ((1, 1951), (3, 9000)):
        seek(desk, Sought(n, NOW.replace(year=year), [2**32 - 1]))
        assert seek(desk, Sought(n + 1, NOW.replace(year=year), [2**32 - 1])) == {n + 1: (n,)}


def test_a_key_that_everyone_has_stays_small(desk: Desk) -> None:
    filled(desk, 2 * CROWDED + 1)
    seek(desk, *(Sought(n, NOW, [7]) for n in range(1, CROWDED + 11)))
    for n in range(CROWDED + 11, 2 * CROWDED + 1):
        seek(desk, Sought(n, NOW, [7]))
    assert seek(desk, Sought(2 * CROWDED + 1, NOW, [7])) == {2 * CROWDED + 1: tuple(range(1, SHOWN + 1))}
    assert len(kept(desk)) == CROWDED


def test_keys_of_purged_entries_are_swept(desk: Desk) -> None:
    filled(desk, 3)
    seek(desk, *(Sought(n, NOW, [n]) for n in (1, 2, 3)))
    desk.read("a", document(also=["3"]), now=NOW + DAY)
    desk.store.retention.prune(now=NOW + 400 * DAY, months=1, at_least=0)
    assert [entry for _, _, entry in kept(desk)] == [3]


@pytest.mark.parametrize(("most", "parts"), [(MOST, (1, 9)), (15, (9, 90))])
def test_what_is_remembered_from_batch_to_batch_is_what_is_stored(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, most: int, parts: tuple[int, int]
) -> None:
    """Keys come, go and come again, in several fortnights, some of them forgotten between; many batches, few parts."""
    monkeypatch.setattr(shingles_parts, "MOST", most)
    filled(desk, 60)
    by, chance = sharing(desk), random.Random(4)
    for n in range(90):
        day = chance.choice((0, 3, 20, 400)) * DAY
        batch = [
            Sought(one, NOW + day, sorted(chance.sample(range(40), chance.randrange(6))))
            for one in chance.sample(range(1, 61), chance.randrange(1, 6))
        ]
        assert seek(desk, *batch, keep=False) == seek(desk, *batch, by=by), f"batch {n}"
    with desk.store._database.lane.read() as connection:
        held = connection.execute("SELECT entry_id, runs FROM curation WHERE runs IS NOT NULL").fetchall()
    told = {(run, entry) for entry, runs in held for run in unpack(f"<{len(runs) // 8}q", runs)}
    wanted = sorted({run for run, _ in told})
    index = Sketches(desk.store.texts.keys)
    found = index.holders(np.array(range(-1, 41), dtype=np.int64) + (wanted[0] >> 32 << 32))
    assert {(run, one) for run, there in found.items() for one in there} == {
        (run, one) for run, one in told if run >> 32 == wanted[0] >> 32
    }
    most_parts = max(Counter(time for time, _ in {at[:2] for at in kept(desk)}).values())
    assert most_parts in range(*parts)


def test_what_a_feed_repeats_is_learned_when_its_entries_are_saved(desk: Desk) -> None:
    """From what is new and what has changed, entry by entry and document by document; others repeat nothing."""
    notice = paragraph("Follow us.")
    for number in range(1, 5):
        desk.read("a", document([entry(f"{number}", text=f"Own {'x' * number}.\nFollow us.")]))
        desk.read("b", document([entry("1", text="Own.\nFollow us.", fingerprint=f"{number}")]))
        repeats = {desk.feed("a").id: {notice}} if number >= TIMES else {}
        assert desk.store.texts.repeated([desk.feed("a").id, desk.feed("b").id, 999]) == repeats


@pytest.mark.parametrize("entry", [(1 << 31) - 1, 1 << 31, (1 << 44) - 1, -(1 << 31), -(1 << 31) - 1])
def test_keys_are_held_in_little_room_and_found_as_they_were(entry: int) -> None:
    index, stored = Sketches(lambda times: {time: [] for time in times}), dict[int, bytes]()
    index.add(np.arange(1000), np.full(1000, entry))
    stored = {number: data for (_, number), data in index.changed.items()}
    again = Sketches(lambda times: {time: list(stored.items()) for time in times})
    wanted = {key: [entry] for key in range(1000)} if entry > 0 else {}
    for one in (index, again):
        assert one.holders(np.arange(1000)) == wanted
        keys, entries = one._parts[0][1]
        assert keys.base is None and entries.base is None
        assert keys.nbytes + entries.nbytes == 1000 * (8 if -(1 << 31) <= entry < 1 << 31 else 12)


def test_what_waits_from_an_earlier_program_is_learned_once(desk: Desk) -> None:
    """That program learned when it compared, and had not come to these."""
    desk.read("a", document([entry(f"{n}", text=f"Own {'x' * n}.\nFollow us.") for n in range(1, 5)]))
    feed = desk.feed("a").id
    with desk.store._database.lane.write() as connection:
        connection.execute("DELETE FROM furniture")
    assert desk.store.texts.repeated([feed]) == {}
    desk.store.texts.catch_up()
    assert desk.store.texts.repeated([feed]) == {feed: {paragraph("Follow us.")}}
    with desk.store._database.lane.write() as connection:
        connection.execute("DELETE FROM furniture")
    desk.store.texts.catch_up()
    assert desk.store.texts.repeated([feed]) == {}
