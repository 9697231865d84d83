"""Topics by meaning, on AG News and the BBC's: with words only, with few labels, with half of the labels.

The code is the river's own (``pipeline/meaning*``). What was chosen was chosen on half 0 (by a checksum of the id);
what is reported is half 1, of which no label is used except where a row says so.
"""

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from aggregator.config import TopicConfig
from aggregator.pipeline.meaning import SURE, probabilities, text_of
from aggregator.pipeline.meaning_features import Numbers
from aggregator.pipeline.meaning_learn import Examples, learn
from aggregator.pipeline.meaning_signs import labels, nearness, nothing, together, votes
from aggregator.pipeline.topics import Rules, compile_rules, matches, reading
from aggregator.vectors import Vectors
from bench.eval.figures import Figure, interval
from bench.eval.topics_words import ABOUT, AGNEWS, BBC

DRAWS = 3
GOALS = {("agnews", "words"): 0.88, ("bbc", "words"): 0.955, ("agnews", 10): 0.79, ("agnews", 100): 0.86}
GOALS |= {("agnews", "half"): 0.89, ("bbc", "half"): 0.975, ("agnews", "few"): 0.85, ("bbc", "few"): 0.955}
SAID = {"words": "words alone", "few": "half of the words alone"}


@dataclass(frozen=True)
class Labelled:
    """A set: texts, their vectors, the column of each one's topic, and in which half it is."""

    name: str
    topics: tuple[str, ...]
    words: dict[str, str]
    texts: list[tuple[str, str]]
    vectors: Numbers
    gold: np.ndarray
    half: np.ndarray


def read(corpus: Path, name: str, words: dict[str, str]) -> Labelled:
    """Read a set; exact copies are dropped."""
    with gzip.open(corpus / "labelled" / f"topics_{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [row for row in map(json.loads, file) if not row.get("exact_dup_of")]
    topics = tuple(sorted(words))
    texts = [(row["title"], row.get("summary") or row.get("body") or "") for row in rows]
    half = np.array([zlib.crc32(row["id"].encode()) >> 7 & 1 for row in rows])
    gold = np.array([topics.index(row["label"]) for row in rows])
    return Labelled(name, topics, words, texts, Vectors().embed([text_of(*text) for text in texts]), gold, half)


def voted(data: Labelled, topics: Sequence[str]) -> Numbers:
    """Count the signs of the editor's words for each of ``topics``. Shape (n, K)."""
    return np.array([votes(_rules(data, topics), *text) for text in data.texts], np.float32)


def worded(data: Labelled, topics: Sequence[str]) -> np.ndarray:
    """Say which texts have a word of each of ``topics``, wherever it stands. Shape (n, K)."""
    read = [(reading(title), reading(text)) for title, text in data.texts]
    return np.array([[matches(words, *one) for words in _rules(data, topics).words] for one in read])


@cache
def _compiled(words: tuple[tuple[str, str], ...]) -> Rules:
    return compile_rules([TopicConfig(name=name, words=tuple(listed.split(", "))) for name, listed in words])


def _rules(data: Labelled, topics: Sequence[str]) -> Rules:
    return _compiled(tuple((name, data.words[name]) for name in topics))


def by_words(data: Labelled, topics: Sequence[str]) -> Examples:
    """Make examples of what the editor's words about each of ``topics`` say and mean, and of nothing else."""
    said = voted(data, topics)
    near = nearness(data.vectors, Vectors().embed([together(data.words[name].split(", ")) for name in topics]))
    signs = said, near, [True] * len(topics)
    known, plain = labels(*signs), nothing(*signs).astype(np.float32)
    return Examples(data.texts, data.vectors, known, np.ones(len(said), np.float32), plain, np.zeros_like(plain))


def by_sentence(data: Labelled, topics: Sequence[str]) -> Examples:
    """Make examples of what is near to a sentence about each of ``topics``, and of nothing else."""
    near = nearness(data.vectors, Vectors().embed([ABOUT[topic] for topic in topics]))
    zeros = np.zeros(len(near), np.float32)
    signs = np.zeros_like(near), near, [False] * len(topics)
    known, plain = labels(*signs), nothing(*signs).astype(np.float32)
    return Examples(data.texts, data.vectors, known, zeros + 1, plain, zeros)


def by_labels(data: Labelled, chosen: np.ndarray) -> Examples:
    """Make examples of the given labels; all other texts are there without theirs."""
    known = np.full((len(data.gold), len(data.topics)), np.nan, np.float32)
    known[chosen] = np.eye(len(data.topics), dtype=np.float32)[data.gold[chosen]]
    zeros = np.zeros(len(data.gold), np.float32)
    return Examples(data.texts, data.vectors, known, zeros + 1, zeros, zeros + 1)


def guess(data: Labelled, examples: Examples, topics: Sequence[str] = ()) -> Numbers:
    """Learn ``topics`` (none: all), and guess every text."""
    return probabilities(learn(examples, topics or data.topics), data.texts, data.vectors)


def drawn(data: Labelled, count: int, draw: int, half: int) -> np.ndarray:
    """Draw ``count`` examples of each topic from a half."""
    chance = np.random.default_rng(draw)
    rows = [np.flatnonzero((data.gold == k) & (data.half == half)) for k in range(len(data.topics))]
    return np.concatenate([chance.permutation(row)[:count] for row in rows])


def fewer(data: Labelled, draw: int) -> Labelled:
    """Leave each topic half of its words, drawn at random: an editor who thought of fewer."""
    chance = np.random.default_rng(draw)
    lists = {name: words.split(", ") for name, words in data.words.items()}
    kept = {name: chance.permutation(words)[: round(len(words) / 2)] for name, words in lists.items()}
    return replace(data, words={name: ", ".join(words) for name, words in kept.items()})


def accuracy(pairs: Sequence[tuple[int, int]]) -> float:
    """Share of pairs that agree."""
    return sum(one == other for one, other in pairs) / len(pairs)


def macro_f1(pairs: Sequence[tuple[int, int]]) -> float:
    """Mean of the F1 of each topic."""
    found = []
    for topic in sorted({gold for _, gold in pairs}):
        both = sum(one == topic == other for one, other in pairs)
        found.append(2 * both / max(sum(one == topic for one, _ in pairs) + sum(o == topic for _, o in pairs), 1))
    return sum(found) / len(found)


def calibration_error(chances: Numbers, gold: np.ndarray) -> float:
    """Mean distance of what was said from what was so, in ten steps, over all topics (expected calibration error)."""
    said, so = chances.ravel(), np.eye(chances.shape[1])[gold].ravel()
    steps = np.minimum((said * 10).astype(int), 9)
    parts = [(steps == step) for step in range(10) if (steps == step).any()]
    return float(sum(abs(said[part].mean() - so[part].mean()) * part.sum() for part in parts) / len(said))


def regimes(data: Labelled, report: int) -> Iterator[tuple[str | int, list[Numbers]]]:
    """Give for each way of teaching the guesses it led to; labels come from the half that is not reported."""
    yield "words", [guess(data, by_words(data, data.topics))]
    yield "few", [guess(data, by_words(fewer(data, draw), data.topics)) for draw in range(DRAWS)]
    for count in (10, 100) if data.name == "agnews" else ():
        yield count, [guess(data, by_labels(data, drawn(data, count, draw, 1 - report))) for draw in range(DRAWS)]
    yield "half", [guess(data, by_labels(data, np.flatnonzero(data.half != report)))]


def measure(corpus: Path, report: int = 1) -> Iterator[Figure]:
    """Give accuracy, macro-F1 and calibration of each way of teaching, on half ``report``."""
    for name, words in (("agnews", AGNEWS), ("bbc", BBC)):
        data = read(corpus, name, words)
        there = data.half == report
        gold = data.gold[there].tolist()
        yield from sure_ones(data, there)
        yield added(data, there)
        for way, found in regimes(data, report):
            pairs = [pair for one in found for pair in zip(one.argmax(1)[there].tolist(), gold, strict=True)]
            f1 = isinstance(way, int)
            count = macro_f1 if f1 else accuracy
            labelled = f"{way} labels a topic" if f1 else f"labels of {int((~there).sum()):,}"
            said = SAID.get(str(way), labelled)
            low, high = interval(pairs, count, rounds=200)
            measure_name = f"{'macro-F1' if f1 else 'accuracy'}, {said}"
            errors = worst(data, found[0], there)
            yield Figure("topics", name, measure_name, count(pairs), GOALS[name, way], low, high, errors=errors)
            error = calibration_error(found[0][there], data.gold[there])
            yield Figure("topics", name, f"calibration error, {said}", error, 0.05, at_most=True)


def sure_ones(data: Labelled, there: np.ndarray) -> Iterator[Figure]:
    """Give how often a topic by a sentence alone is right where it is given, and how many texts are given theirs."""
    count = len(data.topics)
    pairs = [(column, (column + 1) % count) for column in range(count)]
    for said, asked in (("a sentence alone", [tuple(range(count))]), ("a sentence alone, two topics at a time", pairs)):
        sums = np.sum([_given(data, there, columns) for columns in asked], axis=0)
        right, given, having = sums.tolist()
        yield Figure("topics", data.name, f"precision where given, {said}", right / max(given, 1), 0.85)
        yield Figure("topics", data.name, f"recall, {said}", right / having, 0.3)


def added(data: Labelled, there: np.ndarray) -> Figure:
    """Give how often a topic is right that meaning adds to a text without its words, for two topics at a time."""
    right, given, count = 0, 0, len(data.topics)
    for columns in [(column, (column + 1) % count) for column in range(count)]:
        topics = [data.topics[column] for column in columns]
        chances = guess(data, by_words(data, topics), topics)
        tags = (chances >= SURE) & ~worded(data, topics) & there[:, None]
        right += int((tags & (data.gold[:, None] == np.array(columns))).sum())
        given += int(tags.sum())
    said = f"precision of {given:,} topics that meaning adds to words, two topics at a time"
    return Figure("topics", data.name, said, right / max(given, 1), 0.85)


def _given(data: Labelled, there: np.ndarray, asked: Sequence[int]) -> tuple[int, int, int]:
    """Ask for some topics by a sentence each: how many tags were right, were given, and would have been right."""
    topics = [data.topics[column] for column in asked]
    given = guess(data, by_sentence(data, topics), topics)[there] >= SURE
    gold = data.gold[there][:, None] == np.array(asked)
    return int((given & gold).sum()), int(given.sum()), int(gold.sum())


def worst(data: Labelled, chances: Numbers, there: np.ndarray) -> tuple[str, ...]:
    """Describe the ten texts that were given a wrong topic most surely."""
    wrong = np.flatnonzero(there & (chances.argmax(1) != data.gold))
    rows = sorted(wrong, key=lambda row: -float(chances[row].max() - chances[row, data.gold[row]]))[:10]
    said = [(chances[row].max(), data.topics[chances[row].argmax()], data.topics[data.gold[row]], row) for row in rows]
    return tuple(f"{chance:.2f} {topic}, is {gold}: {data.texts[row][0][:90]}" for chance, topic, gold, row in said)
