"""Under `run` questions are spread over the hour: each feed has a minute of its own."""

import heapq
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import FeedState
from aggregator.pipeline.spread import SLACK, turn

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MIN, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def a_day_of_ticks(feeds: int, span: timedelta) -> tuple[Counter[int], dict[int, list[datetime]]]:
    """Tick every minute, a little late each time; return the questions by minute, and the times of each feed."""
    late, asked, minutes = Random(1), defaultdict(list), Counter[int]()
    waiting = [(NOW, number, FeedState(number, f"https://example.net/{number}")) for number in range(feeds)]
    heapq.heapify(waiting)
    for minute in range(24 * 60):
        tick = NOW + minute * MIN + timedelta(seconds=late.uniform(0, 5))
        while waiting and waiting[0][0] <= tick:
            _, number, feed = heapq.heappop(waiting)
            feed = replace(feed, fetched=tick, due=tick + span)
            asked[number].append(tick)
            minutes[minute] += 1
            heapq.heappush(waiting, (turn(feed), number, feed))
    return minutes, asked


@pytest.mark.parametrize("span", [15 * MIN, HOUR, 3 * HOUR], ids=str)
def test_600_feeds_that_were_asked_together_are_asked_evenly_from_then_on(span: timedelta) -> None:
    """No minute has more than three times the mean; none is asked twice in its span, none waits more than a period."""
    minutes, asked = a_day_of_ticks(600, span)
    period = min(span, HOUR) + timedelta(seconds=SLACK)
    assert minutes[0] == 600  # never asked before: at once
    later = [minutes[minute] for minute in range(1 + span // MIN, 24 * 60)]
    busy = [count for count in later if count]
    assert max(busy) <= 3 * sum(later) / len(later) if span <= HOUR else max(busy) <= 30
    for times in asked.values():
        gaps = [later - earlier for earlier, later in pairwise(times)]
        assert all(span <= gap <= span + period + MIN + timedelta(seconds=5) for gap in gaps)


def test_a_feed_that_is_in_its_minute_stays_in_it() -> None:
    """After the first wait an hourly feed is asked about every hour, not every other hour."""
    _, asked = a_day_of_ticks(50, HOUR)
    for times in asked.values():
        gaps = [later - earlier for earlier, later in pairwise(times[1:])]
        assert sum(gap > HOUR + 3 * MIN for gap in gaps) <= 1
        assert len(times) >= 22


MOMENTS = st.none() | st.timedeltas(-3 * DAY, 9 * DAY).map(lambda span: NOW + span)


@given(due=MOMENTS, fetched=MOMENTS, fresh=MOMENTS, wait=MOMENTS, url=st.text(max_size=20))
def test_no_feed_is_asked_early_or_left_waiting(
    due: datetime | None, fetched: datetime | None, fresh: datetime | None, wait: datetime | None, url: str
) -> None:
    """Never before it is due, before what the server asks for, or later than one period after that."""
    feed = FeedState(1, url, due=due, fetched=fetched, fresh_until=fresh, wait_until=wait)
    found = turn(feed)
    if wait:
        assert found >= wait
    if due and fetched:
        start = max(moment for moment in (due, fresh, wait) if moment)
        assert start <= found <= start + HOUR + timedelta(seconds=SLACK + 1)
    elif not wait:
        assert found <= NOW - 10 * 365 * DAY  # at once
