"""The deliveries of an issue: one row a recipient, committed before and after each attempt.

pending ─claim─▶ sending ─settle─▶ sent | deferred | failed | unknown
deferred ─due, claim─▶ sending ─the process died─▶ unknown
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select, true, update

from aggregator.model import DeliveryState, DeliveryWord
from aggregator.store.database import Database
from aggregator.store.portable import insert_missing
from aggregator.store.tables_books import DELIVERY, ISSUE

WAY = (DELIVERY.c.id, DELIVERY.c.issue_id.label("issue"), DELIVERY.c.recipient, DELIVERY.c.message_id)
STATE = (*WAY, DELIVERY.c.state, DELIVERY.c.attempts, DELIVERY.c.due, DELIVERY.c.reply, DELIVERY.c.changed)
"""The columns of DeliveryState, by name."""


class Deliveries:
    """The part of the ledger that the post works with."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def deliveries(self, issue: int) -> tuple[DeliveryState, ...]:
        """List the deliveries of an issue."""
        return self._states(DELIVERY.c.issue_id == issue)

    def deliveries_by_issue(self, digest: str = "") -> dict[int, tuple[DeliveryState, ...]]:
        """List the deliveries of every issue of a digest, or of all; an issue without any has none."""
        mine = ISSUE.c.digest == digest if digest else true()
        found: dict[int, list[DeliveryState]] = {}
        with self._database.read() as connection:
            for issue in connection.execute(select(ISSUE.c.id).where(mine).order_by(ISSUE.c.id)).scalars():
                found[issue] = []
            ways = select(*STATE).join(ISSUE, ISSUE.c.id == DELIVERY.c.issue_id).where(mine).order_by(DELIVERY.c.id)
            for row in connection.execute(ways):
                found[row.issue].append(DeliveryState(**row._mapping))
        return {issue: tuple(deliveries) for issue, deliveries in found.items()}

    def waiting(self, now: datetime, *, digest: str = "") -> tuple[DeliveryState, ...]:
        """List the deliveries to make now (of one digest): pending, or deferred until a moment that has passed."""
        ours = DELIVERY.c.issue_id.in_(select(ISSUE.c.id).where(ISSUE.c.digest == digest))
        return self._states(and_(_open(now), ours) if digest else _open(now))

    def deferred(self, now: datetime, *, digest: str = "") -> tuple[DeliveryState, ...]:
        """List the deliveries (of one digest) that wait for a later moment, with the server's last word."""
        ours = DELIVERY.c.issue_id.in_(select(ISSUE.c.id).where(ISSUE.c.digest == digest))
        later = and_(DELIVERY.c.state == "deferred", DELIVERY.c.due > now)
        return self._states(and_(later, ours) if digest else later)

    def claim(self, delivery: int, *, now: datetime) -> bool:
        """Take a delivery in hand, committed before the attempt; False when another has it or it is not its time."""
        mine = update(DELIVERY).where(DELIVERY.c.id == delivery, _open(now))
        mine = mine.values(state="sending", attempts=DELIVERY.c.attempts + 1, due=None, changed=now)
        with self._database.write() as connection:
            return connection.execute(mine).rowcount == 1

    def settle(
        self, delivery: int, state: DeliveryWord, *, reply: str, due: datetime | None = None, now: datetime
    ) -> None:
        """Record how an attempt ended; what the server said later counts, also after ``interrupted``."""
        taken = DELIVERY.c.state.in_(["sending", "unknown"])
        row = update(DELIVERY).where(DELIVERY.c.id == delivery, taken)
        with self._database.write() as connection:
            connection.execute(row.values(state=state, reply=reply, due=due, changed=now))

    def interrupted(self, *, now: datetime, again: bool = False) -> int:
        """Mark what a dead process was sending as unknown; only for who holds the lock. Returns how many.

        ``again`` says that sending twice does no harm, as when it only writes a file: then it is pending as before.
        """
        left = update(DELIVERY).where(DELIVERY.c.state == "sending")
        reply = "" if again else "the program ended before the server's answer was recorded"
        state: DeliveryWord = "pending" if again else "unknown"
        with self._database.write() as connection:
            return connection.execute(left.values(state=state, reply=reply, changed=now)).rowcount

    def _states(self, where: ColumnElement[bool]) -> tuple[DeliveryState, ...]:
        with self._database.read() as connection:
            rows = connection.execute(select(*STATE).where(where).order_by(DELIVERY.c.id)).all()
        return tuple(DeliveryState(**row._mapping) for row in rows)


def expect(connection: Connection, issue: int, deliveries: Sequence[tuple[str, str]], *, now: datetime) -> None:
    """Enter a pending delivery for each (recipient, Message-ID) of a new issue."""
    rows = [
        {"issue_id": issue, "recipient": recipient, "message_id": message_id, "state": "pending", "changed": now}
        for recipient, message_id in deliveries
    ]
    insert_missing(connection, DELIVERY, rows)


def _open(now: datetime) -> ColumnElement[bool]:
    passed = or_(DELIVERY.c.due.is_(None), DELIVERY.c.due <= now)
    return or_(DELIVERY.c.state == "pending", and_(DELIVERY.c.state == "deferred", passed))
