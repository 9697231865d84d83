"""Save what visits to feeds brought: fenced, renamed, inserted, revised, all in the caller's transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, Update, bindparam, select, update

from aggregator.model import Entry, Intake, Saved, Visit
from aggregator.store import meta, revising, uids
from aggregator.store.portable import chunks, insert_missing, insert_new
from aggregator.store.rows import VISIBLE, answer_columns, document_columns, entry_columns, storable
from aggregator.store.tables import ENTRY, FEED, TOMBSTONE
from aggregator.store.tables_books import PENDING


def save(connection: Connection, visits: Sequence[Visit], *, authority: str, now: datetime) -> tuple[Saved, ...]:
    """Write the visits whose lease still holds; says of each what it came to."""
    tokens = _tokens(connection, [visit.state.id for visit in visits])
    live = [visit for visit in visits if tokens.get(visit.state.id) == visit.token]
    _write(connection, [_answer(visit) for visit in live if visit.intake is None])
    counts = {visit.state.id: Saved(visit.state.id) for visit in live}
    if documents := _documents(connection, live):
        counts |= _save_documents(connection, documents, authority=authority, now=now)
    alive = {id(visit) for visit in live}
    return tuple(
        counts[visit.state.id] if id(visit) in alive else Saved(visit.state.id, fenced=True) for visit in visits
    )


Document = tuple[Any, Visit, Intake]
"""The feed's row as it was, the visit, and what its document brought."""


def _save_documents(
    connection: Connection, documents: Sequence[Document], *, authority: str, now: datetime
) -> dict[int, Saved]:
    for feed, _, intake in documents:
        _rename(connection, feed.id, intake)
    documents = [(feed, visit, _told_apart(connection, feed, intake)) for feed, visit, intake in documents]
    _hold(connection, documents)
    new = _insert(connection, documents, authority=authority, now=now)
    revised = {feed.id: revising.revise(connection, feed.id, intake.changed, now=now) for feed, _, intake in documents}
    changed = [id for revision in revised.values() for id in revision.ids]
    fresh = [id for ids in new.values() for id in ids]
    _await_curation(connection, fresh + revising.with_their_sets(connection, changed))
    rows = [_columns(feed, visit, intake, new=len(new.get(feed.id, ())), now=now) for feed, visit, intake in documents]
    _write(connection, rows)
    if fresh or changed or any(_shows(feed, row) for (feed, _, _), row in zip(documents, rows, strict=True)):
        meta.bump(connection)
    return {feed: Saved(feed, len(new.get(feed, ())), len(of.ids), of.ignored) for feed, of in revised.items()}


def _tokens(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """Read the fencing tokens, and keep others from claiming until this transaction ends."""
    return {row.id: row.token for row in connection.execute(_TOKENS, {"ids": list(ids)})}


def _documents(connection: Connection, visits: Sequence[Visit]) -> list[Document]:
    read = {visit.state.id: (visit, visit.intake) for visit in visits if visit.intake}
    if not read:
        return []
    rows = connection.execute(_BEFORE, {"ids": list(read)})
    return [(row, *found) for row in rows if (found := read[row.id])]


def _rename(connection: Connection, feed: int, intake: Intake) -> None:
    """Follow a feed whose criterion degraded: its entries and tombstones take their new guids."""
    if not intake.renamed:
        return
    rows = [{"old": storable(old), "new": storable(new)} for old, new in intake.renamed.items() if old != new]
    for table in (ENTRY, TOMBSTONE):
        taken = table.alias()
        there = select(taken.c.guid).where(taken.c.feed_id == feed, taken.c.guid == bindparam("new")).exists()
        mine = (table.c.feed_id == feed, table.c.guid == bindparam("old"))
        if rows:
            connection.execute(update(table).where(*mine, ~there).values(guid=bindparam("new")), rows)


def _told_apart(connection: Connection, feed: Any, intake: Intake) -> Intake:
    """Take out of what is new the entries that came back: the reader of the document knows no more than the newest."""
    guids = [storable(entry.guid) for entry in intake.new]
    there = _among(connection, ENTRY, feed, guids)
    if not there:
        return intake
    back = tuple(entry for entry in intake.new if storable(entry.guid) in there)
    new = tuple(entry for entry in intake.new if storable(entry.guid) not in there)
    return replace(intake, new=new, changed=(*intake.changed, *back))


def _hold(connection: Connection, documents: Sequence[Document]) -> None:
    """Keep what each feed's last document holds: only entries that left it, or came back, are written."""
    if not documents:
        return
    held: dict[int, set[str]] = {feed.id: set() for feed, _, _ in documents}
    mine = select(ENTRY.c.feed_id, ENTRY.c.guid).where(ENTRY.c.feed_id.in_(list(held)), ENTRY.c.last_seen.is_(None))
    for feed_id, guid in connection.execute(mine):
        held[feed_id].add(guid)
    left, back = [], []
    for feed, _, intake in documents:
        seen = {storable(guid) for guid in intake.seen}
        fresh = {storable(entry.guid) for entry in intake.new}
        left += [{"feed": feed.id, "guid_": guid, "seen": feed.succeeded} for guid in held[feed.id] - seen]
        back += [{"feed": feed.id, "guid_": guid, "seen": None} for guid in seen - held[feed.id] - fresh]
    if rows := left + back:
        one = (ENTRY.c.feed_id == bindparam("feed"), ENTRY.c.guid == bindparam("guid_"))
        connection.execute(update(ENTRY).where(*one).values(last_seen=bindparam("seen")), rows)


def _insert(
    connection: Connection, documents: Sequence[Document], *, authority: str, now: datetime
) -> dict[int, list[int]]:
    """Insert what is new and was not buried; returns the ids by feed."""
    rows: list[dict[str, Any]] = []
    named: list[tuple[str, str]] = []
    for feed, visit, intake in documents:
        brought = [_row(entry, feed, visit, now=now) for entry in intake.new]
        buried = _among(connection, TOMBSTONE, feed, [row["guid"] for row in brought])
        rows += (alive := [row for row in brought if row["guid"] not in buried])
        named += [(feed.url, row["guid"]) for row in alive]
    for row, uid in zip(rows, uids.assign(connection, named, authority=authority) if named else (), strict=True):
        row["uid"] = uid
    ids: dict[int, list[int]] = {}
    for inserted in insert_new(connection, ENTRY, rows, returning=(ENTRY.c.id, ENTRY.c.feed_id)):
        ids.setdefault(inserted.feed_id, []).append(inserted.id)
    return ids


def _row(entry: Entry, feed: Any, visit: Visit, *, now: datetime) -> dict[str, Any]:
    """A new entry surfaces at its own date when its feed is read for the first time, later when it is first seen.

    Without a date it was published when it is first seen: this moment, not the one in which the reading began.
    """
    published = now if entry.published_from == "first_seen" else entry.published
    surfaced = min(published, now) if feed.document_read is None else now
    revised = min(entry.updated, now) if entry.updated else surfaced
    return {
        **entry_columns(entry),
        "published": published,
        "feed_id": feed.id,
        "first_seen": now,
        "last_seen": None,
        "surfaced": surfaced,
        "changed": max(surfaced, revised),
        "reach": visit.reach.get(entry.guid, "all"),
        "revisions": 0,
    }


def _among(connection: Connection, table: Table, feed: Any, guids: Sequence[str]) -> set[str]:
    """Which of these guids of a feed a table holds: none where no document of it was ever read."""
    found: set[str] = set()
    for part in chunks(guids) if feed.document_read else ():
        mine = select(table.c.guid).where(table.c.feed_id == feed.id, table.c.guid.in_(part))
        found.update(connection.execute(mine).scalars())
    return found


def _await_curation(connection: Connection, ids: Iterable[int]) -> None:
    insert_missing(connection, PENDING, [{"entry_id": id} for id in sorted(set(ids))])


def _answer(visit: Visit) -> dict[str, Any]:
    return {"row": visit.state.id, "mine": visit.token, **answer_columns(visit.state)}


def _columns(feed: Any, visit: Visit, intake: Intake, *, new: int, now: datetime) -> dict[str, Any]:
    columns = _answer(visit) | document_columns(visit.state)
    columns["title"] = intake.feed.title or feed.title  # the state's may be the one of feeds.yaml
    columns["publisher"] = feed.publisher if feed.listed_publisher else columns["publisher"]
    return columns | {"document_read": now, "entries": feed.entries + new}


def _shows(feed: Any, columns: dict[str, Any]) -> bool:
    """Tell whether readers of outputs can see what changed of the feed itself."""
    return any(columns[name] != getattr(feed, name) for name in VISIBLE)


def _write(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write the new state of feeds, each under its token."""
    if rows:
        connection.execute(_update(tuple(rows[0])), rows)


@cache
def _update(names: tuple[str, ...]) -> Update:
    values: dict[str, Any] = {name: bindparam(name) for name in names if name not in ("row", "mine")}
    return update(FEED).where(FEED.c.id == bindparam("row"), FEED.c.token == bindparam("mine")).values(**values)


_IDS = FEED.c.id.in_(bindparam("ids", expanding=True))
_TOKENS = select(FEED.c.id, FEED.c.token).where(_IDS).with_for_update()
_BEFORE = select(
    *(FEED.c[name] for name in (*VISIBLE, "id", "url", "entries", "succeeded", "document_read", "listed_publisher"))
).where(_IDS)
