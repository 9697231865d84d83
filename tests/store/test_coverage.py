"""Whole stories, as outputs and digests ask for them: found by an index, however large the archive."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.model import Category, Curated, Reach, StoredEntry, Tag
from aggregator.store.coverage import FIRST, LAST
from tests.store.things import DAY, HOUR, NOW, Desk, document, entry, listings


def guids(found: Sequence[StoredEntry]) -> list[str]:
    return [stored.entry.guid for stored in found]


def curate(desk: Desk, **stories: str) -> None:
    """Place all that waits; ``stories`` puts a guid into the story of another one, by guid."""
    waiting = desk.store.curation.pending("1", limit=5000)
    ids = {c.guid: c.id for c in waiting} | {s.entry.guid: s.id for s in desk.store.entries.search(limit=5000)}
    rows = [
        Curated(
            c.id,
            tags=tuple(Tag(filed.term, "category", filed.term) for filed in c.categories),
            dropped="drop: advertisement" if "advertisement" in c.title else "",
            story=ids[stories[c.guid]] if c.guid in stories else 0,
        )
        for c in waiting
    ]
    desk.store.curation.save(rows, rules="1", now=NOW)


def test_the_newest_stories_come_whole_in_the_order_of_their_newest_entry(desk: Desk) -> None:
    desk.read("a", document([entry(str(n), published=NOW - n * HOUR) for n in range(1, 5)]))
    desk.read("b", document())
    desk.read("b", document([entry("later")]), now=NOW + HOUR)
    curate(desk, **{"4": "4", "later": "4"})
    latest = desk.store.coverage.latest
    assert guids(latest(topics=(), stories=2)) == ["4", "later", "1"]
    assert guids(latest(topics=(), stories=9)) == ["4", "later", "1", "2", "3"]
    assert guids(latest(topics=(), stories=9, after=NOW - 1.5 * HOUR)) == ["4", "later", "1"]
    assert {stored.story_uid for stored in latest(topics=(), stories=1)} == {desk.stored("4").uid}


def test_a_story_belongs_to_the_topics_of_each_of_its_entries(desk: Desk) -> None:
    world, sport = (Category("world"),), (Category("sport"),)
    desk.read("a", document([entry("1", categories=world), entry("2", categories=sport), entry("3")]))
    curate(desk, **{"1": "1", "2": "1", "3": "3"})
    latest = desk.store.coverage.latest
    assert guids(latest(topics=["world"], stories=9)) == guids(latest(topics=["sport"], stories=9)) == ["1", "2"]
    assert latest(topics=["other"], stories=9) == ()


def test_what_outputs_do_not_show_is_in_no_story_of_theirs(desk: Desk) -> None:
    reach: dict[str, Reach] = {"archive": "none"}
    desk.read("a", document([entry("archive"), entry("news"), entry("ad", title="An advertisement")]), reach=reach)
    curate(desk, archive="news", news="news", ad="news")
    assert guids(desk.store.coverage.latest(topics=(), stories=9)) == ["news"]
    assert guids(desk.store.coverage.since(topics=(), after=NOW - DAY, until=NOW)) == ["archive", "news"]


def test_a_digest_gets_what_was_known_of_a_story_before_and_not_what_came_later(desk: Desk) -> None:
    desk.read("a", document([entry("1")]), reach={"1": "outputs"})
    desk.read("b", document([entry("2", categories=(Category("world"),))]), now=NOW + DAY)
    desk.read("a", document([entry("3")], also=["1"]), now=NOW + 2 * DAY)
    curate(desk, **{"1": "1", "2": "1", "3": "1"})
    since = desk.store.coverage.since
    assert guids(since(topics=["world"], after=NOW, until=NOW + DAY)) == ["1", "2"]
    assert guids(since(topics=(), after=NOW + DAY, until=NOW + 2 * DAY)) == ["1", "2", "3"]
    assert since(topics=(), after=NOW - DAY, until=NOW) == (), "history is for outputs only"


def test_a_story_is_found_by_its_number_its_id_and_those_of_its_entries(desk: Desk) -> None:
    desk.read("a", document([entry("1"), entry("2"), entry("alone")]))
    curate(desk, **{"1": "1", "2": "1"})
    first, second, alone = (desk.stored(guid) for guid in ("1", "2", "alone"))
    find = desk.store.coverage.find
    for reference in (first.id, second.id, first.uid, second.uid):
        assert guids(find(str(reference))) == ["1", "2"]
    assert guids(find(str(alone.id))) == guids(find(alone.uid)) == ["alone"]
    assert find("999") == find("nothing") == find("") == ()
    assert guids(desk.store.coverage.around(second)) == ["1", "2"]
    assert guids(desk.store.coverage.around(alone)) == ["alone"]


def test_a_story_keeps_its_number_when_the_entry_that_founded_it_has_left(desk: Desk) -> None:
    """It founds another one by now, which is its second: its own number is taken."""
    desk.read("a", document([entry("1"), entry("2"), entry("3")]))
    curate(desk, **{"1": "1", "2": "1", "3": "1"})
    number = desk.stored("1").id
    desk.store.curation.save([Curated(number, story=-number)], rules="1", now=NOW)
    assert guids(desk.store.coverage.find(str(number))) == ["2", "3"]
    assert guids(desk.store.coverage.find(f"{number}.2")) == ["1"]
    assert desk.store.coverage.find(str(-number)) == desk.store.coverage.find(f"{number}.3") == ()
    latest = desk.store.coverage.latest(topics=(), stories=9)
    assert sorted(guids(latest)) == ["1", "2", "3"] and {s.story for s in latest} == {number, -number}


def test_of_a_story_that_all_the_world_writes_about_the_first_and_the_last_are_read(desk: Desk) -> None:
    many = [f"n{n:04}" for n in range(FIRST + LAST + 30)]
    desk.read("a", document([entry(guid) for guid in many]))
    curate(desk, **dict.fromkeys(many, many[0]))
    assert guids(desk.store.coverage.latest(topics=(), stories=1)) == [*many[:FIRST], *many[-LAST:]]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hours=st.lists(st.integers(0, 5), min_size=1, max_size=25), stories=st.integers(1, 6), data=st.data())
def test_the_newest_stories_are_those_that_sorting_everything_would_give(
    desk: Desk, hours: list[int], stories: int, data: st.DataObject
) -> None:
    """The walk along the shelf stops early, whatever the ties and however large the stories."""
    name = f"f{len(desk.store.feeds.all())}"
    desk.store.feeds.list(listings(name), now=NOW)
    new = [
        entry(f"{name}-{n}", published=NOW - timedelta(hours=hour), categories=(Category(name),))
        for n, hour in enumerate(hours)
    ]
    desk.read(name, document(new))
    chosen = {e.guid: data.draw(st.sampled_from([*new[: n + 1], None])) for n, e in enumerate(new)}
    curate(desk, **{guid: founder.guid for guid, founder in chosen.items() if founder})
    keys = {s.entry.guid: (s.story, s.text_set * (s.story == 0)) for s in map(desk.stored, chosen)}
    placed = sorted(zip(hours, (-desk.stored(e.guid).id for e in new), new, strict=True), key=lambda row: row[:2])
    expected = list(dict.fromkeys(keys[e.guid] for _, _, e in placed))[:stories]
    found = desk.store.coverage.latest(topics=[name], stories=stories)
    assert list(dict.fromkeys((s.story, s.text_set * (s.story == 0)) for s in found)) == expected
    assert len(found) == sum(key in expected for key in keys.values())


@pytest.mark.parametrize("reference", ["9" * 30, "٣", "1 OR 1=1"])
def test_odd_references_find_nothing(desk: Desk, reference: str) -> None:
    assert desk.store.coverage.find(reference) == ()
