"""What tests of the store are about: entries, documents and visits, made short."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aggregator.model import (
    Candidate,
    Curated,
    Entry,
    FeedState,
    Folded,
    Intake,
    Listing,
    ParsedFeed,
    Reach,
    Saved,
    StoredEntry,
    Story,
    Tag,
    Visit,
)
from aggregator.pipeline.story import group
from aggregator.store import Store
from tests.newsroom import stored as stored_entry

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AUTHORITY = "news.example.org,2026"


def entry(guid: str, **facts: Any) -> Entry:
    """An entry that differs from others in all that a guid can tell apart."""
    address = f"https://example.com/{guid}"
    made = Entry(
        guid=guid,
        url=address,
        key=address,
        title=f"About {guid}",
        author="A. Writer",
        html=f"<p>All about {guid}.</p>",
        text=f"All about {guid}.",
        excerpt=f"All about {guid}.",
        language="en",
        published=NOW - HOUR,
        published_from="published",
        updated=None,
        fingerprint=f"1:{guid}",
        words=f"1:{guid}",
    )
    return replace(made, **facts)


def document(
    new: Sequence[Entry] = (), *, changed: Sequence[Entry] = (), also: Sequence[str] = (), **facts: Any
) -> Intake:
    """A document that holds new and changed entries, and ``also`` these guids."""
    seen = (*(e.guid for e in new), *(e.guid for e in changed), *also)
    made = Intake(ParsedFeed("rss20", title="Example Net"), "guid", seen, tuple(new), tuple(changed))
    return replace(made, **facts)


@dataclass(frozen=True)
class Desk:
    """A store with feeds, and the few moves that most tests begin with."""

    store: Store

    def feed(self, name: str = "a") -> FeedState:
        found = self.store.feeds.find(address(name))
        assert found
        return found

    def claim(self, name: str = "a", *, now: datetime = NOW) -> int:
        feed = self.feed(name)
        return self.store.feeds.claim([feed.id], now=now, seconds=60)[feed.id]

    def visit(
        self,
        name: str = "a",
        *,
        intake: Intake | None,
        now: datetime = NOW,
        reach: Mapping[str, Reach] | None = None,
        **state: Any,
    ) -> Visit:
        """Claim a feed and make what a successful answer leads to."""
        token = self.claim(name, now=now)
        feed = replace(self.feed(name), outcome="ok", fetched=now, succeeded=now, **state)
        return Visit(feed, token, intake, reach or {})

    def save(self, *visits: Visit, now: datetime = NOW, authority: str = AUTHORITY) -> tuple[Saved, ...]:
        return self.store.entries.save(visits, authority=authority, now=now)

    def read(
        self, name: str, intake: Intake | None, *, now: datetime = NOW, authority: str = AUTHORITY, **facts: Any
    ) -> Saved:
        """Visit one feed and save what it said."""
        return self.save(self.visit(name, intake=intake, now=now, **facts), now=now, authority=authority)[0]

    def curate(self, rules: str = "1", **same: int) -> None:
        """Place all that waits, tagged with the words of its categories; ``same`` puts a guid into a text set."""
        while pending := self.store.curation.pending(rules):
            self.store.curation.save([_placed(entry, same) for entry in pending], rules=rules, now=NOW)

    def guids(self, **facts: Any) -> list[str]:
        return [stored.entry.guid for stored in self.store.entries.search(limit=1000, **facts)]

    def stored(self, guid: str) -> StoredEntry:
        found = [stored for stored in self.store.entries.search(limit=1000) if stored.entry.guid == guid]
        assert len(found) == 1, f"{guid}: {len(found)} entries"
        return found[0]


def story(id: int, *entries: int, text_set: int = 0) -> Story:
    """A story of entries that each are a text of their own, or copies of one."""
    members = [replace(stored_entry(number, story=id), text_set=text_set or number) for number in entries]
    texts = [Folded(members[0], (*members[1:],))] if text_set else [Folded(member) for member in members]
    (found,) = group(texts, summaries=False)
    return found


def listings(*names: str) -> list[Listing]:
    return [Listing(address(name)) for name in names]


def address(name: str) -> str:
    return f"https://example.net/{name}.xml"


def _placed(entry: Candidate, same: Mapping[str, int]) -> Curated:
    tags = tuple(Tag(c.term, "category", c.term) for c in entry.categories)
    dropped = "drop: advertisement" if "advertisement" in entry.title else ""
    return Curated(entry.id, same.get(entry.guid, 0), "same title" * (entry.guid in same), tags, dropped)
