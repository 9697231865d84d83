"""Health in plain words, and the edit of feeds.yaml that helps."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aggregator.model import FeedFigures, FeedState, Validators
from aggregator.pipeline.health import elsewhere, health, last_answer, per_week, share, suggestion, support
from aggregator.pipeline.replacing import replacing

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OLD, NEW = "http://example.net/feed", "https://example.net/feed"


def feed(**facts: Any) -> FeedState:
    return FeedState(1, OLD, **{"outcome": "ok", "status": 200, "succeeded": NOW, "fetched": NOW, **facts})


def edited(state: FeedState, lines: dict[str, int], **said: Any) -> str:
    """Say what to edit, of a feed that is elsewhere now or of another."""
    if move := elsewhere(state):
        return replacing({state.url: move}, lines)[state.url]
    return suggestion(state, now=NOW, **said)


def lost(status: int = 404, error: str = "HTTP 404 Not Found", **facts: Any) -> FeedState:
    return feed(**{"outcome": "failed", "status": status, "error": error, "failures": 1, **facts})


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (FeedState(1, OLD), "new"),
        (feed(), "ok"),
        (feed(newest=NOW - 100 * DAY), "ok, but silent since 2026-08-15"),
        (feed(adopted=NEW, moved_to=NEW), f"ok, moved for good to {NEW}"),
        (feed(moved_to=NEW), "ok"),
        (feed(adopted=NEW, moved_to=OLD), "ok"),
        (lost(), "failed: HTTP 404 Not Found"),
        (lost(failures=3, failing_since=NOW - DAY), "failed (3 times in a row): HTTP 404 Not Found"),
        (lost(failures=9, failing_since=NOW - 20 * DAY), "dead: no good answer for 20 days: HTTP 404 Not Found"),
        (lost(status=410, outcome="gone", gone=True), "gone for good"),
        (feed(outcome="waiting", status=0, error="no route to host"), "waits for our own network: no route to host"),
        (feed(outcome="unasked", error="not asked: TOKEN: not set"), "not asked: TOKEN: not set"),
    ],
)
def test_how_a_feed_is(state: FeedState, said: str) -> None:
    assert health(state, now=NOW) == said


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (FeedState(1, OLD), "never asked yet"),
        (feed(), "200: sent and read"),
        (feed(status=304, outcome="unchanged"), "304: nothing new"),
        (feed(outcome="unchanged"), "200: the same bytes as before were sent again"),
        (feed(outcome="unchanged", status=206), "206: the same bytes as before were sent again"),
        (feed(status=226), "226: only what is new was sent"),
        (feed(status=226, whole=True), "226: read, but it did not say what it left out (IM: feed)"),
        (feed(status=206), "206: read"),
        (lost(), "404: not found there"),
        (lost(418, "HTTP 418 I'm a Teapot"), "418 I'm a Teapot"),
        (lost(304, "HTTP 304 Not Modified: although we asked"), "304 Not Modified: although we asked"),
        (lost(503, "HTTP 503 X: Anubis lets only browsers pass"), "503 X: Anubis lets only browsers pass"),
        (lost(302, "redirected in a circle"), "302: redirected in a circle"),
        (lost(0, "could not find the host example.net (DNS)"), "could not find the host example.net (DNS)"),
        (lost(200, "an HTML page, not a feed"), "200, but an HTML page, not a feed"),
        (feed(outcome="waiting", status=0, error="no route to host"), "no route to host"),
        (feed(outcome="unasked", error="not asked: TOKEN: not set"), "none: it was not asked"),
    ],
)
def test_the_last_answer_in_words(state: FeedState, said: str) -> None:
    assert last_answer(state) == said


BOTH, ONE = Validators(OLD, '"1"', "Mon"), Validators(OLD, "", "Mon")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (FeedState(1, OLD), "not known yet"),
        (feed(), "none: sends everything each time"),
        (feed(same_bytes=3), "none: sends everything each time; the same bytes 3 times"),
        (feed(validators=ONE), "Last-Modified"),
        (feed(validators=BOTH, answers_unchanged=2), "ETag and Last-Modified; 304 seen"),
        (feed(validators=BOTH, same_bytes=1), "ETag and Last-Modified; sends everything all the same (once)"),
    ],
)
def test_what_a_server_can_say_of_change(state: FeedState, said: str) -> None:
    assert support(state) == said


def test_entries_a_week_of_an_old_feed_and_of_a_young_one() -> None:
    """What a feed had published before its first document came was new to us alone."""
    figures = FeedFigures(seen=30, new=10, reaches=NOW - 100 * DAY, began=NOW - 100 * DAY)
    assert per_week(figures, now=NOW) == 7.5
    assert per_week(replace(figures, began=NOW - 3 * DAY), now=NOW) == 2.5
    busy = replace(figures, seen=50, new=50, reaches=NOW - 2 * DAY, began=NOW - HOUR)
    assert per_week(busy, now=NOW) == 175, "a document that holds no more than two days"
    assert per_week(replace(busy, new=3, reaches=NOW - HOUR), now=NOW) == 21
    assert per_week(FeedFigures(), now=NOW) == 0


def test_a_feed_that_brings_something_new_under_old_dates_is_not_silent() -> None:
    """Its first document says nothing of that: all of it is new to us."""
    old, first = feed(newest=NOW - 400 * DAY), NOW - 200 * DAY
    assert health(old, FeedFigures(began=first, latest=first), now=NOW) == "ok, but silent since 2025-10-19"
    assert health(old, FeedFigures(began=first, latest=NOW - DAY), now=NOW) == "ok"
    assert health(old, FeedFigures(began=first, latest=NOW - 100 * DAY), now=NOW) == "ok, but silent since 2026-08-15"


def test_a_feeds_share_of_the_last_digests() -> None:
    assert share(FeedFigures()) == "no digest was made yet"
    assert share(FeedFigures(told=12, told_by_all=40)) == "12 of the 40 entries in the last digests (30 %)"
    assert share(FeedFigures(told=0, told_by_all=40)) == "0 of the 40 entries in the last digests (0 %)"


@pytest.mark.parametrize(
    ("state", "edit"),
    [
        (feed(), ""),
        (lost(), ""),
        (feed(moved_to=NEW, moved_count=3), ""),
        (feed(adopted=NEW, moved_to=NEW), f"replace {OLD} by {NEW}"),
        (lost(0, "redirected in a circle", failures=9, adopted=NEW), ""),
        (
            lost(404, f"redirected to {NEW}: HTTP 404 Not Found: nothing", failures=3, adopted=NEW, moved_to=NEW),
            f"look whether {OLD} has a new address: it leads to {NEW}, where nothing is",
        ),
        (
            feed(adopted="https://b.example/", moved_to="https://b.example/"),
            f"remove {OLD}: it moved to https://b.example/, which is listed too (line 20)",
        ),
        (feed(adopted=NEW, moved_to=OLD, moved_count=3), ""),
        (feed(adopted="https://b.example/", moved_to=OLD, moved_count=3), ""),
        (lost(410, outcome="gone", gone=True), f"remove {OLD}, or write its new address (410: gone for good)"),
        (lost(failures=3), f"look whether {OLD} has a new address"),
        (lost(404, f"redirected to {NEW}: HTTP 404 Not Found: nothing", failures=2), ""),
        (
            lost(404, f"redirected to {NEW}: HTTP 404 Not Found: nothing", failures=3),
            f"look whether {OLD} has a new address: it leads to {NEW}, where nothing is",
        ),
        (lost(0, "x", failures=9, failing_since=NOW - 20 * DAY), f"remove {OLD}: it is dead"),
        (
            lost(500, "x", failures=9, failing_since=NOW - 20 * DAY, home="https://example.net/"),
            f"remove {OLD}: it is dead; `aggregator feeds add https://example.net/` looks for its new address",
        ),
        (
            lost(200, "an HTML page (title “Hi”), not a feed"),
            f"{OLD} is a page; remove it, then `aggregator feeds add {OLD}` looks for its feed",
        ),
        (
            lost(200, f"an HTML page, not a feed; the page names a feed: {NEW}/rss"),
            f"replace {OLD} by {NEW}/rss",
        ),
        (
            lost(200, "an HTML page, not a feed; the page names a feed: http://www.b.example"),
            f"remove {OLD}: it is a page that names http://www.b.example, which is listed too (line 20)",
        ),
        (
            lost(200, f"an HTML page, not a feed; the page names a feed: {(NEW + '/' * 150)[:150]}"),
            f"{OLD} is a page; remove it, then `aggregator feeds add {OLD}` looks for its feed",
        ),
        (lost(401, "x"), f"{OLD} may want a login (`username:`, `password_env:`) or a `user_agent:` of its own"),
        (lost(300, "…"), f"write the address of one of the documents that {OLD} leads to"),
        (
            lost(402, "…"),
            f"{OLD} is for those who pay; they have a login (`username:`, `password_env:`) or another address for it",
        ),
        (lost(418, "…"), f"ask the publisher of {OLD} to let feed readers in, or write another address"),
        (lost(999, "…"), f"ask the publisher of {OLD} to let feed readers in, or write another address"),
        (lost(451, "…"), f"remove {OLD}, or write another address: it must not be shown there, for legal reasons"),
        (feed(fresh_until=NOW + 2 * HOUR), "write `every: 2h`: 1 h is shorter than feed and server allow"),
        (feed(fresh_until=NOW + 1.5 * HOUR), "write `every: 90m`: 1 h is shorter than feed and server allow"),
        (feed(fresh_until=NOW + HOUR), ""),
        (feed(fresh_until=NOW + 2 * HOUR, skip_hours=(13,)), ""),
    ],
)
def test_what_to_edit(state: FeedState, edit: str) -> None:
    assert edited(state, {OLD: 12, "https://b.example/": 20}, every=HOUR) == edit


@pytest.mark.parametrize(
    ("state", "edit"),
    [
        (lost(401, "x"), f"{OLD} is refused with the login that it is given: look at `username:` and SECRET"),
        (lost(402, "…"), f"{OLD} is refused with the login that it is given: look at `username:` and SECRET"),
        (lost(403, "x"), f"{OLD} is refused with the login that it is given: look at `username:` and SECRET"),
        (
            lost(200, "an HTML page (a login page), not a feed"),
            f"{OLD} is refused with the login that it is given: look at `username:` and SECRET",
        ),
        (
            lost(403, "HTTP 403 Forbidden: lets only browsers pass"),
            f"ask the publisher of {OLD} to let feed readers in,",
        ),
        (
            lost(401, f"not sent what is secret, for it led away to {NEW}"),
            f"write the new address of {OLD}: where it leads to, its login is not sent",
        ),
        (lost(418, "…"), f"ask the publisher of {OLD} to let feed readers in,"),
    ],
)
def test_a_login_that_is_given_is_not_proposed(state: FeedState, edit: str) -> None:
    login = "`username:` and SECRET"
    assert edited(state, {OLD: 0}, every=None, login=login).startswith(edit)


def test_without_lines_the_addresses_alone_are_named() -> None:
    edit = f"remove {OLD}: it moved to {NEW}, which is listed too"
    assert edited(feed(adopted=NEW), {OLD: 0, NEW: 0}, every=None) == edit
