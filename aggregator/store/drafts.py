"""The keeper of drafts: one issue of each digest in the editor's hand.

Whoever changes a draft names it as they saw it: its period, when it was made and what was made of it. When it is not
that any more, nothing happens, and they are told. A draft that is being frozen is changed by nobody.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from aggregator.model import DraftedIssue, DraftWord, EditedLine, Edits
from aggregator.store.database import Database
from aggregator.store.driver import instant, moment, number
from aggregator.store.frozen import read_issue, write_issue

_FIELDS = "digest, period, data, edits, made, state, told, attempts, remind_at, reply"
_PUT = f"INSERT INTO draft ({_FIELDS}) VALUES (?, ?, ?, ?, ?, 'held', NULL, 0, NULL, '') ON CONFLICT DO NOTHING"
_SEEN = "digest = ? AND period = ? AND made = ? AND edits = ?"
_REPLACE = f"""
    UPDATE draft SET told = CASE WHEN period = ? THEN told END, period = ?, data = ?, edits = ?, made = ?,
    state = 'held', attempts = 0, remind_at = NULL, reply = '' WHERE {_SEEN} AND state <> 'freezing'
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

    def put(self, draft: DraftedIssue, *, before: DraftedIssue | None = None) -> bool:
        """Keep a draft, held, where there is none, or in place of the one ``before``; False when that is another now.

        Of the same period the editor was told.
        """
        facts = (draft.period, write_issue(draft.issue), _written(draft.edits), number(draft.made))
        if before is None:
            return self._changed(_PUT, draft.digest, *facts)
        return self._changed(_REPLACE, draft.period, *facts, *_seen(before))

    def edit(self, draft: DraftedIssue, edits: Edits) -> bool:
        """Keep what the editor made of a draft, which is held again; False when it is not that draft any more."""
        change = f"UPDATE draft SET edits = ?, state = 'held' WHERE {_SEEN} AND state <> 'freezing'"
        return self._changed(change, _written(edits), *_seen(draft))

    def approve(self, draft: DraftedIssue, state: DraftWord) -> bool:
        """Note that a draft is approved, and for when, or held; False when it is not that draft any more."""
        change = f"UPDATE draft SET state = ? WHERE {_SEEN} AND state <> 'freezing'"
        return self._changed(change, state, *_seen(draft))

    def claim(self, draft: DraftedIssue) -> bool:
        """Take an approved draft to freeze it, or one that a process that died had taken; False when it is neither."""
        change = f"UPDATE draft SET state = 'freezing' WHERE {_SEEN} AND state <> 'held'"
        return self._changed(change, *_seen(draft))

    def release(self, draft: DraftedIssue, state: DraftWord) -> None:
        """Give a draft back that could not be frozen."""
        self._changed(f"UPDATE draft SET state = ? WHERE {_SEEN}", state, *_seen(draft))

    def told(self, draft: DraftedIssue, *, now: datetime) -> None:
        """Note that the editor was mailed that a draft waits."""
        change = "UPDATE draft SET told = ? WHERE digest = ? AND period = ?"
        self._changed(change, number(now), draft.digest, draft.period)

    def untold(self, draft: DraftedIssue, reply: str, *, again: datetime | None) -> None:
        """Note why the editor could not be mailed, and when that is tried ``again``; None: never."""
        change = "UPDATE draft SET attempts = attempts + 1, remind_at = ?, reply = ? WHERE digest = ? AND period = ?"
        self._changed(change, number(again), reply, draft.digest, draft.period)

    def remove(self, draft: DraftedIssue, *, frozen: bool = False) -> bool:
        """Forget a draft, or one that is ``frozen`` by who claimed it; False when it is not that draft any more."""
        return self._changed(f"DELETE FROM draft WHERE {_SEEN} AND (state = 'freezing') = ?", *_seen(draft), frozen)

    def _changed(self, change: str, *values: object) -> bool:
        with self._lane.write() as connection:
            return connection.execute(change, values).rowcount == 1


def _seen(draft: DraftedIssue) -> tuple[object, ...]:
    return draft.digest, draft.period, number(draft.made), _written(draft.edits)


def _draft(row: Sequence[Any]) -> DraftedIssue:
    digest, period, data, edits, made, state, told, attempts, remind_at, reply = row
    mailed: tuple[Any, ...] = (moment(told), attempts, moment(remind_at), reply)
    return DraftedIssue(digest, period, read_issue(data), _read(json.loads(edits)), instant(made), state, *mailed)


def _written(edits: Edits) -> str:
    return json.dumps(asdict(edits), ensure_ascii=False)


def _read(facts: Mapping[str, Any]) -> Edits:
    stories, dropped = (tuple(EditedLine(**story) for story in facts[name]) for name in ("stories", "dropped"))
    return Edits(stories, facts["subject"], facts["note"], dropped)
