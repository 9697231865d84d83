"""The keeper of issues: each number of a digest composed once, then frozen, and its way to each recipient."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, desc, or_, select, true

from aggregator.errors import NotFoundError
from aggregator.model import Issue, IssueState, Letter
from aggregator.store.database import Database
from aggregator.store.deliveries import Deliveries, expect
from aggregator.store.frozen import read_issue, read_moment, write_issue
from aggregator.store.portable import chunks, insert_missing
from aggregator.store.tables_books import CURATION, ISSUE, TOLD

LEDGER = (ISSUE.c.id, ISSUE.c.digest, ISSUE.c.period, ISSUE.c.since, ISSUE.c.until, ISSUE.c.frozen)
STATE = (*LEDGER, ISSUE.c.skipped, ISSUE.c.entries, ISSUE.c.subject)
"""The columns of IssueState, by name."""


class Issues(Deliveries):
    """The ledger of issues and deliveries."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._database = database

    def last(self, digest: str, *, by: datetime | None = None) -> IssueState | None:
        """Find the issue of a digest that reaches furthest (``by`` a moment), also one that had nothing to tell."""
        rows = self._read(*_made(digest, by=by), order=(desc(ISSUE.c.until), desc(ISSUE.c.id)), limit=1)
        return rows[0] if rows else None

    def find(self, digest: str, period: str) -> IssueState | None:
        """Find the issue of a digest for a period."""
        rows = self._read(ISSUE.c.digest == digest, ISSUE.c.period == period)
        return rows[0] if rows else None

    def all(self, digest: str = "") -> tuple[IssueState, ...]:
        """List the issues of a digest, or of all, the latest first."""
        where = [ISSUE.c.digest == digest] if digest else []
        return self._read(*where, order=(desc(ISSUE.c.until), desc(ISSUE.c.id)))

    def freeze(
        self,
        issue: Issue,
        letter: Letter,
        *,
        entries: Sequence[tuple[int, int]],
        deliveries: Sequence[tuple[str, str]],
        now: datetime,
    ) -> IssueState:
        """Keep an issue for good with one delivery a recipient; gives back what is there when its period has one.

        ``entries`` are (entry, text set) of what it tells, ``deliveries`` (recipient, Message-ID).
        """
        row = {
            "since": read_moment(issue.since),
            "until": read_moment(issue.until),
            "skipped": False,
            "entries": len(entries),
            "subject": issue.subject,
            "data": write_issue(issue),
            "html": letter.html,
            "text": letter.text,
        }
        with self._database.write() as connection:
            state, new = _enter(connection, issue.digest, issue.period, now=now, row=row)
            if new:
                told = [{"issue_id": state.id, "entry_id": entry, "text_set": text} for entry, text in entries]
                insert_missing(connection, TOLD, told)
                expect(connection, state.id, deliveries, now=now)
        return state

    def skip(self, digest: str, period: str, *, since: datetime, until: datetime, now: datetime) -> IssueState:
        """Record that there was nothing to tell in a period."""
        row = {"since": since, "until": until, "skipped": True, "entries": 0}
        row |= {"subject": "", "data": "", "html": "", "text": ""}
        with self._database.write() as connection:
            return _enter(connection, digest, period, now=now, row=row)[0]

    def telling(self, text_set: int) -> tuple[IssueState, ...]:
        """List the issues that told a text set, as it was then or as it is now."""
        entries = select(CURATION.c.entry_id).where(CURATION.c.text_set == text_set)
        mine = select(TOLD.c.issue_id).where(or_(TOLD.c.text_set == text_set, TOLD.c.entry_id.in_(entries)))
        return self._read(ISSUE.c.id.in_(mine), order=(ISSUE.c.until, ISSUE.c.id))

    def reopen(self, digest: str, period: str) -> None:
        """Forget that there was nothing to tell in a period, so that its issue can be made after all."""
        empty = (ISSUE.c.digest == digest, ISSUE.c.period == period, ISSUE.c.skipped.is_(true()))
        with self._database.write() as connection:
            connection.execute(delete(ISSUE).where(*empty))

    def told(self, digest: str, text_sets: Collection[int], *, by: datetime | None = None) -> set[int]:
        """Tell which text sets an issue of the digest has told (``by`` a moment), as they were then or are now."""
        found: set[int] = set()
        mine = select(TOLD.c.issue_id).join(ISSUE, ISSUE.c.id == TOLD.c.issue_id)
        mine = mine.where(*_made(digest, by=by))
        with self._database.read() as connection:
            for part in chunks(sorted(text_sets)):
                then = mine.with_only_columns(TOLD.c.text_set).where(TOLD.c.text_set.in_(part))
                now = mine.join(CURATION, CURATION.c.entry_id == TOLD.c.entry_id)
                now = now.with_only_columns(CURATION.c.text_set).where(CURATION.c.text_set.in_(part))
                found.update(connection.execute(then.union(now)).scalars())
        return found

    def issue(self, issue: int) -> Issue:
        """Read a frozen issue; raises NotFoundError when there is none, or nothing in it."""
        return read_issue(self._frozen(issue).data)

    def letter(self, issue: int) -> Letter:
        """Read how a frozen issue was written out; raises NotFoundError as ``issue`` does."""
        row = self._frozen(issue)
        return Letter(row.html, row.text)

    def _frozen(self, issue: int) -> Any:
        with self._database.read() as connection:
            row = connection.execute(select(ISSUE).where(ISSUE.c.id == issue)).one_or_none()
        if row is None or row.skipped:
            raise NotFoundError(f"no issue {issue} was composed")
        return row

    def _read(self, *where: Any, order: Sequence[Any] = (), limit: int | None = None) -> tuple[IssueState, ...]:
        with self._database.read() as connection:
            rows = connection.execute(select(*STATE).where(*where).order_by(*order).limit(limit)).all()
        return tuple(IssueState(**row._mapping) for row in rows)


def _made(digest: str, *, by: datetime | None) -> list[ColumnElement[bool]]:
    return [ISSUE.c.digest == digest] + ([ISSUE.c.until <= by] if by else [])


def _enter(
    connection: Connection, digest: str, period: str, *, now: datetime, row: dict[str, Any]
) -> tuple[IssueState, bool]:
    """Enter an issue into the ledger unless its period has one; tells whether it is new."""
    mine = select(*STATE).where(ISSUE.c.digest == digest, ISSUE.c.period == period)
    there = connection.execute(mine).one_or_none()
    if there is None:
        insert_missing(connection, ISSUE, [{"digest": digest, "period": period, "frozen": now, **row}])
    state = IssueState(**connection.execute(mine).one()._mapping)
    return state, there is None
