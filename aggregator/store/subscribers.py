"""The people who subscribe: found, entered, suppressed, told all that is known of them, and forgotten."""

import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from aggregator.model import Asked, Bounce, Choice, Consent, Subscriber, Subscription, mailbox_of
from aggregator.store.driver import instant, number, write_json
from aggregator.store.subscriptions import PERSON, WISH, Subscriptions, confirm, paired, person, want

FORGOTTEN = timedelta(days=30)
"""So long is an address kept of which nothing was confirmed."""

_ENTER = """
    INSERT INTO subscriber (uid, address, mailbox, language, zone, joined, suppressed)
    VALUES (?, ?, ?, ?, ?, ?, '') ON CONFLICT (mailbox) DO NOTHING
"""
_SUPPRESS = "UPDATE subscriber SET suppressed = ?, suppressed_at = ? WHERE id = ? AND suppressed = ''"
_RELEASE = "UPDATE subscriber SET suppressed = '', suppressed_at = ? WHERE id = ? AND suppressed != ''"
_NAMELESS = """
    UPDATE delivery SET recipient = 'erased-' || id || '@erased.invalid',
        message_id = '<erased.' || id || '@erased.invalid>', reply = CASE state WHEN 'sent' THEN '' ELSE 'erased' END
    WHERE subscriber_id = ?
"""
_NO_MORE = """
    UPDATE delivery SET state = 'dropped', due = NULL, owner = '', lease = NULL
    WHERE subscriber_id = ? AND state IN ('pending', 'deferred')
"""
_FORGET = """
    DELETE FROM subscriber WHERE joined < ?1 AND suppressed = '' AND NOT EXISTS (SELECT 1 FROM subscription
        WHERE subscriber_id = subscriber.id AND (state != 'pending' OR confirmed IS NOT NULL OR asked >= ?1))
        AND NOT EXISTS (SELECT 1 FROM confirmation
            WHERE subscriber_id = subscriber.id AND max(asked, coalesce(due, changed)) >= ?1)
"""
_KEEP = """
    INSERT INTO subscription (subscriber_id, digest, state, topics, frequency, paused_until, asked, confirmed, left_at,
        via, form, wording) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""


class Subscribers(Subscriptions):
    """The keeper of people and of what they want."""

    def find(self, id: int) -> Subscriber | None:
        """Find a subscriber by number."""
        return self._one("id = ?", id)

    def by_uid(self, uid: str) -> Subscriber | None:
        """Find a subscriber by the name that stands in links."""
        return self._one("uid = ?", uid)

    def by_mailbox(self, mailbox: str) -> Subscriber | None:
        """Find a subscriber by the address as it is compared: ``mailbox_of`` of what somebody wrote."""
        return self._one("mailbox = ?", mailbox)

    def all(self, digest: str = "") -> tuple[tuple[Subscriber, tuple[Subscription, ...]], ...]:
        """List everybody (with a subscription of a digest) with what they want, in order of joining."""
        with self._lane.read() as connection:
            people = list(map(person, connection.execute(f"SELECT {PERSON} FROM subscriber ORDER BY id")))
            wishes = paired(connection.execute(f"SELECT {WISH} FROM subscription ORDER BY subscriber_id, digest"))
        rows = ((one, wishes.get(one.id, ())) for one in people)
        return tuple(row for row in rows if not digest or any(wish.digest == digest for wish in row[1]))

    def enter(self, address: str, *, now: datetime, language: str = "", zone: str = "") -> Subscriber:
        """Give the subscriber of an address, entered if need be; an address once entered keeps its spelling."""
        with self._lane.write() as connection:
            return enter(connection, address, now=now, language=language, zone=zone)

    def agree(self, address: str, digest: str, choice: Choice, consent: Consent, *, named: Collection[str]) -> Asked:
        """Enter who agreed to a digest already, all in one transaction.

        Of who has it confirmed, what is ``named`` is changed: ``topics``, ``frequency``, ``consent``.
        """
        with self._lane.write() as connection:
            who = enter(connection, address, now=consent.asked)
            if who.suppressed:
                return "suppressed"
            if want(connection, who.id, digest, choice, consent):
                confirm(connection, who.id, digest, consent.asked)
                return "confirmed"
            facts = {
                "topics": ("topics = ?", (write_json(list(choice.topics)),)),
                "frequency": ("frequency = ?", (choice.frequency,)),
                "consent": ("asked = ?, via = ?, form = ?", (number(consent.asked), consent.via, consent.form)),
            }
            for columns, values in (facts[name] for name in named):
                mine = f"UPDATE subscription SET {columns} WHERE subscriber_id = ? AND digest = ?"
                connection.execute(mine, (*values, who.id, digest))
        return "changed" if named else "confirmed"

    def settle(self, id: int, *, language: str, zone: str) -> bool:
        """Keep the language of the frame and the time zone that a subscriber chose; empty: as everybody's."""
        return self._change("UPDATE subscriber SET language = ?, zone = ? WHERE id = ?", language, zone, id)

    def suppress(self, id: int, reason: str, now: datetime) -> bool:
        """Send a subscriber nothing any more, of no digest; the first reason stays."""
        return self._change(_SUPPRESS, reason, number(now), id)

    def release(self, id: int, now: datetime) -> bool:
        """Send to a subscriber again; what came back before counts no more."""
        return self._change(_RELEASE, number(now), id)

    def bounces_of(self, id: int) -> tuple[Bounce, ...]:
        """List what came back from a subscriber, the latest first."""
        mine = """SELECT subscriber_id, delivery_id, kind, status, diagnostic, report, came FROM bounce
            WHERE subscriber_id = ? ORDER BY came DESC, id DESC"""
        with self._lane.read() as connection:
            return tuple(_bounce(row) for row in connection.execute(mine, (id,)))

    def sent_to(self, id: int) -> tuple[tuple[str, str, str, datetime], ...]:
        """List digest, period, state and time of what was sent to a subscriber, the latest first."""
        mine = """SELECT issue.digest, issue.period, delivery.state, delivery.changed FROM delivery
            JOIN issue ON issue.id = delivery.issue_id WHERE subscriber_id = ? ORDER BY delivery.id DESC"""
        with self._lane.read() as connection:
            rows = connection.execute(mine, (id,))
            return tuple((digest, period, state, instant(changed)) for digest, period, state, changed in rows)

    def asked_of(self, id: int) -> tuple[tuple[str, str, str, datetime], ...]:
        """List digest, state, answer and time of the mails that asked a subscriber, the latest first."""
        mine = """SELECT digest, state, reply, changed FROM confirmation
            WHERE subscriber_id = ? AND state != 'dropped' ORDER BY id DESC"""
        with self._lane.read() as connection:
            rows = connection.execute(mine, (id,))
            return tuple((digest, state, reply, instant(changed)) for digest, state, reply, changed in rows)

    def erase(self, id: int) -> bool:
        """Forget a person: all that is theirs goes, and what was sent to them is counted without a name.

        What was still to be sent is dropped. What was written stays in the write-ahead log until ``fold``.
        """
        with self._lane.scrub() as connection:
            connection.execute(_NO_MORE, (id,))
            connection.execute(_NAMELESS, (id,))
            connection.execute("DELETE FROM bounce WHERE subscriber_id = ?", (id,))
            return connection.execute("DELETE FROM subscriber WHERE id = ?", (id,)).rowcount == 1

    def fold(self) -> bool:
        """Empty the write-ahead log of what was forgotten; False when somebody who reads was in the way."""
        return self._lane.fold()

    def forget(self, now: datetime) -> int:
        """Forget the addresses of which nothing was confirmed in ``FORGOTTEN``; returns how many.

        Who is still to be asked, as the end of a long list is, or was asked since, may answer yet.
        """
        with self._lane.write() as connection:
            return connection.execute(_FORGET, (number(now - FORGOTTEN),)).rowcount

    def keep(self, people: Sequence[tuple[Subscriber, Subscription]]) -> tuple[int, int]:
        """Enter people and subscriptions from elsewhere, all or none; what is there already stays as it is.

        Their numbers and uids are given anew. Returns how many subscribers and how many subscriptions are new.
        """
        with self._lane.write() as connection:
            before = connection.execute(_COUNTS).fetchone()
            for one, wanted in people:
                id = _kept(connection, one)
                connection.execute(_KEEP, (id, *_facts(wanted)))
            after = connection.execute(_COUNTS).fetchone()
        return after[0] - before[0], after[1] - before[1]

    def _one(self, where: str, value: object) -> Subscriber | None:
        with self._lane.read() as connection:
            row = connection.execute(f"SELECT {PERSON} FROM subscriber WHERE {where}", (value,)).fetchone()
        return person(row) if row else None


_COUNTS = "SELECT (SELECT count(*) FROM subscriber), (SELECT count(*) FROM subscription)"


def enter(
    connection: sqlite3.Connection, address: str, *, now: datetime, language: str = "", zone: str = ""
) -> Subscriber:
    """Give the subscriber of an address, entered if need be, inside a transaction."""
    facts = (token_hex(6), address, mailbox_of(address), language, zone, number(now))
    connection.execute(_ENTER, facts)
    found = connection.execute(f"SELECT {PERSON} FROM subscriber WHERE mailbox = ?", (mailbox_of(address),))
    return person(found.fetchone())


def _bounce(row: Sequence[Any]) -> Bounce:
    subscriber, delivery, kind, status, diagnostic, report, came = row
    return Bounce(subscriber, delivery, kind, status, diagnostic, report, instant(came))


def _kept(connection: sqlite3.Connection, one: Subscriber) -> int:
    known = connection.execute("SELECT id FROM subscriber WHERE mailbox = ?", (mailbox_of(one.address),)).fetchone()
    if known:
        return int(known[0])
    id = enter(connection, one.address, now=one.joined, language=one.language, zone=one.zone).id
    if one.suppressed or one.suppressed_at:
        stood = "UPDATE subscriber SET suppressed = ?, suppressed_at = ? WHERE id = ?"
        connection.execute(stood, (one.suppressed, number(one.suppressed_at or one.joined), id))
    return id


def _facts(wanted: Subscription) -> tuple[object, ...]:
    choice, consent = wanted.choice, wanted.consent
    chosen = (write_json(list(choice.topics)), choice.frequency, number(choice.paused_until))
    moments = (number(consent.asked), number(wanted.confirmed), number(wanted.left))
    return wanted.digest, wanted.state, *chosen, *moments, consent.via, consent.form, consent.wording
