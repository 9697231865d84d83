"""Clean text: articles of real pages against their ground truth, counted as the benchmark's own script counts them.

Shingles of four words; precision and recall are means over pages, F1 is made of the two. Parameters were chosen on the
half of the pages that ``is_tuned_on`` names; the other half is reported first.
"""

import gzip
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean
from time import process_time

from aggregator.pipeline.article import article
from bench.eval.figures import Figure, interval

GOAL, SPEED = 0.965, 45
_WORD = re.compile(r"\w+")

Score = tuple[float, float, str]
"""Precision, recall, and which page it was."""


def measure(corpus: Path) -> Iterable[Figure]:
    """Extract every page, and hold its text against the gold."""
    truth = json.loads((corpus / "pages" / "ground-truth.json").read_text(encoding="utf-8"))
    pages = {id: gzip.decompress((corpus / "pages" / f"{id}.html.gz").read_bytes()) for id in sorted(truth)}
    article(next(iter(pages.values())), url="")  # what is made once is not counted
    start = process_time()
    texts = {id: article(page, url=truth[id]["url"]).text for id, page in pages.items()}
    speed = len(pages) / (process_time() - start)
    scores = {id: score(truth[id]["articleBody"], text, name=truth[id]["url"]) for id, text in texts.items()}
    half = [scores[id] for id in scores if not is_tuned_on(id)]
    yield _figure("pages, the half not tuned on", half)
    yield _figure("pages, the half tuned on", [scores[id] for id in scores if is_tuned_on(id)])
    yield _figure("pages, all", list(scores.values()))
    yield Figure("clean text", "pages, all", "pages a second, one core", speed, SPEED)


def is_tuned_on(id: str) -> bool:
    """Tell whether a page was looked at when the rules were written."""
    return bool(zlib.crc32(id.encode()) >> 8 & 1)


def score(gold: str, text: str, *, name: str) -> Score:
    """Give precision and recall of a text, by shingles of four words."""
    true, found = shingles(gold), shingles(text)
    both = sum((true & found).values())
    if true == found:
        return 1.0, 1.0, name
    return both / max(1, sum(found.values())), both / max(1, sum(true.values())), name


def shingles(text: str, size: int = 4) -> Counter[tuple[str, ...]]:
    """Count the shingles of a text; a shorter text is one by itself."""
    words = _WORD.findall(text)
    return Counter(filter(None, (tuple(words[at : at + size]) for at in range(max(1, len(words) - size + 1)))))


def f1(scores: Sequence[Score]) -> float:
    """Make one figure of the means of precision and recall."""
    precision, recall = mean(one[0] for one in scores), mean(one[1] for one in scores)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _figure(data: str, scores: Sequence[Score]) -> Figure:
    low, high = interval(scores, f1)
    worst = sorted(scores, key=lambda one: one[0] * one[1])[:10]
    errors = tuple(f"P {precision:.3f} R {recall:.3f} {name[:90]}" for precision, recall, name in worst)
    return Figure("clean text", data, "F1 of 4-grams", f1(scores), GOAL, low, high, errors=errors)
