"""The mails that ask whether a subscription is meant: asked for within bounds, sent at most once each.

pending ─claim─▶ sending ─settle─▶ sent | deferred | failed | unknown
deferred ─due, claim─▶ sending ─no answer for an hour─▶ unknown

Anybody can send a form with anybody's address. So what a form asks for is kept with its mail, and is applied when the
link of that mail is followed. Until it is on its way, another form about the digest takes its place, for the last word
counts; afterwards none does, for a page that was looked at must not come to mean something else. A form for which no
mail goes out is kept for a day (dropped), to be counted.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from aggregator.model import Asked, Choice, Confirmation, Consent, DeliveryWord, Subscriber
from aggregator.store.database import Database
from aggregator.store.driver import instant, moment, number, read_json, write_json
from aggregator.store.networks import is_crowded, recent
from aggregator.store.subscribers import enter
from aggregator.store.subscriptions import PERSON, confirm, person, want_first

ADDRESS_REST = timedelta(days=1)
"""Between two such mails to one address there is so much time, whatever digests they are about."""

Place = tuple[str, int | None, int, str]
"""Of a mail in the queue: its state, when it is due, attempts, and what was answered to the last."""

_DROPPED: Place = ("dropped", None, 0, "")
_LOST = timedelta(hours=1)
_OPEN = "state IN ('pending', 'deferred', 'sending')"
_LAST = "SELECT max(coalesce(due, min(changed, ?))) FROM confirmation WHERE subscriber_id = ? AND state != 'dropped'"
_WISH = "SELECT state, left_at FROM subscription WHERE subscriber_id = ? AND digest = ?"
_SAME = f"""
    SELECT 1 FROM confirmation WHERE subscriber_id = ? AND digest = ? AND asked > ? AND state != 'dropped'
        AND (asked > ? OR {_OPEN})
"""
_QUEUE = """
    INSERT INTO confirmation (subscriber_id, digest, network, asked, message_id, changed, topics, frequency, via, form,
        wording, state, due, attempts, reply)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_WAITS = """
    SELECT id, state, due, attempts, reply FROM confirmation
    WHERE subscriber_id = ? AND digest = ? AND asked > ? AND state IN ('pending', 'deferred')
"""
_DROP = "UPDATE confirmation SET state = 'dropped', due = NULL WHERE id = ?"
# What was asked for before somebody left is not meant any more.
_MEANT = """
    confirmation.state != 'dropped' AND (subscription.state = 'pending'
        OR (subscription.state = 'left' AND confirmation.asked > subscription.left_at))
"""
_ASKED = f"""
    SELECT confirmation.topics, confirmation.frequency, confirmation.asked, confirmation.via, confirmation.form,
        confirmation.wording
    FROM confirmation JOIN subscription ON subscription.subscriber_id = confirmation.subscriber_id
        AND subscription.digest = confirmation.digest
    WHERE confirmation.subscriber_id = ? AND confirmation.digest = ? AND confirmation.asked < ? AND {_MEANT}
    ORDER BY confirmation.asked DESC LIMIT 1
"""
_APPLY = """
    UPDATE subscription SET state = 'confirmed', confirmed = ?, left_at = NULL, topics = ?, frequency = ?,
        paused_until = NULL, asked = ?, via = ?, form = ?, wording = ?
    WHERE subscriber_id = ? AND digest = ? AND state != 'confirmed'
"""
_READY = "confirmation.state IN ('pending', 'deferred') AND (confirmation.due IS NULL OR confirmation.due <= ?)"
_WAITING = f"""
    SELECT {PERSON}, confirmation.id, confirmation.digest, confirmation.message_id, confirmation.attempts,
        confirmation.asked, confirmation.due
    FROM confirmation JOIN subscriber ON subscriber.id = confirmation.subscriber_id
    JOIN subscription ON subscription.subscriber_id = confirmation.subscriber_id
        AND subscription.digest = confirmation.digest
    WHERE {_MEANT} AND subscriber.suppressed = '' AND {_READY}
    ORDER BY confirmation.attempts > 0, confirmation.id
"""
_CLAIM = f"""
    UPDATE confirmation SET state = 'sending', attempts = attempts + 1, due = NULL, changed = ?1
    WHERE id = ?2 AND {_READY.replace("?", "?1")} AND EXISTS (SELECT 1 FROM subscription JOIN subscriber
        ON subscriber.id = subscription.subscriber_id WHERE subscription.subscriber_id = confirmation.subscriber_id
        AND subscription.digest = confirmation.digest AND suppressed = '' AND {_MEANT})
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
        self,
        address: str,
        digest: str,
        choice: Choice,
        consent: Consent,
        *,
        network: str,
        message_id: str,
        not_before: datetime | None = None,
        replaces: bool = True,
    ) -> Asked:
        """Keep that somebody asked for a digest, and queue the mail that it takes; one transaction.

        Nothing changes for who has the digest, waits for it or left it. ``network`` is a keyed hash of where the
        request came from ("" for an editor's own): every form counts to its bound, which comes before all else.
        ``message_id`` has a ``%s`` for the subscriber's uid. The mail waits for ``not_before``. ``replaces`` says
        whether it takes the place of one about this digest that waits still.
        """
        now = consent.asked
        with self._lane.write() as connection:
            if is_crowded(connection, network, now):
                return "crowded"
            who = enter(connection, address, now=now)
            vain, left = _in_vain(connection, who, digest, now)
            place = _taken_over(connection, who, digest, left) if vain == "asked" and replaces else None
            if not vain:
                place = ("pending", number(_next(connection, who, now, not_before)), 0, "")
                want_first(connection, who.id, digest, choice, consent)
            queued = (who.id, digest, network, number(now), message_id % who.uid, number(now))
            connection.execute(_QUEUE, (*queued, *_wanted(choice, consent), *(place or _DROPPED)))
        if place is None and vain:
            return vain
        return "later" if place and place[0] == "pending" and place[1] else "queued"

    def from_network(self, network: str, now: datetime) -> int:
        """Count the forms of the last hour from a network."""
        with self._lane.read() as connection:
            return recent(connection, network, now)

    def asked(self, subscriber: int, digest: str, written: datetime) -> tuple[Choice, Consent] | None:
        """Give what the link of a mail confirms that was ``written`` then; None when there is nothing to confirm."""
        with self._lane.read() as connection:
            return _asked(connection, subscriber, digest, written)

    def confirm(self, subscriber: int, digest: str, written: datetime, now: datetime) -> bool:
        """Take as meant what a mail asked about; tells whether that changed anything."""
        with self._lane.write() as connection:
            found = _asked(connection, subscriber, digest, written)
            if found is None:  # an import that waits
                return confirm(connection, subscriber, digest, now)
            choice, consent = found
            topics, often, *record = _wanted(choice, consent)
            facts = (number(now), topics, often, number(consent.asked), *record, subscriber, digest)
            return connection.execute(_APPLY, facts).rowcount == 1

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
        """Forget forms and networks of a day ago; what a dead process was sending may have arrived."""
        with self._lane.read() as connection:
            if not connection.execute(_UNTIDY, (number(now - ADDRESS_REST), number(now - _LOST))).fetchone():
                return
        with self._lane.write() as connection:
            forget_networks(connection, now=now)
            connection.execute(_UNANSWERED, (number(now), number(now - _LOST)))


_UNTIDY = """
    SELECT 1 FROM confirmation
    WHERE ((network != '' OR state = 'dropped') AND asked < ?) OR (state = 'sending' AND changed < ?)
"""


def forget_networks(connection: sqlite3.Connection, *, now: datetime) -> None:
    """Forget the hashes of networks, and forms, that no bound needs any more, inside a transaction."""
    old = "UPDATE confirmation SET network = '' WHERE network != '' AND asked < ?"
    connection.execute("DELETE FROM confirmation WHERE state = 'dropped' AND asked < ?", (number(now - ADDRESS_REST),))
    connection.execute(old, (number(now - ADDRESS_REST),))


def _in_vain(connection: sqlite3.Connection, who: Subscriber, digest: str, now: datetime) -> tuple[Asked | None, int]:
    """Say why no new mail goes out for a form, None when one does; and when the digest was left, 0 for never."""
    state, left = connection.execute(_WISH, (who.id, digest)).fetchone() or ("", None)
    if who.suppressed or state == "confirmed":
        return "suppressed" if who.suppressed else "confirmed", left or 0
    same = (who.id, digest, left or 0, number(now - ADDRESS_REST))
    return "asked" if connection.execute(_SAME, same).fetchone() else None, left or 0


def _taken_over(connection: sqlite3.Connection, who: Subscriber, digest: str, left: int) -> Place | None:
    """Drop the form whose mail waits still, and give its place to another; None when the mail is on its way, or was."""
    found = connection.execute(_WAITS, (who.id, digest, left)).fetchone()
    if found is None:
        return None
    id, *place = found
    connection.execute(_DROP, (id,))
    state, due, attempts, reply = place
    return state, due, attempts, reply


def _next(
    connection: sqlite3.Connection, who: Subscriber, now: datetime, not_before: datetime | None
) -> datetime | None:
    """Say when the next mail may go to an address; None: at once."""
    last = moment(connection.execute(_LAST, (number(now), who.id)).fetchone()[0])
    moments = [last + ADDRESS_REST] if last and last + ADDRESS_REST > now else []
    return max([*moments, *([not_before] if not_before else [])], default=None)


def _wanted(choice: Choice, consent: Consent) -> tuple[str, ...]:
    return write_json(list(choice.topics)), choice.frequency, consent.via, consent.form, consent.wording


def _asked(
    connection: sqlite3.Connection, subscriber: int, digest: str, written: datetime
) -> tuple[Choice, Consent] | None:
    """Find the last form before a mail was written: until it is on its way there is no other."""
    row = connection.execute(_ASKED, (subscriber, digest, number(written + timedelta(seconds=1)))).fetchone()
    if row is None:
        return None
    topics, frequency, asked, *record = row
    return Choice(tuple(read_json(topics)), frequency), Consent(instant(asked), *record)


def _confirmation(row: Sequence[Any]) -> Confirmation:
    id, digest, message_id, attempts, asked, due = row[9:]
    return Confirmation(id, person(row), digest, message_id, attempts, instant(asked), moment(due))
