"""The keeper of what Curate decides: which entries are one text, which topics they have, what is left out."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from aggregator.model import NOTHING_LEARNED, Candidate, Curated, Learned, StoryChanges
from aggregator.store import decisions, meta, waiting
from aggregator.store.database import Database
from aggregator.store.driver import instant, number, write_json
from aggregator.store.founders import part
from aggregator.store.lane import among
from aggregator.store.rows import CANDIDATE, candidate

MATCHES = 50
"""How many entries with the same address, or the same text, are shown to Curate on either side of an entry."""

NO_CHANGES = StoryChanges()


class Curation:
    """Entries wait here until they are placed; placing them again replaces what was decided before."""

    def __init__(self, database: Database) -> None:
        self._lane = database.lane

    def pending(self, rules: str, *, limit: int = 500) -> tuple[Candidate, ...]:
        """List entries that are new, have changed, or were placed under rules other than ``rules``, by their date.

        Of one that changes from now on, or of which a person says something, ``save`` is not the last word: it waits.
        The date is that of publication, of all that waits, so that nothing depends on how many come at once.
        """
        self._go_by(rules)
        return self.waiting(limit=limit)

    def queue(self, rules: str, *, limit: int) -> list[tuple[int, int]]:
        """List the entries of ``pending`` alone, each with its stamp."""
        self._go_by(rules)
        with self._lane.read() as connection:
            return [(id, stamp) for id, _, stamp in connection.execute(_NEXT, (*_FIRST, limit))]

    def waiting(self, *, after: Candidate | None = None, limit: int = 500) -> tuple[Candidate, ...]:
        """List entries that are pending in the order of ``pending``: those behind ``after``, or the first."""
        return candidates(self.rows(after=after, limit=limit))

    def rows(self, *, after: Candidate | None = None, limit: int) -> list[tuple[Any, ...]]:
        """Give what ``candidates`` makes these entries of: numbers and texts alone, which cross to another process."""
        with self._lane.read() as connection:
            place = (number(after.published), after.id) if after else _FIRST
            queue = connection.execute(_NEXT, (*place, limit)).fetchall()
            ids = [id for id, *_ in queue]
            found = {row[0]: row for row in among(connection, f"{CANDIDATE} WHERE entry.id IN", ids)}
        return [(stamp, changed, *found[id]) for id, changed, stamp in queue]

    def _go_by(self, rules: str) -> None:
        """Let all wait that was placed under other rules."""
        with self._lane.read() as connection:
            if meta.read(connection, "rules") == rules:
                return
        with self._lane.write() as connection:
            if (before := meta.read(connection, "rules")) != rules:
                (waiting.all_wait_to_be_tagged if before else waiting.all_wait)(connection)
                meta.write(connection, "rules", rules)

    def as_placed(self, batch: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        """Give a batch that was read earlier with the sets and stories in which its entries are by now."""
        with self._lane.read() as connection:
            again = [entry.id for entry in batch if entry.text_set]
            now = {id: found for id, *found in (among(connection, _AS_PLACED, again) if again else ())}
        return tuple([_as(entry, *now[entry.id]) if entry.id in now else entry for entry in batch]) if now else batch

    def waits(self, many: int) -> bool:
        """Tell whether more than ``many`` entries are pending."""
        with self._lane.read() as connection:
            return connection.execute(_ANY, (many,)).fetchone() is not None

    def matches(self, entries: Sequence[Candidate]) -> Mapping[int, tuple[Candidate, ...]]:
        """Give for each entry others with its canonical address or its words, the oldest first.

        Of those with one value: the given ones, and the nearest to each by arrival, so that a text that is told every
        day costs no more when the archive has a thousand of it. ``text_set`` of a match is 0 while it waits to be
        compared.
        """
        with self._lane.read() as connection:
            same_key = _sharing(connection, "key", [(entry.id, entry.key) for entry in entries])
            same_words = _sharing(connection, "words", [(entry.id, entry.words) for entry in entries])
            found = {
                entry.id: (same_key.get(entry.key, _NONE) | same_words.get(entry.words, _NONE)) - {entry.id}
                for entry in entries
                if entry.key in same_key or entry.words in same_words
            }
            others = _placed(connection, {id for ids in found.values() for id in ids})
        several = {id: tuple(others[other] for other in sorted(ids)) for id, ids in found.items()}
        return {**dict.fromkeys([entry.id for entry in entries], ()), **several}

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
            waiting.wait(connection, [id for _, id, _ in anew])
            meta.write(connection, "keys", f"{version} {rows[-1][0]}" if rows else version)
        return len(rows)

    def placed(self, ids: Iterable[int]) -> Mapping[int, Candidate]:
        """Give these entries as they were placed; ``text_set`` of one that waits to be compared is 0."""
        with self._lane.read() as connection:
            return _placed(connection, ids)

    def compared(self, entries: Sequence[int]) -> Mapping[int, Curated]:
        """Give the text sets in which these entries were placed, and why; topics and stories are left open."""
        with self._lane.read() as connection:
            rows = among(connection, _COMPARED, entries)
            return {row[0]: Curated(row[0], row[1], row[2], same_like=row[3], same_score=row[4]) for row in rows}

    def part(self, founder: int) -> int:
        """Give the copies that stay where this entry has left its set another founder; says which, 0 for none."""
        with self._lane.write() as connection:
            return part(connection, founder)

    def save(
        self,
        curated: Sequence[Curated],
        *,
        rules: str,
        now: datetime,
        learned: Learned = NOTHING_LEARNED,
        stories: StoryChanges = NO_CHANGES,
        read: Sequence[Candidate] = (),
    ) -> None:
        """Keep what was decided under ``rules``, in place of what was decided before.

        An entry stands under a topic from ``now`` on, or since it came there first if it has stood there all along.
        With it goes what was learned of texts, and what that did to stories. ``read`` are the entries as they were
        when it was decided: one that came to wait once more since stays. None given, all leave.
        """
        if not curated:
            return
        with self._lane.trust() as connection:
            stamps = waiting.stamps(connection, [row.entry for row in curated])
            facts = decisions.facts_of(connection, [row.entry for row in curated], read, stamps.keys())
            rows = [row for row in curated if row.entry in facts]
            if meta.read(connection, "rules") == rules:
                had = {entry.id: entry.stamp for entry in read}
                waiting.leave(connection, [id for id, stamp in stamps.items() if had.get(id, stamp) == stamp])
            decisions.write(connection, rows, facts, now=now, learned=learned, stories=stories)
            meta.bump(connection)


_WORDED_BEFORE = "SELECT id, title, text, published, words FROM entry WHERE words > '' AND words < ? LIMIT ?"
_COMPARED = "SELECT entry_id, text_set, same_as, same_like, same_score FROM curation WHERE entry_id IN"
_KEYED = "SELECT id, url, key FROM entry WHERE id > ? ORDER BY id LIMIT ?"
_NONE: frozenset[int] = frozenset()
_FIRST = (-(1 << 63), 0)
_ANY = "SELECT 1 FROM pending LIMIT 1 OFFSET ?"
_NEXT = """
    SELECT entry_id, changed, stamp FROM pending WHERE (published, entry_id) > (?, ?)
    ORDER BY published, entry_id LIMIT ?
"""
_AS_PLACED = "SELECT entry_id, text_set, set_founded, story, same_score FROM curation WHERE entry_id IN"


def candidates(rows: Iterable[Sequence[Any]]) -> tuple[Candidate, ...]:
    """Read what ``Curation.rows`` gave."""
    return tuple([candidate(row, stamp=stamp, changed=bool(changed)) for stamp, changed, *row in rows])


def _as(entry: Candidate, text_set: int, founded: int, story: int, score: float) -> Candidate:
    return replace(entry, text_set=text_set, set_founded=instant(founded), story=story, same_score=score)


def _sharing(
    connection: sqlite3.Connection, column: str, given: Sequence[tuple[int, str]]
) -> Mapping[str, frozenset[int]]:
    """Gather entries by the value they share: those that are given, and on either side of each the nearest by arrival.

    Who is alone with a value is not asked for; the lack of one is none.
    """
    found: dict[str, set[int]] = defaultdict(set)
    several = f"(SELECT count(*) FROM (SELECT 1 FROM entry WHERE {column} = value LIMIT 2)) > 1"
    values = write_json(sorted({value for _, value in given if value}))
    shared = {value for (value,) in connection.execute(f"SELECT value FROM json_each(?) WHERE {several}", (values,))}
    same = f"SELECT id FROM entry WHERE {column} = ? AND id"
    for id, value in sorted(given):
        if value in shared:
            found[value].add(id)
            for near in (f"{same} < ? ORDER BY id DESC LIMIT ?", f"{same} > ? ORDER BY id LIMIT ?"):
                found[value].update(other for (other,) in connection.execute(near, (value, id, MATCHES)))
    return {value: frozenset(sharing) for value, sharing in found.items()}


def _placed(connection: sqlite3.Connection, ids: Iterable[int]) -> dict[int, Candidate]:
    found = {row[0]: candidate(row) for row in among(connection, f"{CANDIDATE} WHERE entry.id IN", sorted(ids))}
    for (id,) in among(connection, "SELECT entry_id FROM pending WHERE changed AND entry_id IN", found):
        found[id] = replace(found[id], text_set=0, set_founded=None)
    return found
