"""What reading a feed's document must know of the feed: enough to do no work twice, however large the archive."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select

from aggregator.model import Known
from aggregator.store.portable import chunks
from aggregator.store.tables import ENTRY, FEED, TOMBSTONE

NEWEST = 1000
"""Of what the last document no longer held, so many are known: older ones that come back are found when saving."""

GRAVES = 3000
"""So many of the newest tombstones are known; the others are found when saving."""


def gather(connection: Connection, ids: Sequence[int]) -> dict[int, Known]:
    """Gather it for each of these feeds: what the last document held, and the newest besides."""
    known: dict[int, Known] = {}
    for part in chunks(ids):
        for feed in connection.execute(_READ, {"ids": part}).all():
            known[feed.id] = _of_feed(connection, feed) if feed.document_read else Known(feed.criterion, first=True)
    return known


def _of_feed(connection: Connection, feed: Any) -> Known:
    mine = {"feed": feed.id}
    rows = [*connection.execute(_HELD, mine), *connection.execute(_RECENT, mine)]
    return Known(
        criterion=feed.criterion,
        fingerprints={row.guid: row.fingerprint for row in rows},
        buried=frozenset(connection.execute(_BURIED, mine).scalars()),
        keys=frozenset(row.key for row in rows) - {""},
        words=frozenset(row.words for row in rows) - {""},
        newest=max((row.published for row in rows), default=None),
    )


_READ = select(FEED.c.id, FEED.c.criterion, FEED.c.document_read).where(FEED.c.id.in_(bindparam("ids", expanding=True)))
_PRINTS = select(*(ENTRY.c[name] for name in ("guid", "fingerprint", "key", "words", "published")))
_PRINTS = _PRINTS.where(ENTRY.c.feed_id == bindparam("feed"))
_HELD = _PRINTS.where(ENTRY.c.last_seen.is_(None))
_RECENT = _PRINTS.order_by(ENTRY.c.id.desc()).limit(NEWEST)
_BURIED = select(TOMBSTONE.c.guid).where(TOMBSTONE.c.feed_id == bindparam("feed"))
_BURIED = _BURIED.order_by(TOMBSTONE.c.buried.desc()).limit(GRAVES)
