"""Saving visits: under the lease only, each entry once, updated in place, never back from the grave."""

import re
from datetime import timedelta

import pytest

from aggregator.model import Category, Enclosure, Entry, Reach, Saved
from aggregator.store.uids import is_iri, mint
from tests.store.things import AUTHORITY, DAY, HOUR, NOW, Desk, document, entry


def test_an_entry_comes_back_as_it_went_in(desk: Desk) -> None:
    made = entry(
        "1",
        updated=NOW - HOUR,
        categories=(Category("World", "https://example.net/cat", "The World"), Category("Räder")),
        enclosures=(Enclosure("https://example.net/1.mp3", "audio/mpeg", 123),),
        image="https://example.net/1.jpg",
        title="“Straße” & 🚲",
    )
    desk.read("a", document([made]), home="https://example.net/")
    stored = desk.stored("1")
    assert stored.entry == made
    assert (stored.source.url, stored.source.home) == (desk.feed().url, "https://example.net/")
    assert (stored.first_seen, stored.last_seen, stored.reach) == (NOW, NOW, "all")


def test_text_that_no_database_can_hold_costs_neither_the_entry_nor_the_batch(desk: Desk) -> None:
    bad = entry("1", title="a\ud800b", text="nul\0 here", author="ü\udfffü\0")
    assert desk.read("a", document([bad, entry("2")])).new == 2
    stored = desk.stored("1").entry
    assert (stored.title, stored.text, stored.author) == ("a?b", "nul\ufffd here", "ü?ü\ufffd")


def test_a_zombie_that_wakes_up_writes_nothing(desk: Desk) -> None:
    """It was frozen past its lease; another worker has claimed the feed since, and has not even saved yet."""
    zombie = desk.visit("a", intake=document([entry("1")]), error="from the grave")
    other = desk.visit("b", intake=document([entry("2")]))
    later = desk.claim("a", now=NOW + HOUR)
    assert later == zombie.token + 1
    before = desk.feed()
    saved = desk.save(zombie, other, now=NOW + HOUR)
    assert saved == (Saved(1, fenced=True), Saved(2, new=1))
    assert desk.feed() == before
    assert desk.guids() == ["2"]


def test_the_same_document_twice_stores_nothing_twice_and_moves_no_revision(desk: Desk) -> None:
    both = document([entry("1"), entry("2")])
    assert desk.read("a", both).new == 2
    revision = desk.store.meta["revision"]
    assert desk.read("a", both, now=NOW + HOUR).new == 0
    desk.read("a", None, now=NOW + 2 * HOUR)
    assert desk.store.meta["revision"] == revision
    assert desk.feed().entries == 2


def test_what_readers_can_see_moves_the_revision(desk: Desk) -> None:
    def revision() -> int:
        return int(desk.store.meta.get("revision", "0"))

    start = revision()
    desk.read("a", document([entry("1")]))
    assert (first := revision()) > start
    desk.read("a", document(changed=[entry("1", fingerprint="1:new", title="New")]))
    assert (second := revision()) > first
    desk.read("a", document(also=["1"]), home="https://example.net/elsewhere")
    assert (third := revision()) > second
    desk.curate()
    assert revision() > third


def test_a_change_is_written_in_place(desk: Desk) -> None:
    desk.read("a", document([entry("1")]))
    before = desk.stored("1")
    new = entry("1", title="Corrected", text="Other.", fingerprint="1:x", words="1:x", updated=NOW + HOUR)
    assert desk.read("a", document(changed=[new]), now=NOW + 2 * HOUR) == Saved(1, updated=1)
    after = desk.stored("1")
    assert after.entry == new
    assert (after.id, after.uid, after.first_seen, after.surfaced) == (
        *(before.id, before.uid),
        *(before.first_seen, before.surfaced),
    )
    assert (before.changed, after.changed) == (before.surfaced, NOW + 2 * HOUR)


@pytest.mark.parametrize("kind", ["first_seen", "inferred"])
def test_a_date_that_was_ours_does_not_move_with_an_update(desk: Desk, kind: str) -> None:
    desk.read("a", document([entry("1", published=NOW, published_from=kind)]))
    again = entry("1", published=NOW + DAY, published_from=kind, fingerprint="1:x", title="New")
    desk.read("a", document(changed=[again]), now=NOW + DAY)
    assert desk.stored("1").entry.published == NOW
    dated = entry("1", published=NOW - DAY, fingerprint="1:y", title="Dated")
    desk.read("a", document(changed=[dated]), now=NOW + DAY)
    assert desk.stored("1").entry.published == NOW - DAY


def test_an_entry_without_a_date_was_published_when_it_was_first_seen(desk: Desk) -> None:
    """The reading began two minutes before the entry was stored."""
    undated = entry("1", published=NOW, published_from="first_seen")
    dated = entry("2", published=NOW, published_from="inferred")
    desk.read("a", document([undated, dated]), now=NOW + timedelta(minutes=2))
    stored = desk.stored("1")
    assert stored.entry.published == stored.first_seen == stored.surfaced == NOW + timedelta(minutes=2)
    assert desk.stored("2").entry.published == NOW


def test_an_old_entry_that_its_reader_took_for_new_has_only_come_back(desk: Desk) -> None:
    desk.read("a", document([entry("1"), entry("2")]))
    desk.read("a", document([entry("3")]), now=NOW + HOUR)
    desk.curate()
    again = document([entry("1"), entry("2", title="Corrected", fingerprint="1:x")], also=["3"])
    assert desk.read("a", again, now=NOW + 2 * HOUR) == Saved(1, new=0, updated=1)
    assert desk.feed().entries == 3
    assert [desk.stored(guid).last_seen for guid in "12"] == [NOW + 2 * HOUR] * 2
    assert [entry.guid for entry in desk.store.curation.pending("1")] == ["2"]
    assert (desk.stored("2").entry.title, desk.stored("2").first_seen) == ("Corrected", NOW)


def test_a_page_with_a_counter_in_it_is_updated_24_times_and_then_only_for_words(desk: Desk) -> None:
    desk.read("a", document([entry("1")]))
    churn = [entry("1", html=f"<p>{n} visitors</p>", fingerprint=f"1:{n}") for n in range(30)]
    saved = [desk.read("a", document(changed=[e]), now=NOW + n * HOUR) for n, e in enumerate(churn, 1)]
    assert [s.updated for s in saved] == [1] * 24 + [0] * 6
    assert [s.ignored for s in saved] == [0] * 24 + [1] * 6
    assert desk.stored("1").entry.html == "<p>23 visitors</p>"
    news = entry("1", fingerprint="1:n", words="1:n", text="Real news.")
    assert desk.read("a", document(changed=[news])).updated == 1


def test_an_entry_surfaces_at_its_date_at_the_first_read_and_later_when_it_is_seen(desk: Desk) -> None:
    old, future = entry("old", published=NOW - 30 * DAY), entry("future", published=NOW + DAY)
    desk.read("a", document([old, future]))
    late = entry("late", published=NOW - 20 * DAY)
    desk.read("a", document([late], also=["old", "future"]), now=NOW + DAY)
    assert [desk.stored(guid).surfaced for guid in ("old", "future", "late")] == [NOW - 30 * DAY, NOW, NOW + DAY]


def test_a_first_read_that_found_nothing_was_a_first_read_all_the_same(desk: Desk) -> None:
    desk.read("a", document())
    desk.read("a", document([entry("1")]), now=NOW + DAY)
    assert desk.stored("1").surfaced == NOW + DAY


def test_what_a_new_entry_is_for(desk: Desk) -> None:
    wanted: dict[str, Reach] = {"1": "outputs", "2": "none"}
    desk.read("a", document([entry("1"), entry("2"), entry("3")]), reach=wanted)
    assert [desk.stored(guid).reach for guid in "123"] == ["outputs", "none", "all"]


def test_an_entry_was_last_seen_when_the_last_document_that_held_it_was_confirmed(desk: Desk) -> None:
    desk.read("a", document([entry("1"), entry("2")]))
    desk.read("a", None, now=NOW + HOUR)  # 304: both are still there
    assert desk.stored("1").last_seen == NOW + HOUR
    desk.read("a", document([entry("3")], also=["2"]), now=NOW + 2 * HOUR)
    desk.read("a", None, now=NOW + 3 * HOUR)
    seen = [desk.stored(guid).last_seen for guid in "123"]
    assert seen == [NOW + HOUR, NOW + 3 * HOUR, NOW + 3 * HOUR]
    desk.read("a", document(also=["1"]), now=NOW + 4 * HOUR)  # it came back
    assert [desk.stored(guid).last_seen for guid in "12"] == [NOW + 4 * HOUR, NOW + 3 * HOUR]


def test_a_feed_whose_guids_degrade_keeps_its_entries_under_their_new_names(desk: Desk) -> None:
    desk.read("a", document([entry("1"), entry("2")]))
    ids = {guid: (desk.stored(guid).id, desk.stored(guid).uid) for guid in "12"}
    renamed = document([entry("1|c")], also=["1|a", "2|b"], criterion="guid+url", renamed={"1": "1|a", "2": "2|b"})
    assert desk.read("a", renamed, now=NOW + HOUR, criterion="guid+url").new == 1
    assert {guid[0]: (desk.stored(guid).id, desk.stored(guid).uid) for guid in ("1|a", "2|b")} == ids
    assert len(desk.guids()) == 3
    assert desk.stored("1|a").last_seen == NOW + HOUR


def test_a_rename_onto_a_name_that_is_taken_leaves_both(desk: Desk) -> None:
    desk.read("a", document([entry("1"), entry("2")]))
    desk.read("a", document(also=["2"], renamed={"1": "2"}))
    assert sorted(desk.guids()) == ["1", "2"]


def test_the_publishers_own_iri_stays_the_permanent_id(desk: Desk) -> None:
    guids = ["https://example.com/1", "tag:example.com,2026:1", "urn:uuid:7a5d0c9e-0000-4000-8000-000000000001"]
    desk.read("a", document([entry(guid) for guid in guids]))
    assert [desk.stored(guid).uid for guid in guids] == guids


def test_two_feeds_with_the_same_guid_get_two_permanent_ids(desk: Desk) -> None:
    one = entry("https://example.com/1")
    desk.save(desk.visit("a", intake=document([one])), desk.visit("b", intake=document([one])))
    uids = [stored.uid for stored in desk.store.entries.search()]
    assert len(set(uids)) == 2
    assert "https://example.com/1" in uids
    assert any(re.fullmatch(rf"tag:{AUTHORITY}:entry/[0-9a-f]{{32}}", uid) for uid in uids)


def test_a_guid_that_imitates_one_of_our_ids_takes_nothing_away(desk: Desk) -> None:
    ours = mint(desk.feed("b").url, "42", authority=AUTHORITY)
    desk.read("a", document([entry(ours)]))
    assert desk.read("b", document([entry("42")])).new == 1
    assert desk.stored(ours).uid == ours
    assert desk.stored("42").uid.startswith(f"tag:{AUTHORITY}:entry/")
    assert desk.stored("42").uid != ours


def test_without_a_public_address_ids_are_uuids_and_the_same_in_every_database(desk: Desk) -> None:
    desk.save(desk.visit("a", intake=document([entry("42")])), authority="")
    assert desk.stored("42").uid == mint(desk.feed().url, "42", authority="")
    assert desk.stored("42").uid.startswith("urn:uuid:")


def test_which_guids_can_stand_as_permanent_ids() -> None:
    table = {
        "https://example.com/ä?x=1#y": True,
        "HTTP://example.com/1": True,
        "tag:example.com,2026:1": True,
        "urn:isbn:1": True,
        "1": False,
        "/1": False,
        "http://": False,
        "https://example.com/a b": False,
        "https://example.com/1|https://example.com/2": False,
        "javascript:alert(1)": False,
        "https://example.com/\n": False,
        "https://example.com/" + "x" * 3000: False,
    }
    assert {guid: is_iri(guid) for guid in table} == table


def test_a_permanent_id_survives_every_update(desk: Desk) -> None:
    desk.read("a", document([entry("1")]))
    uid = desk.stored("1").uid
    for n in range(3):
        changed: Entry = entry("1", url=f"https://example.com/moved/{n}", fingerprint=f"1:{n}")
        desk.read("a", document(changed=[changed]), now=NOW + timedelta(hours=n), authority="other.example,2027")
    assert desk.stored("1").uid == uid
