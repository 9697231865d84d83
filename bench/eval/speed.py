"""Speed: the whole of Curate on one core, beside ten thousand, a hundred thousand and a million stored entries."""

import gzip
import json
import os
import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from sqlite3 import connect
from struct import pack

import numpy as np

from aggregator.app import App
from aggregator.jobs.curate import curate
from aggregator.model import Listing
from aggregator.model.story_traits import EPOCH, POSTED
from aggregator.pipeline.shingles_parts import part
from aggregator.pipeline.stories_parts import Lists, Part
from aggregator.pipeline.stories_postings import TELLING
from bench.eval.desk import NOW, Told, arrive, spent, workspace
from bench.eval.figures import Figure

SIZES = tuple(map(int, os.environ.get("EVAL_STORED", "10000,100000").split(",")))
"""Stored entries; EVAL_STORED=10000,100000,1000000 asks for more."""

NEW, WORDS, FEEDS = 2_000, 300, 100
COPIES = 10
"""Every tenth new entry is a copy of another one, cut and with a notice at its end."""

A_DAY = 20_000
"""So many of the stored entries were published in one day: a million go back for fifty."""

TERMS = 100_000
"""So many terms do the stored entries have, of which those at the front are found often."""

KEYS = 8
"""So many keys of each stored entry lie in the index."""


def measure(corpus: Path) -> Iterator[Figure]:
    """Fill a workspace, let new entries arrive, and take the time that placing them costs."""
    rates = {}
    for stored in SIZES:
        with workspace() as app:
            feeds = [f"https://paper{n}.example/feed" for n in range(FEEDS)]
            app.store.feeds.list([Listing(url) for url in feeds], now=NOW)
            if stored:
                fill(app, stored)
            told = news(corpus, feeds)
            arrive(app, told[:500], first=0)
            curate(app)  # what is loaded and compiled once
            arrive(app, told[500:], first=500)
            begun = spent()
            placed = curate(app)
            rates[stored] = placed.entries / (spent() - begun)
        yield Figure("speed", f"Curate beside {stored:,} stored entries", "entries a second", rates[stored], 1500)
    slowest = min(rates.values()) / rates[SIZES[0]]
    yield Figure("speed", f"Curate beside {SIZES[-1]:,} stored entries", "share of its speed", slowest, 0.8)


def news(corpus: Path, feeds: Sequence[str]) -> list[Told]:
    """New entries of WORDS words each, drawn as often as news has them; no two alike but the copies."""
    chance = random.Random(3)
    with gzip.open(corpus / "labelled" / "topics_bbc.jsonl.gz", "rt", encoding="utf-8") as lines:
        vocabulary = [word for line in lines for word in json.loads(line)["body"].split()]
    told: list[Told] = []
    for n in range(NEW + 500):
        if n % COPIES == 0 and n:
            before = told[chance.randrange(max(0, n - 400), n)]
            text = f"{before.text[: len(before.text) * 3 // 4]}\n\nSubscribe to {n % 7} for more."
            told.append(Told(feeds[n % FEEDS], before.title, text))
            continue
        words = chance.choices(vocabulary, k=WORDS)
        paragraphs = [" ".join(words[at : at + 50]) for at in range(0, WORDS, 50)]
        text = "\n\n".join([*paragraphs, f"Follow {n % FEEDS} everywhere."])
        told.append(Told(feeds[n % FEEDS], " ".join(chance.choices(vocabulary, k=9)), text))
    return told


def fill(app: App, stored: int) -> None:
    """Put entries into the store as years of reading would, by plain SQL: short texts, keys drawn at random."""
    chance, posted = random.Random(5), dict[tuple[int, int], list[int]]()
    day, now = timedelta(days=1) // timedelta(microseconds=1), int(NOW.timestamp()) * 1_000_000
    with closing(connect(app.workspace.database, isolation_level=None)) as connection:
        for pragma in ("synchronous=0", "cache_size=-400000", "foreign_keys=0"):
            connection.execute(f"PRAGMA {pragma}")
        columns = [row[1:4] for row in connection.execute("PRAGMA table_info(entry)")]
        names = [name for name, _, _ in columns]
        for start in range(1, stored + 1, 100_000):
            connection.execute("BEGIN")
            rows, runs, traits = [], [], []
            for id in range(start, min(start + 100_000, stored + 1)):
                at = now - (stored - id) * day // A_DAY
                rows.append(_stored(id, at, columns))
                runs += [(at // (14 * day) << 32 | chance.getrandbits(32), id) for _ in range(KEYS)]
                traits.append(_traits(id, at, chance, posted))
            marks = ", ".join("?" * len(names))
            quoted = ", ".join(f'"{name}"' for name in names)
            connection.executemany(f"INSERT INTO entry ({quoted}) VALUES ({marks})", rows)
            connection.executemany("INSERT INTO sketch VALUES (?, ?, ?)", _sketches(runs, number=start))
            connection.executemany(_DECIDED, [(row[0], row[0], row[names.index("published")], row[0]) for row in rows])
            connection.executemany(
                "INSERT INTO story_entry VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)", traits
            )
            connection.execute("COMMIT")
        connection.executemany("INSERT INTO story_posting VALUES (?, 1, ?)", _parts(posted))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


_PLACED = "INSERT INTO story_entry VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)"
_DECIDED = """
    INSERT INTO curation (entry_id, text_set, set_uid, set_founded, same_as, dropped, tags, same_like, same_score,
    story, story_uid, story_like, story_score, story_why) VALUES (?, ?, '', ?, '', '', '[]', 0, 0, ?, '', 0, 0, '[]')
"""


def _sketches(runs: list[tuple[int, int]], *, number: int) -> Iterator[tuple[int, int, bytes]]:
    """The keys of each fortnight as one part of their index, under this number."""
    found = np.array(runs, dtype=np.int64)
    for fortnight in np.unique(found[:, 0] >> 32).tolist():
        mine = found[found[:, 0] >> 32 == fortnight]
        yield fortnight, number, part((mine[:, 0] & 0xFFFFFFFF).astype(np.uint32), mine[:, 1]).packed()


def _parts(posted: dict[tuple[int, int], list[int]]) -> Iterator[tuple[int, bytes]]:
    """The lists of each epoch as one part of the index."""
    for epoch, lists in groupby(sorted(posted.items()), key=lambda row: row[0][0]):
        rows = [(term, ids) for (_, term), ids in lists]
        sizes = np.array([len(ids) for _, ids in rows], dtype=np.int64)
        entries = np.array([id for _, ids in rows for id in ids], dtype=np.int64)
        terms = np.array([term for term, _ in rows], dtype=np.uint32)
        yield epoch, Part(terms, Lists(np.cumsum(sizes) - sizes, sizes, entries)).packed()


def _traits(id: int, at: int, chance: random.Random, posted: dict[tuple[int, int], list[int]]) -> tuple[object, ...]:
    """A row of ``story_entry``; its telling terms, rare and less rare ones of TERMS, go to ``posted``."""
    terms = sorted({int(TERMS * chance.random() ** 2) * 41_017 + 7 for _ in range(3 * TELLING)})
    for term in terms[:TELLING]:
        ids = posted.setdefault((at // EPOCH, term), [])
        ids.append(id)
        del ids[:-POSTED]
    hashes, weights = pack(f"<{len(terms)}I", *terms), pack(f"<{len(terms)}H", *[180] * len(terms))
    return id, id, at, 0, 60, hashes, weights, b"", chance.randbytes(256)


def _stored(id: int, at: int, columns: Sequence[tuple[str, str, int]]) -> list[object]:
    """A row of ``entry``: what is unique says its number, moments are ``at``, whatever else there is is empty."""
    own = {
        **{name: f"{name} {id}" for name in ("guid", "uid", "fingerprint", "words", "key", "title")},
        **dict.fromkeys(("published", "first_seen", "last_seen", "surfaced", "changed"), at),
        **{"id": id, "feed_id": 1 + id % FEEDS, "reach": "all", "categories": "[]", "enclosures": "[]"},
        **{"published_from": "published", "language": "en", "updated": None, "text": f"What was told as number {id}."},
    }
    return [own.get(name, 0 if kind in ("INTEGER", "BIGINT") else "") for name, kind, _ in columns]
