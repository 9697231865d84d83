"""Numbers, formats and times as people say them."""

import re
from datetime import UTC, datetime, tzinfo

_FORMATS = {
    "rss090": "RSS 0.90",
    "rss091n": "RSS 0.91",
    "rss091u": "RSS 0.91",
    "rss092": "RSS 0.92",
    "rss093": "RSS 0.93",
    "rss094": "RSS 0.94",
    "rss10": "RSS 1.0",
    "rss20": "RSS 2.0",
    "rss": "RSS",
    "atom01": "Atom 0.1",
    "atom02": "Atom 0.2",
    "atom03": "Atom 0.3",
    "atom10": "Atom 1.0",
    "atom": "Atom",
    "cdf": "CDF",
    "json1": "JSON Feed 1",
    "json11": "JSON Feed 1.1",
}
_TIME = re.compile(r"\b(\d{4}-\d\d-\d\d \d\d:\d\d) UTC\b")


NAMES_A_FEED = "the page names a feed: "
"""Ends, with the address, the error of a page that came in place of a feed."""

LONGEST_NAMED = 150
"""Characters of an address in an error; one that is cut there is no address."""

UNCLOSED = "it ends behind a whole entry, without its own end tags"
"""What a document lacks when its server's program died between two entries, or never writes them."""


def counted(number: int, one: str, more: str = "") -> str:
    """Write a number with its noun: ``1 feed``, ``2 feeds``, ``1,000 entries``; ``more`` where it is not one with s."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def format_name(version: str) -> str:
    """Name a format that is known by feedparser's word: ``RSS 2.0`` for "rss20"; an unheard-of word stays."""
    return _FORMATS.get(version, version)


def in_zone(text: str, zone: tzinfo) -> str:
    """Write the times that a stored reason names in UTC (``2026-11-23 10:00 UTC``) in another zone, named as well."""

    def there(found: re.Match[str]) -> str:
        try:
            moment = datetime.fromisoformat(found[1]).replace(tzinfo=UTC).astimezone(zone)
        except (ValueError, OverflowError):
            return found[0]
        return f"{moment:%Y-%m-%d %H:%M %Z}"

    return _TIME.sub(there, text)
