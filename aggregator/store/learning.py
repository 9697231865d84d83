"""The keeper of what was learned of topics: corrections that people made, models, and the texts they are made from."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from aggregator.model import Candidate, Correction
from aggregator.store import meta, waiting
from aggregator.store.database import Database
from aggregator.store.driver import instant, number
from aggregator.store.lane import among
from aggregator.store.rows import CANDIDATE, candidate

LONGEST = 2000
"""Characters of a corrected entry's text that are kept."""


class Learning:
    """What an editor corrects is kept here and wins over everything; a run without corrections costs one look."""

    def __init__(self, database: Database) -> None:
        self._lane = database.lane

    def correct(self, entry: int, wanted: Mapping[str, bool], *, now: datetime) -> bool:
        """Remember which topics an entry has or has not, and let Curate place it anew; False when it is not there.

        What was said of the same topic before is replaced.
        """
        with self._lane.write() as connection:
            found = connection.execute("SELECT title, text FROM entry WHERE id = ?", (entry,)).fetchone()
            if found is None:
                return False
            title, text = found[0], found[1][:LONGEST]
            rows = [(entry, topic, said, number(now), title, text) for topic, said in wanted.items()]
            connection.executemany(_CORRECT, rows)
            waiting.wait_to_be_tagged(connection, [entry])
            meta.write(connection, "corrected", str(int(meta.read(connection, "corrected") or 0) + len(rows)))
        return True

    def corrections(self, entries: Sequence[int]) -> Mapping[int, Mapping[str, bool]]:
        """Give what was said of these entries: topic → has it or has not."""
        found: dict[int, dict[str, bool]] = {}
        with self._lane.read() as connection:
            if meta.read(connection, "corrected") is not None:
                for entry, topic, wanted in among(connection, _SAID, entries):
                    found.setdefault(entry, {})[topic] = bool(wanted)
        return found

    def corrected(self, *, limit: int) -> tuple[Correction, ...]:
        """Give the corrections of the newest entries, purged ones too, in the order of their entries."""
        with self._lane.read() as connection:
            rows = connection.execute(_CORRECTED, (limit,)).fetchall()
        facts = [(id, topic, bool(wanted), instant(made), *rest) for id, topic, wanted, made, *rest in rows]
        return tuple(Correction(*fact) for fact in sorted(facts, key=lambda fact: fact[:2]))

    def newest(self) -> int:
        """Give the id of the newest entry; 0 when there is none."""
        with self._lane.read() as connection:
            return _newest(connection)

    def recent(self, limit: int) -> tuple[Candidate, ...]:
        """Give the newest entries, in order of arrival."""
        with self._lane.read() as connection:
            rows = connection.execute(f"{CANDIDATE} ORDER BY entry.id DESC LIMIT ?", (limit,)).fetchall()
        return tuple(map(candidate, reversed(rows)))

    def model(self, name: str) -> tuple[str, int, bytes] | None:
        """Give a model: the rules it was made from, the newest entry it saw, its bytes; None when there is none."""
        with self._lane.read() as connection:
            found: tuple[str, int, bytes] | None = connection.execute(_MODEL, (name,)).fetchone()
        return found

    def freshness(self, name: str) -> tuple[str, int] | None:
        """Give the rules a model was made from, and the newest entry it saw, without reading the model."""
        with self._lane.read() as connection:
            found: tuple[str, int] | None = connection.execute(_FRESHNESS, (name,)).fetchone()
        return found

    def keep(self, name: str, data: bytes, *, rules: str, until: int, again: int, now: datetime) -> None:
        """Keep a model in place of the one before, and let Curate place the ``again`` newest entries anew."""
        with self._lane.write() as connection:
            connection.execute(_KEEP, (name, rules, until, number(now), data))
            waiting.newest_wait_to_be_tagged(connection, again)


_CORRECT = (
    "INSERT INTO correction (entry_id, topic, wanted, made, title, text) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (entry_id, topic) DO UPDATE SET wanted = excluded.wanted, made = excluded.made, "
    "title = excluded.title, text = excluded.text"
)
_SAID = "SELECT entry_id, topic, wanted FROM correction WHERE entry_id IN"
_CORRECTED = "SELECT entry_id, topic, wanted, made, title, text FROM correction ORDER BY entry_id DESC, topic LIMIT ?"
_MODEL = "SELECT rules, until, data FROM learned WHERE name = ?"
_FRESHNESS = "SELECT rules, until FROM learned WHERE name = ?"
_KEEP = (
    "INSERT INTO learned (name, rules, until, made, data) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "
    "rules = excluded.rules, until = excluded.until, made = excluded.made, data = excluded.data"
)


def _newest(connection: sqlite3.Connection) -> int:
    found: Any = connection.execute("SELECT coalesce(max(id), 0) FROM entry").fetchone()
    return int(found[0])
