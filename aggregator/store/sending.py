"""Deliveries in hand: claimed by one sender, committed before each message and after the reply.

pending ─claim─▶ pending, owned ─begin─▶ sending ─settle─▶ sent | deferred | failed | unknown | dropped
deferred ─due, claim─▶ deferred, owned ─▶ …
sending ─its process is gone─▶ unknown
"""

import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from aggregator.model import Claimed, DeliveryState, DeliveryWord, Pace
from aggregator.store import meta
from aggregator.store.database import Database
from aggregator.store.driver import MICROSECOND, moment, number
from aggregator.store.lane import marks
from aggregator.store.owners import is_gone

LEASE = timedelta(minutes=30)
"""How long a sender of which nothing can be seen may take over one message: longer than any server may (mail/smtp)."""

APART = timedelta(minutes=10)
"""So far may the clocks of two machines be apart, or one be set back: what lies further ahead is from a wrong clock."""

LONGEST_WAIT = timedelta(hours=25)
"""No delivery is put off for longer: one that is, was while the clock was wrong, and is due now."""

FREELY = Pace()
"""No bound."""

COLUMNS = "id, issue_id, recipient, message_id, state, attempts, due, reply, changed, subscriber_id, letter_id"
_FREE = "(owner = '' OR lease <= :now) AND (:digest = '' OR issue_id IN (SELECT id FROM issue WHERE digest = :digest))"
_PENDING = f"SELECT id FROM delivery WHERE state = 'pending' AND due IS NULL AND {_FREE} ORDER BY id LIMIT :count"
RIPE = "state = 'deferred' AND (due <= :now OR due > :far)"
_DUE = f"SELECT id FROM delivery WHERE {RIPE} AND {_FREE} ORDER BY due, id LIMIT :count"
_TAKE = f"UPDATE delivery SET owner = :owner, lease = :lease WHERE id = :id RETURNING {COLUMNS}"
_BEGIN = """
    UPDATE delivery
    SET attempts = attempts + (state <> 'sending'), state = 'sending', due = NULL, lease = ?, changed = ?,
        handed = ?
    WHERE id = ? AND owner = ? AND state IN ('pending', 'deferred', 'sending')
"""
_SETTLE = """
    UPDATE delivery SET attempts = attempts + (state IN ('pending', 'deferred')) * ?, state = ?,
        reply = iif(recipient = 'erased-' || id || '@erased.invalid', '', ?), due = ?,
        changed = ?, owner = '', lease = NULL
    WHERE id = ? AND owner = ? AND state IN ('pending', 'deferred', 'sending', 'unknown')
"""
_PUT_OFF = (
    "UPDATE delivery SET state = 'deferred', due = ?, changed = ? WHERE id = ? AND state = 'failed' AND owner = ''"
)
_LEFT = """
    SELECT id, state, owner, lease FROM delivery
    WHERE state IN ('sending', 'pending', 'deferred') AND (state = 'sending' OR owner <> '')
"""
_INTERRUPT = """
    UPDATE delivery SET state = ?, reply = ?, changed = ?, lease = NULL WHERE id = ? AND owner = ? AND state = 'sending'
"""
_RELEASE = """
    UPDATE delivery INDEXED BY ix_delivery_owner SET owner = '', lease = NULL
    WHERE owner = ? AND owner <> '' AND state IN ('pending', 'deferred')
"""
_DROP = "UPDATE delivery SET state = 'unknown', reply = ?, changed = ? WHERE owner = ? AND state = 'sending'"
_AGAIN = """
    UPDATE delivery SET state = 'pending', attempts = 0, due = NULL, changed = ?, owner = '', lease = NULL
    WHERE issue_id = ? AND (? = '' OR mailbox(recipient) = mailbox(?)) AND state IN
"""
_HANDED_OVER = """
    SELECT (SELECT count(*) FROM delivery WHERE handed > ?1 AND handed <= ?2)
        + (SELECT count(*) FROM confirmation WHERE changed > ?1 AND changed <= ?2 AND attempts > 0)
"""
_IN_HAND = """
    SELECT count(*) FROM delivery INDEXED BY ix_delivery_owner
    WHERE owner <> '' AND state IN ('pending', 'deferred') AND lease > ?
"""
_INTERRUPTED = "the program ended before the server's answer was recorded"
_NEXT = "mail_next"  # in meta: when the next message may go, in microseconds
_AHEAD = 64  # so many claims can be ahead of one; more is a clock that was set back


class Sending:
    """The part of the ledger that senders work with, several at once: the claim decides who sends what."""

    def __init__(self, database: Database) -> None:
        self._lane = database.lane

    def claim(self, owner: str, *, now: datetime, count: int, digest: str = "", pace: Pace = FREELY) -> Claimed:
        """Take up to ``count`` deliveries that may be made now: pending ones, then those deferred until now.

        Nobody else gets them while the owner's process lives (or for ``LEASE``, where that cannot be seen). ``pace``
        bounds all processes together: fewer or none are given when the hour is full, and the answer says when each may
        go. In any case a message begins with ``begin``.
        """
        with self._lane.write() as connection:
            count = min(count, _room(connection, now, pace))
            if count < 1:
                return Claimed(full=True)
            facts: dict[str, Any] = {"owner": owner, "lease": number(now + LEASE), "digest": digest, **ripeness(now)}
            ids = [id for (id,) in connection.execute(_PENDING, {**facts, "count": count})]
            if len(ids) < count:
                ids += [id for (id,) in connection.execute(_DUE, {**facts, "count": count - len(ids)})]
            taken = tuple(state(connection.execute(_TAKE, {**facts, "id": id}).fetchone()) for id in ids)
            if not taken or pace.rate is None:
                return Claimed(taken)
            return Claimed(taken, _turn(connection, now, len(taken), pace.rate), 1 / pace.rate)

    def place(self, *, now: datetime, pace: Pace) -> Claimed:
        """Take a place in the row of all messages for one that is no delivery; ``claim`` says what the answer means."""
        with self._lane.write() as connection:
            if _room(connection, now, pace) < 1:
                return Claimed(full=True)
            return Claimed(first=_turn(connection, now, 1, pace.rate)) if pace.rate else Claimed()

    def begin(self, delivery: int, owner: str, *, now: datetime) -> bool:
        """Commit that a delivery is being sent, before its message goes, so that even a loss of power does not undo it.

        False when it is the owner's no more: then it must not be sent.
        """
        with self._lane.write(durable=True) as connection:
            facts = (number(now + LEASE), number(now), number(now), delivery, owner)
            return connection.execute(_BEGIN, facts).rowcount == 1

    def settle(
        self,
        delivery: int,
        owner: str,
        state: DeliveryWord,
        *,
        reply: str,
        due: datetime | None = None,
        now: datetime,
        counts: bool = True,
    ) -> None:
        """Record how an attempt ended; also of one that was thought interrupted, as long as nobody decided on it.

        Whoever was erased meanwhile stays forgotten: servers repeat addresses, and nothing is kept of the ``reply``.

        ``counts`` says whether one that never came to ``begin`` was an attempt at all.
        """
        with self._lane.write() as connection:
            connection.execute(_SETTLE, (counts, state, reply, number(due), number(now), delivery, owner))

    def put_off(self, delivery: int, *, due: datetime, now: datetime) -> None:
        """Try a delivery again that was refused for good: by a server, as it turned out, that took from nobody."""
        with self._lane.write() as connection:
            connection.execute(_PUT_OFF, (number(due), number(now), delivery))

    def release(self, owner: str, *, now: datetime, reply: str = _INTERRUPTED) -> None:
        """Give back what a sender has not begun; what it had begun and never settled is unknown."""
        with self._lane.write() as connection:
            connection.execute(_RELEASE, (owner,))
            connection.execute(_DROP, (reply, number(now), owner))

    def interrupted(self, *, now: datetime, again: bool = False) -> int:
        """Mark what dead processes were sending as unknown and free what they had claimed. Returns how many.

        A living process keeps its own; where nothing can be seen of it, it does until its lease is over. ``again`` says
        that sending twice does no harm, as when it only writes a file: then it is pending as before.
        """
        became: tuple[DeliveryWord, str] = ("pending", "") if again else ("unknown", _INTERRUPTED)
        with self._lane.read() as connection:
            left = connection.execute(_LEFT).fetchall()
        lost = _lost({(owner, lease) for _, _, owner, lease in left}, now)
        if not lost:
            return 0
        begun = [(id, owner) for id, word, owner, lease in left if word == "sending" and (owner, lease) in lost]
        with self._lane.write() as connection:
            marked = [connection.execute(_INTERRUPT, (*became, number(now), *one)).rowcount for one in begun]
            connection.executemany(_RELEASE, [(owner,) for owner, _ in lost if owner])
        return sum(marked)

    def again(self, issue: int, states: Collection[DeliveryWord], *, now: datetime, recipient: str = "") -> int:
        """Let deliveries of an issue (to one address) that are in these states begin anew; returns how many."""
        with self._lane.write() as connection:
            facts = (number(now), issue, recipient, recipient, *states)
            return connection.execute(f"{_AGAIN} {marks(tuple(states))}", facts).rowcount


def ripeness(now: datetime) -> dict[str, int | None]:
    """Give the moments that ``RIPE`` names."""
    return {"now": number(now), "far": number(now + LONGEST_WAIT)}


def state(row: Sequence[Any]) -> DeliveryState:
    """Read a row of ``COLUMNS``."""
    id, issue, recipient, name, word, attempts, due, reply, changed, subscriber, letter = row
    return DeliveryState(
        id, issue, recipient, name, word, attempts, moment(due), reply, moment(changed), subscriber, letter
    )


def _lost(owners: set[tuple[str, int | None]], now: datetime) -> set[tuple[str, int | None]]:
    """Choose the (owner, lease) that are dead, each process looked at once; without a lease nobody claims anything."""
    here = {owner: is_gone(owner) for owner, _ in owners}
    over, far = number(now) or 0, number(now + LEASE + APART) or 0

    def ended(lease: int) -> bool:
        return lease <= over or lease > far

    return {(owner, lease) for owner, lease in owners if here[owner] or (here[owner] is None and ended(lease or 0))}


def _room(connection: sqlite3.Connection, now: datetime, pace: Pace) -> int:
    """Count how many more may be claimed in this hour."""
    if pace.per_hour is None:
        return 1 << 30
    hour = timedelta(hours=1)  # either way: the clocks of several machines differ, and what lies beyond was a wrong one
    (gone,) = connection.execute(_HANDED_OVER, (number(now - hour), number(now + hour))).fetchone()
    (claimed,) = connection.execute(_IN_HAND, (number(now),)).fetchone()
    return int(pace.per_hour - gone - claimed)


def _turn(connection: sqlite3.Connection, now: datetime, count: int, rate: float) -> float:
    """Take ``count`` places in the row of all messages, and say in how many seconds the first may go.

    A token bucket that holds a second's worth, kept as one moment for all processes: when it will be empty again.
    """
    ahead = (int(meta.read(connection, _NEXT) or 0) - (number(now) or 0)) * MICROSECOND.total_seconds()
    if not 0 <= ahead <= _AHEAD * max(1.0, count / rate):
        ahead = 0.0
    meta.write(connection, _NEXT, str(number(now + timedelta(seconds=ahead + count / rate))))
    return ahead - (1.0 if rate >= 1 else 0.0)
