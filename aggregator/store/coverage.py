"""The keeper of stories: whole ones, as outputs, digests and people ask for them."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from aggregator.model import StoredEntry
from aggregator.model.story_traits import read_story_number
from aggregator.store import shelves
from aggregator.store.database import Database
from aggregator.store.driver import EPOCH, number
from aggregator.store.lane import among, chunks, marks
from aggregator.store.reading import load, of_sets
from aggregator.store.shelves import EVERYTHING, Key

FIRST, LAST = 50, 150
"""Of a story with more entries, the first so many are read, and the last."""


class Coverage:
    """Entries of stories, dropped ones left out; ``pipeline.story`` makes stories of them.

    An entry that was compared with none is a story of its own, together with its copies.
    """

    def __init__(self, database: Database) -> None:
        self._lane = database.lane

    def latest(self, *, topics: Sequence[str], stories: int, after: datetime | None = None) -> tuple[StoredEntry, ...]:
        """Give the newest stories with an entry of any of ``topics`` (none: of everything), whole, the newest first.

        Only curated entries that are for outputs, and with ``after`` only stories with one that surfaced then or later.
        """
        with self._lane.read() as connection:
            newest = shelves.newest(connection, shelves.STORIES, topics, stories)
            oldest = number(after or EPOCH) or 0
            keys = [key for key, (surfaced, *_) in newest if surfaced >= oldest]
            return _whole(connection, keys, where="AND entry.reach != 'none'")

    def since(
        self, *, topics: Sequence[str], after: datetime, until: datetime, earliest: datetime | None = None
    ) -> tuple[StoredEntry, ...]:
        """Give the stories with an entry that came to ``topics`` (none: to everything) in (after, until], whole.

        They are in order of arrival. An entry came when it was placed there first, also when that was long after it was
        first seen: its page came late, or a rule or a person gave it a topic. Those first seen by ``earliest`` (without
        it, by ``after``) do not count, nor what is not for digests. Entries first seen before come with the stories,
        those first seen later do not.
        """
        with self._lane.read() as connection:
            rows = _news(connection, topics, after, until, earliest or after)
            found = _whole(connection, [_key(story, text_set) for _, story, text_set in sorted(rows)])
        return tuple(entry for entry in found if entry.first_seen <= until)

    def late(self, *, topics: Sequence[str], after: datetime, until: datetime, earliest: datetime) -> frozenset[int]:
        """Give the text sets that came to ``topics`` in (after, until] although we knew their text before that.

        No copy stood there before, and none was first seen by ``earliest``.
        """
        with self._lane.read() as connection:
            sets = {text_set for *_, text_set in _news(connection, topics, after, until, earliest)}
            rows = list(among(connection, _MOMENTS.format(marks(topics or EVERYTHING)), sets, *(topics or EVERYTHING)))
        first: dict[int, tuple[int, int]] = {}
        for text_set, seen, came in rows:
            earlier = first.get(text_set, (seen, _NEVER))
            first[text_set] = min(seen, earlier[0]), min(came or _NEVER, earlier[1])
        last, oldest = number(after) or 0, number(earliest) or 0
        return frozenset(text_set for text_set, (seen, came) in first.items() if oldest < seen <= last < came)

    def find(self, reference: str) -> tuple[StoredEntry, ...]:
        """Find a story by its number ("42", "42.2") or permanent id, or those of an entry in it; gives its entries."""
        if not reference:
            return ()
        value: str | int = reference
        where, first = _BY_UID, "story_uid"
        if number := read_story_number(reference):
            value, where, first = number, "entry_id = ?1 OR story = ?1", "story"
        with self._lane.read() as connection:
            rows = connection.execute(_FOUND.format(where, first), (value,)).fetchall()
            return _whole(connection, [_key(*row) for row in rows])

    def around(self, entry: StoredEntry) -> tuple[StoredEntry, ...]:
        """Give the entries of an entry's story in order of arrival."""
        with self._lane.read() as connection:
            return _whole(connection, [_key(entry.story, entry.text_set)])


_NEWS = """
    SELECT id, story, text_set FROM (
        SELECT entry.id, curation.story, curation.text_set,
            (SELECT min(shelved) FROM shelf WHERE shelf.entry_id = entry.id AND topic IN {}) AS came
        FROM entry JOIN curation ON curation.entry_id = entry.id
        WHERE entry.first_seen > ? AND entry.first_seen <= ? AND entry.reach = 'all' AND curation.dropped = ''
    ) WHERE came > ? AND came <= ?
"""
_MOMENTS = """
    SELECT text_set, first_seen,
        (SELECT min(shelved) FROM shelf WHERE shelf.entry_id = entry.id AND shown AND topic IN {})
    FROM curation JOIN entry ON entry.id = curation.entry_id WHERE text_set IN
"""
_NEVER = 1 << 62  # later than any moment that can be kept
_BY_UID = (
    "entry_id IN (SELECT id FROM entry WHERE uid = ?1) "
    "OR (set_uid != '' AND set_uid = ?1) OR (story_uid != '' AND story_uid = ?1)"
)
_FOUND = "SELECT story, text_set FROM curation WHERE {} ORDER BY {} = ?1 DESC LIMIT 1"
_MEMBERS = "SELECT story, entry_id FROM curation WHERE dropped = '' AND story IN"


def _news(
    connection: sqlite3.Connection, topics: Sequence[str], after: datetime, until: datetime, earliest: datetime
) -> list[tuple[int, int, int]]:
    """List entry, story and text set of what came to ``topics`` in (after, until]."""
    there = topics or EVERYTHING
    values = (*there, *map(number, (earliest, until, after, until)))
    return connection.execute(_NEWS.format(marks(there)), values).fetchall()


def _key(story: int, text_set: int) -> Key:
    return (story, 0) if story else (0, text_set)


def _whole(connection: sqlite3.Connection, keys: Iterable[Key], *, where: str = "") -> tuple[StoredEntry, ...]:
    """Read stories in the order given."""
    wanted = list(dict.fromkeys(keys))
    alone = of_sets(connection, [text for _, text in wanted if text], where=f"AND curation.story = 0 {where}")
    found: dict[Key, list[StoredEntry]] = {key: [] for key in wanted}
    for entry in (*_grouped(connection, [story for story, _ in wanted if story], where), *alone):
        found[_key(entry.story, entry.text_set)].append(entry)
    return tuple(entry for members in found.values() for entry in members)


def _grouped(connection: sqlite3.Connection, stories: Collection[int], where: str) -> tuple[StoredEntry, ...]:
    """Read the entries of stories; of one that all the world writes about, its first ones and its last."""
    members: dict[int, list[int]] = defaultdict(list)
    for story, entry in among(connection, _MEMBERS, stories):
        members[story].append(entry)
    ids: list[int] = []
    for entries in map(sorted, members.values()):
        ids += entries if len(entries) <= FIRST + LAST else [*entries[:FIRST], *entries[-LAST:]]
    parts = (
        load(connection, f"WHERE entry.id IN {marks(p)} {where} ORDER BY entry.id", p) for p in chunks(sorted(ids))
    )
    return tuple(entry for part in parts for entry in part)
