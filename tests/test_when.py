from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.when import WEEKDAYS, When

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")

ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Havana",  # springs at midnight
    "America/Scoresbysund",  # sprang over midnight, once
    "Asia/Kathmandu",
    "Pacific/Apia",  # skipped 30 December 2011
    "Pacific/Chatham",
]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("daily 07:00", "daily 07:00"),
        ("  Daily   7:05 ", "daily 07:05"),
        ("mon-fri 07:00", "mon-fri 07:00"),
        ("sat 09:30", "sat 09:30"),
        ("fri,mon, wed 23:59", "mon,wed,fri 23:59"),
        ("mon - wed , sun 06:00", "mon,tue,wed,sun 06:00"),
        ("sat-mon 06:00", "mon,sat,sun 06:00"),
        ("mon-sun 00:00", "daily 00:00"),
        ("monthly 1 08:00", "monthly 1 08:00"),
        ("monthly 31 08:00", "monthly 31 08:00"),
    ],
)
def test_what_is_written_is_read_and_written_the_shortest_way(written: str, canonical: str) -> None:
    assert str(When.read(written)) == canonical
    assert When.read(canonical) == When.read(written)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "says no time; write daily 07:00"),
        ("07:00", 'does not say on which days; write "daily 07:00"'),
        ("daily", "does not end with a time of day like 07:00"),
        ("daily 7", "does not end with a time of day like 07:00"),
        ("daily 24:00", "24:00 is no time of day"),
        ("daily 07:60", "07:60 is no time of day"),
        ("1 07:00", "1 is no day: weeks begin differently from place to place; write mon, tue"),
        ("1-5 07:00", "1 is no day: weeks begin differently"),
        ("0 7 * * 1", "does not end with a time of day"),
        ("monday 07:00", '"monday" is no day; write daily, monthly N, or mon'),
        ("mon-wed-fri 07:00", '"mon-wed-fri" is no range of days'),
        ("mon wed 07:00", "has too many words before the time"),
        ("mon, 07:00", "does not end with a time of day like 07:00"),
        (",mon 07:00", '"" is no day'),
        ("monthly 07:00", "needs one day of the month, 1 to 31"),
        ("monthly 0 07:00", "needs one day of the month"),
        ("monthly 32 07:00", "needs one day of the month"),
        ("monthly 1 2 07:00", "needs one day of the month"),
        ("monthly ² 07:00", "needs one day of the month"),
    ],
)
def test_what_cannot_be_read_says_how_to_write_it(written: str, said: str) -> None:
    with pytest.raises(ValueError) as caught:
        When.read(written)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("text", "zone", "day", "moment"),
    [
        # Berlin springs at 02:00 on 29 March 2026 and falls back at 03:00 on 25 October.
        ("daily 02:30", BERLIN, "2026-03-29", "2026-03-29T01:00"),  # skipped: the first instant after the gap
        ("daily 02:00", BERLIN, "2026-03-29", "2026-03-29T01:00"),
        ("daily 03:00", BERLIN, "2026-03-29", "2026-03-29T01:00"),
        ("daily 07:00", BERLIN, "2026-03-28", "2026-03-28T06:00"),
        ("daily 07:00", BERLIN, "2026-03-29", "2026-03-29T05:00"),
        ("daily 02:30", BERLIN, "2026-10-25", "2026-10-25T00:30"),  # told twice: the first
        ("daily 07:00", BERLIN, "2026-10-25", "2026-10-25T06:00"),
        # New York springs at 02:00 on 8 March 2026 and falls back at 02:00 on 1 November.
        ("daily 02:30", NEW_YORK, "2026-03-08", "2026-03-08T07:00"),
        ("daily 01:30", NEW_YORK, "2026-11-01", "2026-11-01T05:30"),
        ("daily 07:00", NEW_YORK, "2026-11-01", "2026-11-01T12:00"),
        # Lord Howe moves its clocks by half an hour: 5 April and 4 October 2026, at 02:00.
        ("daily 02:15", LORD_HOWE, "2026-10-04", "2026-10-03T15:30"),
        ("daily 02:30", LORD_HOWE, "2026-10-04", "2026-10-03T15:30"),
        ("daily 01:45", LORD_HOWE, "2026-04-05", "2026-04-04T14:45"),
        # A gap that runs over midnight: what it skipped before midnight stays on its own date.
        ("daily 23:30", ZoneInfo("America/Nuuk"), "2024-03-30", "2024-03-31T00:59"),
        ("daily 00:30", ZoneInfo("America/Havana"), "2026-03-08", "2026-03-08T05:00"),
    ],
)
def test_the_days_on_which_the_clocks_change(text: str, zone: ZoneInfo, day: str, moment: str) -> None:
    """A skipped time falls on the end of the gap, a repeated one counts once."""
    when = When.read(text)
    expected = utc(moment)
    assert when.latest(expected, zone) == expected
    assert when.next(expected - timedelta(seconds=1), zone) == expected
    assert when.next(expected, zone) > expected
    assert when.period(expected, zone) == day


def test_a_repeated_hour_does_not_bring_the_moment_back() -> None:
    """In the second 02:30 of the autumn night the last moment is still the first one."""
    assert When.read("daily 02:30").latest(utc("2026-10-25T01:45"), BERLIN) == utc("2026-10-25T00:30")
    assert When.read("daily 02:30").next(utc("2026-10-25T00:30"), BERLIN) == utc("2026-10-26T01:30")


def test_a_date_that_a_country_skipped_has_no_moment() -> None:
    """Samoa went from 29 to 31 December 2011."""
    apia = ZoneInfo("Pacific/Apia")
    first = When.read("daily 07:00").latest(utc("2011-12-29T20:00"), apia)
    second = When.read("daily 07:00").next(first, apia)
    assert [When.read("daily 07:00").period(at, apia) for at in (first, second)] == ["2011-12-29", "2011-12-31"]


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-02-10T12:00", "2026-02-28T07:00"),
        ("2028-02-10T12:00", "2028-02-29T07:00"),
        ("2026-04-01T12:00", "2026-04-30T06:00"),
        ("2026-04-30T06:00", "2026-05-31T06:00"),
    ],
)
def test_the_31st_of_a_short_month_is_its_last_day(now: str, due: str) -> None:
    assert When.read("monthly 31 08:00").next(utc(now), BERLIN) == utc(due)


def test_weekdays_are_those_of_the_zone() -> None:
    """Monday 07:00 in Auckland is still Sunday in UTC."""
    zone = ZoneInfo("Pacific/Auckland")
    moment = When.read("mon 07:00").next(utc("2026-06-01T00:00"), zone)
    assert moment == utc("2026-06-07T19:00")
    assert When.read("mon 07:00").period(moment, zone) == "2026-06-08"


clocks = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
weekly = st.builds("{} {}".format, st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True).map(",".join), clocks)
whens = st.one_of(weekly, clocks.map("daily {}".format), st.builds("monthly {} {}".format, st.integers(1, 31), clocks))
nows = st.datetimes(datetime(2005, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))


@settings(deadline=None)
@given(text=whens, now=nows, name=st.sampled_from(ZONES))
def test_latest_and_next_agree(text: str, now: datetime, name: str) -> None:
    """Between the last moment and the next there is none, and each is found from the other."""
    when, zone = When.read(text), ZoneInfo(name)
    last, after = when.latest(now, zone), when.next(now, zone)
    assert last <= now < after
    assert when.next(last, zone) == after
    assert when.latest(after - timedelta(microseconds=1), zone) == last
    assert str(When.read(str(when))) == str(when)


@settings(deadline=None)
@given(clock=clocks, year=st.integers(2006, 2036), name=st.sampled_from(ZONES))
def test_every_local_date_has_one_moment(clock: str, year: int, name: str) -> None:
    """A whole year of a daily digest: no date twice, and none left out but those the zone itself skipped."""
    when, zone = When.read(f"daily {clock}"), ZoneInfo(name)
    moment, periods = datetime(year, 1, 1, tzinfo=UTC), []
    while len(periods) < 366:
        moment = when.next(moment, zone)
        periods.append(when.period(moment, zone))
    first, last = date.fromisoformat(periods[0]), date.fromisoformat(periods[-1])
    dates = {(first + timedelta(days=step)).isoformat() for step in range((last - first).days + 1)}
    assert len(set(periods)) == len(periods)
    assert dates - set(periods) <= {"2011-12-30"}
