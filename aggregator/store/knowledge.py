"""What reading a feed's document must know of the feed: enough to do no work twice, however large the archive."""

import sqlite3
from collections.abc import Sequence

from aggregator.model import Criterion, Known
from aggregator.pipeline import furniture
from aggregator.store.driver import moment
from aggregator.store.lane import among

NEWEST = 50
"""Of what the last document no longer held, so many are known: older ones that come back are found when saving."""

GRAVES = 3000
"""So many of the newest tombstones are known; the others are found when saving."""


def gather(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, Known]:
    """Gather it for each of these feeds: what the last document held, and the newest besides."""
    found = list(among(connection, "SELECT id, criterion, document_read FROM feed WHERE id IN", ids))
    return {
        id: _of_feed(connection, id, criterion) if document_read else Known(criterion, first=True)
        for id, criterion, document_read in found
    }


def _of_feed(connection: sqlite3.Connection, feed: int, criterion: Criterion) -> Known:
    mine = (feed,)
    rows = [*connection.execute(_HELD, mine), *connection.execute(_RECENT, (feed, NEWEST))]
    kept = connection.execute("SELECT paragraphs FROM furniture WHERE feed_id = ?", mine).fetchone()
    return Known(
        criterion=criterion,
        fingerprints={guid: fingerprint for guid, fingerprint, _, _, _ in rows},
        buried=frozenset(guid for (guid,) in connection.execute(_BURIED, (feed, GRAVES))),
        keys=frozenset(key for _, _, key, _, _ in rows) - {""},
        words=frozenset(words for _, _, _, words, _ in rows) - {""},
        newest=moment(max((published for *_, published in rows), default=None)),
        repeated=furniture.repeated(kept[0] if kept else b""),
    )


_PRINTS = "SELECT guid, fingerprint, key, words, published FROM entry WHERE feed_id = ?"
_HELD = f"{_PRINTS} AND last_seen IS NULL"
_RECENT = f"{_PRINTS} ORDER BY id DESC LIMIT ?"
_BURIED = "SELECT guid FROM tombstone WHERE feed_id = ? ORDER BY buried DESC LIMIT ?"
