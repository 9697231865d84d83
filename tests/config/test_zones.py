"""Time zones by their present names."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest

from aggregator.config.zones import present, renamed, zone_hint


@pytest.mark.parametrize(
    ("given", "now"),
    [
        ("US/Eastern", "America/New_York"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("America/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("Asia/Istanbul", "Europe/Istanbul"),
        ("Zulu", "UTC"),
        ("Etc/UTC", "UTC"),
        ("Europe/Oslo", "Europe/Oslo"),  # a country's own, though its clock is another's
        ("Etc/GMT+5", "Etc/GMT+5"),
        ("", ""),
    ],
)
def test_a_name_that_was_given_up_leads_to_the_present_one(given: str, now: str) -> None:
    assert renamed(given) == now and (now in present()) == (now not in ("", "Etc/GMT+5"))


def test_each_zone_is_listed_once_and_is_there() -> None:
    """The former name of none is in the list, and whatever name leads there has the same clock by now."""
    names = present()
    assert len(names) == len(set(names)) > 400 and {renamed(name) for name in names} == set(names)
    assert not set(names) & {"US/Eastern", "Asia/Calcutta", "Asia/Rangoon", "Atlantic/Faeroe", "Pacific/Enderbury"}
    moments = [datetime(2026, month, 15, tzinfo=UTC) for month in (1, 4, 7, 10)]
    for name in available_timezones():
        now = renamed(name)
        offsets = [[moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in moments] for zone in (name, now)]
        assert offsets[0] == offsets[1], (name, now)


@pytest.mark.parametrize(
    "text", ["GMT+2", "CET+1", "GMT-5", "UTC+1", "+02:00", "EST5", "Etc/GMT-25", "MEZ", "CEST", "PST", "Europe"]
)
def test_who_writes_an_offset_is_asked_for_a_city(text: str) -> None:
    """Etc/GMT+2 is two hours behind UTC, not before it, and no offset knows when clocks change."""
    assert zone_hint(text) == "; write a zone by its city: only that knows when its clocks change"


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Rome", "Europe/Rome"),
        ("vienna", "Europe/Vienna"),
        ("Calcutta", "Asia/Kolkata"),
        ("Europe/Berln", "Europe/Berlin"),
        ("America/Indiana", ""),
    ],
)
def test_a_mistyped_zone_or_a_city_alone_leads_to_the_zone(text: str, zone: str) -> None:
    assert zone_hint(text).partition("`")[2].rstrip("`?") == zone
