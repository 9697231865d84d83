"""The permanent id of a text: that of the entry that founded it, whatever becomes of that entry."""

from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.model import Curated, StoryChanges
from aggregator.pipeline.copies import fold
from aggregator.store import Store
from tests.store.test_coverage import guids
from tests.store.test_curation_kept import all_anew, place
from tests.store.things import DAY, HOUR, NOW, Desk, document, entry, listings


def published(desk: Desk) -> dict[str, str]:
    """The permanent ids that readers of an output see, by the guid of the leading entry."""
    folded = fold(desk.store.entries.latest(topics=(), sets=99))
    assert len({text.uid for text in folded}) == len(folded)
    return {text.lead.entry.guid: text.uid for text in folded}


def old_and_new(desk: Desk) -> str:
    """Feed a's entry founded a text, was purged, and b's copies remain; returns the id readers know."""
    desk.read("a", document([entry("1", words="1:w")]))
    desk.read("b", document([entry(guid, words="1:w") for guid in ("2", "3")]), now=NOW + HOUR)
    place(desk)
    before = published(desk)
    desk.read("a", document(), now=NOW + HOUR)
    desk.store.retention.prune(now=NOW + 400 * DAY, months=12, at_least=0)
    assert sorted(desk.guids()) == ["2", "3"]
    return before["1"]


def test_the_permanent_id_of_a_text_survives_its_first_entry(desk: Desk) -> None:
    uid = old_and_new(desk)
    assert published(desk) == {"2": uid}
    desk.read("a", document([entry("4", words="1:w")]), now=NOW + 2 * HOUR)
    assert place(desk)["4"] == 1
    assert published(desk) == {"2": uid}
    assert [stored.entry.guid for stored in desk.store.entries.find(uid)] == ["2", "3", "4"]


def test_the_permanent_id_of_a_text_survives_being_placed_anew(desk: Desk) -> None:
    uid = old_and_new(desk)
    for _ in range(2):
        all_anew(desk)
        assert place(desk) == {"2": 2, "3": 2}
        assert published(desk) == {"2": uid}
    assert desk.stored("2").uid != desk.stored("2").set_uid == uid


def test_a_text_that_falls_apart_gives_its_id_to_one_of_its_parts(desk: Desk) -> None:
    uid = old_and_new(desk)
    desk.read("b", document(changed=[entry("3", words="1:x", fingerprint="1:x")], also=["2"]), now=NOW + 2 * HOUR)
    assert place(desk) == {"2": 2, "3": 3}
    assert published(desk) == {"2": uid, "3": desk.stored("3").uid}
    desk.read("b", document(changed=[entry("2", words="1:y", fingerprint="1:y")], also=["3"]), now=NOW + 3 * HOUR)
    place(desk)
    assert published(desk) == {"2": uid, "3": desk.stored("3").uid}


def test_a_part_that_is_placed_later_does_not_take_the_id_from_the_first(desk: Desk) -> None:
    uid = old_and_new(desk)
    waiting = desk.store.curation.pending("2")
    for stored in waiting:
        desk.store.curation.save([Curated(stored.id)], rules="2", now=NOW)
    assert published(desk) == {"2": uid, "3": desk.stored("3").uid}


def test_a_copy_that_leaves_a_text_whose_first_entry_stands_goes_by_its_own_id(desk: Desk) -> None:
    desk.read("a", document([entry("1", words="1:w")]))
    desk.read("b", document([entry("2", words="1:w")]))
    place(desk)
    assert published(desk) == {"1": desk.stored("1").uid}
    desk.read("b", document(changed=[entry("2", fingerprint="1:x")]), now=NOW + HOUR)
    place(desk)
    assert published(desk) == {guid: desk.stored(guid).uid for guid in "12"}


def test_the_permanent_id_stays_when_the_first_entry_is_left_out_of_outputs(desk: Desk) -> None:
    desk.read("a", document([entry("1", words="1:w")]), reach={"1": "none"})
    desk.read("b", document([entry("2", words="1:w")]))
    place(desk)
    assert published(desk) == {"2": desk.stored("1").uid}


MOVES = st.lists(
    st.tuples(st.sampled_from(["new", "change", "purge", "rules", "place"]), st.integers(0, 7), st.sampled_from("xy")),
    max_size=25,
)


@settings(max_examples=40, deadline=None)
@given(MOVES)
def test_whatever_happens_no_two_texts_go_by_one_permanent_id(moves: list[tuple[str, int, str]]) -> None:
    """Entries come, change and are purged in any order, with and without curation in between."""
    with TemporaryDirectory() as folder, Store.open(f"{folder}/a.db", now=NOW) as store:
        store.feeds.list(listings("a"), now=NOW)
        desk, rules = Desk(store), "0"
        for step, (move, which, words) in enumerate(moves):
            now, guids = NOW + step * HOUR, sorted(desk.guids())
            mine = guids[which % len(guids)] if guids else ""
            rest = [guid for guid in guids if guid != mine]
            if move == "new":
                desk.read("a", document([entry(f"{step:02}", words=words)], also=guids), now=now)
            elif move == "change" and guids:
                changed = entry(mine, words=words, fingerprint=f"1:{step}")
                desk.read("a", document(changed=[changed], also=rest), now=now)
            elif move == "purge" and guids:
                desk.read("a", document(also=rest), now=now)
                store.retention.prune(now=NOW + 400 * DAY, months=12, at_least=0)
            elif move == "rules":
                rules = str(step)
            elif move == "place":
                place(desk, rules)
                published(desk)
        place(desk, rules)
        assert len(published(desk)) == len(set(place(desk, rules).values()))


def test_a_story_keeps_its_permanent_id_when_its_first_entry_is_gone(desk: Desk) -> None:
    desk.read("a", document([entry("1")]))
    desk.read("b", document([entry("2")]))
    first, second = desk.stored("1"), desk.stored("2")
    desk.store.curation.pending("1")
    rows = [
        Curated(first.id, story=first.id),
        Curated(second.id, story=first.id, story_like=first.id, story_score=0.5, story_why=("both name “Ur”",)),
    ]
    desk.store.curation.save(rows, rules="1", now=NOW)
    assert desk.stored("1").story_uid == first.uid
    placed = desk.stored("2")
    assert (placed.story, placed.story_uid) == (first.id, first.uid)
    assert (placed.story_like, placed.story_score) == (first.id, 0.5)
    assert placed.story_why == ("both name “Ur”",)
    desk.store.feeds.list(listings("b"), now=NOW)
    desk.store.retention.prune(now=NOW + 400 * DAY, months=1, at_least=0)
    assert desk.stored("2").story_uid == first.uid
    assert desk.guids() == ["2"]


@pytest.mark.parametrize("text_set", [0, 1])
def test_a_new_entry_takes_no_id_by_which_a_purged_one_is_remembered(desk: Desk, text_set: int) -> None:
    """Its publisher is read at another address by now: a text, or a story, goes by its guid."""
    iri = "https://example.com/1"
    desk.read("a", document([entry(iri)]))
    desk.read("b", document([entry("2")]))
    first, second = desk.stored(iri), desk.stored("2")
    desk.store.curation.pending("1")
    rows = [Curated(first.id, story=first.id), Curated(second.id, text_set * first.id, story=first.id)]
    desk.store.curation.save(rows, rules="1", now=NOW)
    desk.store.feeds.list(listings("b", "c"), now=NOW)
    desk.store.retention.prune(now=NOW + 400 * DAY, months=1, at_least=0)
    desk.read("c", document([entry(iri)]))
    assert desk.stored("2").story_uid == first.uid == iri
    assert desk.stored(iri).uid != iri
    assert guids(desk.store.coverage.find(iri)) == ["2"]


@pytest.mark.parametrize("more", [(), ("3",)])
def test_a_story_that_joins_one_whose_first_entry_is_gone_by_then(desk: Desk, more: tuple[str, ...]) -> None:
    """It was purged after the batch was placed. All that is left is one story, under one permanent id."""
    desk.read("a", document([entry("1")]))
    desk.read("b", document([entry("2"), entry("3")]))
    first, second = desk.stored("1"), desk.stored("2")
    batch = desk.store.curation.pending("1")
    desk.store.curation.save([Curated(second.id, story=second.id)], rules="1", now=NOW)
    desk.store.feeds.list(listings("b"), now=NOW)
    desk.store.retention.prune(now=NOW + 400 * DAY, months=1, at_least=0)
    rows = [Curated(desk.stored(guid).id, story=first.id) for guid in more]
    changes = StoryChanges(merged=((second.id, first.id),))
    desk.store.curation.save(
        [Curated(first.id, story=first.id), *rows], rules="1", now=NOW, stories=changes, read=batch
    )
    left = [desk.stored(guid) for guid in ("2", *more)]
    assert {stored.story for stored in left} == {first.id}
    assert len({stored.story_uid for stored in left}) == 1
    assert more or left[0].story_uid == second.uid


def test_a_story_of_nobody_joins_another_of_nobody(desk: Desk) -> None:
    """Both were placed, and purged before that was kept."""
    desk.read("a", document([entry("1"), entry("2")]))
    ids = [desk.stored(guid).id for guid in "12"]
    batch = desk.store.curation.pending("1")
    desk.store.feeds.list(listings("b"), now=NOW)
    desk.store.retention.prune(now=NOW + 400 * DAY, months=1, at_least=0)
    rows, changes = [Curated(id, story=id) for id in ids], StoryChanges(merged=((ids[1], ids[0]),))
    desk.store.curation.save(rows, rules="1", now=NOW, stories=changes, read=batch)
    assert desk.guids() == []
