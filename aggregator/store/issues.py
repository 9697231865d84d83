"""The keeper of issues: each number of a digest composed once, then frozen, and its way to each recipient."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from aggregator.errors import NotFoundError
from aggregator.model import Addressed, Issue, IssueState, Letter, Story, Told, Variant
from aggregator.store.deliveries import Deliveries, expect
from aggregator.store.driver import instant, moment, number
from aggregator.store.frozen import read_issue, read_moment, write_issue
from aggregator.store.lane import among

_STATE = "SELECT id, digest, period, since, until, frozen, skipped, entries, subject FROM issue"
_LATEST = "ORDER BY until DESC, id DESC"
# Whoever composes goes on in time: an issue that reaches further than one made after it was made by a wrong clock.
_LAST = f"""
    WHERE digest = ?1 AND until <= ?2 AND NOT EXISTS (SELECT 1 FROM issue AS later
        WHERE later.digest = ?1 AND later.id > issue.id AND later.until < issue.until AND NOT later.skipped)
    {_LATEST} LIMIT 1
"""
_ENTER = """
    INSERT INTO issue (digest, period, frozen, since, until, skipped, entries, subject, data, html, text)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
"""
_TELL = "INSERT INTO told (issue_id, entry_id, text_set, story) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
_TELLING = """
    WHERE id IN (SELECT issue_id FROM told WHERE text_set = ?1
        OR entry_id IN (SELECT entry_id FROM curation WHERE text_set = ?1)) ORDER BY until, id
"""
_TOLD = """
    SELECT told.{0}, issue.period, issue.until FROM told JOIN issue ON issue.id = told.issue_id
    WHERE issue.digest = ? AND issue.until <= ? AND told.{0} IN
"""
_TOLD_SETS = """
    SELECT told.text_set FROM told JOIN issue ON issue.id = told.issue_id
    WHERE issue.digest = ? AND issue.until <= ? AND told.text_set IN
"""
_TOLD_COPIES = """
    SELECT curation.text_set FROM curation JOIN told ON told.entry_id = curation.entry_id
    JOIN issue ON issue.id = told.issue_id WHERE issue.digest = ? AND issue.until <= ? AND curation.text_set IN
"""
_EVER = 1 << 62  # later than any moment that can be kept


class Issues(Deliveries):
    """The ledger of issues and deliveries."""

    def last(self, digest: str, *, by: datetime | None = None) -> IssueState | None:
        """Find the issue of a digest that reaches furthest (``by`` a moment), also one that had nothing to tell.

        None that was made while the clock was ahead, as those show that came after it: they tell what it did not.
        """
        rows = self._read(_LAST, digest, number(by) if by else _EVER)
        return rows[0] if rows else None

    def find(self, digest: str, period: str) -> IssueState | None:
        """Find the issue of a digest for a period."""
        rows = self._read("WHERE digest = ? AND period = ?", digest, period)
        return rows[0] if rows else None

    def all(self, digest: str = "") -> tuple[IssueState, ...]:
        """List the issues of a digest, or of all, the latest first."""
        return self._read(f"WHERE ? IN ('', digest) {_LATEST}", digest)

    def composed(self, digest: str, *, most: int = -1) -> tuple[IssueState, ...]:
        """List the issues of a digest that have something in them, the latest first; ``most`` of them, -1 for all."""
        return self._read(f"WHERE digest = ? AND NOT skipped {_LATEST} LIMIT ?", digest, most)

    def freeze(
        self,
        issue: Issue,
        letter: Letter,
        *,
        deliveries: Sequence[Addressed],
        variants: Sequence[Variant] = (),
        now: datetime,
    ) -> IssueState:
        """Keep an issue for good with one delivery a recipient; gives back what is there when its period has one.

        ``variants`` are the letters that ``deliveries`` name.
        """
        window = number(read_moment(issue.since)), number(read_moment(issue.until))
        facts = (*window, False, len(issue.lines), issue.subject, write_issue(issue), letter.html, letter.text)
        with self._lane.write() as connection:
            state, new = _enter(connection, issue.digest, issue.period, now=now, facts=facts)
            if new:
                connection.executemany(_TELL, [(state.id, *told) for told in _tells(issue)])
                expect(connection, state.id, deliveries, variants, now=now)
        return state

    def skip(self, digest: str, period: str, *, since: datetime, until: datetime, now: datetime) -> IssueState:
        """Record that there was nothing to tell in a period."""
        facts = (number(since), number(until), True, 0, "", "", "", "")
        with self._lane.write() as connection:
            return _enter(connection, digest, period, now=now, facts=facts)[0]

    def telling(self, text_set: int) -> tuple[IssueState, ...]:
        """List the issues that told a text set, as it was then or as it is now."""
        return self._read(_TELLING, text_set)

    def reopen(self, digest: str, period: str) -> None:
        """Forget that there was nothing to tell in a period, so that its issue can be made after all."""
        with self._lane.write() as connection:
            connection.execute("DELETE FROM issue WHERE digest = ? AND period = ? AND skipped", (digest, period))

    def told(self, digest: str, stories: Collection[Story], *, by: datetime | None = None) -> dict[int, Told]:
        """Give, by the id of the story, the last issue of the digest (``by`` a moment) that told any of these.

        A story was told when an issue told one of its entries or texts, or was told it under its number: whatever
        Curate has joined or parted since.
        """
        owners = {
            "entry_id": _by_entry(stories),
            "text_set": _by_text(stories),
            "story": {s.id: (s.id, 0) for s in stories},
        }
        latest: dict[int, tuple[int, str]] = {}
        texts: dict[int, set[int]] = defaultdict(set)
        with self._lane.read() as connection:
            for column, those in owners.items():
                rows = among(connection, _TOLD.format(column), those, digest, number(by) if by else _EVER)
                for value, period, until in rows:
                    story, text_set = those[value]
                    latest[story] = max(latest.get(story, (until, period)), (until, period))
                    texts[story] |= {text_set} - {0}
        return {id: Told(period, instant(until), frozenset(texts[id])) for id, (until, period) in latest.items()}

    def untold(self, digest: str, sets: Collection[int], *, by: datetime | None = None) -> frozenset[int]:
        """Give those of the text sets that no issue of the digest (``by`` a moment) told, nor any of their entries."""
        with self._lane.read() as connection:
            values = digest, number(by) if by else _EVER
            told = {text_set for (text_set,) in among(connection, _TOLD_SETS, sets, *values)}
            told |= {text_set for (text_set,) in among(connection, _TOLD_COPIES, sets, *values)}
        return frozenset(sets) - told

    def issue(self, issue: int) -> Issue:
        """Read a frozen issue; raises NotFoundError when there is none, or nothing in it."""
        return read_issue(self._frozen(issue)[0])

    def letter(self, issue: int) -> Letter:
        """Read how a frozen issue was written out; raises NotFoundError as ``issue`` does."""
        return Letter(*self._frozen(issue)[1:])

    def _frozen(self, issue: int) -> Sequence[str]:
        with self._lane.read() as connection:
            frozen = "SELECT data, html, text FROM issue WHERE id = ? AND NOT skipped"
            row: Sequence[str] | None = connection.execute(frozen, (issue,)).fetchone()
        if row is None:
            raise NotFoundError(f"no issue {issue} was composed")
        return row

    def _read(self, which: str, *values: object) -> tuple[IssueState, ...]:
        with self._lane.read() as connection:
            return tuple(map(_state, connection.execute(f"{_STATE} {which}", values)))


def _tells(issue: Issue) -> list[tuple[int, int, int]]:
    """List entry, text set and story of all that the mail of an issue names."""
    return [(entry, text_set, line.story) for line in issue.lines for entry, text_set in line.told_texts]


def _by_entry(stories: Collection[Story]) -> dict[int, tuple[int, int]]:
    """Give story and text set of each entry."""
    return {
        member.id: (story.id, text.lead.text_set)
        for story in stories
        for text in story.texts
        for member in text.members
    }


def _by_text(stories: Collection[Story]) -> dict[int, tuple[int, int]]:
    return {text.lead.text_set: (story.id, text.lead.text_set) for story in stories for text in story.texts}


def _enter(
    connection: sqlite3.Connection, digest: str, period: str, *, now: datetime, facts: Sequence[object]
) -> tuple[IssueState, bool]:
    """Enter an issue into the ledger unless its period has one; tells whether it is new."""
    entered = connection.execute(_ENTER, (digest, period, number(now), *facts)).rowcount == 1
    mine = connection.execute(f"{_STATE} WHERE digest = ? AND period = ?", (digest, period))
    return _state(mine.fetchone()), entered


def _state(row: Sequence[Any]) -> IssueState:
    id, digest, period, since, until, frozen, skipped, entries, subject = row
    window = {"since": moment(since), "until": moment(until), "frozen": moment(frozen)}
    facts: dict[str, Any] = {"id": id, "digest": digest, "period": period, **window}
    return IssueState(**facts, skipped=bool(skipped), entries=entries, subject=subject)
