"""The keeper of entries: save what visits brought, and give back what outputs, digests and people ask for."""

from collections.abc import Collection, Sequence
from datetime import datetime

from aggregator.model import Saved, StoredEntry, Visit
from aggregator.store import saving, shelves
from aggregator.store.database import Database
from aggregator.store.driver import number
from aggregator.store.reading import load, of_sets

_OF_SET = "curation.set_uid != '' AND curation.set_uid = ?"
_AT_HOME = "entry.key = '' AND entry.url = ?"


class Entries:
    """Entries under their own identity; folding happens in Curate and when reading, never here."""

    def __init__(self, database: Database) -> None:
        self._lane = database.lane

    def save(self, visits: Sequence[Visit], *, authority: str, now: datetime) -> tuple[Saved, ...]:
        """Save a batch of visits in one transaction; a visit whose lease was taken over writes nothing.

        ``authority`` is the tagging authority of permanent ids, like "news.example.org,2026", or "".
        """
        told = {visit.state.id: saving.told(visit.intake) for visit in visits if visit.intake}
        with self._lane.write() as connection:
            return saving.save(connection, visits, told, authority=authority, now=now)

    def find(self, reference: str | int, *, key: str = "") -> tuple[StoredEntry, ...]:
        """Find entries by row id, by permanent id, or by the canonical address ``key``, in order of arrival.

        Of several with one canonical address those are meant that are written like ``reference``, if there are any.
        When the entry that gave a text its permanent id is gone, the id finds the copies that go by it. An entry that
        leads to its feed's home has no address of its own, and is found by the home as it is written.
        """
        text = str(reference)
        if not text:
            return ()
        values: tuple[object, ...] = (text,)
        named = "entry.uid = ?"
        if text.isascii() and text.isdigit() and len(text) < 19:
            named, values = "entry.id = ?", (int(text),)
        elif key:
            named, values = "entry.uid = ? OR entry.key = ?", (text, key)
        with self._lane.read() as connection:
            for which, those in (
                (named, values),
                (_OF_SET, (text,)),
                (_AT_HOME, (text,)),
            ):
                if found := load(connection, f"WHERE {which} ORDER BY entry.id", those):
                    return tuple(one for one in found if text in (one.entry.url, one.uid)) or found
        return ()

    def search(
        self,
        *,
        topic: str = "",
        feed: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        text: str = "",
        limit: int = 50,
    ) -> tuple[StoredEntry, ...]:
        """List entries, the newest first: of a topic, of a feed (address, or part of address or title), first seen in
        [since, until), with all the words of ``text`` somewhere in title, author or text, in any case.
        """
        terms: list[tuple[str, Sequence[object]]] = [_contains(word, _TEXTS) for word in text.split()]
        if topic:
            terms.append(("entry.id IN (SELECT entry_id FROM shelf WHERE topic = ?)", (topic,)))
        if feed:
            terms.append(_contains(feed, _NAMES))
        if since:
            terms.append(("entry.first_seen >= ?", (number(since),)))
        if until:
            terms.append(("entry.first_seen < ?", (number(until),)))
        where = " AND ".join(["true", *(term for term, _ in terms)])
        values = [value for _, some in terms for value in some]
        with self._lane.read() as connection:
            order = "ORDER BY entry.surfaced DESC, entry.id DESC LIMIT ?"
            return load(connection, f"WHERE {where} {order}", [*values, limit])

    def latest(self, *, topics: Sequence[str], sets: int) -> tuple[StoredEntry, ...]:
        """Give the newest text sets of any of ``topics`` (none: of everything), whole, the newest surfaced first.

        Only curated entries that are for outputs; those that were dropped are left out.
        """
        with self._lane.read() as connection:
            newest = shelves.newest(connection, shelves.TEXTS, topics, sets)
            return of_sets(connection, [text_set for (_, text_set), _ in newest], where="AND entry.reach != 'none'")

    def members(self, text_sets: Collection[int]) -> tuple[StoredEntry, ...]:
        """Give whole text sets, of any reach; dropped entries are left out."""
        with self._lane.read() as connection:
            return of_sets(connection, text_sets)


_TEXTS = ("entry.title", "entry.author", "entry.text")
_NAMES = ("feed.url", "feed.title", "feed.listed_title")


def _contains(word: str, columns: Sequence[str]) -> tuple[str, Sequence[object]]:
    """Write that a text stands in one of these columns, in any case; ``%`` and ``_`` stand for themselves."""
    folded = word.casefold()
    for sign in "/%_":
        folded = folded.replace(sign, f"/{sign}")
    terms = (f"lower({column}) LIKE ? ESCAPE '/'" for column in columns)
    return f"({' OR '.join(terms)})", [f"%{folded}%"] * len(columns)
