"""The keeper of feeds: what feeds.yaml names, what was observed, and who works on which."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, false, or_, select, true, update

from aggregator.model import FeedState, Known, Listing
from aggregator.store import knowledge, meta
from aggregator.store.database import Database
from aggregator.store.portable import chunks
from aggregator.store.rows import feed_state
from aggregator.store.tables import FEED


class Feeds:
    """Feeds and their leases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, listings: Sequence[Listing], *, now: datetime) -> None:
        """Take over which feeds feeds.yaml names: new ones are due at once, missing ones are unlisted, none is deleted.

        A feed that comes back after having been unlisted is asked at once, even when it was gone.
        """
        named = {listing.url: listing for listing in listings}
        with self._database.write() as connection:
            known = {row.url: row for row in connection.execute(_listed())}
            new = [_new(listing, now) for url, listing in named.items() if url not in known]
            if new:
                connection.execute(FEED.insert(), new)
            changed = [_listing(row, named.get(url)) for url, row in known.items()]
            if rows := [row for row in changed if row]:
                connection.execute(_relist(), rows)
                meta.bump(connection)

    def due(self, now: datetime, *, force: bool = False) -> tuple[FeedState, ...]:
        """List the feeds to ask now, the longest waiting first.

        ``force`` asks those that are not due as well, but never one that is gone or whose server told us to wait.
        """
        allowed = [FEED.c.listed.is_(true()), FEED.c.gone.is_(false()), _passed(FEED.c.wait_until, now)]
        if not force:
            allowed.append(_passed(FEED.c.due, now))
        order = (FEED.c.due.is_not(None), FEED.c.due, FEED.c.id)  # NULL sorts differently in PostgreSQL
        with self._database.read() as connection:
            rows = connection.execute(select(FEED).where(*allowed).order_by(*order)).all()
        return tuple(feed_state(row) for row in rows)

    def all(self) -> tuple[FeedState, ...]:
        """List every feed ever named, in order of arrival."""
        with self._database.read() as connection:
            rows = connection.execute(select(FEED).order_by(FEED.c.id)).all()
        return tuple(feed_state(row) for row in rows)

    def find(self, url: str) -> FeedState | None:
        """Find a feed by its address."""
        with self._database.read() as connection:
            row = connection.execute(select(FEED).where(FEED.c.url == url)).one_or_none()
        return feed_state(row) if row else None

    def claim(self, ids: Iterable[int], *, now: datetime, seconds: float) -> dict[int, int]:
        """Lease those of ``ids`` that nobody holds; returns their fencing tokens by id.

        Every claim counts the token up, and results are saved under it only: a worker that was frozen or cut off
        while another took over writes nothing.
        """
        claim = update(FEED).where(FEED.c.id.in_(bindparam("ids", expanding=True)), _passed(FEED.c.lease_until, now))
        claim = claim.values(lease_until=now + timedelta(seconds=seconds), token=FEED.c.token + 1)
        claim = claim.returning(FEED.c.id, FEED.c.token)
        tokens: dict[int, int] = {}
        with self._database.write() as connection:
            for part in chunks(list_of(ids)):
                tokens.update((row.id, row.token) for row in connection.execute(claim, {"ids": part}))
        return tokens

    def release(self) -> None:
        """Clear the leases that a dead process left; only for who holds the workspace's lock."""
        held = FEED.c.lease_until.is_not(None)
        with self._database.write() as connection:
            connection.execute(update(FEED).where(held).values(lease_until=None))

    def known(self, ids: Iterable[int]) -> dict[int, Known]:
        """Gather what reading the documents of these feeds must know, by feed; see ``knowledge``."""
        with self._database.read() as connection:
            return knowledge.gather(connection, list_of(ids))


list_of = list  # inside the class ``list`` is the method


def _listed() -> Any:
    columns = (FEED.c.id, FEED.c.url, FEED.c.listed, FEED.c.listed_title, FEED.c.listed_publisher)
    return select(*columns, FEED.c.gone, FEED.c.due, FEED.c.failures)


def _new(listing: Listing, now: datetime) -> dict[str, Any]:
    return {
        "url": listing.url,
        "listed_title": listing.title,
        "listed_publisher": listing.publisher,
        "first_seen": now,
    }


def _listing(row: Any, listing: Listing | None) -> dict[str, Any] | None:
    """What changes for a known feed; None when nothing does."""
    back = listing is not None and not row.listed
    new = {
        "new_listed": listing is not None,
        "new_title": listing.title if listing else row.listed_title,
        "new_publisher": listing.publisher if listing else row.listed_publisher,
        "new_gone": row.gone and not back,
        "new_due": None if back else row.due,
        "new_failures": 0 if back else row.failures,
    }
    old = (row.listed, row.listed_title, row.listed_publisher, row.gone, row.due, row.failures)
    return {"row": row.id, **new} if tuple(new.values()) != old else None


def _relist() -> Any:
    return (
        update(FEED)
        .where(FEED.c.id == bindparam("row"))
        .values(
            listed=bindparam("new_listed"),
            listed_title=bindparam("new_title"),
            listed_publisher=bindparam("new_publisher"),
            gone=bindparam("new_gone"),
            due=bindparam("new_due"),
            failures=bindparam("new_failures"),
        )
    )


def _passed(column: ColumnElement[Any], now: datetime) -> ColumnElement[bool]:
    return or_(column.is_(None), column <= now)
