"""The keeper of drafts: one issue of each digest in the editor's hand."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from aggregator.model import DraftedIssue, DraftWord, EditedLine, Edits
from aggregator.store.database import Database
from aggregator.store.driver import moment, number
from aggregator.store.frozen import read_issue, write_issue

_FIELDS = "digest, period, data, edits, made, state, told"
_PUT = f"""
    INSERT INTO draft ({_FIELDS}) VALUES (?, ?, ?, ?, ?, 'held', NULL) ON CONFLICT (digest) DO UPDATE SET
    period = excluded.period, data = excluded.data, edits = excluded.edits, made = excluded.made, state = 'held',
    told = CASE WHEN period = excluded.period THEN told END
"""


class Drafts:
    """Drafts by the name of their digest. Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._lane = database.lane

    def find(self, digest: str) -> DraftedIssue | None:
        """Find the draft of a digest."""
        with self._lane.read() as connection:
            row = connection.execute(f"SELECT {_FIELDS} FROM draft WHERE digest = ?", (digest,)).fetchone()
        return _draft(row) if row else None

    def all(self) -> tuple[DraftedIssue, ...]:
        """List all drafts."""
        with self._lane.read() as connection:
            return tuple(map(_draft, connection.execute(f"SELECT {_FIELDS} FROM draft ORDER BY digest")))

    def put(self, draft: DraftedIssue) -> None:
        """Keep a draft, held, in place of the one of its digest before; of the same period the editor was told."""
        facts = (draft.digest, draft.period, write_issue(draft.issue), _written(draft.edits), number(draft.made))
        with self._lane.write() as connection:
            connection.execute(_PUT, facts)

    def edit(self, digest: str, period: str, edits: Edits) -> bool:
        """Keep what the editor made of a draft, which is held again; False when there is no such draft any more."""
        change = "UPDATE draft SET edits = ?, state = 'held' WHERE digest = ? AND period = ?"
        with self._lane.write() as connection:
            return connection.execute(change, (_written(edits), digest, period)).rowcount == 1

    def approve(self, digest: str, period: str, state: DraftWord) -> bool:
        """Note that a draft is approved, and for when; False when there is no such draft any more."""
        change = "UPDATE draft SET state = ? WHERE digest = ? AND period = ?"
        with self._lane.write() as connection:
            return connection.execute(change, (state, digest, period)).rowcount == 1

    def told(self, digest: str, period: str, *, now: datetime) -> None:
        """Note that the editor was mailed that a draft waits."""
        with self._lane.write() as connection:
            change = "UPDATE draft SET told = ? WHERE digest = ? AND period = ?"
            connection.execute(change, (number(now), digest, period))

    def remove(self, digest: str) -> bool:
        """Forget the draft of a digest; False when there is none."""
        with self._lane.write() as connection:
            return connection.execute("DELETE FROM draft WHERE digest = ?", (digest,)).rowcount == 1


def _draft(row: Sequence[Any]) -> DraftedIssue:
    digest, period, data, edits, made, state, told = row
    facts: dict[str, Any] = {"made": moment(made), "state": state, "told": moment(told)}
    return DraftedIssue(digest, period, read_issue(data), _read(json.loads(edits)), **facts)


def _written(edits: Edits) -> str:
    return json.dumps(asdict(edits), ensure_ascii=False)


def _read(facts: Mapping[str, Any]) -> Edits:
    stories = tuple(EditedLine(**story) for story in facts["stories"])
    return Edits(stories, facts["subject"], facts["note"], tuple(facts["dropped"]))
