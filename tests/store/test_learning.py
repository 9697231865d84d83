"""What was learned is kept: corrections outlive their entries, models replace one another."""

from tests.store.things import DAY, NOW, Desk, document, entry


def test_a_correction_is_kept_with_its_text_and_replaced_by_the_next(desk: Desk) -> None:
    desk.read("a", document([entry("1", text="long " * 1000)]))
    desk.curate()
    learning, id = desk.store.learning, desk.stored("1").id
    assert learning.corrections([id]) == {}
    assert learning.correct(id, {"world": True, "sport": False}, now=NOW)
    assert learning.correct(id, {"world": False}, now=NOW + DAY)
    assert learning.corrections([id, 99]) == {id: {"world": False, "sport": False}}
    sport, world = learning.corrected(limit=10)
    assert (sport.topic, sport.wanted, sport.made) == ("sport", False, NOW)
    assert (world.topic, world.wanted, world.made, world.title) == ("world", False, NOW + DAY, "About 1")
    assert len(world.text) == 2000


def test_a_corrected_entry_waits_to_be_placed_anew(desk: Desk) -> None:
    desk.read("a", document([entry("1"), entry("2")]))
    desk.curate()
    id = desk.stored("1").id
    desk.store.learning.correct(id, {"world": True}, now=NOW)
    assert [one.id for one in desk.store.curation.pending("1")] == [id]


def test_no_entry_no_correction(desk: Desk) -> None:
    assert not desk.store.learning.correct(7, {"world": True}, now=NOW)
    assert desk.store.learning.corrected(limit=10) == ()


def test_a_correction_outlives_its_entry(desk: Desk) -> None:
    desk.read("a", document([entry("1"), entry("2")]))
    desk.curate()
    id = desk.stored("1").id
    desk.store.learning.correct(id, {"world": True}, now=NOW)
    desk.read("a", document(also=["2"]), now=NOW + DAY)
    purged = desk.store.retention.prune(now=NOW + 400 * DAY, months=1, at_least=0)
    assert sum(row.purgeable for row in purged) == 1
    assert [(one.entry, one.topic, one.wanted) for one in desk.store.learning.corrected(limit=10)] == [
        (id, "world", True)
    ]


def test_a_model_is_kept_in_place_of_the_one_before_and_the_newest_wait(desk: Desk) -> None:
    desk.read("a", document([entry(str(number)) for number in range(5)]))
    desk.curate()
    learning = desk.store.learning
    assert (learning.model("topics"), learning.freshness("topics")) == (None, None)
    learning.keep("topics", b"one", rules="1", until=3, again=0, now=NOW)
    learning.keep("topics", b"two", rules="2", until=5, again=2, now=NOW)
    assert learning.model("topics") == ("2", 5, b"two")
    assert learning.freshness("topics") == ("2", 5)
    newest = learning.newest()
    assert [one.id for one in desk.store.curation.pending("1")] == [newest - 1, newest]
    assert [one.id for one in learning.recent(2)] == [newest - 1, newest]
