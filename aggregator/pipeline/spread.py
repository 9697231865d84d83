"""Which minute is a feed's own: what works for ever spreads its questions over the hour."""

from datetime import UTC, datetime, timedelta
from zlib import crc32

from aggregator.model import FeedState

HOUR = 3600
SLACK = 75
"""Seconds that a turn may be late (a tick is a minute, and takes its time) without the feed losing its minute."""

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


def turn(feed: FeedState) -> datetime:
    """Return the moment from which a feed may be asked: its own minute of the period, no earlier than it is due.

    The minute comes from a hash of its address; the period is the feed's span, an hour at most, and a little longer
    than that, so that a feed which is asked in its minute is due before its next one. A feed that was never asked is
    asked at once; one that its keeper must mend first has its minute each hour.
    """
    since = feed.due - timedelta(seconds=HOUR) if feed.due and feed.outcome == "unasked" else feed.fetched
    if feed.due is None or since is None:
        return max(AT_ONCE, *(moment for moment in (feed.wait_until, AT_ONCE) if moment))
    start = max(moment for moment in (feed.due, feed.fresh_until, feed.wait_until) if moment)
    span = max(0, int((start - since).total_seconds()))
    period = min(span, HOUR) + SLACK
    second = -int(-start.timestamp() // 1)  # rounded up
    wait = (crc32(feed.url.encode("utf-8", "replace")) - second) % period
    return AT_ONCE + timedelta(seconds=second + wait)
