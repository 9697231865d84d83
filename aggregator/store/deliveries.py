"""The deliveries of an issue: one row a recipient; how each is sent says ``sending``."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from aggregator.errors import NotFoundError
from aggregator.model import Addressed, DeliveryState, Packed, Variant
from aggregator.store.driver import number
from aggregator.store.sending import COLUMNS, RIPE, Sending, ripeness, state

_STATE = f"SELECT {COLUMNS} FROM delivery"
_OF_DIGEST = "(:digest = '' OR issue_id IN (SELECT id FROM issue WHERE digest = :digest))"
_EXPECT = """
    INSERT INTO delivery
        (issue_id, recipient, message_id, state, attempts, reply, changed, subscriber_id, letter_id, owner)
    VALUES (?, ?, ?, 'pending', 0, '', ?, ?, ?, '') ON CONFLICT DO NOTHING
"""
_FORGET = """
    DELETE FROM letter WHERE issue_id IN (SELECT id FROM issue WHERE frozen < ?)
        AND id NOT IN (SELECT letter_id FROM delivery WHERE state IN ('pending', 'sending', 'deferred'))
"""
_WRITE = "INSERT INTO letter (issue_id, variant, subject, html, text) VALUES (?, ?, ?, ?, ?) RETURNING id"


class Deliveries(Sending):
    """The part of the ledger that says who gets what, and what became of it."""

    def deliveries(self, issue: int) -> tuple[DeliveryState, ...]:
        """List the deliveries of an issue."""
        return self._states("issue_id = :issue", issue=issue)

    def deliveries_by_issue(self, digest: str = "") -> dict[int, tuple[DeliveryState, ...]]:
        """List the deliveries of every issue of a digest, or of all; an issue without any has none."""
        with self._lane.read() as connection:
            issues = connection.execute("SELECT id FROM issue WHERE ? IN ('', digest) ORDER BY id", (digest,))
            found: dict[int, list[DeliveryState]] = {id: [] for (id,) in issues}
            for row in connection.execute(f"{_STATE} WHERE {_OF_DIGEST} ORDER BY id", {"digest": digest}):
                found[row[1]].append(state(row))
        return {issue: tuple(deliveries) for issue, deliveries in found.items()}

    def waiting(self, now: datetime, *, digest: str = "") -> int:
        """Count the deliveries to make now (of one digest): pending, or deferred until a moment that has passed."""
        count, facts = f"SELECT count(*) FROM delivery WHERE {_OF_DIGEST} AND", {"digest": digest, **ripeness(now)}
        with self._lane.read() as connection:
            (pending,) = connection.execute(f"{count} state = 'pending'", facts).fetchone()
            (due,) = connection.execute(f"{count} {RIPE}", facts).fetchone()
        return int(pending + due)

    def deferred(self, now: datetime, *, digest: str = "") -> tuple[DeliveryState, ...]:
        """List the deliveries (of one digest) that wait for a later moment, with the server's last word."""
        return self._states(f"{_OF_DIGEST} AND state = 'deferred' AND NOT ({RIPE})", digest=digest, **ripeness(now))

    def variant(self, letter: int) -> Variant:
        """Read how an issue was written out for some of its subscribers; raises NotFoundError when it was not."""
        with self._lane.read() as connection:
            found = "SELECT variant, subject, html, text FROM letter WHERE id = ?"
            row = connection.execute(found, (letter,)).fetchone()
        if row is None:
            raise NotFoundError(f"letter {letter}, as this reader chose it, is not kept any more")
        return Variant(row[0], row[1], Packed(row[2], row[3]))

    def forget_letters(self, *, before: datetime) -> None:
        """Forget how issues frozen before a moment were written out for some, but for what is still on its way."""
        with self._lane.write() as connection:
            connection.execute(_FORGET, (number(before),))

    def _states(self, where: str, **values: object) -> tuple[DeliveryState, ...]:
        with self._lane.read() as connection:
            return tuple(map(state, connection.execute(f"{_STATE} WHERE {where} ORDER BY id", values)))


def expect(
    connection: sqlite3.Connection,
    issue: int,
    deliveries: Sequence[Addressed],
    variants: Sequence[Variant] = (),
    *,
    now: datetime,
) -> None:
    """Keep the variants of a new issue, and enter a pending delivery for each who is to get it."""
    letters = {"": 0}
    for one in variants:
        facts = (issue, one.key, one.subject, one.letter.html, one.letter.text)
        (letters[one.key],) = connection.execute(_WRITE, facts).fetchone()
    rows = [(issue, to.recipient, to.message_id, number(now), to.subscriber, letters[to.variant]) for to in deliveries]
    connection.executemany(_EXPECT, rows)
