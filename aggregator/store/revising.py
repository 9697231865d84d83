"""Update stored entries in place when what was published has changed."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aggregator.model import Entry
from aggregator.model.value import value
from aggregator.store.driver import instant, number
from aggregator.store.lane import among
from aggregator.store.rows import ENTRY, entry_values

MARKUP_CHANGES = 24
"""How many changes of an entry's markup alone are taken: some pages carry a counter or the time of day."""

MANY = 100
"""A text with more copies is not placed anew as a whole when one of them changes."""

_MEMBERS = "SELECT entry_id FROM curation WHERE text_set = ? LIMIT ?"
_ASKED = ("first_seen", "inferred")  # a date that depends on when we asked
_STORED = "SELECT guid, id, title, words, fingerprint, revisions, published, published_from FROM entry"
_TEXTS = ("html", "text", "excerpt", "words", "image", "credit")
_FULL = f"""
    SELECT page.entry_id, {", ".join(f"entry.{name}" for name in _TEXTS)}
    FROM page JOIN entry ON entry.id = page.entry_id WHERE page.outcome = 'read' AND page.entry_id IN
"""
_REVISE = f"UPDATE entry SET {', '.join(f'{name} = ?' for name in (*ENTRY, 'changed', 'revisions'))} WHERE id = ?"


@value(frozen=True, slots=True)
class Revised:
    """The ids of the entries that were updated, and how many changes were not worth it."""

    ids: tuple[int, ...] = ()
    ignored: int = 0


def revise(connection: sqlite3.Connection, feed: int, changed: Sequence[Entry], *, now: datetime) -> Revised:
    """Write what changed of a feed's entries; uid, place and first sight stay as they are."""
    if not changed:
        return Revised()
    rows, ignored = [], 0
    new = {values[0]: dict(zip(ENTRY, values, strict=True)) for values in map(entry_values, changed)}
    stored = list(among(connection, f"{_STORED} WHERE feed_id = ? AND guid IN", new, feed))
    full = _of_pages(connection, [row[1] for row in stored])
    for guid, id, title, words, fingerprint, revisions, published, source in stored:
        columns = new[guid]
        if fingerprint == columns["fingerprint"]:
            continue
        if id in full:
            columns |= full[id] if title == columns["title"] else _renamed(full[id], columns)
        markup = (title, words) == (columns["title"], columns["words"])
        if markup and revisions >= MARKUP_CHANGES:
            ignored += 1
            continue
        if columns["published_from"] in _ASKED:
            columns |= {"published": published, "published_from": source}
        rows.append((*columns.values(), number(now), revisions + markup, id))
    connection.executemany(_REVISE, rows)
    return Revised(tuple(row[-1] for row in rows), ignored)


def _of_pages(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Give the texts of those entries that have them from their pages: what the feed says later is a teaser again."""
    rows = among(connection, _FULL, ids)
    return {id: dict(zip(_TEXTS, texts, strict=True)) for id, *texts in rows}


def _renamed(texts: dict[str, Any], columns: dict[str, Any]) -> dict[str, Any]:
    from aggregator.pipeline.clean_text import words  # a run without news never loads it

    day = instant(columns["published"]).date().isoformat()
    return {**texts, "words": words(columns["title"], texts["text"], day=day)}


def with_their_sets(connection: sqlite3.Connection, ids: Sequence[int]) -> list[int]:
    """Add the other members of the entries' text sets: when one text changes, all of them are placed anew.

    But for those of large sets: they stay, and when it was the founder that changed and left, they have another
    (``founders.part``).
    """
    sets = {text_set for (text_set,) in among(connection, "SELECT text_set FROM curation WHERE entry_id IN", ids)}
    found: dict[Any, None] = dict.fromkeys(ids)
    for text_set in sorted(sets):
        members = connection.execute(_MEMBERS, (text_set, MANY + 1)).fetchall()
        if len(members) <= MANY:
            found |= dict.fromkeys(entry for (entry,) in members)
    return sorted(found)
