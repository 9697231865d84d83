"""The keeper of what Curate decides: which entries are one text, which topics they have, what is left out."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from aggregator.model import Candidate, Curated, Learned, StoryChanges, Tag
from aggregator.model.story_traits import founder_of
from aggregator.store import meta, texts
from aggregator.store.database import Database
from aggregator.store.driver import instant, write_json
from aggregator.store.founders import founders, story_uids
from aggregator.store.lane import among, drop
from aggregator.store.rows import CANDIDATE, candidate
from aggregator.store.stories import merge, write

MATCHES = 50
"""How many entries with the same address, or the same text, are shown to Curate on either side of an entry."""

NO_CHANGES = StoryChanges()


class Curation:
    """Entries wait here until they are placed; placing them again replaces what was decided before."""

    def __init__(self, database: Database) -> None:
        self._lane = database.lane

    def pending(self, rules: str, *, limit: int = 500) -> tuple[Candidate, ...]:
        """List entries that are new, have changed, or were placed under rules other than ``rules``, as they arrived."""
        with self._lane.read() as connection:
            if meta.read(connection, "rules") == rules:
                return tuple(map(candidate, connection.execute(_WAITING, (limit,))))
        with self._lane.write() as connection:
            connection.execute("DELETE FROM pending")
            connection.execute("INSERT INTO pending (entry_id) SELECT id FROM entry")
            meta.write(connection, "rules", rules)
            return tuple(map(candidate, connection.execute(_WAITING, (limit,))))

    def waiting(self, *, after: int, limit: int = 500) -> tuple[Candidate, ...]:
        """List entries that are pending as they arrived, from the first one behind ``after`` on."""
        with self._lane.read() as connection:
            return tuple(map(candidate, connection.execute(_WAITING_AFTER, (after, limit))))

    def waits(self, many: int) -> bool:
        """Tell whether more than ``many`` entries are pending."""
        with self._lane.read() as connection:
            return connection.execute("SELECT 1 FROM pending LIMIT 1 OFFSET ?", (many,)).fetchone() is not None

    def matches(self, entries: Sequence[Candidate]) -> Mapping[int, tuple[Candidate, ...]]:
        """Give for each entry others with its canonical address or its words, the oldest first.

        Of those with one value: the given ones, and the nearest to each by arrival, so that a text that is told every
        day costs no more when the archive has a thousand of it. ``text_set`` of a match is 0 while it waits itself.
        """
        given = [entry.id for entry in entries]
        with self._lane.read() as connection:
            same_key, same_words = _sharing(connection, "key", given), _sharing(connection, "words", given)
            found = {
                entry.id: (same_key.get(entry.key, _NONE) | same_words.get(entry.words, _NONE)) - {entry.id}
                for entry in entries
            }
            others = _placed(connection, {id for ids in found.values() for id in ids})
        return {id: tuple(others[other] for other in sorted(ids)) for id, ids in found.items()}

    def reword(self, version: str, words: Callable[[str, str, datetime], str], *, limit: int = 500) -> int:
        """Make the fingerprint of words anew where it is of an earlier version, of ``limit`` entries; says of how many.

        ``words`` makes it of an entry's title, text and moment of publication, beginning with ``version`` and a colon.
        """
        with self._lane.read() as connection:
            rows = connection.execute(_WORDED_BEFORE, (f"{version}:", limit)).fetchall()
        if rows:
            anew = [(words(title, text, instant(at)), id, old) for id, title, text, at, old in rows]
            with self._lane.write() as connection:
                connection.executemany("UPDATE entry SET words = ? WHERE id = ? AND words = ?", anew)
        return len(rows)

    def readdress(self, version: str, canonical: Callable[[str], str], *, limit: int = 500) -> int:
        """Make the keys of ``limit`` entries anew that are of another version; says how many there were.

        It goes on where it left off. An entry without a key leads nowhere of its own. Those that are called otherwise
        now are placed anew.
        """
        with self._lane.read() as connection:
            mark = meta.read(connection, "keys")
            if mark == version:
                return 0
            after = int(mark.rpartition(" ")[2]) if mark and mark.startswith(f"{version} ") else 0
            rows = connection.execute(_KEYED, (after, limit)).fetchall()
        keys = [(canonical(url), id, key) for id, url, key in rows if key]
        anew = [row for row in keys if row[0] != row[2]]
        with self._lane.write() as connection:
            connection.executemany("UPDATE entry SET key = ? WHERE id = ? AND key = ?", anew)
            waiting = [(id,) for _, id, _ in anew]
            connection.executemany("INSERT INTO pending (entry_id) VALUES (?) ON CONFLICT DO NOTHING", waiting)
            meta.write(connection, "keys", f"{version} {rows[-1][0]}" if rows else version)
        return len(rows)

    def placed(self, ids: Iterable[int]) -> Mapping[int, Candidate]:
        """Give these entries as they were placed; ``text_set`` of one that waits itself is 0."""
        with self._lane.read() as connection:
            return _placed(connection, ids)

    def save(
        self,
        curated: Sequence[Curated],
        *,
        rules: str,
        learned: Learned | None = None,
        stories: StoryChanges = NO_CHANGES,
    ) -> None:
        """Keep what was decided under ``rules``, in place of what was decided before.

        With it goes what was learned of texts, and what that did to stories.
        """
        if not curated:
            return
        with self._lane.write() as connection:
            facts = among(connection, _FACTS, [row.entry for row in curated])
            entries = {id: rest for id, *rest in facts}
            rows = [row for row in curated if row.entry in entries]
            ids = [row.entry for row in rows]
            drop(connection, "DELETE FROM shelf WHERE entry_id IN", ids)
            if meta.read(connection, "rules") == rules:
                drop(connection, "DELETE FROM pending WHERE entry_id IN", ids)
            heads = founders(connection, {row.entry: row.text_set or row.entry for row in rows})
            uids = story_uids(connection, {row.entry: row.story for row in rows if row.story})
            decided = (_decision(row, heads[row.text_set or row.entry], entries[row.entry][0], uids) for row in rows)
            _merge(connection, stories)
            connection.executemany(_DECIDE, decided)
            write(connection, stories, entries.keys())
            connection.executemany(_SHELVE, (place for row in rows for place in _places(row, *entries[row.entry][1:])))
            if learned:
                texts.keep(connection, learned, entries)
            meta.bump(connection)


_FACTS = "SELECT id, uid, surfaced, reach FROM entry WHERE id IN"
_WORDED_BEFORE = "SELECT id, title, text, published, words FROM entry WHERE words > '' AND words < ? LIMIT ?"
_KEYED = "SELECT id, url, key FROM entry WHERE id > ? ORDER BY id LIMIT ?"
_NONE: frozenset[int] = frozenset()
_WAITING = f"{CANDIDATE} WHERE entry.id IN (SELECT entry_id FROM pending ORDER BY entry_id LIMIT ?) ORDER BY entry.id"
_WAITING_AFTER = _WAITING.replace("FROM pending", "FROM pending WHERE entry_id > ?")
_COLUMNS = (
    *("entry_id", "text_set", "set_uid", "set_founded", "same_as", "dropped", "tags"),
    *("same_like", "same_score", "story", "story_uid", "story_like", "story_score", "story_why"),
)
_DECIDE = (
    f"INSERT INTO curation ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "
    f"ON CONFLICT (entry_id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS[1:])}"
)
_SHELVE = "INSERT INTO shelf (entry_id, topic, shown, surfaced, text_set) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"


def _sharing(connection: sqlite3.Connection, column: str, ids: Sequence[int]) -> Mapping[str, frozenset[int]]:
    """Gather entries by the value they share: those of ``ids``, and on either side of each the nearest by arrival.

    Who is alone with a value is not asked for; the lack of one is none.
    """
    found: dict[str, set[int]] = defaultdict(set)
    another = f"SELECT 1 FROM entry AS other WHERE other.{column} = entry.{column} AND other.id != entry.id"
    shared = f"SELECT id, {column} FROM entry WHERE {column} != '' AND EXISTS ({another}) AND id IN"
    same = f"SELECT id FROM entry WHERE {column} = ? AND id"
    for id, value in sorted(among(connection, shared, ids)):
        found[value].add(id)
        for near in (f"{same} < ? ORDER BY id DESC LIMIT ?", f"{same} > ? ORDER BY id LIMIT ?"):
            found[value].update(other for (other,) in connection.execute(near, (value, id, MATCHES)))
    return {value: frozenset(sharing) for value, sharing in found.items()}


def _placed(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, Candidate]:
    found = {row[0]: candidate(row) for row in among(connection, f"{CANDIDATE} WHERE entry.id IN", sorted(ids))}
    for (waiting,) in among(connection, "SELECT entry_id FROM pending WHERE entry_id IN", found):
        found[waiting] = replace(found[waiting], text_set=0, set_founded=None)
    return found


def _merge(connection: sqlite3.Connection, changes: StoryChanges) -> None:
    """Move entries of stories that were found to be one; what was decided in this batch says so itself."""
    for younger, older in changes.merged:
        (uid,) = story_uids(connection, {founder_of(older)[0]: older}).values()
        merge(connection, younger, older, uid=uid)


def _decision(row: Curated, founder: Any, uid: str, stories: Mapping[int, str]) -> tuple[Any, ...]:
    tags = write_json([_tag(tag) for tag in row.tags])
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


def _places(row: Curated, surfaced: int, reach: str) -> list[tuple[Any, ...]]:
    shown, text_set = reach != "none" and not row.dropped, row.text_set or row.entry
    topics = dict.fromkeys(["", *(tag.topic for tag in row.tags)])
    return [(row.entry, topic, shown, surfaced, text_set) for topic in topics]
