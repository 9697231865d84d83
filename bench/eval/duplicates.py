"""Near-duplicates: edited copies of real articles among reports of the same events, and copies between newsrooms."""

import gzip
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from zlib import crc32

from aggregator.pipeline.shingles import spoken
from bench.eval.desk import Told, pairs, sets_of
from bench.eval.figures import Figure, interval
from bench.eval.wire import wire

KINDS = ("dateline", "headline", "words", "cut", "boilerplate", "all")
NOTICES = (
    "Sign up to our newsletter and have the latest news delivered to your inbox every morning. Follow us for more.",
    "All rights reserved. This material may not be published, broadcast, rewritten or redistributed without consent.",
    "Read more stories like this in our app. Subscribe now for unlimited access to all our journalism on all devices.",
    "The writer is our correspondent. Reporting by our newsroom; editing by our desk. Our standards are our own.",
)
DATELINES = ("LONDON, March 3 (Reuters) - ", "NEW YORK (AP) — ", "By Staff Writer\n\nPARIS: ", "WASHINGTON | ")
COPIED, COPIERS = 0.4, 12
"""Share of the articles that are copied, and by how many publishers, each with a notice of its own."""

SAME_ALREADY, CONTAINED = 0.4, 0.7
"""Originals that have so much of their 3-word runs in common (Jaccard), or one so much of its own in the other, are
copies that the corpora hold unmarked, agency reports in most cases: such pairs count neither for nor against. The first
words of two articles are copies, too, when the whole articles are, however they begin."""


@dataclass(frozen=True)
class Copy:
    """Two of what is told: ``kind`` of edit, or "" for two different articles."""

    one: int
    other: int
    kind: str


def measure(corpus: Path) -> Iterable[Figure]:
    """Tune on nothing here: thresholds were chosen on the articles that ``half`` calls 0; the others are reported."""
    yield from edited(corpus, half=1)
    yield from wire(corpus)


def edited(corpus: Path, *, half: int) -> Iterator[Figure]:
    """Copy articles under other names, with an edit of each kind, and see which are told to be one text."""
    originals = [one for one in articles(corpus) if crc32(one[2].encode()) % 2 == half]
    for size, name in ((0, "edited copies, whole"), (40, "edited copies, 40 words")):
        told, made = _edition([(t, " ".join(b.split(" ")[:size]) if size else b, c) for t, b, c in originals])
        found = set(pairs(sets_of(told)))
        wanted = {(one.one, one.other): one.kind for one in made}
        begun = [one.text for one in told[: len(originals)]]
        ignored = _unmarked(begun, wanted) | _unmarked([body for _, body, _ in originals], wanted)
        hits, wrong, missed = found & wanted.keys(), found - wanted.keys() - ignored, wanted.keys() - found
        yield _rate(name, "precision", [1.0] * len(hits) + [0.0] * len(wrong), _shown(wrong, told))
        yield _rate(name, "recall", [float(pair in found) for pair in wanted], _shown(missed, told, wanted))


def articles(corpus: Path) -> list[tuple[str, str, str]]:
    """Title, text and cluster of every article that has a text; marked copies are left out."""
    found = []
    for name in ("topics_bbc", "stories_ecbplus"):
        with gzip.open(corpus / "labelled" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if not row.get("exact_dup_of"):
                    first = row["body"].split("\n")[0]
                    cluster = row.get("cluster") or row["id"]
                    found.append((row["title"] or first, row["body"], f"{name} {cluster.split('_')[0]}"))
    return found


def _edition(originals: Sequence[tuple[str, str, str]]) -> tuple[list[Told], list[Copy]]:
    """Every article at its publisher (that of ECB+ is not known: one of forty), then copies at other publishers."""
    chance = random.Random(11)
    words = [word for _, body, _ in originals[::7] for word in body.split()]
    papers = ["bbc" if "bbc" in cluster else f"paper{n % 40}" for n, (_, _, cluster) in enumerate(originals)]
    told = [
        Told(f"https://{paper}.example/feed", title, body)
        for paper, (title, body, _) in zip(papers, originals, strict=True)
    ]
    made = []
    for n in sorted(chance.sample(range(len(originals)), round(COPIED * len(originals)))):
        kind = KINDS[len(made) % len(KINDS)]
        copier = len(made) % COPIERS
        notice = f"{NOTICES[copier % len(NOTICES)]} Copier {chr(97 + copier)}."
        title, body = edit(chance, originals[n][0], originals[n][1], kind, words, notice)
        made.append(Copy(n, len(told), kind))
        told.append(Told(f"https://copier{copier}.example/feed", title, body))
    return told, made


def edit(chance: random.Random, title: str, body: str, kind: str, words: Sequence[str], notice: str) -> tuple[str, str]:
    """Edit a copy as newsrooms do: one kind of edit, or all of them."""
    if kind in ("words", "all"):
        told = body.split(" ")
        for at in chance.sample(range(len(told)), max(1, len(told) // 20)):
            told[at] = chance.choice(words) + "\n" * told[at].count("\n")
        body = " ".join(told)
    if kind in ("dateline", "all"):
        body = chance.choice(DATELINES) + body
    if kind in ("headline", "all"):
        begin = body.split()[:40]
        title = " ".join(chance.sample(begin, min(7, len(begin))))
    if kind in ("cut", "all"):
        body = body[: len(body) * 7 // 10]
    if kind in ("boilerplate", "all"):
        body = f"{body}\n\n{notice}"
    return title, body


def _unmarked(originals: Sequence[str], wanted: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Pairs of originals that are copies of each other already, and of their copies."""
    runs = [_runs(text) for text in originals]
    holders: dict[tuple[bytes, ...], list[int]] = {}
    for place, mine in enumerate(runs):
        for run in mine:
            holders.setdefault(run, []).append(place)
    near = {pair for places in holders.values() if len(places) < 40 for pair in combinations(places, 2)}
    alike = {(a, b) for a, b in near if _is_copy(runs[a], runs[b])}
    copies: dict[int, list[int]] = {}
    for one, other in wanted:
        copies.setdefault(one, [one]).append(other)
    both = ((copies.get(a, [a]), copies.get(b, [b])) for a, b in alike)
    return {(min(x, y), max(x, y)) for left, right in both for x in left for y in right}


def _is_copy(one: set[tuple[bytes, ...]], other: set[tuple[bytes, ...]]) -> bool:
    both = len(one & other)
    return both >= SAME_ALREADY * len(one | other) or both >= CONTAINED * min(len(one), len(other))


def _runs(text: str) -> set[tuple[bytes, ...]]:
    words = spoken(text)
    return set(zip(words, words[1:], words[2:], strict=False))


def _rate(data: str, measured: str, outcomes: list[float], errors: tuple[str, ...]) -> Figure:
    low, high = interval(outcomes, lambda drawn: sum(drawn) / len(drawn))
    rate = sum(outcomes) / len(outcomes)
    return Figure("near-duplicates", data, measured, rate, 0.99, low, high, errors=errors)


def _shown(
    wrong: Iterable[tuple[int, int]], told: Sequence[Told], kinds: dict[tuple[int, int], str] | None = None
) -> tuple[str, ...]:
    shown = []
    for one, other in sorted(wrong)[:10]:
        kind = f"{kinds[one, other]}: " if kinds else ""
        shown.append(f"{kind}{told[one].title[:70]} <> {told[other].title[:70]}")
    return tuple(shown)
