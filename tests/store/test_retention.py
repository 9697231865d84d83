"""Retention: what is old goes, and does not come back."""

from dataclasses import replace
from pathlib import Path

import pytest

from aggregator.model import PruneRow
from tests.store.test_ledger import freeze
from tests.store.things import DAY, HOUR, NOW, Desk, address, document, entry, listings, story

YEAR_LATER = NOW + 366 * DAY


def full(desk: Desk, *, old: int = 10, held: int = 2) -> None:
    """Feed a: ``old`` entries that have left its document (the lower the older), and ``held`` that have not."""
    gone = [entry(f"old{n}", published=NOW - (100 - n) * DAY) for n in range(old)]
    kept = [entry(f"held{n}", published=NOW - 300 * DAY) for n in range(held)]
    desk.read("a", document([*gone, *kept]))
    desk.read("a", document(also=[f"held{n}" for n in range(held)]), now=NOW + HOUR)
    desk.curate()


def test_the_plan_says_what_prune_does_and_changes_nothing(desk: Desk) -> None:
    full(desk)
    planned = desk.store.retention.plan(now=YEAR_LATER, months=12, at_least=3)
    assert planned == (PruneRow(address("a"), entries=12, held=2, purgeable=7, oldest=NOW),)
    assert len(desk.guids()) == 12
    assert desk.store.retention.prune(now=YEAR_LATER, months=12, at_least=3) == planned
    assert len(desk.guids()) == 12 - 7
    assert desk.feed().entries == 5
    assert desk.store.meta["last_prune"] == YEAR_LATER.isoformat()


def test_the_newest_are_kept_and_all_that_the_document_holds(desk: Desk) -> None:
    full(desk)
    desk.store.retention.prune(now=YEAR_LATER, months=12, at_least=3)
    assert sorted(desk.guids()) == ["held0", "held1", "old7", "old8", "old9"]


def test_what_was_seen_within_the_months_is_kept(desk: Desk) -> None:
    full(desk)
    assert desk.store.retention.plan(now=NOW + 364 * DAY, months=12, at_least=0)[0].purgeable == 0
    assert desk.store.retention.plan(now=NOW + 364 * DAY, months=11, at_least=0)[0].purgeable == 10


def test_a_purge_and_the_same_document_again_bring_nothing_back(desk: Desk) -> None:
    full(desk)
    desk.store.retention.prune(now=YEAR_LATER, months=12, at_least=0)
    buried = desk.store.feeds.known([1])[1].buried
    assert buried == {f"old{n}" for n in range(10)}
    again = document([entry(f"old{n}") for n in range(10)], also=["held0", "held1"])
    assert desk.read("a", again, now=YEAR_LATER).new == 0
    assert sorted(desk.guids()) == ["held0", "held1"]
    assert desk.read("b", document([entry("old1")]), now=YEAR_LATER).new == 1  # another feed's own


def test_a_grave_that_is_too_old_to_be_known_is_found_all_the_same(desk: Desk) -> None:
    """The reader of a document is told of the newest tombstones only."""
    full(desk, old=1, held=0)
    desk.store.retention.prune(now=YEAR_LATER, months=12, at_least=0)
    later = [f"later{n}" for n in range(3000)]
    desk.read("a", document([entry(guid) for guid in later]), now=YEAR_LATER)
    desk.read("a", document(), now=YEAR_LATER)
    desk.store.retention.prune(now=YEAR_LATER + 366 * DAY, months=12, at_least=0)
    assert desk.store.feeds.known([1])[1].buried == set(later)
    again = document([entry("old0"), entry("later7"), entry("new")])
    assert desk.read("a", again, now=YEAR_LATER + 366 * DAY).new == 1
    assert desk.guids() == ["new"]


@pytest.mark.parametrize("how", ["taken out of feeds.yaml", "gone"])
def test_a_feed_that_is_asked_no_more_holds_nothing(desk: Desk, how: str) -> None:
    desk.read("a", document([entry(f"old{n}") for n in range(3)]))
    desk.read("b", document([entry("held")]))
    desk.read("a", None, now=NOW + 30 * DAY)  # 304: seen until then
    if how == "gone":
        state = replace(desk.feed(), gone=True, outcome="gone", failures=1)
        desk.save(replace(desk.visit("a", intake=None, now=NOW + 60 * DAY), state=state), now=NOW + 60 * DAY)
    else:
        desk.store.feeds.list(listings("b"), now=NOW + 60 * DAY)
    plan, prune = desk.store.retention.plan, desk.store.retention.prune
    assert [row.purgeable for row in plan(now=YEAR_LATER, months=12, at_least=0)] == [0, 0]
    assert [row.purgeable for row in plan(now=YEAR_LATER + 31 * DAY, months=12, at_least=2)] == [1, 0]
    rows = prune(now=YEAR_LATER + 31 * DAY, months=12, at_least=0)
    assert [(row.entries, row.held, row.purgeable) for row in rows] == [(3, 0, 3), (1, 1, 0)]
    assert desk.guids() == ["held"]
    assert desk.feed().entries == 0


def test_a_name_that_was_buried_before_can_be_buried_again(desk: Desk) -> None:
    """The feed's guids degrade, and an entry takes the name of one that was purged."""
    full(desk, old=1, held=1)
    desk.store.retention.prune(now=YEAR_LATER, months=12, at_least=0)
    desk.read("a", document(also=["old0"], renamed={"held0": "old0"}), now=YEAR_LATER)
    desk.read("a", document(), now=YEAR_LATER)
    desk.store.retention.prune(now=YEAR_LATER + 366 * DAY, months=12, at_least=0)
    assert desk.guids() == []


def test_a_tombstone_follows_a_feed_whose_guids_degrade(desk: Desk) -> None:
    full(desk, old=1)
    desk.store.retention.prune(now=YEAR_LATER, months=12, at_least=0)
    renamed = document([entry("old0|x")], renamed={"old0": "old0|x"})
    assert desk.read("a", renamed, now=YEAR_LATER).new == 0


def test_ids_of_purged_entries_are_never_given_again(desk: Desk) -> None:
    full(desk, held=0)
    last = max(stored.id for stored in desk.store.entries.search(limit=100))
    desk.store.retention.prune(now=YEAR_LATER, months=12, at_least=0)
    desk.read("a", document([entry("new")]), now=YEAR_LATER)
    assert desk.stored("new").id > last


def test_an_issue_outlives_the_entries_it_told(desk: Desk) -> None:
    full(desk)
    state = freeze(desk)
    desk.store.retention.prune(now=YEAR_LATER, months=12, at_least=0)
    assert desk.store.issues.issue(state.id).sections[0].lines[0].entry == 7
    assert set(desk.store.issues.told("morning", [story(5, 5), story(8, 8)])) == {5}


def test_what_is_purged_leaves_every_list(desk: Desk) -> None:
    full(desk, held=0)
    desk.store.retention.prune(now=YEAR_LATER, months=12, at_least=0)
    assert desk.store.entries.latest(topics=(), sets=99) == ()
    assert desk.store.curation.pending("2") == ()
    assert desk.store.entries.members(list(range(20))) == ()


def test_the_room_goes_back_to_the_disk(path: Path, desk: Desk) -> None:
    desk.read("a", document([entry(str(n), html="x" * 20_000) for n in range(600)]))
    desk.read("a", document())
    desk.store.retention.prune(now=YEAR_LATER, months=12, at_least=0)
    desk.store.close()
    assert path.stat().st_size < 1_500_000  # the empty tables alone take a page of 16 kB each
