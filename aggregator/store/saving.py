"""Save what visits to feeds brought: fenced, renamed, inserted, revised, all in the caller's transaction."""

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from aggregator.model import Entry, Intake, Saved, Visit
from aggregator.model.value import value
from aggregator.pipeline.furniture import Told, paragraphs
from aggregator.store import meta, revising, texts, uids, waiting
from aggregator.store.driver import number, write_json
from aggregator.store.lane import among
from aggregator.store.rows import (
    ANSWER,
    ENTRY,
    OF_DOCUMENT,
    VISIBLE,
    answer_values,
    document_values,
    entry_values,
)


@value(frozen=True, slots=True)
class Before:
    """What a feed's row said before this document was saved; ``visible`` are the columns that outputs show."""

    id: int
    url: str
    succeeded: int | None
    document_read: int | None
    listed_publisher: str
    visible: tuple[Any, ...]


Document = tuple[Before, Visit, Intake]
"""The feed's row as it was, the visit, and what its document brought."""


def told(intake: Intake) -> list[Told]:
    """Give the entries of a document that are new or have changed as their feed's furniture is learned from them."""
    entries = sorted((*intake.new, *intake.changed), key=lambda entry: entry.published)
    return [(entry.guid, entry.title, paragraphs(entry.text)) for entry in entries]


def save(
    connection: sqlite3.Connection,
    visits: Sequence[Visit],
    told: Mapping[int, Sequence[Told]],
    *,
    authority: str,
    now: datetime,
) -> tuple[Saved, ...]:
    """Write the visits whose lease still holds, and learn from what they ``told``; says of each what it came to.

    Guids are as ``identity.storable`` makes them: as they come back.
    """
    tokens = dict(among(connection, "SELECT id, token FROM feed WHERE id IN", [visit.state.id for visit in visits]))
    live = [visit for visit in visits if tokens.get(visit.state.id) == visit.token]
    rows = [(*answer_values(v.state), v.state.id, v.token) for v in live if v.intake is None]
    connection.executemany(_ANSWERED, rows)
    counts = {visit.state.id: Saved(visit.state.id) for visit in live}
    if documents := _documents(connection, live):
        counts |= _save_documents(connection, documents, authority=authority, now=now)
        texts.learn(connection, {feed.id: told[feed.id] for feed, _, _ in documents if told[feed.id]})
    alive = {id(visit) for visit in live}
    return tuple(
        counts[visit.state.id] if id(visit) in alive else Saved(visit.state.id, fenced=True) for visit in visits
    )


def _save_documents(
    connection: sqlite3.Connection, documents: Sequence[Document], *, authority: str, now: datetime
) -> dict[int, Saved]:
    for feed, _, intake in documents:
        _rename(connection, feed.id, intake)
    documents = [(feed, visit, _told_apart(connection, feed, intake)) for feed, visit, intake in documents]
    _hold(connection, documents)
    new = _insert(connection, documents, authority=authority, now=now)
    revised = {feed.id: revising.revise(connection, feed.id, intake.changed, now=now) for feed, _, intake in documents}
    changed = [id for revision in revised.values() for id in revision.ids]
    waiting.wait(connection, revising.with_their_sets(connection, changed))
    columns = [_columns(*document) for document in documents]
    rows = list(zip(columns, documents, strict=True))
    done = [(*row, number(now), new[feed.id], feed.id, visit.token) for row, (feed, visit, _) in rows]
    connection.executemany(_READ, done)
    if new or changed or any(_shows(feed, row) for row, (feed, _, _) in rows):
        meta.bump(connection)
    return {feed: Saved(feed, new[feed], len(of.ids), of.ignored) for feed, of in revised.items()}


def _documents(connection: sqlite3.Connection, visits: Sequence[Visit]) -> list[Document]:
    read = {visit.state.id: (visit, visit.intake) for visit in visits if visit.intake}
    rows = [_before(*row) for row in among(connection, _BEFORE, read)]
    return [(row, visit, intake) for row in rows for visit, intake in [read[row.id]] if intake]


def _before(id: int, url: str, succeeded: int | None, read: int | None, publisher: str, *visible: Any) -> Before:
    return Before(id, url, succeeded, read, publisher, visible)


def _rename(connection: sqlite3.Connection, feed: int, intake: Intake) -> None:
    """Let entries and tombstones take their new guids, as of a feed whose criterion degraded."""
    rows = [(new, feed, old) for old, new in intake.renamed.items() if old != new]
    for table in ("entry", "tombstone") if rows else ():
        free = f"NOT EXISTS (SELECT 1 FROM {table} AS taken WHERE taken.feed_id = {table}.feed_id AND taken.guid = ?1)"
        connection.executemany(f"UPDATE {table} SET guid = ?1 WHERE feed_id = ?2 AND guid = ?3 AND {free}", rows)


def _told_apart(connection: sqlite3.Connection, feed: Before, intake: Intake) -> Intake:
    """Take out of what is new the entries that came back: the reader of the document knows no more than the newest."""
    there = _among(connection, "entry", feed, intake.new)
    if not there:
        return intake
    back = tuple(entry for entry in intake.new if entry.guid in there)
    new = tuple(entry for entry in intake.new if entry.guid not in there)
    return replace(intake, new=new, changed=(*intake.changed, *back))


def _hold(connection: sqlite3.Connection, documents: Sequence[Document]) -> None:
    """Keep what each feed's last document holds: only entries that left it, or came back, are written.

    One that left was last seen when the document before was saved, or confirmed later: no earlier than what came first
    with that document was first seen.
    """
    held: dict[int, set[str]] = {feed.id: set() for feed, _, _ in documents}
    before = [feed.id for feed, _, _ in documents if feed.document_read]
    for feed_id, guid in among(connection, _HELD, before):
        held[feed_id].add(guid)
    rows: list[tuple[int | None, int, str]] = []
    for feed, _, intake in documents:
        seen = set(intake.seen)
        fresh = {entry.guid for entry in intake.new}
        absent = set() if intake.partial else held[feed.id] - seen
        rows += [(max(feed.succeeded or 0, feed.document_read or 0), feed.id, guid) for guid in absent]
        rows += [(None, feed.id, guid) for guid in seen - held[feed.id] - fresh]
    connection.executemany("UPDATE entry SET last_seen = ? WHERE feed_id = ? AND guid = ?", rows)


def _insert(
    connection: sqlite3.Connection, documents: Sequence[Document], *, authority: str, now: datetime
) -> Counter[int]:
    """Insert what is new and was not buried, to be curated; returns how many by feed."""
    rows: list[list[Any]] = []
    named: list[tuple[str, str]] = []
    for feed, visit, intake in documents:
        buried = _among(connection, "tombstone", feed, intake.new)
        brought = [_row(entry, feed, visit, now=now) for entry in intake.new if entry.guid not in buried]
        rows += brought
        named += [(feed.url, row[0]) for row in brought]
    if not rows:
        return Counter()
    for row, uid in zip(rows, uids.assign(connection, named, authority=authority), strict=True):
        row.append(uid)
    (last,) = connection.execute("SELECT coalesce(max(id), 0) FROM entry").fetchone()
    connection.executemany(_INSERT, rows)
    waiting.wait_after(connection, last)
    return Counter(dict(connection.execute(_CAME, (last, write_json([feed.id for feed, _, _ in documents])))))


def _row(entry: Entry, feed: Before, visit: Visit, *, now: datetime) -> list[Any]:
    """A new entry surfaces at its own date when its feed is read for the first time, later when it is first seen.

    Without a date it was published when it is first seen: this moment, not the one in which the reading began.
    """
    values, seen = entry_values(entry), number(now)
    assert seen is not None
    if entry.published_from == "first_seen":
        values[_PUBLISHED] = seen
    updated = values[_UPDATED]
    surfaced = min(values[_PUBLISHED], seen) if feed.document_read is None else seen
    changed = surfaced if updated is None else max(surfaced, min(updated, seen))
    return [*values, feed.id, seen, surfaced, changed, visit.reach.get(entry.guid, "all")]


def _among(connection: sqlite3.Connection, table: str, feed: Before, entries: Sequence[Entry]) -> set[str]:
    """Which guids of these entries of a feed a table holds: none where no document of it was ever read."""
    if not feed.document_read:
        return set()
    mine = f"SELECT guid FROM {table} WHERE feed_id = ? AND guid IN"
    return {guid for (guid,) in among(connection, mine, [entry.guid for entry in entries], feed.id)}


def _columns(feed: Before, visit: Visit, intake: Intake) -> list[Any]:
    """The new values of ANSWER and OF_DOCUMENT: title and publisher of the state may be those of feeds.yaml."""
    values = dict(zip(OF_DOCUMENT, document_values(visit.state), strict=True))
    before = dict(zip(VISIBLE, feed.visible, strict=True))
    values["title"] = intake.feed.title or before["title"]
    values["publisher"] = before["publisher"] if feed.listed_publisher else values["publisher"]
    return [*answer_values(visit.state), *values.values()]


def _shows(feed: Before, columns: Sequence[Any]) -> bool:
    """Tell whether readers of outputs can see what changed of the feed itself."""
    return tuple(columns[len(ANSWER) : len(ANSWER) + len(VISIBLE)]) != feed.visible


def _update(columns: Sequence[str], more: str = "") -> str:
    return f"UPDATE feed SET {', '.join(f'{name} = ?' for name in columns)}{more} WHERE id = ? AND token = ?"


_ANSWERED = _update(ANSWER)
_READ = _update((*ANSWER, *OF_DOCUMENT, "document_read"), ", entries = entries + ?")
_BEFORE = f"SELECT id, url, succeeded, document_read, listed_publisher, {', '.join(VISIBLE)} FROM feed WHERE id IN"
_HELD = "SELECT feed_id, guid FROM entry WHERE last_seen IS NULL AND feed_id IN"
_CAME = "SELECT value, (SELECT count(*) FROM entry WHERE feed_id = value AND id > ?) FROM json_each(?)"
_NEW = (*ENTRY, "feed_id", "first_seen", "surfaced", "changed", "reach", "uid", "last_seen", "revisions")
_INSERT = f"INSERT INTO entry ({', '.join(_NEW)}) VALUES ({'?, ' * (len(_NEW) - 2)}NULL, 0) ON CONFLICT DO NOTHING"
_PUBLISHED, _UPDATED = ENTRY.index("published"), ENTRY.index("updated")
