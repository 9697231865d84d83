"""The keeper of what stories are found by: traits of entries, postings of their terms, counts of all terms."""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import starmap
from typing import Any

from aggregator.model import Placement, StoryChanges, Traits
from aggregator.model.story_traits import EPOCH, LATEST
from aggregator.store.database import Database
from aggregator.store.driver import read_json, write_json
from aggregator.store.lane import among, insert_and_update, put


class Stories:
    """What Curate compares a new entry with; ``write`` is part of the transaction that keeps its decisions."""

    def __init__(self, database: Database) -> None:
        self._lane = database.lane

    def counts(self) -> tuple[int, bytes]:
        """Give how many texts were counted, and the counts; none at first."""
        with self._lane.read() as connection:
            found: tuple[int, bytes] | None = connection.execute("SELECT texts, counts FROM story_count").fetchone()
        return found or (0, b"")

    def placed(self, entries: Collection[int]) -> Mapping[int, tuple[int, Placement]]:
        """Give for those of ``entries`` that have a story by their own words: their mark, and how they were placed."""
        with self._lane.read() as connection:
            rows = among(connection, _PLACED, entries)
            return {
                id: (mark, Placement(story, like, score, tuple(read_json(why))))
                for id, mark, story, like, score, why in rows
            }

    def of_sets(self, sets: Collection[int]) -> Mapping[int, int]:
        """Give the story of each text set that has one: its founder's; when that is gone, its first member's.

        Those after them may still be where the text was before it changed: they wait to be placed themselves.
        """
        found = self.of_founders(sets)
        with self._lane.read() as connection:
            for text_set in sorted(set(sets) - found.keys()):
                found.update(connection.execute(_OF_FIRST, (text_set,)))
        return found

    def of_founders(self, sets: Collection[int]) -> dict[int, int]:
        """Give the story of each of those text sets alone whose founder is there, and still of its set."""
        with self._lane.read() as connection:
            return dict(among(connection, _OF_FOUNDERS, sets))

    def in_use(self, stories: Collection[int]) -> Mapping[int, frozenset[int]]:
        """Give the text sets that are in each of ``stories``."""
        used: dict[int, set[int]] = defaultdict(set)
        with self._lane.read() as connection:
            for story, text_set in among(connection, _IN_USE, stories):
                used[story].add(text_set)
        return {story: frozenset(sets) for story, sets in used.items()}

    def traits(self, entries: Sequence[int]) -> list[Traits]:
        """Give the traits of those of ``entries`` that have any, by their ids; they are read in the order they lie."""
        with self._lane.read() as connection:
            return list(starmap(Traits, sorted(connection.execute(_TRAITS, (write_json(list(entries)),)))))

    def recipes(self, entries: Collection[int]) -> list[tuple[int, bytes, bytes, str]]:
        """Give of each of ``entries`` its meaning, or else what it is made of: its ``parts`` and words."""
        with self._lane.read() as connection:
            rows = among(connection, _RECIPES, entries)
            return [(entry, meaning, parts or b"", words or "") for entry, meaning, parts, words in rows]

    def members(self, stories: Collection[int]) -> Mapping[int, Sequence[int]]:
        """Give the latest members of each story, by the date of their publication."""
        with self._lane.read() as connection:  # each is asked for by itself: one may have thousands
            latest = {story: connection.execute(_MEMBERS, (story, LATEST)).fetchall() for story in stories}
        return {story: [entry for (entry,) in reversed(rows)] for story, rows in latest.items()}

    def crowded(self, stories: Collection[int]) -> list[int]:
        """Say which of ``stories`` have more than one member."""
        with self._lane.read() as connection:
            return [story for (story,) in connection.execute(_CROWDED, (write_json(list(stories)),))]

    def postings(self, epochs: Collection[int]) -> dict[int, list[tuple[int, bytes]]]:
        """Give of each epoch the parts of the index of terms, under their numbers, in the order of these."""
        found: dict[int, list[tuple[int, bytes]]] = {epoch: [] for epoch in epochs}
        with self._lane.read() as connection:
            for epoch, number, lists in among(connection, _POSTINGS, epochs):
                found[epoch].append((number, lists))
        return {epoch: sorted(parts) for epoch, parts in found.items()}


def write(connection: sqlite3.Connection, changes: StoryChanges, stored: Collection[int]) -> None:
    """Keep what placing a batch changed; of its entries only those that are still ``stored``."""
    kept = [_row(traits) for traits in changes.traits if traits.entry in stored]
    connection.executemany("DELETE FROM story_entry WHERE entry_id = ?", [(id,) for id in changes.copies])
    there = {id for (id,) in among(connection, _THERE, [row[0] for row in kept])}
    put(connection, _KEEP, kept, there=there)
    connection.executemany(_GONE, [at for at, lists in changes.postings.items() if not lists])
    connection.executemany(_POST, [(*at, lists) for at, lists in changes.postings.items() if lists])
    if changes.traits:
        connection.execute(_COUNT, (changes.texts, changes.counts))


def forget(connection: sqlite3.Connection) -> None:
    """Drop the postings of epochs of which no entry is left."""
    connection.execute(_FORGET, (EPOCH,))


def merge(connection: sqlite3.Connection, younger: int, older: int, *, uid: str) -> None:
    """Move all entries of a story into an older one, whose permanent id is ``uid``."""
    connection.execute("UPDATE story_entry SET story = ? WHERE story = ?", (older, younger))
    connection.execute("UPDATE curation SET story = ?, story_uid = ? WHERE story = ?", (older, uid, younger))


_PLACED = """
    SELECT story_entry.entry_id, mark, curation.story, story_like, story_score, story_why
    FROM story_entry JOIN curation ON curation.entry_id = story_entry.entry_id
    WHERE curation.story != 0 AND story_entry.entry_id IN
"""
_OF_FOUNDERS = "SELECT entry_id, story FROM curation WHERE story != 0 AND text_set = entry_id AND entry_id IN"
_OF_FIRST = "SELECT text_set, story FROM curation WHERE story != 0 AND text_set = ? ORDER BY entry_id LIMIT 1"
_IN_USE = "SELECT story, text_set FROM curation WHERE story IN"
_TRAITS = """
    SELECT entry_id, published, mark, length, terms, weights, meaning, numbers, story FROM story_entry
    WHERE place IN (SELECT place FROM story_entry WHERE entry_id IN (SELECT value FROM json_each(?)))
"""
_RECIPES = "SELECT entry_id, meaning, parts, words FROM story_entry WHERE entry_id IN"
_MEMBERS = "SELECT entry_id FROM story_entry WHERE story = ? ORDER BY published DESC, entry_id DESC LIMIT ?"
_CROWDED = """
    SELECT value FROM json_each(?)
    WHERE (SELECT count(*) FROM (SELECT 1 FROM story_entry WHERE story = value LIMIT 2)) > 1
"""
_FORGET = "DELETE FROM story_posting WHERE epoch NOT IN (SELECT published / ? FROM story_entry)"
_POSTINGS = "SELECT epoch, number, lists FROM story_posting WHERE epoch IN"
_GONE = "DELETE FROM story_posting WHERE epoch = ? AND number = ?"
_THERE = "SELECT entry_id FROM story_entry WHERE entry_id IN"
_OWN = ("entry_id", "story", "published", "mark", "length", "terms", "weights", "numbers", "meaning", "parts", "words")
_KEEP = insert_and_update("story_entry", _OWN)
_POST = """
    INSERT INTO story_posting (epoch, number, lists) VALUES (?, ?, ?)
    ON CONFLICT (epoch, number) DO UPDATE SET lists = excluded.lists
"""
_COUNT = """
    INSERT INTO story_count (id, texts, counts) VALUES (1, ?, ?)
    ON CONFLICT (id) DO UPDATE SET texts = excluded.texts, counts = excluded.counts
"""


def _row(traits: Traits) -> tuple[Any, ...]:
    facts = (traits.entry, traits.story, traits.published, traits.mark, traits.length)
    recipe = (None, None) if traits.meaning else (traits.parts, traits.spelt[1])
    return *facts, traits.hashes, traits.weights, traits.titled, traits.meaning, *recipe
