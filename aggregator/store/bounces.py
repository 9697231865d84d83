"""The keeper of what came back: each report once, what became of its delivery, and who gets no more mail."""

import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from aggregator.model import Bounce
from aggregator.model.returned import Addressee, Returned
from aggregator.store.database import Database
from aggregator.store.driver import instant, number
from aggregator.store.lane import among

DAY = 24 * 60 * 60 * 1_000_000  # microseconds

_ADDRESSEE = """
    SELECT delivery.id, delivery.subscriber_id, delivery.recipient, issue.digest, issue.period
    FROM delivery JOIN issue ON issue.id = delivery.issue_id WHERE delivery.id = ? AND
        (subscriber_id = 0 OR EXISTS (SELECT 1 FROM subscriber WHERE subscriber.id = delivery.subscriber_id))
"""
_ENTER = """
    INSERT INTO bounce (subscriber_id, delivery_id, kind, status, diagnostic, report, came) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING
"""
_THERE = "SELECT 1 FROM subscriber WHERE id = ?"
_FAILURES = f"""
    SELECT count(DISTINCT day) FROM (SELECT min(came) / {DAY} AS day FROM (
        SELECT delivery_id, came FROM bounce
        WHERE subscriber_id = ?1 AND kind = 'transient' AND came > ?2 AND came <= ?3
            AND came > coalesce((SELECT suppressed_at FROM subscriber WHERE id = ?1 AND suppressed = ''), 0)
        UNION ALL SELECT ?4, ?3
    ) GROUP BY delivery_id)
"""
_FAIL = """
    UPDATE delivery SET state = 'failed', reply = ?, due = NULL, changed = ?
    WHERE id = ? AND state IN ('sent', 'unknown')
"""
_SUPPRESS = "UPDATE subscriber SET suppressed = ?, suppressed_at = ? WHERE id = ? AND suppressed = ''"
_LATEST = """
    SELECT bounce.came, coalesce(delivery.recipient, subscriber.address, ''), bounce.kind, bounce.status,
        bounce.diagnostic, coalesce(issue.digest, ''), coalesce(issue.period, ''), bounce.subscriber_id,
        coalesce(subscriber.suppressed, '')
    FROM bounce LEFT JOIN delivery ON delivery.id = bounce.delivery_id LEFT JOIN issue ON issue.id = delivery.issue_id
        LEFT JOIN subscriber ON subscriber.id = bounce.subscriber_id
"""
_NO_GOOD = """
    SELECT bounce.id, delivery.recipient, bounce.kind, bounce.status, bounce.diagnostic
    FROM bounce JOIN delivery ON delivery.id = bounce.delivery_id
    WHERE bounce.subscriber_id = 0 AND bounce.kind IN ('permanent', 'complaint') AND delivery.recipient IN
"""
_LOST = ("permanent", "transient", "refused")


class Bounces:
    """What mail servers and readers reported of deliveries."""

    def __init__(self, database: Database) -> None:
        self._lane = database.lane

    def addressee(self, delivery: int) -> Addressee | None:
        """Say whom a delivery was for; None when it is not there any more, or its subscriber was erased."""
        with self._lane.read() as connection:
            row = connection.execute(_ADDRESSEE, (delivery,)).fetchone()
        return Addressee(*row) if row else None

    def failures(self, subscriber: int, delivery: int, *, now: datetime, days: int) -> int:
        """Count the days (UTC) of the last ``days`` on which an issue to a subscriber failed for a while, and was the
        first report of it, since the editor last released them: five digests on one bad day are one failure, and so
        are five reports of one issue. With ``delivery``, as if that failed now.
        """
        with self._lane.read() as connection:
            return _failures(connection, subscriber, delivery, now=now, days=days)

    def known(self, report: str) -> bool:
        """Tell whether a report with this fingerprint was kept already."""
        with self._lane.read() as connection:
            return connection.execute("SELECT 1 FROM bounce WHERE report = ?", (report,)).fetchone() is not None

    def record(self, bounce: Bounce, *, days: int, why_suppressed: Callable[[int], str]) -> tuple[bool, str]:
        """Keep a bounce, in one transaction with all that follows from it; tells whether it is new, and the reason.

        Of who was erased nothing is kept.

        A delivery that was taken by a server and did not arrive has failed. ``why_suppressed`` gets the ``failures``
        of the last ``days`` days, this one included, and gives the reason to send nothing any more, or "".
        """
        facts = (bounce.subscriber, bounce.delivery, bounce.kind, bounce.status, bounce.diagnostic, bounce.report)
        with self._lane.write() as connection:
            if bounce.subscriber and not connection.execute(_THERE, (bounce.subscriber,)).fetchone():
                return False, ""  # erased meanwhile
            if connection.execute(_ENTER, (*facts, number(bounce.came))).rowcount != 1:
                return False, ""
            if bounce.kind in _LOST:
                reply = " ".join(part for part in (bounce.status, bounce.diagnostic) if part)
                connection.execute(_FAIL, (reply, number(bounce.came), bounce.delivery))
            reason = why_suppressed(
                _failures(connection, bounce.subscriber, bounce.delivery, now=bounce.came, days=days)
            )
            if reason and bounce.subscriber:
                connection.execute(_SUPPRESS, (reason, number(bounce.came), bounce.subscriber))
        return True, reason if bounce.subscriber else ""

    def latest(self, count: int) -> tuple[Returned, ...]:
        """List the last bounces, the latest first."""
        with self._lane.read() as connection:
            rows = connection.execute(
                f"{_LATEST} ORDER BY bounce.came DESC, bounce.id DESC LIMIT ?", (count,)
            ).fetchall()
        return tuple(Returned(instant(came), *facts) for came, *facts in rows)

    def no_good(self, recipients: Iterable[str]) -> dict[str, str]:
        """Say what was reported last of those addresses of ``to:`` that are no good, or whose reader complained."""
        with self._lane.read() as connection:
            rows = sorted(among(connection, _NO_GOOD, dict.fromkeys(recipients)))
        return {recipient: f"{kind}: {status} {said}".strip() for _, recipient, kind, status, said in rows}


def _failures(connection: sqlite3.Connection, subscriber: int, delivery: int, *, now: datetime, days: int) -> int:
    span = number(now - timedelta(days=days)), number(now)
    count: int = connection.execute(_FAILURES, (subscriber, *span, delivery)).fetchone()[0]
    return count
