"""What feeds bring, counted by the database: a fixed number of queries, however many feeds there are."""

import sqlite3
from datetime import datetime, timedelta

from aggregator.model import FeedFigures
from aggregator.store.driver import moment, number

WEEKS = 4
ISSUES = 5
"""A feed's share is counted over so many of the last issues that told something."""


def count(connection: sqlite3.Connection, *, now: datetime) -> dict[int, FeedFigures]:
    """Count by feed the entries of the last four weeks, and those that the last issues told."""
    since, until = number(now - timedelta(weeks=WEEKS)), number(now)
    fresh = {feed: row for feed, *row in connection.execute(_FRESH, (since, until, since))}
    told: dict[int | None, int] = dict(connection.execute(_TOLD, (ISSUES,)).fetchall())
    by_all = sum(told.values())  # those whose entry was purged since count under no feed
    found: dict[int, FeedFigures] = {}
    for feed, began, latest in connection.execute(_SPAN):
        seen, new, oldest = fresh.get(feed, (0, 0, None))
        dates = (moment(oldest), moment(began), moment(latest))
        found[feed] = FeedFigures(seen, new, told.get(feed, 0), by_all, *dates)
    return found


_SPAN = """
    SELECT id, (SELECT first_seen FROM entry WHERE feed_id = feed.id ORDER BY entry.id LIMIT 1),
               (SELECT first_seen FROM entry WHERE feed_id = feed.id ORDER BY entry.id DESC LIMIT 1)
    FROM feed
"""
_FRESH = f"""
    WITH span (feed_id, began, latest) AS MATERIALIZED ({_SPAN})
    SELECT feed_id, count(*), sum(first_seen > began OR published BETWEEN ? AND ?),
           min(CASE WHEN first_seen = began THEN published END)
    FROM entry CROSS JOIN span USING (feed_id) WHERE first_seen >= ? GROUP BY feed_id
"""
_TOLD = """
    SELECT entry.feed_id, count(*) FROM told LEFT JOIN entry ON entry.id = told.entry_id
    WHERE told.issue_id IN (SELECT id FROM issue WHERE NOT skipped ORDER BY until DESC, id DESC LIMIT ?)
    GROUP BY entry.feed_id
"""
