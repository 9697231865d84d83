"""The subscriptions: who gets which digest, as they chose it.

pending ─confirm─▶ confirmed ─leave─▶ left ─undo─▶ confirmed
left ─asked for again, confirm─▶ confirmed
"""

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from aggregator.model import Choice, Consent, Frequency, Subscriber, Subscription
from aggregator.store.database import Database
from aggregator.store.driver import instant, moment, number, read_json, write_json
from aggregator.store.lane import marks

PERSON = """
    subscriber.id, subscriber.uid, subscriber.address, subscriber.mailbox, subscriber.joined, subscriber.language,
    subscriber.zone, subscriber.suppressed, subscriber.suppressed_at
"""
WISH = """
    subscription.subscriber_id, subscription.digest, subscription.state, subscription.topics, subscription.frequency,
    subscription.paused_until, subscription.asked, subscription.via, subscription.form, subscription.wording,
    subscription.confirmed, subscription.left_at
"""
_PERSON_COLUMNS = 9
_BOTH = f"""
    SELECT {PERSON}, {WISH} FROM subscription JOIN subscriber ON subscriber.id = subscription.subscriber_id
"""
_SENT = """
    subscription.state = 'confirmed' AND subscriber.suppressed = ''
    AND (subscription.paused_until IS NULL OR subscription.paused_until <= ?)
"""
_WANT_FIRST = """
    INSERT INTO subscription (subscriber_id, digest, state, topics, frequency, paused_until, asked, via, form, wording)
    VALUES (?, ?, 'pending', ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (subscriber_id, digest)
"""
_WANT = f"""{_WANT_FIRST} DO UPDATE
    SET state = 'pending', topics = excluded.topics, frequency = excluded.frequency,
        paused_until = excluded.paused_until, asked = excluded.asked, via = excluded.via, form = excluded.form,
        wording = excluded.wording
    WHERE subscription.state != 'confirmed'
"""
_CONFIRM = """
    UPDATE subscription SET state = 'confirmed', confirmed = ?, left_at = NULL
    WHERE subscriber_id = ? AND digest = ? AND state = 'pending'
"""
_LEAVE = (
    "UPDATE subscription SET state = 'left', left_at = ? WHERE subscriber_id = ? AND digest = ? AND state != 'left'"
)
_UNDO = """
    UPDATE subscription SET state = 'confirmed', left_at = NULL
    WHERE subscriber_id = ? AND digest = ? AND state = 'left' AND confirmed IS NOT NULL AND left_at >= ?
"""
_CHOOSE = """
    UPDATE subscription SET topics = ?, frequency = ?, paused_until = ? WHERE subscriber_id = ? AND digest = ?
"""


class Subscriptions:
    """What people want of the digests. Each change tells whether there was anything to change."""

    def __init__(self, database: Database) -> None:
        self._lane = database.lane

    def of_digest(
        self, digest: str, frequencies: Collection[Frequency], now: datetime
    ) -> tuple[tuple[Subscriber, Subscription], ...]:
        """List who chose one of these frequencies and gets a digest now: confirmed, not paused, not suppressed."""
        chosen = f"subscription.frequency IN {marks(tuple(frequencies))}"
        sent = f"{_BOTH} WHERE subscription.digest = ? AND {chosen} AND {_SENT} ORDER BY subscriber.id"
        with self._lane.read() as connection:
            rows = connection.execute(sent, (digest, *frequencies, number(now)))
            return tuple((person(row), wish(row[_PERSON_COLUMNS:])) for row in rows)

    def may_get(self, subscriber: int, digest: str, now: datetime) -> bool:
        """Tell whether a digest may be sent to a subscriber at this moment; who was erased may get nothing."""
        one = f"{_BOTH} WHERE subscription.subscriber_id = ? AND subscription.digest = ? AND {_SENT}"
        with self._lane.read() as connection:
            return connection.execute(one, (subscriber, digest, number(now))).fetchone() is not None

    def readers(self) -> frozenset[str]:
        """List the mailboxes that a digest is sent to."""
        some = f"{_BOTH} WHERE subscription.state = 'confirmed' AND subscriber.suppressed = ''"
        with self._lane.read() as connection:
            return frozenset(person(row).mailbox for row in connection.execute(some))

    def frequencies(self, now: datetime) -> frozenset[tuple[str, str]]:
        """List digest and frequency of all that somebody is sent now."""
        some = f"""SELECT DISTINCT subscription.digest, subscription.frequency FROM subscription
            JOIN subscriber ON subscriber.id = subscription.subscriber_id WHERE {_SENT}"""
        with self._lane.read() as connection:
            return frozenset((digest, often) for digest, often in connection.execute(some, (number(now),)))

    def subscriptions(self, subscriber: int) -> tuple[Subscription, ...]:
        """List what a subscriber wants or wanted, by digest."""
        mine = f"SELECT {WISH} FROM subscription WHERE subscriber_id = ? ORDER BY digest"
        with self._lane.read() as connection:
            return tuple(map(wish, connection.execute(mine, (subscriber,))))

    def want(self, subscriber: int, digest: str, choice: Choice, consent: Consent) -> bool:
        """Ask for a digest, to be confirmed; nothing changes where it is confirmed already."""
        with self._lane.write() as connection:
            return want(connection, subscriber, digest, choice, consent)

    def choose(self, subscriber: int, digest: str, choice: Choice) -> bool:
        """Choose topics, frequency and pause of a digest."""
        facts = (write_json(list(choice.topics)), choice.frequency, number(choice.paused_until))
        return self._change(_CHOOSE, *facts, subscriber, digest)

    def pause(self, subscriber: int, digest: str, until: datetime | None) -> bool:
        """Send nothing of a digest until a moment; None goes on at once."""
        pause = "UPDATE subscription SET paused_until = ? WHERE subscriber_id = ? AND digest = ?"
        return self._change(pause, number(until), subscriber, digest)

    def confirm(self, subscriber: int, digest: str, now: datetime) -> bool:
        """Take a digest as meant."""
        return self._change(_CONFIRM, number(now), subscriber, digest)

    def leave(self, subscriber: int, digest: str, now: datetime) -> bool:
        """End a subscription; the others of the subscriber stay."""
        return self._change(_LEAVE, number(now), subscriber, digest)

    def undo(self, subscriber: int, digest: str, since: datetime) -> bool:
        """Take back that somebody left who had confirmed, when that was not before ``since``."""
        return self._change(_UNDO, subscriber, digest, number(since))

    def _change(self, statement: str, *values: object) -> bool:
        with self._lane.write() as connection:
            return connection.execute(statement, values).rowcount == 1


def want(connection: sqlite3.Connection, subscriber: int, digest: str, choice: Choice, consent: Consent) -> bool:
    """Enter a subscription that is to be confirmed, inside a transaction; False when it is confirmed already."""
    return connection.execute(_WANT, (subscriber, digest, *_wanted(choice, consent))).rowcount == 1


def want_first(connection: sqlite3.Connection, subscriber: int, digest: str, choice: Choice, consent: Consent) -> None:
    """Enter a subscription that is to be confirmed, inside a transaction; one that is there, or was, stays as it is."""
    connection.execute(f"{_WANT_FIRST} DO NOTHING", (subscriber, digest, *_wanted(choice, consent)))


def confirm(connection: sqlite3.Connection, subscriber: int, digest: str, now: datetime) -> bool:
    """Take a digest as meant, inside a transaction."""
    return connection.execute(_CONFIRM, (number(now), subscriber, digest)).rowcount == 1


def _wanted(choice: Choice, consent: Consent) -> tuple[object, ...]:
    chosen = (write_json(list(choice.topics)), choice.frequency, number(choice.paused_until))
    return *chosen, number(consent.asked), consent.via, consent.form, consent.wording


def person(row: Sequence[Any]) -> Subscriber:
    """Read a subscriber from the columns ``PERSON``."""
    id, uid, address, mailbox, joined, language, zone, suppressed, since = row[:_PERSON_COLUMNS]
    return Subscriber(id, uid, address, mailbox, instant(joined), language, zone, suppressed, moment(since))


def wish(row: Sequence[Any]) -> Subscription:
    """Read a subscription from the columns ``WISH``."""
    subscriber, digest, state, topics, frequency, paused, asked, via, form, wording, confirmed, left = row
    choice = Choice(tuple(read_json(topics)), frequency, moment(paused))
    consent = Consent(instant(asked), via, form, wording)
    return Subscription(subscriber, digest, state, choice, consent, moment(confirmed), moment(left))


def paired(rows: Iterable[Sequence[Any]]) -> dict[int, tuple[Subscription, ...]]:
    """Gather subscriptions by their subscriber."""
    found: dict[int, tuple[Subscription, ...]] = {}
    for row in rows:
        read = wish(row)
        found[read.subscriber] = (*found.get(read.subscriber, ()), read)
    return found
