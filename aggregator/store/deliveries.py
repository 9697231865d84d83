"""The deliveries of an issue: one row a recipient, committed before and after each attempt.

pending ─claim─▶ sending ─settle─▶ sent | deferred | failed | unknown
deferred ─due, claim─▶ sending ─the process died─▶ unknown
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aggregator.model import DeliveryState, DeliveryWord
from aggregator.store.database import Database
from aggregator.store.driver import moment, number

_STATE = """
    SELECT delivery.id, delivery.issue_id, delivery.recipient, delivery.message_id, delivery.state, delivery.attempts,
        delivery.due, delivery.reply, delivery.changed
    FROM delivery JOIN issue ON issue.id = delivery.issue_id
"""
_OPEN = "(delivery.state = 'pending' OR (delivery.state = 'deferred' AND (delivery.due IS NULL OR delivery.due <= ?)))"
_CLAIM = f"""
    UPDATE delivery SET state = 'sending', attempts = attempts + 1, due = NULL, changed = ? WHERE id = ? AND {_OPEN}
"""
_SETTLE = """
    UPDATE delivery SET state = ?, reply = ?, due = ?, changed = ? WHERE id = ? AND state IN ('sending', 'unknown')
"""
_EXPECT = """
    INSERT INTO delivery
        (issue_id, recipient, message_id, state, attempts, reply, changed, subscriber_id, letter_id, owner)
    VALUES (?, ?, ?, 'pending', 0, '', ?, 0, 0, '') ON CONFLICT DO NOTHING
"""


class Deliveries:
    """The part of the ledger that the post works with."""

    def __init__(self, database: Database) -> None:
        self._lane = database.lane

    def deliveries(self, issue: int) -> tuple[DeliveryState, ...]:
        """List the deliveries of an issue."""
        return self._states("delivery.issue_id = ?", issue)

    def deliveries_by_issue(self, digest: str = "") -> dict[int, tuple[DeliveryState, ...]]:
        """List the deliveries of every issue of a digest, or of all; an issue without any has none."""
        with self._lane.read() as connection:
            issues = connection.execute("SELECT id FROM issue WHERE ? IN ('', digest) ORDER BY id", (digest,))
            found: dict[int, list[DeliveryState]] = {id: [] for (id,) in issues}
            mine = f"{_STATE} WHERE ? IN ('', issue.digest) ORDER BY delivery.id"
            for row in connection.execute(mine, (digest,)):
                found[row[1]].append(_state(row))
        return {issue: tuple(deliveries) for issue, deliveries in found.items()}

    def waiting(self, now: datetime, *, digest: str = "") -> tuple[DeliveryState, ...]:
        """List the deliveries to make now (of one digest): pending, or deferred until a moment that has passed."""
        return self._states(f"{_OPEN} AND ? IN ('', issue.digest)", number(now), digest)

    def deferred(self, now: datetime, *, digest: str = "") -> tuple[DeliveryState, ...]:
        """List the deliveries (of one digest) that wait for a later moment, with the server's last word."""
        later = "delivery.state = 'deferred' AND delivery.due > ?"
        return self._states(f"{later} AND ? IN ('', issue.digest)", number(now), digest)

    def claim(self, delivery: int, *, now: datetime) -> bool:
        """Take a delivery in hand, committed before the attempt; False when another has it or it is not its time."""
        with self._lane.write() as connection:
            return connection.execute(_CLAIM, (number(now), delivery, number(now))).rowcount == 1

    def settle(
        self, delivery: int, state: DeliveryWord, *, reply: str, due: datetime | None = None, now: datetime
    ) -> None:
        """Record how an attempt ended; what the server said later counts, also after ``interrupted``."""
        with self._lane.write() as connection:
            connection.execute(_SETTLE, (state, reply, number(due), number(now), delivery))

    def interrupted(self, *, now: datetime, again: bool = False) -> int:
        """Mark what a dead process was sending as unknown; only for who holds the lock. Returns how many.

        ``again`` says that sending twice does no harm, as when it only writes a file: then it is pending as before.
        """
        reply = "" if again else "the program ended before the server's answer was recorded"
        state: DeliveryWord = "pending" if again else "unknown"
        left = "UPDATE delivery SET state = ?, reply = ?, changed = ? WHERE state = 'sending'"
        with self._lane.write() as connection:
            return connection.execute(left, (state, reply, number(now))).rowcount

    def _states(self, where: str, *values: object) -> tuple[DeliveryState, ...]:
        with self._lane.read() as connection:
            return tuple(map(_state, connection.execute(f"{_STATE} WHERE {where} ORDER BY delivery.id", values)))


def expect(connection: sqlite3.Connection, issue: int, deliveries: Sequence[tuple[str, str]], *, now: datetime) -> None:
    """Enter a pending delivery for each (recipient, Message-ID) of a new issue."""
    connection.executemany(_EXPECT, [(issue, recipient, name, number(now)) for recipient, name in deliveries])


def _state(row: Sequence[Any]) -> DeliveryState:
    id, issue, recipient, name, state, attempts, due, reply, changed = row
    return DeliveryState(id, issue, recipient, name, state, attempts, moment(due), reply, moment(changed))
