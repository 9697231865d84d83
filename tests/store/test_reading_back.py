"""What outputs, digests and people are given: newest first, whole text sets, only what is for them."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.model import Category, Reach, StoredEntry
from aggregator.store.driver import write_json
from aggregator.store.rows import ENTRY, entry_values, storable
from tests.store.things import DAY, HOUR, NOW, Desk, document, entry, listings, story


def guids(entries: tuple[StoredEntry, ...]) -> list[str]:
    return [stored.entry.guid for stored in entries]


def test_an_entry_is_found_by_whatever_names_it(desk: Desk) -> None:
    desk.read(
        "a", document([entry("https://example.com/1", url="https://example.com/1?x", key="https://example.com/k")])
    )
    desk.read("b", document([entry("2", url="https://example.com/1?x")]))
    find = desk.store.entries.find
    assert guids(find(1)) == guids(find("1")) == ["https://example.com/1"]
    assert guids(find("https://example.com/1")) == ["https://example.com/1"]
    assert guids(find("http://example.com/k/", key="https://example.com/k")) == ["https://example.com/1"]
    assert guids(find(desk.stored("2").uid, key="")) == ["2"]
    for nothing in ("", "0", "99", "9" * 40, "https://example.com/none", "²"):
        assert find(nothing) == find(nothing, key="https://example.com/none") == ()


def test_an_entry_without_an_address_of_its_own_is_found_by_its_feeds_home(desk: Desk) -> None:
    home = "https://example.com/"
    desk.read("a", document([entry("1", url=home, key="")]), home=home)
    desk.read("a", document(also=["1"]), home="https://example.org/")
    assert guids(desk.store.entries.find(home, key="https://example.com")) == ["1"]


def test_of_several_with_one_canonical_address_the_one_as_it_is_written_is_meant(desk: Desk) -> None:
    key = "https://example.com/changes"
    desk.read("a", document([entry(mark, url=f"{key}#{mark}", key=key) for mark in ("v1", "v2")]))
    assert guids(desk.store.entries.find(f"{key}#v2", key=key)) == ["v2"]
    assert guids(desk.store.entries.find(f"{key}#v3", key=key)) == ["v1", "v2"]


def test_a_search_asks_for_all_words_in_any_case_of_any_alphabet(desk: Desk) -> None:
    desk.read("a", document([entry("1", title="STRASSE und Ähre"), entry("2", text="ΣΊΣΥΦΟΣ 100%_sure")]))
    table = {
        "straße": ["1"],
        "ähre Strasse": ["1"],
        "ähre sisyphos": [],
        "σίσυφος": ["2"],
        "100%": ["2"],
        "1%0": [],
        "%_s": ["2"],
        "a. writer": ["1", "2"],
        "": ["1", "2"],
    }
    assert {words: sorted(desk.guids(text=words)) for words in table} == table


def test_a_search_narrows_by_topic_feed_and_time_and_tells_the_newest_first(desk: Desk) -> None:
    world = (Category("world"),)
    ages = {"1": 3 * DAY, "2": 2 * DAY, "3": DAY}
    desk.read("a", document([entry(g, published=NOW - age, categories=world) for g, age in ages.items()]))
    desk.read("b", document([entry("4")]))
    assert desk.guids(topic="world") == []
    desk.curate()
    assert desk.guids() == ["4", "3", "2", "1"]
    assert desk.guids(topic="world") == ["3", "2", "1"]
    assert desk.guids(feed="A.XML") == desk.guids(feed="https://example.net/a.xml") == ["3", "2", "1"]
    assert desk.guids(feed="example net", topic="world", until=NOW + DAY) == ["3", "2", "1"]
    assert guids(desk.store.entries.search(limit=2)) == ["4", "3"]


def test_a_search_asks_when_an_entry_was_first_seen_not_when_it_was_published(desk: Desk) -> None:
    desk.read("a", document([entry("history", published=NOW - 300 * DAY)]))
    desk.read("a", document([entry("backdated", published=NOW - 20 * DAY)], also=["history"]), now=NOW + DAY)
    desk.read("b", document([entry("of b", published=NOW - 10 * DAY)]), now=NOW + DAY)
    assert desk.guids(since=NOW) == ["backdated", "of b", "history"]
    assert desk.guids(since=NOW + HOUR) == ["backdated", "of b"]
    assert desk.guids(until=NOW + DAY) == ["history"]
    assert desk.guids(since=NOW - 301 * DAY, until=NOW) == []


def test_outputs_get_only_what_is_curated_and_for_them(desk: Desk) -> None:
    reach: dict[str, Reach] = {"archive": "none", "history": "outputs"}
    new = [entry("archive"), entry("history"), entry("news"), entry("ad", title="An advertisement")]
    desk.read("a", document(new), reach=reach)
    assert desk.store.entries.latest(topics=(), sets=9) == ()
    desk.curate()
    assert sorted(guids(desk.store.entries.latest(topics=(), sets=9))) == ["history", "news"]
    assert desk.stored("ad").dropped == "drop: advertisement"


def test_the_latest_text_sets_come_whole_in_the_order_of_their_newest_member(desk: Desk) -> None:
    desk.read("a", document([entry(str(n), published=NOW - n * HOUR) for n in range(1, 5)]))
    desk.read("b", document())
    desk.read("b", document([entry("copy")]), now=NOW + HOUR)
    desk.curate(copy=desk.stored("4").id)
    latest = desk.store.entries.latest
    assert guids(latest(topics=(), sets=2)) == ["4", "copy", "1"]
    assert guids(latest(topics=(), sets=9)) == ["4", "copy", "1", "2", "3"]
    assert latest(topics=(), sets=1)[1].same_as == "same title"
    assert {stored.text_set for stored in latest(topics=(), sets=1)} == {desk.stored("4").id}


def test_a_set_belongs_to_the_topics_of_each_of_its_members(desk: Desk) -> None:
    world, sport = (Category("world"),), (Category("sport"),)
    desk.read("a", document([entry("1", categories=world), entry("2", categories=sport), entry("3")]))
    desk.read("b", document([entry("copy", categories=sport)]))
    desk.curate(copy=desk.stored("1").id)
    latest = desk.store.entries.latest
    assert sorted(guids(latest(topics=["world"], sets=9))) == ["1", "copy"]
    assert sorted(guids(latest(topics=["sport"], sets=9))) == ["1", "2", "copy"]
    assert sorted(guids(latest(topics=["world", "sport"], sets=9))) == ["1", "2", "copy"]
    assert latest(topics=["other"], sets=9) == ()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hours=st.lists(st.integers(0, 5), min_size=1, max_size=25),
    sets=st.integers(1, 6),
    data=st.data(),
)
def test_the_latest_sets_are_those_that_sorting_everything_would_give(
    desk: Desk, hours: list[int], sets: int, data: st.DataObject
) -> None:
    """The walk along the shelf stops early, whatever the ties and however large the sets."""
    name = f"f{len(desk.store.feeds.all())}"
    desk.store.feeds.list(listings(name), now=NOW)
    new = [
        entry(f"{name}-{n}", published=NOW - hour * HOUR, categories=(Category(name),)) for n, hour in enumerate(hours)
    ]
    desk.read(name, document(new))
    ids = [desk.stored(e.guid).id for e in new]
    same = {e.guid: data.draw(st.sampled_from(ids[: n + 1])) for n, e in enumerate(new)}
    desk.curate(**same)
    newest: dict[int, tuple[int, int]] = {}
    for e, hour in zip(new, hours, strict=True):
        newest[same[e.guid]] = max(newest.get(same[e.guid], (-99, 0)), (-hour, same[e.guid]))
    expected = sorted(newest, key=lambda text_set: newest[text_set], reverse=True)[:sets]
    found = desk.store.entries.latest(topics=[name], sets=sets)
    assert list(dict.fromkeys(stored.text_set for stored in found)) == expected
    assert len(found) == sum(text_set in expected for text_set in same.values())


def test_a_digest_gets_what_was_first_seen_in_its_window_whatever_its_date(desk: Desk) -> None:
    desk.read("a", document([entry("old")]))
    desk.read("a", document([entry("backdated", published=NOW - 400 * DAY)], also=["old"]), now=NOW + HOUR)
    desk.read("a", document([entry("later")], also=["old"]), now=NOW + 2 * HOUR)
    desk.curate()

    def since(after: int, until: int, *topics: str) -> list[str]:
        window = {"after": NOW + after * HOUR, "until": NOW + until * HOUR}
        return guids(desk.store.coverage.since(topics=topics, **window))

    assert since(0, 1) == ["backdated"]
    assert since(-1, 2) == ["old", "backdated", "later"]
    assert since(1, 2) == ["later"]
    assert since(2, 3) == []
    assert since(-1, 3, "world") == []


def test_a_digest_gets_no_history_no_archive_and_nothing_dropped(desk: Desk) -> None:
    reach: dict[str, Reach] = {"history": "outputs", "archive": "none"}
    new = [entry("news"), entry("history"), entry("archive"), entry("ad", title="An advertisement")]
    desk.read("a", document(new), reach=reach)
    desk.curate()
    assert guids(desk.store.coverage.since(topics=(), after=NOW - DAY, until=NOW)) == ["news"]


def test_a_digest_gets_the_older_copies_of_a_text_with_the_new_one(desk: Desk) -> None:
    desk.read("a", document([entry("1")]), reach={"1": "outputs"})
    desk.read("b", document([entry("copy", categories=(Category("world"),))]), now=NOW + DAY)
    desk.curate(copy=desk.stored("1").id)
    found = desk.store.coverage.since(topics=["world"], after=NOW, until=NOW + DAY)
    assert [(stored.entry.guid, stored.first_seen) for stored in found] == [("1", NOW), ("copy", NOW + DAY)]
    assert guids(desk.store.entries.members([desk.stored("1").id])) == ["1", "copy"]


def test_more_ids_than_sqlite_takes_parameters(desk: Desk) -> None:
    assert desk.store.entries.members(list(range(1, 40_000))) == ()
    assert desk.store.issues.told("morning", [story(n, n) for n in range(1, 40_000)]) == {}
    assert desk.store.feeds.claim(range(1, 40_000), now=NOW + timedelta(hours=9), seconds=1) == {1: 1, 2: 1}


@given(st.lists(st.builds(Category, st.text(), st.text(), st.text()), max_size=3))
def test_categories_are_kept_as_json_is_written(categories: list[Category]) -> None:
    kept = entry_values(replace(entry("1"), categories=tuple(categories)))[ENTRY.index("categories")]
    assert kept == storable(write_json([[one.term, one.scheme, one.label] for one in categories]))
