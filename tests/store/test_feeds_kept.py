"""Feeds: what feeds.yaml names, which are due, and who holds them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.dialects import postgresql, sqlite

from aggregator.model import FeedFigures, FeedState, Known, Listing, ParsedFeed, Validators
from aggregator.store import Store, engines, schema
from aggregator.store.moments import Moment
from tests.store.things import DAY, HOUR, NOW, Desk, address, document, entry, listings


def test_a_feed_that_leaves_feeds_yaml_is_unlisted_and_keeps_its_entries(desk: Desk) -> None:
    desk.read("a", document([entry("1")]))
    desk.store.feeds.list(listings("b"), now=NOW)
    assert [feed.listed for feed in desk.store.feeds.all()] == [False, True]
    assert desk.guids() == ["1"]


def test_a_feed_that_comes_back_is_asked_at_once_even_when_it_was_gone(desk: Desk) -> None:
    desk.read("a", None, gone=True, due=NOW + DAY, failures=7, failing_since=NOW - DAY, fresh_until=NOW + DAY)
    assert desk.feed() not in desk.store.feeds.due(NOW + 2 * DAY)
    desk.store.feeds.list(listings("b"), now=NOW)
    desk.store.feeds.list(listings("a", "b"), now=NOW)
    feed = desk.feed()
    assert (feed.gone, feed.due, feed.failures, feed.listed) == (False, None, 0, True)
    assert (feed.failing_since, feed.fresh_until) == (None, None)  # nor does it count as dead since then


def test_feeds_that_failed_can_be_made_due_but_not_those_that_were_told_to_wait(desk: Desk) -> None:
    desk.read("a", None, due=NOW + DAY, failures=2)
    desk.read("b", None, due=NOW + DAY, failures=2, wait_until=NOW + DAY)
    assert desk.store.feeds.failing(NOW) == 2
    desk.store.feeds.retry()
    assert (desk.feed("a").due, desk.feed("b").due) == (None, NOW + DAY)
    assert desk.store.feeds.failing(NOW) == 1


def test_the_names_of_feeds_yaml_come_before_those_of_the_document(desk: Desk) -> None:
    desk.read("a", document(feed=ParsedFeed("rss20", title="The Document's Own")))
    assert desk.feed().title == "The Document's Own"
    desk.store.feeds.list([Listing(address("a"), "Ours", "example.net")], now=NOW)
    assert (desk.feed().title, desk.feed().publisher) == ("Ours", "example.net")
    desk.read("a", document(feed=ParsedFeed("rss20", title="Changed Meanwhile")))
    desk.read("a", None)
    assert desk.feed().title == "Ours"
    desk.store.feeds.list(listings("a"), now=NOW)
    assert desk.feed().title == "Changed Meanwhile"


def test_listing_the_same_again_changes_nothing(desk: Desk) -> None:
    before = dict(desk.store.meta), desk.store.feeds.all()
    desk.store.feeds.list(listings("a", "b", "a"), now=NOW + DAY)
    assert (dict(desk.store.meta), desk.store.feeds.all()) == before


def test_a_feed_that_was_asked_by_a_clock_years_ahead_is_asked_again(desk: Desk) -> None:
    """Its times lie in a future that was never; those of a clock that was put back by an hour are kept."""
    for slip, asked in ((3650 * DAY, True), (HOUR, False)):
        there = NOW + slip
        desk.read("a", None, now=there, due=there + HOUR, wait_until=there + DAY, fresh_until=there)
        desk.store.feeds.set_right(NOW)
        found = [feed for feed in desk.store.feeds.due(NOW) if feed.url == address("a")]
        assert [(feed.due, feed.wait_until, feed.fresh_until) for feed in found] == [(None, None, None)] * asked
        assert [feed.url for feed in desk.store.feeds.due(NOW, force=True)].count(address("a")) == asked


def test_which_feeds_are_due(desk: Desk) -> None:
    """(due, wait until, gone) → asked now?, asked when forced?"""
    table: dict[tuple[datetime | None, datetime | None, bool], tuple[bool, bool]] = {
        (None, None, False): (True, True),
        (NOW, None, False): (True, True),
        (NOW + HOUR, None, False): (False, True),
        (NOW - HOUR, NOW + HOUR, False): (False, False),
        (NOW - HOUR, NOW, False): (True, True),
        (NOW - HOUR, None, True): (False, False),
    }
    for (due, wait_until, gone), expected in table.items():
        desk.read("a", None, due=due, wait_until=wait_until, gone=gone)
        for force, asked in zip((False, True), expected, strict=True):
            urls = [feed.url for feed in desk.store.feeds.due(NOW, force=force)]
            assert (address("a") in urls) == asked, (due, wait_until, gone, force)


def test_the_longest_waiting_feed_comes_first_and_new_ones_before_all(desk: Desk) -> None:
    desk.store.feeds.list(listings("a", "b", "c"), now=NOW)
    desk.read("a", None, due=NOW - HOUR)
    desk.read("b", None, due=NOW - DAY)
    assert [feed.url for feed in desk.store.feeds.due(NOW)] == [address(name) for name in "cba"]


def test_everything_observed_comes_back_as_it_went_in(desk: Desk) -> None:
    seen = FeedState(
        id=1,
        url=address("a"),
        title="Example Net",
        home="https://example.net/",
        publisher="example.net",
        format="atom10",
        atom_id="tag:example.net,2026:all",
        language="de",
        updated=NOW - HOUR,
        validators=Validators(address("a"), 'W/"\xe9"', "Mon, 23 Nov 2026 11:00:00 GMT"),
        body_hash="ab",
        criterion="guid+url",
        ttl=60,
        skip_hours=(0, 23),
        skip_days=("Sunday",),
        moved_to=address("moved"),
        moved_since=NOW - DAY,
        moved_count=3,
        adopted=address("moved"),
        status=200,
        outcome="ok",
        error="",
        failures=0,
        failing_since=NOW - 3 * DAY,
        fetched=NOW,
        succeeded=NOW,
        newest=NOW - 2 * HOUR,
        rhythm=3600.5,
        due=NOW + HOUR,
        due_reason="every hour",
        wait_until=NOW + HOUR,
        freshness=3600,
        fresh_until=NOW + 2 * HOUR,
        first_seen=NOW,
        answers_full=4,
        answers_unchanged=5,
        same_bytes=6,
        rejected=7,
        reject="entry 3: no date",
    )
    visit = desk.visit("a", intake=document())
    desk.save(replace(visit, state=seen))
    assert desk.feed() == seen


def test_a_failure_leaves_what_the_document_said(desk: Desk) -> None:
    desk.read("a", document(), home="https://example.net/", rhythm=60.0)
    state = replace(desk.feed(), outcome="failed", error="no route", failures=1, home="", rhythm=0.0)
    desk.save(replace(desk.visit("a", intake=None), state=state))
    feed = desk.feed()
    assert (feed.outcome, feed.error, feed.failures) == ("failed", "no route", 1)
    assert (feed.home, feed.rhythm) == ("https://example.net/", 60.0)


def test_a_feed_is_leased_to_one_worker_at_a_time(desk: Desk) -> None:
    feeds = desk.store.feeds
    assert feeds.claim([1, 2], now=NOW, seconds=60) == {1: 1, 2: 1}
    assert feeds.claim([1, 2], now=NOW + timedelta(seconds=59), seconds=60) == {}
    assert feeds.claim([1], now=NOW + timedelta(seconds=60), seconds=60) == {1: 2}
    assert feeds.claim([1, 2, 99], now=NOW + timedelta(seconds=61), seconds=60) == {2: 2}


def test_what_a_dead_process_left_is_released(desk: Desk) -> None:
    feeds = desk.store.feeds
    feeds.claim([1, 2], now=NOW, seconds=3600)
    assert feeds.claim([1, 2], now=NOW, seconds=60) == {}
    feeds.release()
    assert feeds.claim([1, 2], now=NOW, seconds=60) == {1: 2, 2: 2}


def test_saving_ends_the_lease(desk: Desk) -> None:
    desk.read("a", None)
    assert desk.store.feeds.claim([1], now=NOW, seconds=60) == {1: 2}


def test_what_is_known_of_a_feed_before_its_document_is_read(desk: Desk) -> None:
    assert desk.store.feeds.known([1, 2]) == {1: Known(first=True), 2: Known(first=True)}
    desk.read("a", document([entry("1"), entry("2", key="", words="", published=NOW - DAY)]), criterion="guid+url")
    desk.read("b", document())
    assert desk.store.feeds.known([1, 2, 99]) == {
        1: Known(
            criterion="guid+url",
            fingerprints={"1": "1:1", "2": "1:2"},
            keys=frozenset({"https://example.com/1"}),
            words=frozenset({"1:1"}),
            newest=NOW - HOUR,
        ),
        2: Known(),
    }


def test_of_a_large_archive_what_the_document_held_and_the_newest_are_known(desk: Desk) -> None:
    desk.read("a", document([entry(str(n), published=NOW + n * HOUR) for n in range(1300)]))
    desk.read("a", document([entry("new")], also=["5"]), now=NOW + HOUR)
    known = desk.store.feeds.known([1])[1]
    assert set(known.fingerprints) == {"5", "new", *(str(n) for n in range(1251, 1300))}
    assert known.words == {f"1:{guid}" for guid in known.fingerprints}
    assert known.keys == {f"https://example.com/{guid}" for guid in known.fingerprints}
    assert known.newest == NOW + 1299 * HOUR


def test_a_name_that_feeds_yaml_gives_or_takes_shows_in_outputs(desk: Desk) -> None:
    revision = 0
    for listing in (Listing(address("a"), "Ours"), Listing(address("a"), "Ours", "b.example"), Listing(address("a"))):
        desk.store.feeds.list([listing, *listings("b")], now=NOW)
        assert int(desk.store.meta["revision"]) > revision
        revision = int(desk.store.meta["revision"])


def test_a_feed_that_stays_listed_stays_gone_whatever_else_changes(desk: Desk) -> None:
    desk.read("a", None, gone=True, due=NOW + DAY, failures=7)
    desk.store.feeds.list([Listing(address("a"), "Ours"), *listings("c")], now=NOW)
    assert (desk.feed().gone, desk.feed().due, desk.feed().failures) == (True, NOW + DAY, 7)
    desk.store.feeds.list(listings("b"), now=NOW)
    assert (desk.feed().gone, desk.feed().failures) == (True, 7)


def test_feeds_of_the_first_schema_keep_all_they_had(path: Path) -> None:
    """As if nothing of what came later had been observed yet."""
    with Store.open(path, now=NOW) as store:
        store.feeds.list(listings("a"), now=NOW)
        Desk(store).read("a", document([entry("1")]), due=NOW + HOUR, failures=3)
        before = Desk(store).feed()
    engine = engines.writer(path, foreign_keys=False)
    with engine.begin() as connection:
        schema.migrate(connection, "0001", down=True)
    engine.dispose()
    with Store.open(path, now=NOW) as store:
        assert Desk(store).feed() == before and Desk(store).guids() == ["1"]


def moved(desk: Desk, name: str, **state: Any) -> None:
    desk.read(name, document([entry(f"of {name}")]), **state)


@pytest.mark.parametrize(
    "state", [{"adopted": address("new"), "moved_to": address("newer")}, {"moved_to": address("new")}]
)
def test_a_feed_that_is_listed_at_its_new_address_is_the_same_feed(desk: Desk, state: dict[str, Any]) -> None:
    moved(desk, "a", due=NOW + DAY, validators=Validators(address("new"), '"1"'), **state)
    revision = int(desk.store.meta["revision"])
    desk.store.feeds.list(listings("new", "b"), now=NOW)
    feed = desk.feed("new")
    assert (feed.id, feed.entries, feed.due, feed.listed) == (1, 1, NOW + DAY, True)
    assert (feed.adopted, feed.moved_to, feed.validators) == ("", "", Validators(address("new"), '"1"'))
    assert desk.store.feeds.find(address("a")) is None and len(desk.store.feeds.all()) == 2
    assert int(desk.store.meta["revision"]) > revision
    assert desk.stored("of a").source.url == address("new")


def test_a_feed_listed_at_both_addresses_or_known_at_the_new_one_is_two_feeds(desk: Desk) -> None:
    moved(desk, "a", adopted=address("new"))
    desk.store.feeds.list(listings("a", "new", "b"), now=NOW)
    assert [feed.url for feed in desk.store.feeds.all()] == [address(name) for name in ("a", "b", "new")]
    desk.store.feeds.list(listings("new", "b"), now=NOW)
    assert not desk.feed("a").listed


def test_an_address_that_was_only_met_is_free_for_a_feed_that_moves_there_later(desk: Desk) -> None:
    """`feeds add` was told to wait there, before the publisher led there himself."""
    desk.store.feeds.meet([address("new")], now=NOW)
    moved(desk, "a", adopted=address("new"))
    desk.store.feeds.list(listings("new", "b"), now=NOW)
    assert (desk.feed("new").id, desk.feed("new").entries) == (1, 1)
    assert [feed.url for feed in desk.store.feeds.all()] == [address("new"), address("b")]


def test_of_two_feeds_that_moved_to_one_address_the_first_takes_it(desk: Desk) -> None:
    for name in "ab":
        moved(desk, name, adopted=address("new"))
    desk.store.feeds.list(listings("new"), now=NOW)
    found = [(feed.id, feed.url, feed.listed) for feed in desk.store.feeds.all()]
    assert found == [(1, address("new"), True), (2, address("b"), False)]


def test_what_feeds_bring_is_counted_for_all_at_once(desk: Desk) -> None:
    """Entries of four weeks by first sight and by date; those of the last issues; a feed without any counts too."""
    old = [entry("old", published=NOW - 40 * DAY), entry("recent", published=NOW - 2 * DAY)]
    desk.read("a", document(old), now=NOW - HOUR)
    brought = FeedFigures(seen=2, new=1, reaches=NOW - 40 * DAY, began=NOW - HOUR, latest=NOW - HOUR)
    assert desk.store.feeds.figures(now=NOW) == {1: brought, 2: FeedFigures()}
    desk.read("a", document([entry("older", published=NOW - 50 * DAY)]), now=NOW)
    brought = replace(brought, seen=3, new=2, latest=NOW)
    assert desk.store.feeds.figures(now=NOW) == {1: brought, 2: FeedFigures()}
    later = FeedFigures(began=NOW - HOUR, latest=NOW)
    assert desk.store.feeds.figures(now=NOW + 60 * DAY) == {1: later, 2: FeedFigures()}


OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=OFFSETS)


@given(MOMENTS, MOMENTS)
def test_a_moment_comes_back_as_the_same_moment_in_utc_and_sorts(one: datetime, other: datetime) -> None:
    into, out = Moment().bind_processor(sqlite.dialect()), Moment().result_processor(sqlite.dialect(), None)
    assert into and out
    assert out(into(one)) == one
    assert out(into(one)).tzinfo is UTC
    assert (into(one) < into(other)) == (one < other)


def test_a_moment_without_a_time_zone_is_refused_by_every_dialect() -> None:
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        processor = Moment().dialect_impl(dialect).bind_processor(dialect)
        assert processor
        try:
            processor(datetime(2026, 11, 23))
        except TypeError:
            continue
        raise AssertionError(f"{dialect.name} took a naive datetime")


def test_postgresql_keeps_moments_in_its_own_type() -> None:
    engine = create_engine("sqlite://")
    assert str(Moment().compile(postgresql.dialect())) == "TIMESTAMP WITH TIME ZONE"
    assert str(Moment().compile(engine.dialect)) == "BIGINT"


def test_an_address_that_is_met_is_no_feed_before_it_is_listed(desk: Desk) -> None:
    """What is known stays as it is."""
    desk.store.feeds.list(listings("a"), now=NOW)
    before = desk.feed("a")
    desk.store.feeds.meet([address("a"), address("met")], now=NOW)
    assert desk.feed("a") == before and not desk.feed("met").listed
    assert [feed.url for feed in desk.store.feeds.due(NOW)] == [address("a")]
    desk.store.feeds.list(listings("a", "met"), now=NOW)
    assert [feed.url for feed in desk.store.feeds.due(NOW)] == [address("a"), address("met")]
