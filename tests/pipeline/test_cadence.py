"""When a feed is asked again: our cadence, lengthened by what server and feed ask, never shortened."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.pipeline.cadence import Rhythm, after_answer, after_failure, after_outage, words

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday
MIN, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("every", "rhythm", "headers", "span", "reason"),
    [
        (30 * MIN, Rhythm(), {}, 30 * MIN, "every 30 min (feeds.yaml)"),
        (None, Rhythm(), {}, HOUR, "auto: rhythm not known yet, so every 1 h"),
        (None, Rhythm(3 * 3600, NOW), {}, 90 * MIN, "auto: an entry every 3 h on average, so every 1 h 30 min"),
        (None, Rhythm(60, NOW), {}, 15 * MIN, "auto: an entry every 1 min on average, so every 15 min"),
        (None, Rhythm(3600, NOW - 30 * DAY), {}, 12 * HOUR, "auto: silent for 30 days, so every 12 h"),
        (30 * MIN, Rhythm(ttl=120), {}, 2 * HOUR, "the feed asks for 2 h"),
        (3 * HOUR, Rhythm(ttl=60), {}, 3 * HOUR, "every 3 h (feeds.yaml)"),
        (30 * MIN, Rhythm(), {"cache-control": "public, max-age=7200"}, 2 * HOUR, "the server asks for 2 h"),
        (30 * MIN, Rhythm(), {"cache-control": 'max-age="7200"'}, 2 * HOUR, "the server asks for 2 h"),
        (30 * MIN, Rhythm(), {"cache-control": "no-cache, max-age=7200"}, 30 * MIN, "every 30 min (feeds.yaml)"),
        (30 * MIN, Rhythm(), {"cache-control": "max-age=soon"}, 30 * MIN, "every 30 min (feeds.yaml)"),
        (HOUR, Rhythm(), {"cache-control": "max-age=31536000"}, DAY, "the server asks for 365 days, taken as 24 h"),
        (HOUR, Rhythm(), {"expires": "Mon, 23 Nov 2026 16:00:00 GMT"}, 4 * HOUR, "the server asks for 4 h"),
        (
            HOUR,
            Rhythm(),
            {"expires": "Mon, 23 Nov 2020 16:00:00 GMT", "date": "Mon, 23 Nov 2020 12:00:00 GMT"},
            4 * HOUR,
            "the server asks for 4 h",
        ),
        (HOUR, Rhythm(), {"expires": "0"}, HOUR, "every 1 h (feeds.yaml)"),
        (HOUR, Rhythm(), {"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, HOUR, "every 1 h (feeds.yaml)"),
    ],
)
def test_an_answer_sets_the_next_time(
    every: timedelta | None, rhythm: Rhythm, headers: dict[str, str], span: timedelta, reason: str
) -> None:
    due = after_answer(every=every, rhythm=rhythm, headers=headers, now=NOW)
    assert (due.at - NOW, due.reason, due.wait_until) == (span, reason, None)


def test_hours_and_days_that_a_feed_skips_are_skipped() -> None:
    rhythm = Rhythm(skip_hours=(13, 14), skip_days=("tuesday",))
    assert after_answer(every=HOUR, rhythm=rhythm, headers={}, now=NOW).at == datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert after_answer(every=12 * HOUR, rhythm=rhythm, headers={}, now=NOW).at == datetime(2026, 11, 25, tzinfo=UTC)


def test_a_feed_that_skips_every_hour_is_still_asked() -> None:
    rhythm = Rhythm(skip_hours=tuple(range(24)))
    assert after_answer(every=HOUR, rhythm=rhythm, headers={}, now=NOW).at == NOW + HOUR


@pytest.mark.parametrize(
    ("failures", "span"), [(1, 30 * MIN), (2, HOUR), (3, 2 * HOUR), (6, 16 * HOUR), (7, DAY), (5000, DAY)]
)
def test_failures_double_the_wait_up_to_a_day_and_never_end_it(failures: int, span: timedelta) -> None:
    due = after_failure(failures=failures, retry_after=None, now=NOW)
    assert due.at - NOW == span
    assert due.wait_until is None


def test_retry_after_is_kept_to_the_letter_also_under_force() -> None:
    due = after_failure(failures=1, retry_after=NOW + 5 * HOUR, now=NOW)
    assert due.at == due.wait_until == NOW + 5 * HOUR
    assert due.reason == "the server asked to wait until 2026-11-23 17:00 UTC"


def test_a_retry_after_of_a_year_is_a_week() -> None:
    assert after_failure(failures=1, retry_after=NOW + 365 * DAY, now=NOW).at == NOW + 7 * DAY


def test_our_own_outage_is_over_soon() -> None:
    assert after_outage(now=NOW).at == NOW + 5 * MIN


@given(
    every=st.none() | st.timedeltas(5 * MIN, 30 * DAY),
    gap=st.floats(0, 1e8),
    silent=st.timedeltas(timedelta(), 4000 * DAY),
    ttl=st.integers(0, 10**6),
    headers=st.dictionaries(st.sampled_from(["cache-control", "expires", "date"]), st.text(max_size=40)),
)
def test_the_next_time_is_never_early_and_never_lost(
    every: timedelta | None, gap: float, silent: timedelta, ttl: int, headers: dict[str, str]
) -> None:
    """Whatever a server sends: not before our own cadence, not later than it and a day."""
    due = after_answer(every=every, rhythm=Rhythm(gap, NOW - silent, ttl), headers=headers, now=NOW)
    assert (every or 15 * MIN) <= due.at - NOW <= max(every or timedelta(), DAY)
    assert due.reason


@pytest.mark.parametrize(
    ("span", "said"),
    [(20 * timedelta(seconds=1), "1 min"), (90 * MIN, "1 h 30 min"), (47 * HOUR, "47 h"), (3 * DAY, "3 days")],
)
def test_spans_in_words(span: timedelta, said: str) -> None:
    assert words(span) == said
