"""robots.txt → what may be asked (RFC 9309), with protego."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from protego import Protego

from aggregator.errors import FetchError
from aggregator.model import Fetched, Robots

AGENT = "aggregator"
"""Our product token (RFC 9309 §2.2.1)."""

LONGEST = 512_000
"""Bytes that are read of a file; what lies behind them is not (RFC 9309 §2.5 asks for 500 KiB at least)."""

KEPT = timedelta(days=1)  # RFC 9309 §2.4
SOON = timedelta(hours=1)

_UNAVAILABLE = range(400, 500)
_BUSY = 429


def origin_of(url: str) -> str:
    """Name the origin that an address belongs to, with the robots.txt that speaks for it (RFC 9309 §2.3)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def judged(origin: str, answer: Fetched | FetchError, *, now: datetime) -> Robots:
    """Say what came of asking for a robots.txt, and until when that holds.

    What is not there (4xx) forbids nothing (RFC 9309 §2.3.1.3); what cannot be reached (5xx, 429, no answer) forbids
    everything until it can (§2.3.1.4).
    """
    if isinstance(answer, Fetched):
        text = answer.body[:LONGEST].decode("utf-8-sig", "replace").replace("\0", "\ufffd")
        return Robots(origin, now, now + KEPT, 200, text)
    if answer.status in _UNAVAILABLE and answer.status != _BUSY:
        return Robots(origin, now, now + KEPT, answer.status)
    later = max(now + SOON, min(answer.retry_after or now, now + KEPT))
    return Robots(origin, now, later, answer.status, closed=f"its robots.txt could not be read: {answer.reason}")


def delay(robots: Robots) -> float:
    """Say how many seconds a file wants between two of our requests (``Crawl-delay``, no part of RFC 9309); 0: none.

    More than a day is taken for a day: the file holds no longer.
    """
    asked = Protego.parse(robots.text).crawl_delay(AGENT) if robots.text else None
    return min(asked, KEPT.total_seconds()) if asked is not None and asked > 0 else 0.0


def refusal(robots: Robots, url: str) -> str:
    """Say why an address must not be asked; empty when it may be."""
    if robots.closed:
        return robots.closed
    if not robots.text or Protego.parse(robots.text).can_fetch(url, AGENT):
        return ""
    return f"robots.txt of {urlsplit(url).hostname} does not allow it"
