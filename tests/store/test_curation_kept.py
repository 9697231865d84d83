"""Curation: what waits, what it is compared with, and placing it again."""

from collections import Counter

from aggregator.model import Category, Curated, Entry, Tag
from aggregator.pipeline.duplicates import same_text
from tests.store.things import DAY, HOUR, NOW, Desk, document, entry


def waiting(desk: Desk, rules: str = "1") -> list[str]:
    return [entry.guid for entry in desk.store.curation.pending(rules)]


def test_entries_wait_in_order_of_arrival_until_they_are_placed(desk: Desk) -> None:
    desk.read("a", document([entry("2"), entry("1")]))
    desk.read("b", document([entry("3")]))
    first = desk.store.curation.pending("1", limit=2)
    assert [entry.guid for entry in first] == ["2", "1"]
    assert [stored.text_set for stored in first] == [0, 0]
    desk.store.curation.save([Curated(stored.id) for stored in first], rules="1", now=NOW)
    assert waiting(desk) == ["3"]


def test_other_rules_make_everything_wait_again(desk: Desk) -> None:
    desk.read("a", document([entry("1"), entry("2")]))
    desk.curate("1")
    assert waiting(desk, "1") == []
    assert waiting(desk, "2") == ["1", "2"]
    assert waiting(desk, "2") == ["1", "2"]


def test_under_other_rules_an_entry_stays_in_its_text_unless_it_has_changed(desk: Desk) -> None:
    desk.read("a", document([entry("1"), entry("2"), entry("3")]))
    desk.curate("1", **{"2": desk.stored("1").id})
    desk.read("a", document(changed=[entry("3", fingerprint="1:x")]))
    pending = desk.store.curation.pending("2")
    assert [(stored.guid, stored.settled) for stored in pending] == [("1", True), ("2", True), ("3", False)]
    (kept,) = desk.store.curation.compared([pending[1].id]).values()
    assert (kept.text_set, kept.same_as) == (pending[0].id, "same title")
    desk.read("a", document(changed=[entry("2", fingerprint="1:x")]))
    assert not any(stored.settled for stored in desk.store.curation.pending("2"))


def test_what_waits_goes_by_the_date_of_publication(desk: Desk) -> None:
    """Whatever the batches, and also when a date is mended while it waits."""
    desk.read("a", document([entry(str(n), published=NOW - n * HOUR) for n in (3, 1)]))
    desk.read("b", document([entry(str(n), published=NOW - n * HOUR) for n in (4, 2)]))
    assert waiting(desk) == ["4", "3", "2", "1"]
    desk.read("b", document(changed=[entry("2", published=NOW - 5 * HOUR, fingerprint="1:x")]))
    assert [stored.guid for stored in desk.store.curation.pending("1", limit=3)] == ["2", "4", "3"]


def test_what_was_decided_under_older_rules_does_not_end_the_waiting(desk: Desk) -> None:
    desk.read("a", document([entry("1")]))
    slow = desk.store.curation.pending("1")
    assert waiting(desk, "2") == ["1"]
    desk.store.curation.save([Curated(stored.id) for stored in slow], rules="1", now=NOW)
    assert waiting(desk, "2") == ["1"]


def test_what_changes_or_is_corrected_while_it_is_being_placed_waits_once_more(desk: Desk) -> None:
    """What is saved was decided about the entries as they were handed over; the rest of the batch is done."""
    desk.read("a", document([entry("1"), entry("2"), entry("3")]))
    batch = desk.store.curation.pending("1")
    desk.read("a", document(changed=[entry("1", fingerprint="1:x")]))
    assert desk.store.learning.correct(batch[1].id, {"world": True}, now=NOW)
    desk.store.curation.save([Curated(stored.id) for stored in batch], rules="1", now=NOW, read=batch)
    assert waiting(desk) == ["1", "2"]
    desk.curate("1")
    assert waiting(desk) == []


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
    desk.store.curation.save([Curated(desk.stored("1").id, tags=tags)], rules="2", now=NOW)
    assert desk.stored("1").tags == tags
    assert desk.guids(topic="world") == []
    assert desk.guids(topic="sport") == ["1"]
    assert desk.store.entries.latest(topics=["world"], sets=9) == ()
    assert len(desk.store.entries.latest(topics=["sport"], sets=9)) == 1


def test_since_when_an_entry_has_stood_under_a_topic_is_kept_when_it_is_placed_again(desk: Desk) -> None:
    desk.read("a", document([entry("1")]))
    world, sport = Tag("world", "feed", "always"), Tag("sport", "words", "“match” in the title")
    desk.store.curation.pending("1")
    for hours, tags in ((1, (world,)), (2, (world, sport)), (3, (sport,)), (4, (world, sport))):
        desk.store.curation.save([Curated(1, tags=tags)], rules="1", now=NOW + hours * HOUR)
        since = desk.store.coverage.since
        came = {
            topic: [
                n
                for n in range(6)
                if since(topics=[topic], after=NOW + (n - 1) * HOUR, until=NOW + n * HOUR, earliest=NOW - HOUR)
            ]
            for topic in ("world", "sport")
        }
        expected = {1: ([1], []), 2: ([1], [2]), 3: ([], [2]), 4: ([4], [2])}[hours]
        assert (came["world"], came["sport"]) == expected


def test_saving_the_same_twice_is_harmless(desk: Desk) -> None:
    desk.read("a", document([entry("1")]))
    rows = [Curated(1, tags=(Tag("world", "feed", "always"),)), Curated(99)]
    desk.store.curation.pending("1")
    desk.store.curation.save(rows, rules="1", now=NOW)
    desk.store.curation.save(rows, rules="1", now=NOW)
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
    found = {entry.guid: desk.store.curation.matches(pending)[entry.id] for entry in pending}
    assert [other.guid for other in found["new"]] == ["same key", "same words"]
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


def all_anew(desk: Desk) -> None:
    """Let everything wait to be compared, as a new version does that compares otherwise."""
    del desk.store.meta["rules"]


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
        curation.save(rows, rules=rules, now=NOW)
    return {stored.entry.guid: stored.text_set for stored in desk.store.entries.search(limit=1000)}


def daily(first: int, last: int) -> list[Entry]:
    """A column that says the same every day."""
    return [entry(str(day), words="1:w", published=NOW + day * DAY) for day in range(first, last)]


def test_a_text_that_everyone_carries_is_compared_with_its_nearest_copies_only(desk: Desk) -> None:
    desk.read("a", document(daily(0, 120)))
    desk.curate()
    desk.read("b", document([entry("new", words="1:w")]))
    (new,) = desk.store.curation.pending("1")
    assert [other.id for other in desk.store.curation.matches([new])[new.id]] == list(range(71, 121))
    all_anew(desk)
    all_of_them = desk.store.curation.pending("2", limit=200)
    middle = next(stored for stored in all_of_them if stored.id == 60)
    found = [other.id for other in desk.store.curation.matches([middle])[middle.id]]
    assert found == [*range(10, 60), *range(61, 111)]
    both = desk.store.curation.matches([all_of_them[1], new])
    assert {1, new.id} <= {other.id for others in both.values() for other in others}


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
    all_anew(desk)
    assert set(Counter(place(desk).values()).values()) == {7}


def test_the_founders_date_is_known_when_a_hundred_copies_stand_between(desk: Desk) -> None:
    hourly = [entry(str(n), words="1:w", published=NOW + n * HOUR) for n in range(200)]
    for n, one in enumerate(hourly):
        desk.read("a", document([one]), now=NOW + n * HOUR)
        if n % 20 == 19:
            sets = place(desk)
    assert sets == {str(n): 1 if n < 7 * 24 else 169 for n in range(200)}


def test_an_entry_that_is_purged_while_it_is_being_placed_leaves_nothing(desk: Desk) -> None:
    """What was read of it beforehand is not written, whether it was placed before or not."""
    desk.read("a", document([entry("1"), entry("2")]))
    batch = desk.store.curation.pending("1")
    with desk.store._database.lane.write() as connection:
        connection.execute("DELETE FROM entry WHERE id = ?", (batch[0].id,))
    assert all(stored.facts for stored in batch)
    desk.store.curation.save([Curated(stored.id) for stored in batch], rules="1", now=NOW, read=batch)
    assert waiting(desk) == []
    with desk.store._database.lane.read() as connection:
        for table in ("curation", "shelf"):
            assert connection.execute(f"SELECT entry_id FROM {table}").fetchall() == [(batch[1].id,)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
