"""The keeper of how texts are found: keys of what they say, and paragraphs that their feeds repeat."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from aggregator.model import Learned
from aggregator.pipeline import furniture
from aggregator.pipeline.furniture import Told
from aggregator.store import meta
from aggregator.store.database import Database
from aggregator.store.lane import among, put


class Texts:
    """What Curate looks up before it compares; it is kept with what it decides (``Curation.save``)."""

    def __init__(self, database: Database) -> None:
        self._lane = database.lane

    def keys(self, fortnights: Collection[int]) -> dict[int, list[tuple[int, bytes]]]:
        """Give of each fortnight the parts of the index of keys, under their numbers, in the order of these."""
        found: dict[int, list[tuple[int, bytes]]] = {fortnight: [] for fortnight in fortnights}
        with self._lane.read() as connection:
            for fortnight, number, keys in among(connection, _KEYS, fortnights):
                found[fortnight].append((number, keys))
        return {fortnight: sorted(parts) for fortnight, parts in found.items()}

    def held(self, entries: Sequence[int]) -> dict[int, bytes]:
        """Give the keys that entries have, as they are kept beside them, of those that were compared."""
        with self._lane.read() as connection:
            return dict(among(connection, _HELD, entries))

    def waiting(self, entries: Sequence[int]) -> frozenset[int]:
        """Say which of these entries wait to be compared."""
        with self._lane.read() as connection:
            return frozenset(entry for (entry,) in among(connection, _WAITING, entries))

    def catch_up(self) -> None:
        """Learn, once, what entries repeat that wait to be compared: an earlier program learned it only then."""
        with self._lane.read() as connection:
            if meta.read(connection, "furniture"):
                return
            waiting = [entry for (entry,) in connection.execute("SELECT entry_id FROM pending WHERE changed")]
        for start in range(0, len(waiting), _TOGETHER):
            told: dict[int, list[Told]] = defaultdict(list)
            with self._lane.write() as connection:
                for feed, guid, title, text in among(connection, _TOLD, waiting[start : start + _TOGETHER]):
                    told[feed].append((guid, title, furniture.paragraphs(text)))
                learn(connection, told)
        with self._lane.write() as connection:
            meta.write(connection, "furniture", "1")

    def repeated(self, feeds: Iterable[int]) -> dict[int, frozenset[int]]:
        """Give the paragraphs that feeds repeat, as ``furniture.paragraph`` hashes them, of those that repeat any."""
        with self._lane.read() as connection:
            return {feed: furniture.repeated(kept) for feed, kept in among(connection, _REPEATED, sorted(feeds))}


def keep(connection: sqlite3.Connection, learned: Learned) -> None:
    """Keep inside a transaction what a batch taught; the keys beside each entry are written with its decision."""
    connection.executemany(_GONE, [at for at, keys in learned.keys.items() if not keys])
    connection.executemany(_KEEP, [(*at, keys) for at, keys in learned.keys.items() if keys])


def learn(connection: sqlite3.Connection, told: Mapping[int, Sequence[Told]]) -> None:
    """Count inside a transaction the paragraphs of new and changed entries in, by the feeds that told them."""
    before = dict(among(connection, _FURNITURE, sorted(told)))
    after = {feed: furniture.learn(before.get(feed, b""), entries) for feed, entries in sorted(told.items())}
    rows = [(feed, kept) for feed, kept in after.items() if kept != before.get(feed, b"")]
    put(connection, _FURNISH, rows, there=before)


def sweep(connection: sqlite3.Connection) -> None:
    """Drop inside a transaction the keys of entries that are there no more: a walk through all keys."""
    from aggregator.pipeline.shingles_parts import unpacked  # numpy: a purge alone sweeps

    for fortnight, number in connection.execute("SELECT fortnight, number FROM sketch").fetchall():
        (data,) = connection.execute(f"{_KEYS_AT} AND number = ?", (fortnight, number)).fetchone()
        part = unpacked(data)
        there = {entry for (entry,) in among(connection, _THERE, part.holders())}
        if (kept := part.only(there).packed()) != data:
            connection.execute(*((_KEEP, (fortnight, number, kept)) if kept else (_GONE, (fortnight, number))))


_KEYS = "SELECT fortnight, number, keys FROM sketch WHERE fortnight IN"
_KEYS_AT = "SELECT keys FROM sketch WHERE fortnight = ?"
_HELD = "SELECT entry_id, runs FROM curation WHERE runs IS NOT NULL AND entry_id IN"
_WAITING = "SELECT entry_id FROM pending WHERE changed AND entry_id IN"
_THERE = "SELECT id FROM entry WHERE id IN"
_GONE = "DELETE FROM sketch WHERE fortnight = ? AND number = ?"
_KEEP = (
    "INSERT INTO sketch (fortnight, number, keys) VALUES (?, ?, ?) "
    "ON CONFLICT (fortnight, number) DO UPDATE SET keys = excluded.keys"
)
_TOGETHER = 500  # entries whose texts are at hand at once
_TOLD = "SELECT feed_id, guid, title, text FROM entry WHERE id IN"
_FURNITURE = "SELECT feed_id, paragraphs FROM furniture WHERE feed_id IN"
_REPEATED = (  # the first four bytes of a row count what is repeated
    "SELECT feed_id, paragraphs FROM furniture WHERE substr(paragraphs, 1, 4) != x'00000000' AND feed_id IN"
)
_FURNISH = (
    "INSERT INTO furniture (feed_id, paragraphs) SELECT id, ?2 FROM feed WHERE id = ?1",
    "UPDATE furniture SET paragraphs = ?2 WHERE feed_id = ?1",
)
