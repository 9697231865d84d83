"""The shelves of outputs, read from their newest end: what stands first under a topic, however large the archive."""

import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime

from aggregator.model import Curated
from aggregator.store.driver import number
from aggregator.store.lane import among, apply

EVERYTHING = ("",)
"""The topic under which every entry stands."""

Placed = tuple[Curated, int, str, int]
"""What was decided of an entry, and of the entry itself: when it surfaced, its reach, when it was first seen."""

_NEWER = """
    shelf.topic = ?1 AND shelf.shown = 1 AND shelf.surfaced <= ?2
    AND (shelf.surfaced < ?2
        OR (shelf.surfaced = ?2 AND (shelf.text_set < ?3 OR (shelf.text_set = ?3 AND shelf.entry_id < ?4))))
    ORDER BY shelf.surfaced DESC, shelf.text_set DESC, shelf.entry_id DESC LIMIT ?5
"""
_NEWEST = (1 << 62, 0, 0)  # later than any moment that can be kept

TEXTS = f"SELECT 0, text_set, surfaced, text_set, entry_id FROM shelf WHERE {_NEWER}"
"""Every text once: no story, and its text set."""

STORIES = f"""
    SELECT curation.story, CASE WHEN curation.story = 0 THEN shelf.text_set ELSE 0 END,
        shelf.surfaced, shelf.text_set, shelf.entry_id
    FROM shelf JOIN curation ON curation.entry_id = shelf.entry_id WHERE {_NEWER}
"""
"""Every story once: its number and no text set; a text that was compared with none as above."""

Key = tuple[int, int]
"""What stands on a shelf: a story, or 0 and a text set."""


Place = tuple[int, int, int]
"""Where an entry stands on a shelf: when it surfaced, as that is kept, its text set, itself; the greater the newer."""


def newest(connection: sqlite3.Connection, what: str, topics: Sequence[str], many: int) -> list[tuple[Key, Place]]:
    """Give the newest ``many`` of ``what`` (TEXTS or STORIES) of any of ``topics`` (none: of everything).

    Each with the place of the newest of its entries; the newest first.
    """
    found: dict[Key, Place] = {}
    for topic in dict.fromkeys(topics or EVERYTHING):
        for one, place in _of_topic(connection, what, topic, many).items():
            found[one] = max(place, found.get(one, place))
    return sorted(found.items(), key=lambda item: item[1], reverse=True)[:many]


def _of_topic(connection: sqlite3.Connection, what: str, topic: str, many: int) -> dict[Key, Place]:
    """Walk one shelf until there are enough."""
    found: dict[Key, Place] = {}
    last: Place = _NEWEST
    while len(found) < many:
        rows = connection.execute(what, (topic, *last, many)).fetchall()
        for story, text_set, *place in rows:
            found.setdefault((story, text_set), (place[0], place[1], place[2]))
        if len(rows) < many:
            break
        last = rows[-1][2:]
    return dict(list(found.items())[:many])


def put(connection: sqlite3.Connection, placed: Sequence[Placed], *, now: datetime, before: Collection[int]) -> None:
    """Put entries on their shelves, in place of where those stood that were placed ``before``.

    Since when they have stood there is kept.
    """
    ids = sorted(before)
    stood = {(entry, topic): since for entry, topic, since in among(connection, _STOOD, ids)}
    apply(connection, "DELETE FROM shelf WHERE entry_id IN", ids)
    at, rows = number(now) or 0, []
    for row, surfaced, reach, first_seen in placed:
        shown, text_set = reach != "none" and not row.dropped, row.text_set or row.entry
        for topic in dict.fromkeys(["", *[tag.topic for tag in row.tags]]) if row.tags else EVERYTHING:
            since = stood.get((row.entry, topic)) or max(at, first_seen)
            rows.append((row.entry, topic, shown, surfaced, text_set, since))
    connection.executemany(_PUT, rows)


_STOOD = "SELECT entry_id, topic, shelved FROM shelf WHERE shown = 1 AND entry_id IN"
_PUT = "INSERT INTO shelf (entry_id, topic, shown, surfaced, text_set, shelved) VALUES (?, ?, ?, ?, ?, ?)"
