"""Stories as Curate tells them: by the texts and their dates alone, whatever the batches and however often it runs."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.app import App, open_app
from aggregator.jobs import curate as job
from aggregator.jobs.curate import curate
from aggregator.model import Entry, StoredEntry
from aggregator.pipeline.copies import fold
from aggregator.store.revising import MANY
from tests.store.things import Desk, address, document, entry, listings

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVENTS = {
    "quake": (
        "Earthquake strikes the coast of Atlantis|A strong earthquake struck the coast of Atlantis on Monday.",
        "At least 14 dead in Atlantis earthquake|Rescuers in Atlantis search ruins after the earthquake; 14 are dead.",
        "Atlantis earthquake: king flies home|King Gadeiros of Atlantis flew home after the earthquake that killed 14.",
        "School collapsed in Atlantis quake, officials say|The Atlantis earthquake brought a school down.",
    ),
    "merger": (
        "Acme to buy Globex for $2 billion|Acme agreed to buy its rival Globex in a deal worth $2 billion.",
        "Globex shares soar after Acme bid|Shares of Globex rose a third after Acme offered $2 billion for the rival.",
        "What the Acme and Globex deal means for workers|Unions fear for jobs once Acme owns Globex after the deal.",
        "Regulators to look at Acme bid for Globex|Antitrust officials will study the Acme offer for Globex.",
    ),
    "cup": (
        "Rovers win the cup on penalties|Rovers beat United on penalties to win the cup final at the Old Ground.",
        "United coach resigns after cup final defeat|The coach of United left after losing the cup final to Rovers.",
        "Rovers parade the cup through town|Thousands cheered as Rovers brought home the cup they won against United.",
        "Cup final: how Rovers beat United|Rovers won the cup final since their keeper saved two United penalties.",
    ),
    "comet": (
        "Comet Halibut visible this week|Astronomers say comet Halibut can be seen with the naked eye this week.",
        "How to see comet Halibut|Look west after sunset to see the comet Halibut, astronomers say.",
        "Comet Halibut loses its tail|The tail of comet Halibut tore off near the sun, astronomers report.",
        "Halibut, the comet, seen from space|Astronauts took pictures of comet Halibut and its tail from orbit.",
    ),
}


def told(guid: str, text: str, *, at: timedelta = timedelta(0), **facts: object) -> Entry:
    title, _, body = text.partition("|")
    made = entry(guid, title=title, text=body, published=NOW + at, words=f"1:{guid}", key="", fingerprint=f"1:{text}")
    return replace(made, **facts)


def events(*, at: timedelta = timedelta(0)) -> list[Entry]:
    """All events, their reports mixed: the first report of each, then the second …"""
    rows = zip(*EVENTS.values(), strict=True)
    mixed = [(f"{name}{n}", text) for n, row in enumerate(rows) for name, text in zip(EVENTS, row, strict=True)]
    return [told(guid, text, at=at + place * HOUR) for place, (guid, text) in enumerate(mixed)]


@contextmanager
def newsroom(folder: Path, *feeds: str) -> Iterator[tuple[App, Desk]]:
    names = feeds or ("a",)
    folder.mkdir(exist_ok=True)
    sources = "".join(f"  - {address(name)}\n" for name in names)
    (folder / "feeds.yaml").write_text(f"title: Test\nfeeds:\n{sources}", encoding="utf-8")
    with open_app(folder, clock=lambda: NOW) as app:
        app.store.feeds.list(listings(*names), now=NOW)
        yield app, Desk(app.store)


def stories(desk: Desk) -> set[frozenset[str]]:
    """Which guids are told together."""
    found: dict[int, set[str]] = {}
    for stored in kept(desk).values():
        found.setdefault(stored.story, set()).add(stored.entry.guid)
    return {frozenset(guids) for guids in found.values()}


def kept(desk: Desk) -> dict[str, StoredEntry]:
    return {stored.entry.guid: stored for stored in desk.store.entries.search(limit=1000)}


def placed(desk: Desk) -> dict[str, tuple[object, ...]]:
    """How each guid was placed, to the last digit."""
    return {
        guid: (stored.story, stored.story_uid, stored.story_like, stored.story_score, stored.story_why)
        for guid, stored in kept(desk).items()
    }


def arrive(app: App, desk: Desk, entries: Sequence[Entry], *, feed: str = "a") -> None:
    desk.read(feed, document(list(entries)))
    curate(app)


ALL = {frozenset(f"{name}{n}" for n in range(4)) for name in EVENTS}


def test_reports_of_one_event_are_one_story_and_say_by_which_member_and_words(tmp_path: Path) -> None:
    with newsroom(tmp_path) as (app, desk):
        arrive(app, desk, events())
        assert stories(desk) == ALL
        found = kept(desk)
    first, second = found["quake0"], found["quake1"]
    assert (first.story, first.story_uid, first.story_like) == (first.id, first.uid, 0)
    assert (second.story, second.story_uid, second.story_like) == (first.id, first.uid, first.id)
    assert 0.15 < second.story_score <= 1
    assert {"Atlantis", "earthquake"} <= set(second.story_why)


def test_stories_are_the_same_in_one_batch_and_one_by_one_in_processes_of_their_own(tmp_path: Path) -> None:
    with newsroom(tmp_path / "whole") as (app, desk):
        arrive(app, desk, events())
        whole = placed(desk)
    for one in events():
        with newsroom(tmp_path / "parts") as (app, desk):
            arrive(app, desk, [one])
    with newsroom(tmp_path / "parts") as (_, desk):
        parts = placed(desk)
    assert parts == whole


@pytest.mark.parametrize("size", [1, 3, 7])
def test_the_size_of_batches_decides_nothing(tmp_path: Path, size: int) -> None:
    many = [*events(), *(replace(one, guid=f"{one.guid}-x", words="") for one in events(at=40 * HOUR))]
    with newsroom(tmp_path / "whole") as (app, desk):
        arrive(app, desk, many)
        whole = placed(desk)
    with newsroom(tmp_path / "parts") as (app, desk):
        for start in range(0, len(many), size):
            arrive(app, desk, many[start : start + size])
        assert placed(desk) == whole


@pytest.mark.parametrize("at_once", [90, 500, 1000])
def test_what_two_feeds_bring_at_once_goes_by_date_however_many_are_placed_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """The first feed read has the later half of every story: the earlier half must found them."""
    rows = [replace(one, guid=f"{week}-{one.guid}") for week in range(60) for one in events(at=-week * 14 * DAY)]
    rows = [replace(one, fingerprint=one.guid, words=f"1:{one.guid}") for one in rows]
    rows.sort(key=lambda one: (one.published, one.guid))
    early, late = (
        [one for one in rows if (one.published - NOW) % (14 * DAY) >= 8 * HOUR]
        if half
        else [one for one in rows if (one.published - NOW) % (14 * DAY) < 8 * HOUR]
        for half in (False, True)
    )
    monkeypatch.setattr(job, "AT_ONCE", at_once)
    with newsroom(tmp_path, "a", "b") as (app, desk):
        desk.read("a", document(late))
        arrive(app, desk, early, feed="b")
        found = {stored.entry.guid: stored for stored in desk.store.entries.search(limit=5000)}
    by_id = {stored.id: stored for stored in found.values()}
    assert len(early) == len(late) == 480
    for guid, stored in found.items():
        assert by_id[stored.story].entry.guid == f"{guid[:-1]}0", guid


def copies(desk: Desk, app: App, count: int) -> list[Entry]:
    """An agency's text in many papers, the first of them its founder."""
    text = "Comet Halibut visible this week|Astronomers say comet Halibut can be seen with the naked eye this week."
    many = [told(f"c{n:03}", text, at=n * timedelta(minutes=1), words="1:comet") for n in range(count)]
    many = [replace(one, fingerprint=f"1:{one.guid}") for one in many]
    arrive(app, desk, many)
    assert {one.text_set for one in kept(desk).values()} == {1}
    return many


def test_a_change_in_a_text_of_many_copies_places_none_of_them_anew(tmp_path: Path) -> None:
    with newsroom(tmp_path) as (app, desk):
        first, *others = copies(desk, app, MANY + 20)
        before = placed(desk)
        guids = [one.guid for one in others]
        desk.read("a", document(changed=[replace(first, fingerprint="1:x", author="B. Writer")], also=guids))
        assert curate(app).entries == 1
        assert {one.text_set for one in kept(desk).values()} == {1} and kept(desk)["c000"].same_as == ""
        assert placed(desk) == before


def test_when_the_founder_of_many_copies_tells_something_else_the_next_one_stands_for_them(tmp_path: Path) -> None:
    with newsroom(tmp_path) as (app, desk):
        _, *others = copies(desk, app, MANY + 20)
        other = replace(told("c000", EVENTS["quake"][0]), key="")
        desk.read("a", document(changed=[other], also=[one.guid for one in others]))
        assert curate(app).entries == 2, "itself, and the one that the others follow"
        found = kept(desk)
        folded = {text.lead.entry.guid: text for text in fold(found.values())}
        assert {guid: len(text.members) for guid, text in folded.items()} == {"c000": 1, "c001": len(others)}
        assert {text.uid for text in folded.values()} == {found["c000"].uid, found["c001"].uid}
        assert (found["c001"].same_as, found["c001"].same_like) == ("", 0)
        assert len(desk.store.entries.latest(topics=(), sets=9)) == MANY + 20
        stories_of = {guid: one.story for guid, one in found.items()}
        assert len(set(stories_of.values())) == 2 and stories_of["c000"] != stories_of["c001"]
        late = told(
            "late", "See the comet Halibut this week|Comet Halibut can be seen with the naked eye, say astronomers."
        )
        arrive(app, desk, [late])
        assert kept(desk)["late"].story == stories_of["c001"], "it is found by what the text says"


@pytest.mark.parametrize("members", [0, 1, 8, 20])
def test_what_is_forgotten_is_looked_up_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, members: int) -> None:
    """Members, sums and postings, of one stretch of time and of others."""
    many = [replace(one, guid=f"{n}-{one.guid}", words="") for n in range(4) for one in events(at=n * 60 * HOUR)]
    with newsroom(tmp_path / "whole") as (app, desk):
        arrive(app, desk, many)
        whole = placed(desk)
    monkeypatch.setattr("aggregator.jobs.curate.AT_ONCE", 5)
    monkeypatch.setattr("aggregator.pipeline.stories_memory.REMEMBERED", members)
    with newsroom(tmp_path / "forgetful") as (app, desk):
        arrive(app, desk, many)
        assert placed(desk) == whole


def test_entries_of_one_form_that_name_others_are_two_stories_also_when_they_come_in_two_runs(tmp_path: Path) -> None:
    """The names of a title are kept: whoever comes later is held against them."""
    form = "{0} reports quarterly profit of {1} million|{0} on Monday told of a profit of {1} million, a record."
    for guid, name, profit in (("a1", "Acme", 24), ("b1", "Globex", 31), ("a2", "Acme", 24), ("b2", "Globex", 31)):
        with newsroom(tmp_path) as (app, desk):
            arrive(app, desk, [told(guid, f"{form.format(name, profit)} {guid}")])
            found = stories(desk)
    assert found == {frozenset({"a1", "a2"}), frozenset({"b1", "b2"})}


def test_a_backfilled_archive_gives_the_stories_of_a_live_one(tmp_path: Path) -> None:
    """All at once in any order, or day by day: within a batch it goes by the date of publication."""
    archive = [replace(one, guid=f"{week}-{one.guid}") for week in range(3) for one in events(at=-week * 14 * DAY)]
    archive = [replace(one, fingerprint=one.guid, words=f"1:{one.guid}") for one in archive]
    by_date = sorted(archive, key=lambda one: one.published)
    with newsroom(tmp_path / "live") as (app, desk):
        for one in by_date:
            arrive(app, desk, [one])
        live = stories(desk)
    random.Random(4).shuffle(archive)
    with newsroom(tmp_path / "filled") as (app, desk):
        arrive(app, desk, archive)
        assert stories(desk) == live
    assert live == {frozenset(f"{week}-{guid}" for guid in story) for week in range(3) for story in ALL}


def test_the_same_event_a_week_later_is_another_story(tmp_path: Path) -> None:
    title = "Earthquake strikes the coast of Atlantis|A strong earthquake struck the coast of Atlantis."
    with newsroom(tmp_path) as (app, desk):
        arrive(app, desk, [told("1", title), told("2", title, at=3 * DAY), told("3", title, at=8 * DAY)])
        assert stories(desk) == {frozenset("12"), frozenset("3")}


def test_copies_are_in_the_story_of_their_text_and_counted_once(tmp_path: Path) -> None:
    quake = EVENTS["quake"]
    with newsroom(tmp_path, "a", "b") as (app, desk):
        arrive(app, desk, [told("1", quake[0])])
        arrive(app, desk, [told("2", quake[1]), told("3", quake[0], words="1:1", at=HOUR)], feed="b")
        found = kept(desk)
        assert stories(desk) == {frozenset("123")}
        assert (found["3"].text_set, found["3"].story_like, found["3"].story_score) == (found["1"].id, found["1"].id, 1)
        assert [one.entry for one in app.store.stories.traits([stored.id for stored in found.values()])] == [
            found["1"].id,
            found["2"].id,
        ]


def test_an_entry_that_becomes_a_copy_is_no_member_any_more(tmp_path: Path) -> None:
    quake, merger = EVENTS["quake"][0], EVENTS["merger"][0]
    with newsroom(tmp_path, "a", "b") as (app, desk):
        arrive(app, desk, [told("1", quake)])
        arrive(app, desk, [told("2", merger), told("3", EVENTS["merger"][1], at=HOUR)], feed="b")
        before = kept(desk)
        desk.read("b", document(changed=[told("2", quake, words="1:1", fingerprint="1:new")]))
        curate(app)
        after = kept(desk)
        assert (after["2"].story, after["2"].story_like) == (before["1"].id, before["1"].id)
        assert after["3"].story == before["2"].id
        assert after["3"].story_uid == before["2"].uid
        assert [one.entry for one in app.store.stories.traits([1, 2, 3])] == [before["1"].id, before["3"].id]
        desk.read("b", document(changed=[told("2", merger)]))
        curate(app)
        assert kept(desk)["2"].story == before["2"].id


def test_an_entry_that_is_corrected_to_tell_of_something_else_leaves_and_the_others_keep_the_id(tmp_path: Path) -> None:
    with newsroom(tmp_path) as (app, desk):
        arrive(app, desk, events())
        before = kept(desk)
        other = told("quake0", "Bakers strike for better flour|Bakers of the city laid down their rolling pins today.")
        desk.read("a", document(changed=[other]))
        curate(app)
        after = kept(desk)
        left = after["quake0"]
        assert {after[f"quake{n}"].story for n in (1, 2, 3)} == {before["quake0"].story}
        assert {after[f"quake{n}"].story_uid for n in (1, 2, 3)} == {before["quake0"].uid}
        assert left.story not in {0, before["quake0"].story}
        assert left.story_uid not in {stored.story_uid for guid, stored in after.items() if guid != "quake0"}
        arrive(app, desk, [told("late", EVENTS["quake"][1].replace("Rescuers", "Helpers"), at=10 * HOUR)])
        assert kept(desk)["late"].story == before["quake0"].story
        desk.read("a", document(changed=[events()[0]]))
        curate(app)
        assert kept(desk)["quake0"].story == before["quake0"].story


def test_two_reports_that_change_every_time_keep_the_id_of_their_story(tmp_path: Path) -> None:
    one, two, *_ = EVENTS["quake"]
    with newsroom(tmp_path) as (app, desk):
        arrive(app, desk, [told("1", one), told("2", two)])
        before = {guid: stored.story_uid for guid, stored in kept(desk).items()}
        assert len(set(before.values())) == 1
        for number in range(3):
            arrive(app, desk, [told("1", f"{one} {number}"), told("2", f"{two} {number}")])
            assert {guid: stored.story_uid for guid, stored in kept(desk).items()} == before


def test_a_copy_that_tells_of_something_else_by_now_leaves_the_story_of_its_text(tmp_path: Path) -> None:
    with newsroom(tmp_path, "a", "b") as (app, desk):
        arrive(app, desk, [told("1", EVENTS["quake"][0])])
        arrive(app, desk, [told("2", EVENTS["quake"][0], words="1:1")], feed="b")
        assert stories(desk) == {frozenset("12")}
        arrive(app, desk, [told("2", EVENTS["cup"][0])], feed="b")
        found = kept(desk)
    assert [(found[guid].story, found[guid].story_uid) for guid in "12"] == [(found[g].id, found[g].uid) for g in "12"]


def test_an_entry_whose_text_is_another_every_day_founds_a_story_every_day(tmp_path: Path) -> None:
    with newsroom(tmp_path, "a", "b") as (app, desk):
        for name, texts in EVENTS.items():
            arrive(app, desk, [told("today", texts[0])])
            arrive(app, desk, [told(f"{name}{n}", texts[n]) for n in (1, 2)], feed="b")
        assert stories(desk) == {frozenset({f"{name}1", f"{name}2"}) for name in ("quake", "merger", "cup")} | {
            frozenset({"today", "comet1", "comet2"})
        }
        assert len({stored.story_uid for stored in kept(desk).values()}) == len(EVENTS)


def test_an_entry_that_was_emptied_is_like_none(tmp_path: Path) -> None:
    """It is found by the terms that it had."""
    quake = EVENTS["quake"]
    with newsroom(tmp_path) as (app, desk):
        arrive(app, desk, [told("1", quake[0]), told("2", quake[1])])
        arrive(app, desk, [told("1", "|")])
        arrive(app, desk, [told("3", quake[2])])
        assert stories(desk) == {frozenset("1"), frozenset("23")}


def test_copies_follow_a_text_that_changed_in_the_batch_before_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aggregator.jobs.curate.AT_ONCE", 1)
    quake, cup = EVENTS["quake"], EVENTS["cup"]
    with newsroom(tmp_path, "a", "b") as (app, desk):
        arrive(app, desk, [told("1", cup[1]), told("2", quake[0]), told("3", quake[1], at=HOUR)])
        arrive(app, desk, [told(guid, quake[0], words="1:2", at=HOUR) for guid in ("c", "d")], feed="b")
        assert stories(desk) == {frozenset("1"), frozenset({"2", "3", "c", "d"})}
        same = [told(guid, cup[0], words="1:2", fingerprint="2", at=HOUR) for guid in ("c", "d")]
        desk.read("b", document(changed=same))
        arrive(app, desk, [told("2", cup[0], words="1:2", fingerprint="2")])
        assert stories(desk) == {frozenset("3"), frozenset({"1", "2", "c", "d"})}


def test_a_correction_that_still_fits_moves_nobody(tmp_path: Path) -> None:
    with newsroom(tmp_path) as (app, desk):
        arrive(app, desk, events())
        before = {guid: stored.story for guid, stored in kept(desk).items()}
        fixed = told("quake0", EVENTS["quake"][0].replace("strong", "very strong"))
        alone = told("solo", "Bakers strike for better flour|Bakers of the city laid down their rolling pins.", at=DAY)
        desk.read("a", document([alone], changed=[fixed]))
        curate(app)
        desk.read("a", document(changed=[replace(alone, title="Millers strike", fingerprint="1:millers")]))
        curate(app)
        after = kept(desk)
        assert {guid: stored.story for guid, stored in after.items() if guid != "solo"} == before
        assert after["solo"].story == after["solo"].id


def test_two_stories_that_an_entry_shows_to_be_one_become_one_under_the_older_id(tmp_path: Path) -> None:
    first = "Tanker Morus aground off Utopia|The tanker Morus ran aground on a reef."
    second = "Oil reaches beaches of Amaurot|Oil washed up on beaches of Utopia, birds die."
    bridge = (
        "Oil of tanker Morus reaches beaches of Amaurot|The tanker Morus is aground, its oil on beaches of Amaurot."
    )
    with newsroom(tmp_path, "a", "b") as (app, desk):
        arrive(app, desk, [told("1", first), told("2", second, at=HOUR)])
        arrive(app, desk, [told("copy", second, words="1:2", at=2 * HOUR)], feed="b")
        assert stories(desk) == {frozenset("1"), frozenset({"2", "copy"})}
        arrive(app, desk, [told("3", bridge, at=3 * HOUR)])
        found = kept(desk)
        assert {stored.story for stored in found.values()} == {found["1"].id}
        assert {stored.story_uid for stored in found.values()} == {found["1"].uid}
        assert [one.story for one in app.store.stories.traits([1, 2, 3, 4])] == [found["1"].id] * 3


def test_new_rules_place_all_entries_anew_and_leave_stories_as_they_are(tmp_path: Path) -> None:
    with newsroom(tmp_path) as (app, desk):
        arrive(app, desk, events())
        before = placed(desk)
        counted = app.store.stories.counts()
    (tmp_path / "feeds.yaml").write_text(
        f"title: Test\nfeeds:\n  - {address('a')}\ntopics:\n  sky: {{words: [comet]}}\n", encoding="utf-8"
    )
    with open_app(tmp_path, clock=lambda: NOW) as app:
        assert curate(app).entries == len(before)
        desk = Desk(app.store)
        assert [tag.topic for tag in kept(desk)["comet0"].tags] == ["sky"]
        assert placed(desk) == before
        assert app.store.stories.counts() == counted


def test_a_story_goes_on_when_its_first_entry_was_purged(tmp_path: Path) -> None:
    with newsroom(tmp_path, "a", "b") as (app, desk):
        arrive(app, desk, [told("1", EVENTS["quake"][0])])
        arrive(app, desk, [told("2", EVENTS["quake"][1], at=HOUR)], feed="b")
        first = kept(desk)["1"]
        app.store.feeds.list(listings("b"), now=NOW)
        app.store.retention.prune(now=NOW + 400 * DAY, months=1, at_least=0)
        assert not app.store.stories.traits([first.id])
        arrive(app, desk, [told("3", EVENTS["quake"][2], at=2 * HOUR)], feed="b")
        found = kept(desk)
        assert set(found) == {"2", "3"}
        assert {stored.story for stored in found.values()} == {first.id}
        assert {stored.story_uid for stored in found.values()} == {first.uid}


def test_postings_go_with_the_last_entry_of_their_time(tmp_path: Path) -> None:
    with newsroom(tmp_path, "a", "b") as (app, desk):
        arrive(app, desk, events(at=-60 * DAY))
        arrive(app, desk, events(at=-30 * DAY)[:1], feed="b")
        epochs = {(NOW - days * DAY).timestamp() // (96 * 3600) for days in (60, 30)}
        assert all(app.store.stories.postings([int(epoch) for epoch in epochs]).values())
        app.store.feeds.list(listings("b"), now=NOW)
        app.store.retention.prune(now=NOW + 400 * DAY, months=1, at_least=0)
        kept = app.store.stories.postings([int(epoch) for epoch in sorted(epochs)])
        assert [bool(parts) for parts in kept.values()] == [False, True]


def test_texts_that_say_nothing_are_in_no_story_with_others(tmp_path: Path) -> None:
    with newsroom(tmp_path) as (app, desk):
        arrive(app, desk, [told("1", "|"), told("2", "|"), told("3", "The and of|to be or not")])
        assert stories(desk) == {frozenset("1"), frozenset("2"), frozenset("3")}


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (
            "В Атлантиде произошло сильное землетрясение|Сильное землетрясение произошло у берегов Атлантиды.",
            "Землетрясение в Атлантиде: 14 погибших|После землетрясения в Атлантиде погибли 14 человек.",
            "Компания «Акме» купит конкурента|Акме договорилась о покупке конкурента за два миллиарда.",
        ),
        (
            "アトランティスで強い地震|アトランティスの沿岸で強い地震が発生した。",
            "アトランティス地震で14人死亡|アトランティスの沿岸で発生した強い地震で14人が死亡した。",
            "アクメがグローベックスを買収|アクメは競合を二十億ドルで買収することに合意した。",
        ),
        (
            "Starkes Erdbeben vor der Küste von Atlantis|Ein starkes Erdbeben hat die Küste von Atlantis erschüttert.",
            "Erdbeben in Atlantis: 14 Tote|Nach dem Erdbeben vor der Küste von Atlantis wurden 14 Tote geborgen.",
            "Donaudampfschifffahrtsgesellschaft wird verkauft|Sie geht für zwei Milliarden an einen Rivalen.",
        ),
        (
            "زلزال قوي يضرب سواحل أتلانتس|ضرب زلزال قوي سواحل أتلانتس صباح الاثنين.",
            "مقتل 14 في زلزال أتلانتس|قتل 14 شخصا في زلزال قوي ضرب سواحل أتلانتس.",
            "شركة أكمي تشتري منافستها|وافقت شركة أكمي على شراء منافستها بملياري دولار.",
        ),
    ],
)
def test_stories_are_found_in_other_languages(tmp_path: Path, one: str, other: str, apart: str) -> None:
    with newsroom(tmp_path) as (app, desk):
        arrive(app, desk, [told("1", one), told("2", other, at=HOUR), told("3", apart, at=2 * HOUR)])
        assert stories(desk) == {frozenset("12"), frozenset("3")}
