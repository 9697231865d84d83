"""Stories: the labelled sets, served in order of time through the store and the job that Curate runs.

Bounds were chosen on one half of the clusters (those whose name hashes to an even number), the shape of the rule with
both in view; the figures are of the other half, while all entries are served. BCubed (Bagga and Baldwin, 1998): for
each entry, which part of those in its story are of its cluster, and the other way round; F1 is the harmonic mean of the
two means.
"""

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zlib import crc32

from aggregator.app import App, open_app
from aggregator.jobs.curate import curate
from aggregator.model import Entry, Intake, Listing, ParsedFeed, Visit
from aggregator.pipeline.clean_text import words
from bench.eval.desk import spent
from bench.eval.figures import Figure, interval

GOALS = {"stories_uci": 0.87, "stories_ecbplus": 0.89}
_BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
_FEED = "https://labelled.example/feed"
_CUT = re.compile(r"\s+\.\.\.$")  # the source of the headlines cut the longer ones


@dataclass(frozen=True)
class Labelled:
    """A text of a labelled set and the cluster it belongs to."""

    cluster: str
    title: str
    text: str
    url: str
    published: datetime

    @property
    def reported(self) -> bool:
        """Tell whether its cluster is of the half that figures are of; a pair of similar events is of one half."""
        return blake2b(self.cluster.split("_ecb")[0].encode()).digest()[0] % 2 == 1


def measure(corpus: Path) -> Iterator[Figure]:
    """Give BCubed F1 of both sets on the half of the clusters that no bound was chosen on, and on all."""
    for name, goal in GOALS.items():
        texts = load(corpus, name)
        stories, seconds = served(texts)
        units = _units(texts, stories)
        held = {cluster: found for cluster, found in units.items() if _is_reported(cluster)}
        spread = interval(list(held.values()), f1)
        errors = tuple(_errors(texts, stories))
        what = f"BCubed F1, {len(held)} of {len(units)} clusters"
        yield Figure("stories", name, what, f1(list(held.values())), goal, *spread, errors=errors)
        yield Figure("stories", name, "BCubed F1, all clusters", f1(list(units.values())), goal)
        yield Figure("stories", name, "entries a second, all of Curate", len(texts) / seconds, 1500)


def load(corpus: Path, name: str) -> list[Labelled]:
    """Read a labelled set in the order in which it is served; texts without a date are dealt out a minute apart."""
    with gzip.open(corpus / "labelled" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        rows: list[dict[str, Any]] = [json.loads(line) for line in file]
    if "published_ms" in rows[0]:
        rows.sort(key=lambda row: (row["published_ms"], row["id"]))
        return [_headline(row) for row in rows]
    rows.sort(key=lambda row: crc32(row["id"].encode()))
    return [_article(row, _BEGIN + n * timedelta(minutes=1)) for n, row in enumerate(rows)]


def served(texts: Sequence[Labelled]) -> tuple[list[int], float]:
    """Serve texts to Curate in a workspace of its own; says the story of each, and the CPU seconds of Curate."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "feeds.yaml").write_text(f"title: Labelled\nfeeds:\n  - {_FEED}\n", encoding="utf-8")
        with open_app(Path(folder), clock=lambda: _BEGIN) as app:
            _keep(app, texts)
            began = spent()
            curate(app)
            seconds = spent() - began
            found = {one.entry.guid: one.story for one in app.store.entries.search(limit=len(texts))}
    return [found[f"g{n}"] for n in range(len(texts))], seconds


def f1(units: Sequence[Sequence[tuple[float, float]]]) -> float:
    """Give BCubed F1 of clusters, each of them a list of its entries' precision and recall."""
    entries = [entry for unit in units for entry in unit]
    precision, recall = (sum(entry[n] for entry in entries) / len(entries) for n in (0, 1))
    return 2 * precision * recall / (precision + recall)


def _headline(row: dict[str, Any]) -> Labelled:
    moment = datetime.fromtimestamp(row["published_ms"] / 1000, tz=UTC)
    return Labelled(row["cluster"], _CUT.sub("", row["title"]), "", row["url"], moment)


def _article(row: dict[str, Any], moment: datetime) -> Labelled:
    title, _, text = row["body"].partition("\n")
    return Labelled(row["cluster"], title, text, row["url"] or "", moment)


def _keep(app: App, texts: Sequence[Labelled]) -> None:
    app.store.feeds.list([Listing(_FEED)], now=_BEGIN)
    feed = app.store.feeds.find(_FEED)
    assert feed
    token = app.store.feeds.claim([feed.id], now=_BEGIN, seconds=60)[feed.id]
    entries = tuple(_entry(n, text) for n, text in enumerate(texts))
    intake = Intake(ParsedFeed("rss20"), "guid", tuple(entry.guid for entry in entries), entries)
    app.store.entries.save([Visit(feed, token, intake)], authority="", now=_BEGIN)


def _entry(n: int, text: Labelled) -> Entry:
    published, day = text.published, text.published.date().isoformat()
    facts = {"title": text.title, "text": text.text, "html": "", "author": "", "excerpt": "", "language": "en"}
    facts |= {"guid": f"g{n}", "url": text.url, "key": text.url.partition("://")[2], "fingerprint": str(n)}
    return Entry(
        **facts,
        published=published,
        published_from="published",
        updated=None,
        words=words(text.title, text.text, day=day),
    )


def _is_reported(cluster: str) -> bool:
    return Labelled(cluster, "", "", "", _BEGIN).reported


def _units(texts: Sequence[Labelled], stories: Sequence[int]) -> dict[str, list[tuple[float, float]]]:
    """The precision and recall of each entry, by cluster."""
    of_story, of_cluster = Counter(stories), Counter(text.cluster for text in texts)
    of_both = Counter((text.cluster, story) for text, story in zip(texts, stories, strict=True))
    units: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for text, story in zip(texts, stories, strict=True):
        both = of_both[text.cluster, story]
        units[text.cluster].append((both / of_story[story], both / of_cluster[text.cluster]))
    return units


def _errors(texts: Sequence[Labelled], stories: Sequence[int]) -> Iterator[str]:
    """Say what was wrongly made one, and what was wrongly kept apart: the ten that cost most of each."""
    titles: dict[tuple[int, str], list[str]] = defaultdict(list)
    for text, story in zip(texts, stories, strict=True):
        titles[story, text.cluster].append(text.title)
    for kind, part, words_ in (("one story", 0, "made one"), ("one cluster", 1, "kept apart")):
        sides: dict[int | str, list[tuple[int, str]]] = defaultdict(list)
        for key, told in titles.items():
            sides[key[part]].append((len(told), told[0]))
        pairs = [
            (found[1][0], found[0], found[1])
            for found in (sorted(s, reverse=True) for s in sides.values())
            if found[1:]
        ]
        for _, (many, one), (few, other) in sorted(pairs, reverse=True)[:10]:
            yield f"{words_} ({kind}): {many} like “{one[:80]}” and {few} like “{other[:80]}”"
