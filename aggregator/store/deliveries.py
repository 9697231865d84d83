"""The deliveries of an issue: one row a recipient, committed before and after each attempt.

pending ─claim─▶ sending ─settle─▶ sent | deferred | failed | unknown
deferred ─due, claim─▶ sending ─the process died─▶ unknown
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from aggregator.model import DeliveryState, DeliveryWord
from aggregator.store.database import Database
from aggregator.store.portable import insert_missing
from aggregator.store.tables_books import DELIVERY

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

    def waiting(self, now: datetime) -> tuple[DeliveryState, ...]:
        """List the deliveries to make now: pending, or deferred until a moment that has passed."""
        return self._states(_open(now))

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

    def interrupted(self, *, now: datetime) -> int:
        """Mark what a dead process was sending as unknown; only for who holds the lock. Returns how many."""
        left = update(DELIVERY).where(DELIVERY.c.state == "sending")
        with self._database.write() as connection:
            reply = "the program ended before the server's answer was recorded"
            return connection.execute(left.values(state="unknown", reply=reply, changed=now)).rowcount

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
