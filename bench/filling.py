"""Fill a workspace's database with what years of reading would have left in it, in minutes.

Every stored entry is cloned, with what Curate decided about it: other guids, ids, addresses, words and texts (short
ones), each generation of clones a day older than the one before, for half of them under the feeds that are asked and
for the other half under feeds that feeds.yaml no longer names. Columns not named here are copied as they stand.
"""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import numpy as np

from aggregator.pipeline.shingles_parts import part, unpacked

DAY = 86_400_000_000  # the store keeps microseconds
CLONES = 10_000  # parts of keys of clones are numbered from here on
OTHERS = 2  # unlisted feeds for each feed that is asked
Expressions = Mapping[str, Callable[[int], str]]


def fill(database: Path, entries: int) -> int:
    """Clone entries until there are about ``entries``; returns how many there are. Nobody may have it open."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for pragma in ("foreign_keys=0", "synchronous=0", "cache_size=-400000", "wal_autocheckpoint=20000"):
            connection.execute(f"PRAGMA {pragma}")
        _fill(connection, entries)
        count: int = connection.execute("SELECT count(*) FROM entry").fetchone()[0]
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return count


def _fill(connection: sqlite3.Connection, entries: int) -> None:
    first = connection.execute("SELECT value FROM meta WHERE key = 'bench:first'").fetchone()
    if first is None:
        span, feeds = connection.execute("SELECT max(id), (SELECT max(id) FROM feed) FROM entry").fetchone()
        connection.execute("INSERT INTO meta VALUES ('bench:first', ?)", (f"{span} {feeds}",))
        for other in range(1, OTHERS + 1):
            _clone(connection, "feed", other, _feed(feeds), where=f"id <= {feeds}")
    else:
        span, feeds = map(int, first[0].split())
    begun, there = connection.execute("SELECT max(id), count(*) FROM entry").fetchone()
    for generation in range(begun // span, begun // span + max(0, round((entries - there) / span))):
        connection.execute("BEGIN")
        _clone(connection, "entry", generation, _entry(span, feeds), where=f"id <= {span}")
        _clone_keys(connection, generation, span)
        for table in _tables_about_entries(connection):
            _clone(connection, table, generation, _about(span), where=f"entry_id <= {span}")
        connection.execute("COMMIT")
    connection.execute("UPDATE feed SET entries = (SELECT count(*) FROM entry WHERE feed_id = feed.id)")


def _clone(connection: sqlite3.Connection, table: str, number: int, changed: Expressions, *, where: str) -> None:
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    values = [changed[name](number) if name in changed else f'"{name}"' for name in names]
    quoted = ", ".join(f'"{name}"' for name in names)
    connection.execute(f"INSERT INTO {table} ({quoted}) SELECT {', '.join(values)} FROM {table} WHERE {where}")


def _clone_keys(connection: sqlite3.Connection, number: int, span: int) -> None:
    """Give clones keys of their own, as other texts have; those of older ones lie in older fortnights."""
    first = connection.execute("SELECT fortnight, keys FROM sketch WHERE number < ?", (CLONES,)).fetchall()
    for fortnight, data in first:
        keys, entries = unpacked(data)
        clones = part(keys + np.uint32(number), entries + np.sign(entries) * number * span)
        connection.execute(_ONE_MORE, (fortnight - number // 14, clones.packed(), CLONES))


_ONE_MORE = """
    INSERT INTO sketch
    SELECT ?1, (SELECT coalesce(max(number), ?3) FROM sketch WHERE fortnight = ?1 AND number > ?3) + 1, ?2
"""


def _tables_about_entries(connection: sqlite3.Connection) -> list[str]:
    """What was decided about entries, whatever the tables are called; who waits is not cloned."""
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    about = [t for t in tables if "entry_id" in [row[1] for row in connection.execute(f"PRAGMA table_info({t})")]]
    return [table for table in about if table not in ("pending", "told")]


def _feed(feeds: int) -> Expressions:
    return {
        "id": lambda other: f"id + {other * feeds}",
        "url": lambda other: f"url || '?other={other}'",
        "listed": lambda other: "0",
        "due": lambda other: "NULL",
    }


def _entry(span: int, feeds: int) -> Expressions:
    def shorter(column: str, size: int) -> Callable[[int], str]:
        return lambda number: f"substr({column}, 1, {size}) || ' {number}'"

    def feed(number: int) -> str:
        return f"feed_id + {0 if number % 2 else (1 + number // 2 % OTHERS) * feeds}"

    unique = {name: _longer(name) for name in ("guid", "uid", "fingerprint", "words", "key", "url", "title")}
    texts = {"excerpt": shorter("excerpt", 60), "html": shorter("html", 120), "text": shorter("text", 120)}
    left = {"last_seen": lambda number: f"first_seen - {number * DAY}"}
    return {"id": _moved(span)("id"), "feed_id": feed, **unique, **texts, **_older(), **left}


def _about(span: int) -> Expressions:
    """Clones have text sets and stories of their own."""
    moved = _moved(span)
    ids = {"entry_id": moved("entry_id"), "text_set": moved("text_set"), "story": lambda number: _story(number * span)}
    return {
        **ids,
        "place": lambda number: "NULL",
        **{name: _longer(name) for name in ("set_uid", "story_uid")},
        **_older(),
    }


def _story(further: int) -> str:
    """Name the story that a clone founded where its entry did (``story_traits.nth_story``)."""
    return f"CASE WHEN story < 0 THEN story - {further} WHEN story > 0 THEN story + {further} ELSE 0 END"


def _longer(column: str) -> Callable[[int], str]:
    return lambda number: f"CASE {column} WHEN '' THEN '' ELSE {column} || '#{number}' END"


def _moved(span: int) -> Callable[[str], Callable[[int], str]]:
    return lambda column: lambda number: f"{column} + {number * span}"


def _older() -> Expressions:
    def before(column: str) -> Callable[[int], str]:
        return lambda number: f"{column} - {number * DAY}"

    return {name: before(name) for name in ("published", "updated", "first_seen", "surfaced", "changed", "set_founded")}
