"""When a feed is asked again: our cadence, lengthened by what server and feed ask, never shortened."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.pipeline.cadence import Rhythm, after_answer, mean_gap, words
from aggregator.pipeline.freshness import freshness

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday
SEC, MIN, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("every", "rhythm", "fresh", "span", "reason"),
    [
        (30 * MIN, Rhythm(), 0, 30 * MIN, "every 30 min (feeds.yaml)"),
        (None, Rhythm(), 0, HOUR, "auto: rhythm not known yet, so every 1 h"),
        (None, Rhythm(3 * 3600, NOW), 0, 90 * MIN, "auto: something new every 3 h on average, so every 1 h 30 min"),
        (None, Rhythm(60, NOW), 0, 15 * MIN, "auto: something new every 1 min on average, so every 15 min"),
        (None, Rhythm(3600, NOW - 30 * DAY), 0, 12 * HOUR, "auto: silent for 30 days, so every 12 h"),
        (30 * MIN, Rhythm(ttl=120), 0, 2 * HOUR, "the feed asks for 2 h"),
        (3 * HOUR, Rhythm(ttl=60), 0, 3 * HOUR, "every 3 h (feeds.yaml)"),
        (30 * MIN, Rhythm(), 7200, 2 * HOUR, "the server asks for 2 h"),
        (30 * MIN, Rhythm(ttl=60), 7200, 2 * HOUR, "the server asks for 2 h"),
        (30 * MIN, Rhythm(ttl=120), 3600, 2 * HOUR, "the feed asks for 2 h"),
        (HOUR, Rhythm(), 31536000, DAY, "the server asks for 365 days, taken as 24 h"),
        (HOUR, Rhythm(ttl=525600), 0, DAY, "the feed asks for 365 days, taken as 24 h"),
        (HOUR, Rhythm(ttl=16666666), 0, DAY, "the feed asks for more than 30 years, taken as 24 h"),
        (HOUR, Rhythm(), 10**9, DAY, "the server asks for more than 30 years, taken as 24 h"),
        (2 * DAY, Rhythm(ttl=525600), 31536000, 2 * DAY, "every 2 days (feeds.yaml)"),
    ],
)
def test_an_answer_sets_the_next_time(
    every: timedelta | None, rhythm: Rhythm, fresh: int, span: timedelta, reason: str
) -> None:
    due = after_answer(every=every, rhythm=rhythm, freshness=fresh, now=NOW)
    assert (due.at - NOW, due.reason, due.wait_until) == (span, reason, None)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "public, max-age=7200"}, 7200),
        ({"cache-control": 'max-age="7200"'}, 7200),
        ({"cache-control": "MAX-AGE=7200"}, 7200),
        ({"cache-control": "max-age=7200, max-age=60"}, 7200),
        ({"cache-control": "s-maxage=86400"}, None),
        ({"cache-control": "s-maxage=86400, max-age=600"}, 600),
        ({"cache-control": "private, max-age=600"}, 600),
        ({"cache-control": "no-cache, max-age=7200"}, 0),
        ({"cache-control": "max-age=7200, no-cache"}, 0),
        ({"cache-control": 'max-age=7200, no-cache="set-cookie, x"'}, 7200),
        ({"cache-control": "no-store", "expires": "Mon, 23 Nov 2026 16:00:00 GMT"}, 0),
        ({"cache-control": "max-age=soon"}, 0),
        ({"cache-control": "max-age=-1"}, 0),
        ({"cache-control": "max-age=0", "expires": "Mon, 23 Nov 2026 16:00:00 GMT"}, 0),
        ({"cache-control": "max-age=7200", "age": "1200"}, 6000),
        ({"cache-control": "max-age=7200", "age": "9000"}, 0),
        ({"cache-control": "max-age=7200", "age": "young"}, 7200),
        ({"expires": "Mon, 23 Nov 2026 16:00:00 GMT"}, 4 * 3600),
        ({"expires": "Mon, 23 Nov 2026 16:00:00 GMT", "age": "3600"}, 3 * 3600),
        ({"expires": "Mon, 23 Nov 2020 16:00:00 GMT", "date": "Mon, 23 Nov 2020 12:00:00 GMT"}, 4 * 3600),
        ({"cache-control": "public", "expires": "Mon, 23 Nov 2026 16:00:00 GMT"}, 4 * 3600),
        ({"expires": "0"}, 0),
        ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, 0),
        ({"cache-control": ""}, None),
        ({"cache-control": ",,=,max-age"}, 0),
        ({"cache-control": 'private="x, max-age=86400"'}, None),
        ({"cache-control": 'private="x, max-age=86400", max-age=600'}, 600),
        ({"cache-control": r'ext="a \", no-store", max-age=600'}, 600),
        ({"cache-control": 'no-cache="set-cookie, no-store", max-age=600'}, 600),
        ({"cache-control": 'private="x, max-age=86400'}, None),
    ],
)
def test_how_long_a_server_calls_its_document_fresh(headers: dict[str, str], seconds: int | None) -> None:
    """As for a private cache (RFC 9111): what speaks to shared ones is not for us."""
    assert freshness(headers, now=NOW) == seconds


def test_hours_and_days_that_a_feed_skips_are_skipped() -> None:
    """The days are those that the document was read to name."""
    rhythm = Rhythm(skip_hours=(13, 14), skip_days=("Tuesday",))
    due = after_answer(every=HOUR, rhythm=rhythm, freshness=0, now=NOW)
    assert due.at == due.fresh_until == datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert due.reason.endswith("; moved to the next hour the feed does not ask to skip")
    due = after_answer(every=12 * HOUR, rhythm=rhythm, freshness=0, now=NOW)
    assert due.at == datetime(2026, 11, 25, tzinfo=UTC)


def test_a_feed_that_skips_every_hour_is_still_asked() -> None:
    rhythm = Rhythm(skip_hours=tuple(range(24)))
    assert after_answer(every=HOUR, rhythm=rhythm, freshness=0, now=NOW).at == NOW + HOUR


@pytest.mark.parametrize(
    ("every", "ttl", "fresh", "until"),
    [
        (HOUR, 0, 0, None),
        (HOUR, 0, 3600, HOUR),
        (HOUR, 30, 600, 30 * MIN),
        (HOUR, 30, 7200, 2 * HOUR),
        (HOUR, 0, 10**9, DAY),
    ],
)
def test_what_server_and_feed_ask_for_is_kept_apart_from_our_own_cadence(
    every: timedelta, ttl: int, fresh: int, until: timedelta | None
) -> None:
    """Our cadence may be a little early (for a cron job), a hint may not."""
    due = after_answer(every=every, rhythm=Rhythm(ttl=ttl), freshness=fresh, now=NOW)
    assert due.fresh_until == (NOW + until if until else None)


@given(
    every=st.none() | st.timedeltas(5 * MIN, 30 * DAY),
    gap=st.floats(0, 1e8),
    silent=st.timedeltas(-400 * DAY, 4000 * DAY),
    ttl=st.integers(0, 10**6),
    headers=st.dictionaries(st.sampled_from(["cache-control", "expires", "date", "age"]), st.text(max_size=40)),
)
def test_the_next_time_is_never_early_and_never_lost(
    every: timedelta | None, gap: float, silent: timedelta, ttl: int, headers: dict[str, str]
) -> None:
    """Whatever a server sends: not before our own cadence, not later than it and a day."""
    fresh = freshness(headers, now=NOW) or 0
    due = after_answer(every=every, rhythm=Rhythm(gap, NOW - silent, ttl), freshness=fresh, now=NOW)
    assert (every or 15 * MIN) <= due.at - NOW <= max(every or timedelta(), DAY)
    assert due.reason and due.at >= (due.fresh_until or NOW)


def spread_over(count: int, step: timedelta, *, until: datetime = NOW) -> list[datetime]:
    return [until - step * number for number in reversed(range(count))]


ARCHIVE = spread_over(3000, 2 * DAY, until=NOW - 40 * DAY) + spread_over(40, DAY)
BURSTS = sorted(moment - number * SEC for moment in spread_over(4, DAY) for number in range(20))


@pytest.mark.parametrize(
    ("dates", "gap"),
    [
        ([], timedelta()),
        ([NOW], timedelta()),
        ([NOW] * 20, timedelta()),
        (spread_over(20, 3 * HOUR), 3 * HOUR),
        (ARCHIVE, DAY),
        (BURSTS, DAY),
    ],
    ids=["nothing", "one entry", "all of one date", "regular", "an archive of many years", "bursts"],
)
def test_the_rhythm_of_a_feed(dates: list[datetime], gap: timedelta) -> None:
    """An archive counts by its newest entries, a burst as one time of publishing."""
    assert abs(mean_gap(dates) - gap.total_seconds()) <= 900


@pytest.mark.parametrize(
    ("rhythm", "span"),
    [
        (Rhythm(0.0, NOW), HOUR),
        (Rhythm(0.0, NOW - 100 * DAY), 12 * HOUR),
        (Rhythm(3600.0, NOW + 30 * DAY), 30 * MIN),
        (Rhythm(3600.0, NOW - 16 * HOUR), HOUR),
        (Rhythm(86400.0 * 365, NOW), 12 * HOUR),
    ],
    ids=["no rhythm", "no rhythm and long silent", "newest in the future", "silent for a while", "once a year"],
)
def test_auto_follows_the_feed_within_its_bounds(rhythm: Rhythm, span: timedelta) -> None:
    """A feed of which one date is known is asked ever more seldom too."""
    assert after_answer(every=None, rhythm=rhythm, freshness=0, now=NOW).at == NOW + span


@pytest.mark.parametrize(
    ("span", "said"),
    [(20 * SEC, "1 min"), (90 * MIN, "1 h 30 min"), (47 * HOUR, "47 h"), (3 * DAY, "3 days")],
)
def test_spans_in_words(span: timedelta, said: str) -> None:
    assert words(span) == said
