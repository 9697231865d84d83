"""Read the dates and spans of HTTP headers, which may hold anything."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MOST_SECONDS = 10**9  # thirty years: nobody means more


def read_http_date(text: str) -> datetime | None:
    """Read an HTTP-date in any of its three shapes (RFC 9110 §5.6.7) → aware; what is none counts as not sent."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # "0" and "-1" are common; years and zones beyond any calendar were seen
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def read_seconds(text: str) -> int | None:
    """Read delta-seconds (RFC 9111 §1.2.2), at most ``MOST_SECONDS``; None for what is no number."""
    if not (text.isascii() and text.isdecimal()):
        return None
    return min(int(text[:18]), MOST_SECONDS)
