"""The mails that ask whether a subscription is meant: asked for within bounds, sent at most once each.

pending ─claim─▶ sending ─settle─▶ sent | deferred | failed | unknown
deferred ─due, claim─▶ sending ─no answer for an hour─▶ unknown
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from aggregator.model import Asked, Choice, Confirmation, Consent, DeliveryWord
from aggregator.store.database import Database
from aggregator.store.driver import instant, moment, number
from aggregator.store.subscribers import enter
from aggregator.store.subscriptions import PERSON, person, want

ADDRESS_REST = timedelta(days=1)
"""Between two such mails to one address there is so much time, whatever digests they are about."""

NETWORK_MOST, NETWORK_SPAN = 5, timedelta(hours=1)
"""So many such mails may be asked for from one network in so much time."""

_LOST = timedelta(hours=1)
_OPEN = "state IN ('pending', 'deferred', 'sending')"
_FROM = "SELECT count(*) FROM confirmation WHERE network = ? AND network != '' AND asked > ?"
_LAST = "SELECT max(coalesce(due, changed)) FROM confirmation WHERE subscriber_id = ?"
_SAME = f"SELECT 1 FROM confirmation WHERE subscriber_id = ? AND digest = ? AND (asked > ? OR {_OPEN})"
_QUEUE = """
    INSERT INTO confirmation (subscriber_id, digest, network, asked, message_id, state, attempts, due, reply, changed)
    VALUES (?, ?, ?, ?, ?, 'pending', 0, ?, '', ?)
"""
_READY = "confirmation.state IN ('pending', 'deferred') AND (confirmation.due IS NULL OR confirmation.due <= ?)"
_WAITING = f"""
    SELECT {PERSON}, confirmation.id, confirmation.digest, confirmation.message_id, confirmation.attempts,
        confirmation.asked, confirmation.due
    FROM confirmation JOIN subscriber ON subscriber.id = confirmation.subscriber_id
    JOIN subscription ON subscription.subscriber_id = confirmation.subscriber_id
        AND subscription.digest = confirmation.digest
    WHERE subscription.state = 'pending' AND subscriber.suppressed = '' AND {_READY}
    ORDER BY confirmation.attempts > 0, confirmation.id
"""
_CLAIM = f"""
    UPDATE confirmation SET state = 'sending', attempts = attempts + 1, due = NULL, changed = ?1
    WHERE id = ?2 AND {_READY.replace("?", "?1")} AND EXISTS (SELECT 1 FROM subscription JOIN subscriber
        ON subscriber.id = subscription.subscriber_id WHERE subscription.subscriber_id = confirmation.subscriber_id
        AND subscription.digest = confirmation.digest AND subscription.state = 'pending' AND suppressed = '')
"""
_SETTLE = """
    UPDATE confirmation SET attempts = attempts - NOT ?, state = ?, reply = ?, due = ?, changed = ?
    WHERE id = ? AND state IN ('sending', 'unknown')
"""
_UNANSWERED = """
    UPDATE confirmation SET state = 'unknown', reply = 'the program ended before the answer was recorded', changed = ?
    WHERE state = 'sending' AND changed < ?
"""


class Confirmations:
    """The queue of these mails, and what bounds how many there are."""

    def __init__(self, database: Database) -> None:
        self._lane = database.lane

    def ask(
        self, address: str, digest: str, choice: Choice, consent: Consent, *, network: str, message_id: str
    ) -> Asked:
        """Enter that somebody asked for a digest, and queue the mail that it takes; one transaction.

        ``network`` is a keyed hash of where the request came from ("" for an editor's own), and is bounded before
        anything is written. ``message_id`` has a ``%s`` for the subscriber's uid.
        """
        now = consent.asked
        with self._lane.write() as connection:
            if connection.execute(_FROM, (network, number(now - NETWORK_SPAN))).fetchone()[0] >= NETWORK_MOST:
                return "crowded"
            who = enter(connection, address, now=now)
            if who.suppressed:
                return "suppressed"
            if not want(connection, who.id, digest, choice, consent):
                return "confirmed"
            if connection.execute(_SAME, (who.id, digest, number(now - ADDRESS_REST))).fetchone():
                return "asked"
            last = moment(connection.execute(_LAST, (who.id,)).fetchone()[0])
            due = last + ADDRESS_REST if last and last + ADDRESS_REST > now else None
            queued = (who.id, digest, network, number(now), message_id % who.uid, number(due), number(now))
            connection.execute(_QUEUE, queued)
        return "later" if due else "queued"

    def waiting(self, now: datetime) -> tuple[Confirmation, ...]:
        """List the mails to send now; those whose subscription was confirmed or left meanwhile are none."""
        with self._lane.read() as connection:
            return tuple(map(_confirmation, connection.execute(_WAITING, (number(now),))))

    def claim(self, id: int, *, now: datetime) -> bool:
        """Take one in hand, committed before the attempt; False when another has it or it is wanted no more."""
        with self._lane.write() as connection:
            return connection.execute(_CLAIM, (number(now), id)).rowcount == 1

    def settle(
        self,
        id: int,
        state: DeliveryWord,
        *,
        reply: str,
        due: datetime | None = None,
        now: datetime,
        counts: bool = True,
    ) -> None:
        """Record how an attempt ended; ``counts`` says whether it was one at all."""
        with self._lane.write() as connection:
            connection.execute(_SETTLE, (counts, state, reply, number(due), number(now), id))

    def tidy(self, now: datetime) -> None:
        """Forget from which networks was asked a day ago; what a dead process was sending may have arrived."""
        with self._lane.read() as connection:
            if not connection.execute(_UNTIDY, (number(now - ADDRESS_REST), number(now - _LOST))).fetchone():
                return
        with self._lane.write() as connection:
            forget_networks(connection, now=now)
            connection.execute(_UNANSWERED, (number(now), number(now - _LOST)))


_UNTIDY = "SELECT 1 FROM confirmation WHERE (network != '' AND asked < ?) OR (state = 'sending' AND changed < ?)"


def forget_networks(connection: sqlite3.Connection, *, now: datetime) -> None:
    """Forget the hashes of networks that no bound needs any more, inside a transaction."""
    old = "UPDATE confirmation SET network = '' WHERE network != '' AND asked < ?"
    connection.execute(old, (number(now - ADDRESS_REST),))


def _confirmation(row: Sequence[Any]) -> Confirmation:
    id, digest, message_id, attempts, asked, due = row[9:]
    return Confirmation(id, person(row), digest, message_id, attempts, instant(asked), moment(due))
