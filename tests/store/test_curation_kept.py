"""Curation: what waits, what it is compared with, and placing it again."""

from collections import Counter
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from store.things import DAY, HOUR, NOW, Desk, document, entry, listings

from aggregator.model import Category, Curated, Entry, Tag
from aggregator.pipeline.duplicates import fold, same_text
from aggregator.store import Store


def waiting(desk: Desk, rules: str = "1") -> list[str]:
    return [stored.entry.guid for stored in desk.store.curation.pending(rules)]


def test_entries_wait_in_order_of_arrival_until_they_are_placed(desk: Desk) -> None:
    desk.read("a", document([entry("2"), entry("1")]))
    desk.read("b", document([entry("3")]))
    first = desk.store.curation.pending("1", limit=2)
    assert [stored.entry.guid for stored in first] == ["2", "1"]
    assert [stored.text_set for stored in first] == [0, 0]
    desk.store.curation.save([Curated(stored.id) for stored in first], rules="1")
    assert waiting(desk) == ["3"]


def test_other_rules_make_everything_wait_again(desk: Desk) -> None:
    desk.read("a", document([entry("1"), entry("2")]))
    desk.curate("1")
    assert waiting(desk, "1") == []
    assert waiting(desk, "2") == ["1", "2"]
    assert waiting(desk, "2") == ["1", "2"]


def test_what_was_decided_under_older_rules_does_not_end_the_waiting(desk: Desk) -> None:
    desk.read("a", document([entry("1")]))
    slow = desk.store.curation.pending("1")
    assert waiting(desk, "2") == ["1"]
    desk.store.curation.save([Curated(stored.id) for stored in slow], rules="1")
    assert waiting(desk, "2") == ["1"]


def test_an_entry_that_changed_waits_again_with_the_others_of_its_text(desk: Desk) -> None:
    """Its copies were folded with a text that is no more: all of them must be placed anew."""
    desk.read("a", document([entry("1"), entry("2")]))
    desk.read("b", document([entry("copy")]))
    desk.curate(copy=desk.stored("1").id)
    desk.read("a", document(changed=[entry("1", fingerprint="1:x")]), now=NOW + HOUR)
    assert waiting(desk) == ["1", "copy"]


def test_placing_again_replaces_what_was_decided(desk: Desk) -> None:
    desk.read("a", document([entry("1", categories=(Category("world"),))]))
    desk.curate("1")
    assert [tag.topic for tag in desk.stored("1").tags] == ["world"]
    tags = (Tag("sport", "words", "“match” in the title"), Tag("sport", "feed", "always"))
    desk.store.curation.pending("2")
    desk.store.curation.save([Curated(desk.stored("1").id, tags=tags)], rules="2")
    assert desk.stored("1").tags == tags
    assert desk.guids(topic="world") == []
    assert desk.guids(topic="sport") == ["1"]
    assert desk.store.entries.latest(topics=["world"], sets=9) == ()
    assert len(desk.store.entries.latest(topics=["sport"], sets=9)) == 1


def test_saving_the_same_twice_is_harmless(desk: Desk) -> None:
    desk.read("a", document([entry("1")]))
    rows = [Curated(1, tags=(Tag("world", "feed", "always"),)), Curated(99)]
    desk.store.curation.pending("1")
    desk.store.curation.save(rows, rules="1")
    desk.store.curation.save(rows, rules="1")
    assert len(desk.store.entries.latest(topics=[], sets=9)) == 1


def test_matches_share_an_address_or_words_and_never_the_lack_of_them(desk: Desk) -> None:
    desk.read(
        "a",
        document(
            [
                entry("same key", key="https://example.com/k", words=""),
                entry("same words", key="", words="1:w"),
                entry("neither", key="", words=""),
            ]
        ),
    )
    desk.curate()
    desk.read("b", document([entry("new", key="https://example.com/k", words="1:w"), entry("bare", key="", words="")]))
    pending = desk.store.curation.pending("1")
    found = {stored.entry.guid: desk.store.curation.matches(pending)[stored.id] for stored in pending}
    assert [other.entry.guid for other in found["new"]] == ["same key", "same words"]
    assert [other.text_set for other in found["new"]] == [1, 2]
    assert found["bare"] == ()


def test_a_match_that_waits_itself_has_no_set_yet(desk: Desk) -> None:
    desk.read("a", document([entry("1", words="1:w")]))
    desk.curate()
    desk.read("b", document([entry("2", words="1:w"), entry("3", words="1:w")]))
    pending = desk.store.curation.pending("1")
    found = desk.store.curation.matches(pending)
    assert [[other.text_set for other in found[stored.id]] for stored in pending] == [[1, 0], [1, 0]]
    desk.read("a", document(changed=[entry("1", words="1:w", fingerprint="1:x")]))
    assert [other.text_set for other in desk.store.curation.matches(pending)[pending[0].id]] == [0, 0]


def place(desk: Desk, rules: str = "1") -> dict[str, int]:
    """Place all that waits as Curate does; returns the set of every entry."""
    curation = desk.store.curation
    while pending := curation.pending(rules):
        matches = curation.matches(pending)
        sets = {other.id: other.text_set for others in matches.values() for other in others if other.text_set}
        rows = []
        for stored in pending:
            same = same_text(stored, matches[stored.id], sets=sets)
            sets[stored.id] = same.text_set
            rows.append(Curated(stored.id, same.text_set, same.reason))
        curation.save(rows, rules=rules)
    return {stored.entry.guid: stored.text_set for stored in desk.store.entries.search(limit=1000)}


def daily(first: int, last: int) -> list[Entry]:
    """A column that says the same every day."""
    return [entry(str(day), words="1:w", published=NOW + day * DAY) for day in range(first, last)]


def published(desk: Desk) -> dict[str, str]:
    """The permanent ids that readers of an output see, by the guid of the leading entry."""
    folded = fold(desk.store.entries.latest(topics=(), sets=99))
    assert len({text.uid for text in folded}) == len(folded)
    return {text.lead.entry.guid: text.uid for text in folded}


def test_a_text_that_everyone_carries_is_compared_with_its_nearest_copies_only(desk: Desk) -> None:
    desk.read("a", document(daily(0, 120)))
    desk.curate()
    desk.read("b", document([entry("new", words="1:w")]))
    (new,) = desk.store.curation.pending("1")
    assert [other.id for other in desk.store.curation.matches([new])[new.id]] == list(range(71, 121))
    middle = desk.stored("59")
    found = [other.id for other in desk.store.curation.matches([middle])[middle.id]]
    assert found == [*range(10, 60), *range(61, 111)]


def test_a_column_with_a_hundred_old_copies_still_folds_and_still_ends(desk: Desk) -> None:
    """The copies of the same day in two feeds are one text; a week later it is another."""
    for day in range(100):
        desk.read("a", document(daily(day, day + 1)), now=NOW + day * DAY)
        place(desk)
    desk.read("b", document(daily(99, 100)), now=NOW + 99 * DAY)
    place(desk)
    assert [stored.text_set for stored in desk.store.entries.members([99])] == [99, 99, 99]
    assert {stored.source.id for stored in desk.store.entries.members([99])} == {1, 2}
    sizes = Counter(stored.text_set for stored in desk.store.entries.search(limit=1000))
    assert sizes == {1 + 7 * week: 7 for week in range(14)} | {99: 3}


def test_a_first_read_with_a_thousand_of_one_text_ends_as_day_by_day(desk: Desk) -> None:
    desk.read("a", document(daily(0, 700)))
    assert set(Counter(place(desk).values()).values()) == {7}
    assert set(Counter(place(desk, "2").values()).values()) == {7}


def test_the_founders_date_is_known_when_a_hundred_copies_stand_between(desk: Desk) -> None:
    hourly = [entry(str(n), words="1:w", published=NOW + n * HOUR) for n in range(200)]
    for n, one in enumerate(hourly):
        desk.read("a", document([one]), now=NOW + n * HOUR)
        if n % 20 == 19:
            sets = place(desk)
    assert sets == {str(n): 1 if n < 7 * 24 else 169 for n in range(200)}


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
    for rules in "23":
        assert place(desk, rules) == {"2": 2, "3": 2}
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
        desk.store.curation.save([Curated(stored.id)], rules="2")
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
