"""When a feed that failed is asked again: ever more seldom, never together with others, never given up silently."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.pipeline.backoff import after_failure, after_lost_move, after_outage, after_pause, is_dead
from aggregator.pipeline.cadence import Due

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MIN, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FEED = "https://example.net/feed"


def fail(failures: int, *, lasting: timedelta = timedelta(), status: int = 0, wait: timedelta | None = None) -> Due:
    retry_after = NOW + wait if wait is not None else None
    return after_failure(FEED, failures=failures, since=NOW - lasting, now=NOW, status=status, retry_after=retry_after)


@pytest.mark.parametrize(
    ("failures", "status", "span", "reason"),
    [
        (1, 0, 30 * MIN, "failed once: trying again after 30 min"),
        (2, 500, HOUR, "failed 2 times in a row: trying again after 1 h"),
        (3, 404, 2 * HOUR, "failed 3 times in a row: trying again after 2 h"),
        (6, 0, 16 * HOUR, "failed 6 times in a row: trying again after 16 h"),
        (7, 0, DAY, "failed 7 times in a row: trying again after 24 h"),
        (5000, 0, DAY, "failed 5000 times in a row: trying again after 24 h"),
        (1, 429, HOUR, "its server was busy once: trying again after 1 h"),
        (3, 503, 4 * HOUR, "its server was busy 3 times in a row: trying again after 4 h"),
        (9, 429, DAY, "its server was busy 9 times in a row: trying again after 24 h"),
    ],
)
def test_failures_double_the_wait_up_to_a_day(failures: int, status: int, span: timedelta, reason: str) -> None:
    due = fail(failures, status=status)
    assert span <= due.at - NOW <= span * 1.1
    assert (due.reason, due.wait_until) == (reason, None)


@given(failures=st.integers(1, 10**6), feed=st.text(max_size=30))
def test_the_jitter_is_later_only_and_the_same_for_the_same_feed_and_count(failures: int, feed: str) -> None:
    one, other = (after_failure(feed, failures=failures, since=NOW, now=NOW) for _ in range(2))
    plain = min(30 * MIN * 2 ** min(failures - 1, 10), DAY)
    assert one == other and plain <= one.at - NOW <= plain * 1.1


def test_feeds_that_failed_together_do_not_come_back_together() -> None:
    """A hundred feeds of a host that was down return in more than fifty different minutes."""
    times = {
        after_failure(f"{FEED}/{number}", failures=7, since=NOW, now=NOW).at.replace(second=0, microsecond=0)
        for number in range(100)
    }
    assert len(times) > 50


@pytest.mark.parametrize(
    ("lasting", "span", "reason"),
    [
        (13 * DAY, DAY, "failed 20 times in a row: trying again after 24 h"),
        (14 * DAY, DAY, "no good answer for 14 days: counted as dead, asked once a day"),
        (59 * DAY, DAY, "no good answer for 59 days: counted as dead, asked once a day"),
        (60 * DAY, 7 * DAY, "no good answer for 60 days: counted as dead, asked once a week"),
        (4000 * DAY, 7 * DAY, "no good answer for 4000 days: counted as dead, asked once a week"),
    ],
)
def test_a_dead_feed_is_asked_daily_then_weekly_and_said_to_be_dead(
    lasting: timedelta, span: timedelta, reason: str
) -> None:
    due = fail(20, lasting=lasting)
    assert span <= due.at - NOW <= span * 1.1 and due.reason == reason
    assert is_dead(NOW - lasting, NOW) == (lasting >= 14 * DAY)
    assert not is_dead(None, NOW)


def test_one_failure_after_months_in_which_nobody_asked_is_no_death() -> None:
    """What counts is since when it has failed, not when it was last read."""
    assert fail(1).reason == "failed once: trying again after 30 min"


def test_retry_after_is_kept_to_the_letter_also_under_force() -> None:
    due = fail(1, status=429, wait=5 * HOUR)
    assert due.at == due.wait_until == NOW + 5 * HOUR
    assert due.reason == "the server asked to wait until 2026-11-23 17:00 UTC"


def test_a_short_retry_after_does_not_shorten_the_back_off() -> None:
    due = fail(3, status=503, wait=2 * MIN)
    assert due.wait_until == NOW + 2 * MIN and due.at >= NOW + 2 * HOUR
    assert due.reason == "its server was busy 3 times in a row: trying again after 2 h"


def test_a_retry_after_of_a_year_is_a_week() -> None:
    due = fail(1, status=429, wait=365 * DAY)
    assert due.at == due.wait_until == NOW + 7 * DAY
    assert due.reason == ("the server asked to wait for more than 7 days, taken as 7 days: until 2026-11-30 12:00 UTC")


def test_a_neighbour_of_a_feed_that_was_told_to_wait_waits_softly() -> None:
    """Not before the host's time, a little after it, and without a hard wait of its own."""
    due = after_pause(FEED, reason="its host is busy", until=NOW + 2 * HOUR, now=NOW)
    assert NOW + 2 * HOUR <= due.at <= NOW + 2 * HOUR + 12 * MIN and due.wait_until is None
    assert due.reason == "its host is busy"
    assert after_pause(FEED, reason="its host is busy", until=None, now=NOW).at >= NOW + HOUR
    assert after_pause(FEED, reason="its host is busy", until=NOW + 90 * DAY, now=NOW).at <= NOW + 8 * DAY


def test_our_own_outage_is_over_soon() -> None:
    assert after_outage(now=NOW).at == NOW + 5 * MIN


def test_a_lost_move_brings_back_the_old_address_soon() -> None:
    due = after_lost_move(FEED, failures=1, why="HTTP 404 Not Found", now=NOW)
    assert NOW + 30 * MIN <= due.at <= NOW + 33 * MIN
    assert "HTTP 404" in due.reason and "the one in feeds.yaml is asked again" in due.reason
