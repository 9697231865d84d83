"""Numbers, formats and times as people say them."""

from zoneinfo import ZoneInfo

import pytest

from aggregator.pipeline.wording import counted, format_name, in_zone

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("number", "nouns", "said"),
    [
        (0, ("feed",), "0 feeds"),
        (1, ("feed",), "1 feed"),
        (2, ("feed",), "2 feeds"),
        (1, ("entry", "entries"), "1 entry"),
        (1234, ("entry", "entries"), "1,234 entries"),
    ],
)
def test_one_is_no_plural(number: int, nouns: tuple[str, ...], said: str) -> None:
    assert counted(number, *nouns) == said


@pytest.mark.parametrize(
    ("version", "name"), [("rss20", "RSS 2.0"), ("atom10", "Atom 1.0"), ("json11", "JSON Feed 1.1"), ("", "")]
)
def test_formats_have_names(version: str, name: str) -> None:
    assert format_name(version) == name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("asked to wait until 2026-11-23 10:00 UTC", "asked to wait until 2026-11-23 11:00 CET"),
        ("until 2026-07-01 23:30 UTC; then", "until 2026-07-02 01:30 CEST; then"),
        ("silent since 2026-08-15", "silent since 2026-08-15"),
        ("until 2026-99-99 10:00 UTC", "until 2026-99-99 10:00 UTC"),
        ("until 9999-12-31 23:59 UTC", "until 9999-12-31 23:59 UTC"),
    ],
)
def test_times_in_a_reason_are_told_in_the_workspaces_zone(text: str, said: str) -> None:
    """Across midnight and summer time; what is no time stays as it is."""
    assert in_zone(text, BERLIN) == said
