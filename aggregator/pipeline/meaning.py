"""Which topics an entry has by what it means: a small model, learned on this machine, gives each a probability.

Three views are joined: which words an entry has (complement naive Bayes, Rennie et al. 2003), the vector of what it is
about (softmax regression), and which topics the texts have that are nearest to it. Beside the topics
there is "anything else". What comes out is calibrated for each topic on examples the model had not seen.
docs/decisions/0018-topics-by-meaning.md says what was tried.
"""

import json
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from aggregator.model.value import value
from aggregator.pipeline.meaning_features import Features, Numbers, features, place, weighed, words_of
from aggregator.pipeline.meaning_near import apart, by_neighbours, closeness, seen_along

SURE = 0.8
"""An entry gets a topic by meaning from this probability on: what is told wrongly costs more than what is left out."""

VECTORS = 0.65
"""How much of the logarithm of the probability is the vectors' part; the rest is the words'."""

NEIGHBOURS = 0.75
"""How much of the logarithm of the neighbours' part is added to it."""

SHARPNESS = 5.0
"""Naive Bayes over texts of length one is shy: its differences are multiplied."""

TELLING = 3  # words that are named as evidence
TEXT = 300  # characters of a text that its vector is made of, after the title
FORMAT = 3  # counted up when a stored model cannot be read as before


@value(frozen=True, slots=True)
class Model:
    """What was learned. Columns are the topics in order, and last "anything else"."""

    version: str  # of the rules it was made from
    topics: tuple[str, ...]
    rare: Numbers  # (SIZE,)
    words: Numbers  # (SIZE, K + 1)
    centre: Numbers  # (256,): the mean vector of the examples
    vectors: Numbers  # (257, K + 1), the last row for the constant
    axes: Numbers  # (256, AXES): the directions in which neighbours are sought
    places: Numbers  # (n, AXES): where the examples, and what was guessed, lie along these
    shares: Numbers  # (n, K + 1): how much each of them counts for each topic
    slopes: Numbers  # (K,): probability = 1 / (1 + exp(-(slope × log-odds + shift)))
    shifts: Numbers  # (K,)
    memory: float = 1.0  # of texts it was made from it is too sure: this part of the log-odds is left
    until: int = 0  # the newest entry it was made from
    examples: tuple[int, ...] = ()  # how many there were of each topic
    offered: tuple[bool, ...] = ()  # which topics entries may get by it


def text_of(title: str, text: str) -> str:
    """Write what the vector of an entry is made of."""
    return f"{title}. {text[:TEXT]}"


def probabilities(model: Model, texts: Sequence[tuple[str, str]], vectors: Numbers) -> Numbers:
    """Give each (title, text) the probability of each topic; ``vectors`` are theirs, of ``text_of``. Shape (n, K)."""
    if not texts:
        return np.zeros((0, len(model.topics)), dtype=np.float32)
    counted, around = weighed(features(texts), model.rare), centred(vectors, model.centre)
    close, seen = apart(closeness(seen_along(around, model.axes), model.places))
    odds = log_odds(joined(counted, around, close, (model.words, model.vectors, model.shares)))
    slopes = np.where(seen, np.float32(model.memory), 1)[:, None] * model.slopes
    return sigmoid(odds[:, :-1] * slopes + model.shifts)


def joined(counted: Features, vectors: Numbers, close: Features, fit: tuple[Numbers, Numbers, Numbers]) -> Numbers:
    """Join what the three views say of each topic, and of anything else: sums of logarithms, not made to add up to one.

    ``fit`` are the weights of words, those of vectors and the shares of neighbours. Shape (n, K + 1).
    """
    words, weights, shares = fit
    by_words = log_softmax(counted.times(words) * SHARPNESS)
    by_vectors = log_softmax(vectors @ weights[:-1] + weights[-1])
    logs: Numbers = (1 - VECTORS) * by_words + VECTORS * by_vectors + NEIGHBOURS * by_neighbours(close, shares)
    return logs


def telling(model: Model, topic: str, title: str, text: str) -> tuple[str, ...]:
    """Name the words of an entry that speak most for a topic, against what speaks for the others."""
    column, words = model.topics.index(topic), list(dict.fromkeys(words_of(title, text)))
    places = [place(word) for word in words]
    rows = model.words[places]
    others = (rows.sum(axis=1) - rows[:, column]) / len(model.topics)
    weights = ((rows[:, column] - others) * model.rare[places]).tolist()
    best = sorted(zip(weights, words, strict=True), key=lambda pair: (-pair[0], pair[1]))
    return tuple(word for weight, word in best[:TELLING] if weight > 0)


def centred(vectors: Numbers, centre: Numbers) -> Numbers:
    """Take the mean of all texts off, so that what is left is what tells them apart; of length one again."""
    found = vectors.astype(np.float32) - centre
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    ones: Numbers = found / np.maximum(lengths, 1e-6)
    return ones


def log_softmax(scores: Numbers) -> Numbers:
    """Make scores logarithms of probabilities, row by row."""
    top = scores - scores.max(axis=1, keepdims=True)
    found: Numbers = top - np.log(np.exp(top).sum(axis=1, keepdims=True))
    return found


def log_odds(logs: Numbers) -> Numbers:
    """Say for each column how much more probable it is than all others together, as a logarithm."""
    chances = np.exp(log_softmax(logs)).clip(1e-7, 1 - 1e-7)
    found: Numbers = np.log(chances) - np.log1p(-chances)
    return found


def sigmoid(odds: Numbers) -> Numbers:
    """Make log-odds probabilities."""
    found: Numbers = (1 / (1 + np.exp(-odds.clip(-40, 40)))).astype(np.float32)
    return found


_ARRAYS = ("rare", "words", "centre", "vectors", "axes", "places", "shares", "slopes", "shifts")
_NUMBERS, _COUNTS = ("memory", "until"), ("topics", "examples", "offered")


def packed(model: Model) -> bytes:
    """Write a model as bytes; numbers keep three digits."""
    shapes = {name: getattr(model, name).shape for name in _ARRAYS}
    facts = {"format": FORMAT, "version": model.version, "shapes": shapes}
    rest = {name: getattr(model, name) for name in (*_NUMBERS, *_COUNTS)}
    head = json.dumps({**facts, **rest}).encode()
    body = b"".join(getattr(model, name).astype("<f2").tobytes() for name in _ARRAYS)
    return zlib.compress(len(head).to_bytes(4, "little") + head + body, 6)


def unpacked(data: bytes) -> Model | None:
    """Read a model; None for one that another version of the program wrote."""
    bare = zlib.decompress(data)
    end = 4 + int.from_bytes(bare[:4], "little")
    facts = json.loads(bare[4:end])
    if facts["format"] != FORMAT:
        return None
    arrays = {}
    for name in _ARRAYS:
        shape = tuple(facts["shapes"][name])
        size = int(np.prod(shape))
        arrays[name] = np.frombuffer(bare, "<f2", size, end).astype(np.float32).reshape(shape)
        end += 2 * size
    values: dict[str, Any] = {name: facts[name] for name in ("version", *_NUMBERS)}
    values |= {name: tuple(facts[name]) for name in _COUNTS} | arrays
    return Model(**values)
