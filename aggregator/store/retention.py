"""The keeper of the archive's size: old entries are purged, and do not come back."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, delete, false, func, or_, select, true, update

from aggregator.model import PruneRow
from aggregator.store import meta, stories, texts
from aggregator.store.database import Database
from aggregator.store.driver import number
from aggregator.store.engines import driver
from aggregator.store.lane import chunks
from aggregator.store.tables import ENTRY, FEED

AT_ONCE = 500
"""Entries that are purged in one transaction, so that others get their turn."""

# A feed whose guids degrade may bring a name back that was buried.
_DIG = "INSERT INTO tombstone (feed_id, guid, buried) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"

MONTH = timedelta(days=30.436875)  # the mean Gregorian month


class Retention:
    """Purge by when an entry was last seen, never what the last document still holds, leaving tombstones.

    A feed that is not asked any more, since feeds.yaml names it no longer or it is gone, holds nothing: what its last
    document held was last seen when that was last confirmed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def plan(self, *, now: datetime, months: int, at_least: int) -> tuple[PruneRow, ...]:
        """Say for each feed what ``prune`` would purge: not seen for ``months``, beyond the ``at_least`` newest."""
        with self._database.read() as connection:
            return _plan(connection, before=now - months * MONTH, at_least=at_least)

    def prune(self, *, now: datetime, months: int, at_least: int) -> tuple[PruneRow, ...]:
        """Purge what ``plan`` names, in several transactions, and give the room back to the disk."""
        before = now - months * MONTH
        with self._database.read() as connection:
            rows = _plan(connection, before=before, at_least=at_least)
            old = _old(before=before, at_least=at_least)
            ids = connection.execute(select(old.c.id).where(old.c.purge).order_by(old.c.id)).scalars().all()
        for part in chunks(ids, AT_ONCE):
            with self._database.write() as connection:
                _bury(connection, part, before=before, now=now)
        with self._database.write() as connection:
            meta.write(driver(connection), "last_prune", now.isoformat())
            if ids:
                stories.forget(driver(connection))
                texts.sweep(driver(connection))
        if ids:
            self._database.tidy()
        return rows


def _old(*, before: datetime, at_least: int) -> Any:
    newest_first = (ENTRY.c.surfaced.desc(), ENTRY.c.id.desc())
    place = func.row_number().over(partition_by=ENTRY.c.feed_id, order_by=newest_first).label("place")
    columns = (ENTRY.c.id, ENTRY.c.feed_id, _last_seen().label("last_seen"), ENTRY.c.first_seen, place)
    ranked = select(*columns).join(FEED, FEED.c.id == ENTRY.c.feed_id).subquery()
    purge = and_(ranked.c.last_seen.is_not(None), ranked.c.last_seen < before, ranked.c.place > at_least)
    return select(ranked, purge.label("purge")).subquery()


def _last_seen() -> ColumnElement[datetime | None]:
    """When an entry was last seen; None while its feed's last document holds it and the feed is asked."""
    left = or_(FEED.c.listed.is_(false()), FEED.c.gone.is_(true()))
    return case((and_(ENTRY.c.last_seen.is_(None), left), FEED.c.succeeded), else_=ENTRY.c.last_seen)


def _plan(connection: Connection, *, before: datetime, at_least: int) -> tuple[PruneRow, ...]:
    old = _old(before=before, at_least=at_least)
    counts = select(
        FEED.c.url,
        func.count(old.c.id).label("entries"),
        func.sum(case((old.c.last_seen.is_(None), 1), else_=0)).label("held"),
        func.sum(case((old.c.purge, 1), else_=0)).label("purgeable"),
        func.min(case((old.c.purge, old.c.first_seen), else_=None)).label("oldest"),
    ).join(old, old.c.feed_id == FEED.c.id)
    rows = connection.execute(counts.group_by(FEED.c.id, FEED.c.url).order_by(FEED.c.id)).all()
    return tuple(PruneRow(**row._mapping) for row in rows)


def _bury(connection: Connection, ids: Sequence[int], *, before: datetime, now: datetime) -> None:
    """Purge entries that still are as old as planned; their tombstones come first."""
    still = select(ENTRY.c.id, ENTRY.c.feed_id, ENTRY.c.guid).join(FEED, FEED.c.id == ENTRY.c.feed_id)
    old = connection.execute(still.where(ENTRY.c.id.in_(ids), _last_seen() < before)).all()
    driver(connection).executemany(_DIG, [(row.feed_id, row.guid, number(now)) for row in old])
    connection.execute(delete(ENTRY).where(ENTRY.c.id.in_([row.id for row in old])))
    for feed, purged in Counter(row.feed_id for row in old).items():
        connection.execute(update(FEED).where(FEED.c.id == feed).values(entries=FEED.c.entries - purged))
    meta.bump(driver(connection))
