"""Real copies between newsrooms: agency reports in AG News, and what eight newsrooms told in one week.

Nobody has labelled them, so they were read. Read were all pairs that Curate calls one text, all that difflib (which
aligns words, and knows nothing of keys, runs or titles) finds half alike, and of the week all that share a third of
their 3-word runs or of the pairs of words in their titles. What none of the three sees is missed by these figures.
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zlib import crc32

from aggregator.model import Fetched, Known
from aggregator.pipeline.intake import read
from bench.eval.desk import Told, pairs, sets_of
from bench.eval.figures import Figure, interval

Pair = tuple[int, int]

_AGENCY = """
    909-916 5548-5554 691-692 2184-2203 266-298 7041-7076 1952-1970 5610-5644 728-729 7015-7202 1861-1875 2992-3007
    788-864 6182-6901 1547-1565 6013-6030 1034-1040 3299-3329 5540-5554 5540-5548 5763-5775 5700-5715 6258-6265
    7497-7504 4083-4105 5500-5520 3121-3135 424-445 4434-4461 5309-5321 3989-4016 3500-3515
"""
"""Numbers of entries in AG News that are copies of one report."""

_NOTICES = "2145-2790 2145-3270 2790-3270 1510-2145 1510-3270 1510-2790 4623-4978"
"""Pairs whose text is an advertisement or a notice that one site puts under its teasers: the set does not say which
site an entry is of, so that nobody can learn what it repeats. They count neither for nor against."""

_WEEK = frozenset({3648865618, 3119497415, 2279395579, 3338892086, 726661066, 3234504660, 743384737})
"""Copies of the week: hashes of the two addresses. All others that were read are two texts."""


def wire(corpus: Path) -> Iterator[Figure]:
    """Place the entries as they came, and compare with what was read."""
    told, numbers = agencies(corpus)
    wanted, ignored = _named(_AGENCY, numbers), _named(_NOTICES, numbers)
    yield from _figures("agency copies in AG News", told, wanted, ignored)
    told = week(corpus)
    places = range(len(told))
    between = {(a, b) for a in places for b in places[a + 1 :] if told[a].feed != told[b].feed}
    wanted = {pair for pair in between if _mark(told, pair) in _WEEK}
    yield from _figures("copies between feeds of a week", told, wanted, set(), among=between)


def agencies(corpus: Path) -> tuple[list[Told], list[int]]:
    """Entries of AG News, whose publishers are not known: each beside those of forty-nine others; and their numbers."""
    with gzip.open(corpus / "labelled" / "topics_agnews.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    told = [Told(f"https://paper{n % 50}.example/feed", row["title"], row["summary"]) for n, row in enumerate(rows)]
    return told, [int(row["id"].removeprefix("ag")) for row in rows]


def week(corpus: Path) -> list[Told]:
    """Every entry of the captured feeds once, as it was when it first appeared, in the order of publication."""
    found: dict[tuple[str, str], Told] = {}
    for path in sorted((corpus / "feeds" / "week").glob("*/*.xml"), key=lambda path: path.name):
        now = datetime.strptime(path.stem, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        feed = f"https://{path.parent.name}.example/feed"
        for entry in read(Fetched(feed, feed, 200, {}, path.read_bytes()), Known(), now=now).new:
            guid = f"{len(found)} {entry.guid}"[:200]
            told = Told(feed, entry.title, entry.text, entry.url, guid, entry.published)
            found.setdefault((feed, entry.guid), told)
    return sorted(found.values(), key=lambda one: one.at)


def _named(named: str, numbers: Sequence[int]) -> set[Pair]:
    places = {number: place for place, number in enumerate(numbers)}
    both = (sorted(places[int(number)] for number in pair.split("-")) for pair in named.split())
    return {(one, other) for one, other in both}


def _mark(told: Sequence[Told], pair: Pair) -> int:
    return crc32(" ".join(sorted(told[place].url for place in pair)).encode())


def _figures(
    data: str, told: Sequence[Told], wanted: set[Pair], ignored: set[Pair], *, among: set[Pair] | None = None
) -> Iterator[Figure]:
    found = set(pairs(sets_of(told))) - ignored
    found = found & among if among is not None else found
    for measured, of, other, goal in (("precision", found, wanted, 0.95), ("recall", wanted, found, 0.93)):
        outcomes = [float(pair in other) for pair in sorted(of)]
        low, high = interval(outcomes, lambda drawn: sum(drawn) / len(drawn))
        errors = tuple(f"{told[a].title[:70]} <> {told[b].title[:70]}" for a, b in sorted(of - other)[:10])
        rate = sum(outcomes) / len(outcomes)
        name = f"{data} ({len(of)} pairs)"
        yield Figure("near-duplicates", name, measured, rate, goal, low, high, errors=errors)
