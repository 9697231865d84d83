"""The keeper of feeds: what feeds.yaml names, what was observed, and who works on which."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from aggregator.model import FeedFigures, FeedState, Known, Listing
from aggregator.pipeline.cadence import anew
from aggregator.store import figures, knowledge, meta, moving
from aggregator.store.database import Database
from aggregator.store.driver import instant, moment, need_room, number
from aggregator.store.lane import apply, chunks, marks
from aggregator.store.rows import ANSWER, FEED_STATE, OF_DOCUMENT, answer_values, document_values, feed_state


class Feeds:
    """Feeds and their leases."""

    def __init__(self, database: Database) -> None:
        self._lane, self._path = database.lane, database.path

    def list(self, listings: Sequence[Listing], *, now: datetime) -> None:
        """Take over which feeds feeds.yaml names: new ones are due at once, missing ones are unlisted, none is deleted.

        A feed that comes back after having been unlisted is asked at once, even when it was gone. One that is listed
        at the address it has moved to is the same feed under a new address: its entries and state stay.
        """
        named = {listing.url: listing for listing in listings}
        with self._lane.write() as connection:
            known = moving.renamed(connection, {row[1]: row for row in connection.execute(_LISTED)}, set(named))
            new = [listing for url, listing in named.items() if url not in known]
            connection.executemany(_ADD, [_new(listing, now) for listing in new])
            changed = [_listing(row, named.get(url)) for url, row in known.items()]
            if rows := [row for row in changed if row]:
                connection.executemany(_RELIST, rows)
                meta.bump(connection)

    def meet(self, urls: Iterable[str], *, now: datetime) -> None:
        """Note addresses that feeds.yaml does not name, as feeds that are not listed; those that are known stay."""
        with self._lane.write() as connection:
            rows = [_new(Listing(url), now, listed=False) for url in urls]
            connection.executemany(f"{_ADD} ON CONFLICT DO NOTHING", rows)

    def reschedule(self, every: Mapping[str, timedelta | None]) -> None:
        """Choose again when feeds are due that were read, for how often each is asked now, by address."""
        with self._lane.write() as connection:
            read = connection.execute(f"{FEED_STATE} {_LIVE} AND outcome IN ('ok', 'unchanged')")
            connection.executemany(_RESCHEDULE, list_of(_rescheduled(map(feed_state, read), every)))

    def due(self, now: datetime, *, force: bool = False) -> tuple[FeedState, ...]:
        """List the feeds to ask now, the longest waiting first.

        ``force`` asks those that are not due as well, but never one that is gone or whose server told us to wait.
        """
        passed = "TRUE" if force else "(due IS NULL OR due <= ?1)"
        statement = f"{FEED_STATE} {_LIVE} AND {_MAY_BE_ASKED} AND {passed} {_LONGEST_WAITING}"
        with self._lane.read() as connection:
            return tuple(map(feed_state, connection.execute(statement, (number(now),))))

    def set_right(self, now: datetime) -> None:
        """Mend what a clock that was ahead has written: what happened later than now has happened by now.

        A feed that was asked then has no times left that mean anything: it is due at once. A clock that was never set
        judges nothing.
        """
        span = (number(now), number(now + _SLIP))
        if now < _NEVER_SET:
            return
        with self._lane.read() as connection:
            ahead = connection.execute(f"SELECT 1 FROM feed WHERE {_AHEAD} LIMIT 1", span).fetchone()
        if ahead:
            with self._lane.write() as connection:
                connection.execute(_SET_RIGHT, span)

    def waits(self, now: datetime) -> tuple[tuple[str, str, datetime, datetime | None], ...]:
        """List the addresses whose servers told us to wait: the error, when it was said, and until when, if it was."""
        with self._lane.read() as connection:
            found = connection.execute(_WAITS, (number(now), number(now + _SLIP)))
            return tuple((address, error, instant(said), moment(until)) for address, error, said, until in found)

    def askers(self) -> dict[str, str]:
        """Say which feed is asked at an address that feeds have moved to: the one that is listed there, else the first.

        Only those count that are well, and ask where they are listed or have moved to.
        """
        with self._lane.read() as connection:
            return dict(connection.execute(_ASKERS).fetchall())

    def all(self) -> tuple[FeedState, ...]:
        """List every feed ever named, in order of arrival."""
        with self._lane.read() as connection:
            return tuple(map(feed_state, connection.execute(f"{FEED_STATE} ORDER BY id")))

    def read(self) -> int:
        """Count the feeds that feeds.yaml named the last time and that were read at least once."""
        count = "SELECT count(*) FROM feed WHERE listed AND succeeded IS NOT NULL"
        with self._lane.read() as connection:
            found: int = connection.execute(count).fetchone()[0]
        return found

    def find(self, url: str) -> FeedState | None:
        """Find a feed by its address."""
        with self._lane.read() as connection:
            row = connection.execute(f"{FEED_STATE} WHERE url = ?", (url,)).fetchone()
        return feed_state(row) if row else None

    def claim(self, ids: Iterable[int], *, now: datetime, seconds: float) -> dict[int, int]:
        """Lease those of ``ids`` that nobody holds; returns their fencing tokens by id.

        Every claim counts the token up, and results are saved under it only: a worker that was frozen or cut off
        while another took over writes nothing. Raises WorkspaceError where there is no room for what they bring.
        """
        need_room(self._path)
        at, until = number(now), number(now + timedelta(seconds=seconds))
        tokens: dict[int, int] = {}
        with self._lane.write() as connection:
            for part in chunks(list_of(ids)):
                claim = f"{_CLAIM} AND id IN {marks(part)} RETURNING id, token"
                tokens.update(connection.execute(claim, (until, at, *part)).fetchall())
        return tokens

    def release(self) -> None:
        """Clear the leases that a dead process left; only for who holds the workspace's lock."""
        with self._lane.write() as connection:
            connection.execute("UPDATE feed SET lease_until = NULL WHERE lease_until IS NOT NULL")

    def retry(self, urls: Sequence[str] | None = None) -> None:
        """Let the feeds that failed or could not be asked be due at once, but none whose server told us to wait.

        Of ``urls`` alone, if they are given.
        """
        with self._lane.write() as connection:
            if urls is None:
                connection.execute(_RETRY)
            else:
                apply(connection, f"{_RETRY} AND url IN", urls)

    def lost(self, now: datetime, *, is_own: Callable[[str], bool]) -> tuple[datetime, frozenset[int]]:
        """Say since when no feed was reached, and which that were well then could not be reached since.

        Those whose address ``is_own`` do not count: what needs no internet says nothing of it.
        """
        with self._lane.read() as connection:
            reached = connection.execute(_REACHED, (number(now),))
            since = next((at for at, url in reached if not is_own(url)), 0)
            return instant(since), frozenset(id for (id,) in connection.execute(_LOST, (since, number(now))))

    def failing(self, now: datetime) -> int:
        """Count the feeds that failed and are not due before a later moment."""
        count = "SELECT count(*) FROM feed WHERE listed AND NOT gone AND failures > 0 AND due > ?"
        with self._lane.read() as connection:
            found: int = connection.execute(count, (number(now),)).fetchone()[0]
        return found

    def known(self, ids: Iterable[int]) -> dict[int, Known]:
        """Gather what reading the documents of these feeds must know, by feed; see ``knowledge``."""
        with self._lane.read() as connection:
            return knowledge.gather(connection, list_of(ids))

    def figures(self, *, now: datetime) -> dict[int, FeedFigures]:
        """Count what each feed brings, by feed, in as many queries for one as for all; see ``figures``."""
        with self._lane.read() as connection:
            return figures.count(connection, now=now)


list_of = list  # inside the class ``list`` is the method

_LISTED = "SELECT id, url, listed, listed_title, listed_publisher, gone, due, failures, adopted, moved_to FROM feed"
_NEW = ("url", "listed_title", "listed_publisher", "first_seen", "listed", "entries", "token", *ANSWER, *OF_DOCUMENT)
_ADD = f"INSERT INTO feed ({', '.join(_NEW)}) VALUES {marks(_NEW)}"
_RELIST = """
    UPDATE feed SET listed = ?, listed_title = ?, listed_publisher = ?, gone = ?, due = ?, failures = ?,
        failing_since = CASE WHEN ?1 AND NOT listed THEN NULL ELSE failing_since END,
        fresh_until = CASE WHEN ?1 AND NOT listed THEN NULL ELSE fresh_until END
    WHERE id = ?
"""
_RETRY = "UPDATE feed SET due = NULL WHERE (failures > 0 OR outcome = 'unasked') AND wait_until IS NULL"
_RESCHEDULE = "UPDATE feed SET due = ?, due_reason = ?, fresh_until = ? WHERE id = ?"
_LIVE = "WHERE listed AND NOT gone"
_MAY_BE_ASKED = "(wait_until IS NULL OR wait_until <= ?1)"
_WAITS = """
    SELECT CASE WHEN adopted != '' THEN adopted ELSE url END, error, fetched, wait_until FROM feed
    WHERE fetched <= ?2 AND (wait_until > ?1 OR (status = 429 AND wait_until IS NULL))
"""
_ASKERS = """
    SELECT CASE WHEN adopted != '' THEN adopted ELSE url END, url FROM feed
    WHERE listed AND NOT gone AND failures = 0 AND succeeded IS NOT NULL
        AND (adopted != '' OR url IN (SELECT adopted FROM feed WHERE adopted != ''))
    ORDER BY adopted = '', id DESC
"""  # the last of each address counts
_REACHED = """
    SELECT coalesce(CASE WHEN status IN (0, 511) THEN succeeded ELSE fetched END, 0), url FROM feed
    WHERE fetched <= ? ORDER BY 1 DESC
"""
_LOST = """
    SELECT id FROM feed WHERE listed AND fetched > ?1 AND fetched <= ?2
        AND status IN (0, 511) AND outcome IN ('failed', 'waiting') AND (failures = 0 OR failing_since > ?1)
"""
_SLIP = timedelta(days=1)  # clocks are put right by seconds, or by years
_NEVER_SET = datetime(2026, 11, 1, tzinfo=UTC)  # older than this program; clocks start in 1970, or as old as a system
_HAPPENED = ("fetched", "succeeded", "document_read", "newest", "first_seen", "moved_since", "failing_since")
_AHEAD = " OR ".join(f"{name} > ?2" for name in _HAPPENED)
_TO_COME = ("due", "wait_until", "fresh_until")
_MENDED = [f"{name} = min({name}, ?1)" for name in _HAPPENED]
_MENDED += [f"{name} = CASE WHEN fetched > ?2 THEN NULL ELSE {name} END" for name in _TO_COME]
_SET_RIGHT = f"UPDATE feed SET {', '.join(_MENDED)} WHERE {_AHEAD}"
_LONGEST_WAITING = "ORDER BY due IS NOT NULL, due, id"  # NULL sorts differently in PostgreSQL
_CLAIM = "UPDATE feed SET lease_until = ?, token = token + 1 WHERE (lease_until IS NULL OR lease_until <= ?)"


def _rescheduled(states: Iterable[FeedState], every: Mapping[str, timedelta | None]) -> Iterator[tuple[Any, ...]]:
    """Yield what is another time, or has another reason, than before."""
    for state in states:
        due = anew(state, every=every[state.url]) if state.url in every else None
        if due and (due.at, due.reason) != (state.due, state.due_reason):
            yield number(due.at), due.reason, number(due.fresh_until), state.id


def _new(listing: Listing, now: datetime, *, listed: bool = True) -> list[Any]:
    return [listing.url, listing.title, listing.publisher, number(now), listed, 0, 0, *_blanks()]


@cache
def _blanks() -> tuple[Any, ...]:
    """What is kept of a feed that was never asked."""
    blank = FeedState(0, "")
    return *answer_values(blank), *document_values(blank)


def _listing(row: sqlite3.Row, listing: Listing | None) -> tuple[Any, ...] | None:
    """What changes for a known feed; None when nothing does."""
    id, _, listed, title, publisher, gone, due, failures, *_ = row
    back = listing is not None and not listed
    new = (
        listing is not None,
        listing.title if listing else title,
        listing.publisher if listing else publisher,
        bool(gone) and not back,
        None if back else due,
        0 if back else failures,
    )
    return (*new, id) if new != (listed, title, publisher, gone, due, failures) else None
