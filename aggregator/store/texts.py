"""The keeper of how texts are found: keys of what they say, and paragraphs that their feeds repeat."""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from struct import pack, unpack
from typing import Any

from aggregator.model import Learned, Sought
from aggregator.store.database import Database
from aggregator.store.driver import number
from aggregator.store.lane import among

FORTNIGHT = timedelta(days=14) // timedelta(microseconds=1)
WITHIN = timedelta(days=7) // timedelta(microseconds=1)
"""A copy is published so much later or earlier at most: its key lies in the same fortnight or in the one beside it.

Keys of one time lie side by side, so that a batch of news touches a few pages of the index however large it is.
"""

CROWDED = 20
"""A key that so many entries have is given to no more: a phrase of the time, or a text found by its others."""

SHOWN = 10
"""So many entries that share keys with one are shown, those that share most first."""


class Texts:
    """What Curate looks up before it compares; it is kept with what it decides (``Curation.save``)."""

    def __init__(self, database: Database) -> None:
        self._lane = database.lane

    def sharing(self, sought: Sequence[Sought]) -> tuple[Mapping[int, tuple[int, ...]], tuple[tuple[int, int], ...]]:
        """Give for each entry others that share keys with it and were placed before it, the best first.

        They are of the store, but for what waits there to be compared, and of the batch those before it: an entry that
        is placed anew is shown what it was shown when it came. Besides, the keys to be kept (``Learned.keys``): each
        with the entry that gets it.
        """
        runs = {one.entry: _runs(one) for one in sought}
        holders: dict[int, list[int]] = {}
        with self._lane.read() as connection:
            for run, entry in among(connection, _HOLDERS, _kept(connection, runs)):
                holders.setdefault(run, []).append(entry)
            stored = {entry for there in holders.values() for entry in there} - runs.keys()
            waiting = {entry for (entry,) in among(connection, _WAITING, sorted(stored))}
        rows: list[tuple[int, int]] = []
        for one in sought:
            for run in runs[one.entry][: len(one.keys)]:
                there = holders.setdefault(run, [])
                if one.entry not in there:
                    if len(there) >= CROWDED:
                        continue
                    there.append(one.entry)
                rows.append((run, one.entry))
        later = waiting | runs.keys()
        shown = {}
        for entry, mine in runs.items():
            later.discard(entry)
            others = [other for run in mine for other in holders.get(run, _NOBODY) if other not in later]
            shown[entry] = _most(entry, others)
        return shown, tuple(sorted(rows))

    def furniture(self, feeds: Iterable[int]) -> dict[int, bytes]:
        """Give what is kept of the paragraphs of these feeds; nothing for one of which nothing was read."""
        with self._lane.read() as connection:
            return dict(among(connection, "SELECT feed_id, paragraphs FROM furniture WHERE feed_id IN", sorted(feeds)))

    def repeated(self, feed: int) -> frozenset[int]:
        """Give the paragraphs that a feed repeats, as ``furniture.paragraph`` hashes them."""
        from aggregator.pipeline import furniture  # a sync reads it where it compares

        return furniture.known(self.furniture([feed]).get(feed, b"")).repeated


def keep(
    connection: sqlite3.Connection, learned: Learned, entries: Collection[int], *, before: Collection[int]
) -> dict[int, bytes]:
    """Keep inside a transaction what a batch taught; keys of those ``entries`` alone that are still there.

    Gives of each entry that was compared its keys, as they are kept beside it. Those of its former text are dropped
    where it was placed ``before``.
    """
    held: dict[int, list[int]] = {entry: [] for entry in learned.compared if entry in entries}
    rows = [row for row in learned.keys if row[1] in entries]
    for run, entry in rows:
        held.setdefault(entry, []).append(run)
    told = among(connection, _HELD, [entry for entry in held if entry in before])
    gone = [(run, entry) for entry, runs in told for run in _unpacked(runs) - set(held[entry])]
    connection.executemany("DELETE FROM sketch WHERE run = ? AND entry_id = ?", gone)
    connection.executemany("INSERT INTO sketch (run, entry_id) VALUES (?, ?) ON CONFLICT DO NOTHING", rows)
    connection.executemany(_FURNISH, [(*row, row[0]) for row in sorted(learned.furniture.items())])
    return {entry: pack(f"<{len(runs)}q", *runs) for entry, runs in held.items()}


def sweep(connection: sqlite3.Connection) -> None:
    """Drop inside a transaction the keys of entries that are there no more: a walk through all keys."""
    connection.execute("DELETE FROM sketch WHERE NOT EXISTS (SELECT 1 FROM entry WHERE entry.id = sketch.entry_id)")


def _unpacked(runs: bytes) -> set[int]:
    return set(unpack(f"<{len(runs) // 8}q", runs))


_NOBODY: tuple[int, ...] = ()
_HELD = "SELECT entry_id, runs FROM curation WHERE runs IS NOT NULL AND entry_id IN"
_HOLDERS = "SELECT run, entry_id FROM sketch WHERE run IN"
_TOLD = "SELECT 1 FROM sketch WHERE run >= ? AND run < ? LIMIT 1"
_WAITING = "SELECT entry_id FROM pending WHERE changed AND entry_id IN"
_FURNISH = (
    "INSERT INTO furniture (feed_id, paragraphs) SELECT ?, ? WHERE EXISTS (SELECT 1 FROM feed WHERE id = ?) "
    "ON CONFLICT (feed_id) DO UPDATE SET paragraphs = excluded.paragraphs"
)


def _runs(one: Sought) -> list[int]:
    """The keys of an entry with its fortnight, then with the nearest other one."""
    at = _at(one.published)
    mine = at // FORTNIGHT
    near = (at - WITHIN) // FORTNIGHT
    other = near if near != mine else (at + WITHIN) // FORTNIGHT
    return [*(mine << 32 | key for key in one.keys), *(other << 32 | key for key in one.keys)]


def _kept(connection: sqlite3.Connection, runs: Mapping[int, Sequence[int]]) -> list[int]:
    """List the keys that are to be looked up, in their order: not those of fortnights of which nothing is stored."""
    wanted = sorted(set(chain.from_iterable(runs.values())))
    times = {run >> 32 for mine in runs.values() for run in (*mine[:1], *mine[-1:])}  # of each key the same two
    told = {at for at in times if connection.execute(_TOLD, (at << 32, (at + 1) << 32)).fetchone()}
    return wanted if told == times else [run for run in wanted if run >> 32 in told]


def _at(published: datetime) -> int:
    found: Any = number(published)
    return int(found)


def _most(entry: int, sharing: Sequence[int]) -> tuple[int, ...]:
    if len(sharing) == sharing.count(entry):
        return ()
    shares = Counter(sharing)
    shares.pop(entry, None)
    return tuple(sorted(shares, key=lambda other: (-shares[other], other))[:SHOWN])
