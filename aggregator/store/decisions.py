"""How what Curate decides is written, in one transaction: text sets, stories, topics, and what that taught."""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from aggregator.model import NOTHING_LEARNED, Candidate, Curated, Facts, Learned, StoryChanges, Tag
from aggregator.model.story_traits import founder_of
from aggregator.store import shelves, texts
from aggregator.store.driver import write_json
from aggregator.store.founders import Founder, founders, story_uids
from aggregator.store.lane import among, insert_and_update, put
from aggregator.store.stories import merge
from aggregator.store.stories import write as keep_stories


def facts_of(
    connection: sqlite3.Connection, ids: Sequence[int], read: Sequence[Candidate], queued: Collection[int]
) -> dict[int, Facts]:
    """Give the facts of those of ``ids`` that are still there, some of them as they were ``read`` before.

    An entry that is ``queued`` is there, since it leaves both at once; and what was read of it has not changed, or it
    waits once more. So it is not looked up again, where it nearly always lies on a page of its own.
    """
    found = {entry.id: entry.facts for entry in read if entry.facts and entry.id in queued}
    missing = [id for id in ids if id not in found]
    found.update({row[0]: row[1:] for row in among(connection, _FACTS, missing)} if missing else {})
    return found


def write(
    connection: sqlite3.Connection,
    rows: Sequence[Curated],
    facts: Mapping[int, Facts],
    *,
    now: datetime,
    learned: Learned = NOTHING_LEARNED,
    stories: StoryChanges,
) -> None:
    """Write decisions on entries with these ``facts`` in place of those before."""
    before = {entry for (entry,) in among(connection, _BEFORE, [row.entry for row in rows])}
    known = {id: Founder(uid, published) for id, (uid, published, *_) in facts.items()}
    heads = founders(connection, {row.entry: row.text_set or row.entry for row in rows}, known, before=before)
    uids = story_uids(connection, {row.entry: row.story for row in rows if row.story}, known, before=before)
    _merge(connection, stories, uids)
    told = dict(among(connection, _TOLD, sorted(before)))
    decided = [
        (*_decision(row, heads[row.text_set or row.entry], facts[row.entry][0], uids), learned.runs.get(row.entry))
        for row in rows
    ]
    put(connection, _DECIDE, decided, there=before)
    moved = [row for row in rows if _founds(row) and row.story and told.get(row.entry, row.story) != row.story]
    connection.executemany(_FOLLOW, [(row.story, uids[row.story], row.entry, row.entry) for row in moved])
    keep_stories(connection, stories, facts.keys())
    texts.keep(connection, learned)
    shelves.put(connection, [(row, *facts[row.entry][2:]) for row in rows], now=now, before=before)


_FACTS = "SELECT id, uid, published, surfaced, reach, first_seen FROM entry WHERE id IN"
_BEFORE = "SELECT entry_id FROM curation WHERE entry_id IN"
_TOLD = "SELECT entry_id, story FROM curation WHERE text_set = entry_id AND entry_id IN"
_FOLLOW = "UPDATE curation SET story = ?, story_uid = ? WHERE text_set = ? AND entry_id != ?"  # copies, their text
_COLUMNS = (
    *("entry_id", "text_set", "set_uid", "set_founded", "same_as", "dropped", "tags"),
    *("same_like", "same_score", "story", "story_uid", "story_like", "story_score", "story_why"),
)
_DECIDE = insert_and_update("curation", (*_COLUMNS, "runs"), kept=("runs",))  # of texts not compared


def _founds(row: Curated) -> bool:
    return row.text_set in (0, row.entry)


def _merge(connection: sqlite3.Connection, changes: StoryChanges, uids: Mapping[int, str]) -> None:
    """Move entries of stories that were found to be one; what was decided in this batch says so itself.

    Where nobody is left of the older one, those who come are known by their own permanent id as before.
    """
    for younger, older in changes.merged:
        if uid := uids.get(older) or _uid(connection, older) or _uid(connection, younger):
            merge(connection, younger, older, uid=uid)


def _uid(connection: sqlite3.Connection, story: int) -> str:
    return story_uids(connection, {founder_of(story)[0]: story}, {}).get(story, "")


def _decision(row: Curated, founder: Any, uid: str, stories: Mapping[int, str]) -> tuple[Any, ...]:
    tags = write_json([_tag(tag) for tag in row.tags]) if row.tags else "[]"
    set_uid = "" if founder.uid == uid else founder.uid
    story_uid = stories.get(row.story, "")
    return (
        *(row.entry, row.text_set or row.entry, set_uid, founder.published, row.same_as, row.dropped, tags),
        *(row.same_like, row.same_score, row.story, "" if story_uid == uid else story_uid),
        *(row.story_like, row.story_score, write_json(row.story_why)),
    )


def _tag(tag: Tag) -> list[Any]:
    guess = [] if tag.probability == 1 else [tag.probability]
    return [tag.topic, tag.via, tag.evidence, *guess]
