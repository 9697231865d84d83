"""Headers may hold anything: what is no date and no number counts as not sent."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.httpdate import MOST_SECONDS, read_http_date, read_seconds

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Mon, 23 Nov 2026 12:00:00 GMT", NOON),
        ("Monday, 23-Nov-26 12:00:00 GMT", NOON),
        ("Mon Nov 23 12:00:00 2026", NOON),
        ("Mon, 23 Nov 2026 13:00:00 +0100", NOON),
        ("0", None),
        ("", None),
        ("Mon, 01 Jan 2027 00:00:00 -99999999999999999999", None),
        ("Mon, 01 Jan 99999999999 00:00:00 GMT", None),
    ],
)
def test_dates_in_three_shapes_and_nonsense(text: str, moment: datetime | None) -> None:
    assert read_http_date(text) == moment


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("120", 120), ("9" * 5000, MOST_SECONDS), ("-1", None), ("1.5", None), ("١٢", None)]
)
def test_seconds_are_bounded(text: str, seconds: int | None) -> None:
    assert read_seconds(text) == seconds


@given(st.text())
def test_any_header_can_be_read(text: str) -> None:
    read_http_date(text)
    read_seconds(text)
