"""Until when nothing is sent to who paused."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aggregator.pipeline.pauses import pause_end

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("zone", "now", "weeks", "end"),
    [
        ("Europe/Berlin", "2026-11-23T12:00+00:00", 1, "2026-11-30T00:00+01:00"),
        ("Europe/Berlin", "2027-03-22T06:30+01:00", 1, "2027-03-29T00:00+02:00"),  # spring: 06:30 would become 07:30
        ("Europe/Berlin", "2026-10-19T06:30+02:00", 2, "2026-11-02T00:00+01:00"),
        ("Asia/Tokyo", "2026-11-23T20:00+00:00", 3, "2026-12-15T00:00+09:00"),  # it is the 24th there
        ("Africa/Cairo", "2027-04-23T10:00+02:00", 1, "2027-04-30T01:00+03:00"),  # a day without a midnight
        ("Pacific/Apia", "2011-12-23T10:00-10:00", 1, "2011-12-31T00:00+14:00"),  # a day that was none
    ],
)
def test_a_pause_is_over_as_its_last_day_begins(zone: str, now: str, weeks: int, end: str) -> None:
    found = pause_end(weeks, datetime.fromisoformat(now), ZoneInfo(zone))
    assert (found, found.tzinfo) == (datetime.fromisoformat(end), UTC)


def test_the_issue_of_the_day_that_is_named_is_sent_whenever_the_pause_began() -> None:
    """A digest at 07:00: the day on which the pause ends has its issue, the day before has none."""
    for hour in range(24 * 370):
        now = datetime(2026, 6, 1, tzinfo=UTC) + timedelta(hours=hour)
        end = pause_end(2, now, BERLIN).astimezone(BERLIN)
        assert end.hour == 0 and end.date() == now.astimezone(BERLIN).date() + timedelta(weeks=2)
