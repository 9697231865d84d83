"""Examples → Model: what an editor's words, fixed feeds, categories and corrections label teaches the rest.

What is labelled stays as it is; what is not is guessed, and taken for an example as far as the guess is sure
(self-training), a few times over. All of it is deterministic: no chance, no clock.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aggregator.model.value import value
from aggregator.pipeline.meaning import Model, centred, joined, log_odds, log_softmax, sigmoid
from aggregator.pipeline.meaning_features import Features, Numbers, features, rarity, weighed
from aggregator.pipeline.meaning_near import closeness, seen_along, strongest

ROUNDS = 5  # of self-training
SMOOTH = 0.3  # what is added to each count of a word
SHRINK = 0.3  # how strongly weights of vectors are held small
STEPS = 60  # of the descent
FOLDS = 3  # parts of the examples, each guessed by a model made of the others, to calibrate it
ELSE_WEIGHT = 0.25  # an entry without any sign of a topic is likely "anything else", not surely
SLOPE, FIRMLY = 0.6, 50.0
"""Log-odds are so much too large in the mean, by what was seen on other news; few examples move that little."""


@value(frozen=True, slots=True)
class Examples:
    """Texts and what is known of them. ``known[i, k]``: 1 has the topic, 0 has not, nan nobody has said.

    ``weights[i]`` says how sure the row is; ``plain[i]``: nothing in it speaks for any topic.
    """

    texts: Sequence[tuple[str, str]]  # title and text
    vectors: Numbers  # (n, 256)
    known: Numbers  # (n, K)
    weights: Numbers  # (n,)
    plain: Numbers  # (n,), 0 or 1
    firm: Numbers  # (n,), 1 where what is known stays; what words or nearness alone say is only where guessing begins


@value(frozen=True, slots=True)
class Views:
    """What the texts look like: their words, their vectors, and how near they are to one another."""

    counted: Features
    vectors: Numbers  # (n, 256), centred
    close: Features  # (n, n)

    def joined(self, fit: "Fit") -> Numbers:
        """Say how probable each topic is by what was fitted; logarithms of shape (n, K + 1)."""
        return joined(self.counted, self.vectors, self.close, fit)


Fit = tuple[Numbers, Numbers, Numbers]
"""Weights of words (SIZE, K + 1), of vectors (257, K + 1), and the texts' shares in topics (n, K + 1)."""


def learn(examples: Examples, topics: Sequence[str], *, version: str = "", until: int = 0) -> Model:
    """Make the model. Costs about two seconds for 4,000 texts and ten topics."""
    counted = features(examples.texts)
    rare, centre = rarity(counted), examples.vectors.mean(axis=0)
    vectors = centred(examples.vectors, centre)
    axes = strongest(vectors)
    places = seen_along(vectors, axes)
    views = Views(weighed(counted, rare), vectors, closeness(places, places, alike=True))
    targets, weights = taught(examples)
    first, labelled = targets.copy(), weights * examples.firm
    barred = (examples.known == 0) & (examples.firm > 0)[:, None]
    for _ in range(ROUNDS):
        targets, weights = _guessed(views.joined(_fit(views, targets, weights)), first, labelled, barred)
    fit = _fit(views, targets, weights)
    unseen = _unseen(views, targets, weights)[:, :-1]
    line = *_calibrated(unseen, weights, examples), _memory(log_odds(views.joined(fit))[:, :-1], unseen, labelled == 0)
    counts = tuple(int(number) for number in np.nansum(examples.known == 1, axis=0))
    return Model(version, tuple(topics), rare, fit[0], centre, fit[1], axes, places, fit[2], *line, until, counts)


def taught(examples: Examples) -> tuple[Numbers, Numbers]:
    """Share each labelled text among its topics, and give those without any sign to "anything else", lightly.

    Shapes (n, K + 1) and (n,).
    """
    has = np.nan_to_num(examples.known, nan=0.0)
    told = has.sum(axis=1) > 0
    none = ~told & (examples.plain > 0)
    targets = np.concatenate([has, none[:, None]], axis=1).astype(np.float32)
    targets /= np.maximum(targets.sum(axis=1, keepdims=True), 1)
    weights = np.where(told, examples.weights, np.where(none, ELSE_WEIGHT, 0)).astype(np.float32)
    return targets, weights


def _guessed(logs: Numbers, first: Numbers, labelled: Numbers, barred: NDArray[np.bool_]) -> tuple[Numbers, Numbers]:
    """Take guesses for what is not labelled, never against what is known; the surer, the more they weigh."""
    chances = np.exp(log_softmax(logs))
    chances[:, :-1] *= ~barred
    chances /= np.maximum(chances.sum(axis=1, keepdims=True), 1e-9)
    ways = chances.shape[1]
    sure = ((chances.max(axis=1) - 1 / ways) / (1 - 1 / ways)).clip(0, 1)
    fixed = labelled > 0
    return np.where(fixed[:, None], first, chances), np.where(fixed, labelled, sure).astype(np.float32)


def _fit(views: Views, targets: Numbers, weights: Numbers) -> Fit:
    shares = targets * weights[:, None]
    return _bayes(views.counted, shares), _softmax_regression(views.vectors, targets, weights), shares


def _bayes(counted: Features, shares: Numbers) -> Numbers:
    """Weigh words by how seldom all *other* topics have them (complement naive Bayes). Shape (SIZE, K + 1)."""
    sums = counted.sums(shares)
    total = sums.sum(axis=1, keepdims=True)
    others = total - sums + SMOOTH
    weights = -np.log(others / others.sum(axis=0))
    weights -= weights.mean(axis=1, keepdims=True)
    found: Numbers = np.where(total > 0, weights, 0).astype(np.float32)
    return found


def _softmax_regression(vectors: Numbers, targets: Numbers, weights: Numbers) -> Numbers:
    """Fit weights of vectors to shares by Nesterov's descent; the last row is the constant. Shape (257, K + 1)."""
    heavy = weights > 1e-3
    rows = np.concatenate([vectors[heavy], np.ones((int(heavy.sum()), 1), np.float32)], axis=1)
    wanted, pull = targets[heavy], weights[heavy][:, None]
    steep = 0.5 * float(np.linalg.norm((rows * pull).T @ rows, 2)) + SHRINK
    now = ahead = np.zeros((rows.shape[1], targets.shape[1]), np.float32)
    pace = 1.0
    for _ in range(STEPS):
        slope = rows.T @ ((np.exp(log_softmax(rows @ ahead)) - wanted) * pull) + SHRINK * ahead
        new, faster = ahead - slope / steep, (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        ahead, now, pace = new + (pace - 1) / faster * (new - now), new, faster
    return now


def _unseen(views: Views, targets: Numbers, weights: Numbers) -> Numbers:
    """Give the log-odds of each text by a model that was not made of it. Shape (n, K + 1)."""
    fold = folds(len(weights), FOLDS)
    odds = np.zeros(targets.shape, np.float32)
    for part in range(FOLDS):
        logs = views.joined(_fit(views, targets, weights * (fold != part)))
        odds[fold == part] = log_odds(logs)[fold == part]
    return odds


def _calibrated(unseen: Numbers, weights: Numbers, examples: Examples) -> tuple[Numbers, Numbers]:
    """Find how log-odds become probabilities, on labelled texts that the model was not made of (Platt 1999).

    A text without any sign of a topic is likely "anything else", not surely: here, too.
    """
    told = np.where((np.nan_to_num(examples.known) == 1).any(axis=1), 1, ELSE_WEIGHT * (examples.plain > 0))
    return _platt(unseen, examples.known == 1, (weights * told).astype(np.float32))


def _memory(seen: Numbers, unseen: Numbers, guessed: NDArray[np.bool_]) -> float:
    """Say what part of its log-odds a text keeps when the model was not made of it and of the guess about it."""
    one, other = seen[guessed], unseen[guessed]
    part = float((one * other).sum() / max(float((one * one).sum()), 1e-9)) if len(one) else 1.0
    return min(max(part, 0.1), 1.0)


def folds(count: int, parts: int) -> NDArray[np.int64]:
    """Deal rows into parts without any rhythm of their own: feeds, and so topics, may come in turns."""
    mixed_up = (np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)
    return (mixed_up % np.uint64(parts)).astype(np.int64)


def _platt(odds: Numbers, has: NDArray[np.bool_], weights: Numbers) -> tuple[Numbers, Numbers]:
    """Fit a slope and the shift of each topic by Newton's method; few examples leave them near a prior. Shapes (K,).

    One slope for all: with lines of their own, topics changed places for texts that are far from all of them.
    """
    rows, wanted, pull = odds.astype(np.float64), has.astype(np.float64), weights[:, None].astype(np.float64)
    prior = SLOPE * np.eye(rows.shape[1] + 1)[0]  # the slope, then the shifts
    line, hold = prior.copy(), np.array([FIRMLY] + [2.0] * rows.shape[1])
    for _ in range(20):
        chance = sigmoid(rows * line[0] + line[1:]).astype(np.float64)
        miss, bend = pull * (chance - wanted), pull * chance * (1 - chance)
        slope = np.append((miss * rows).sum(), miss.sum(axis=0)) + hold * (line - prior)
        second = np.diag(np.append((bend * rows * rows).sum(), bend.sum(axis=0)) + hold)
        second[0, 1:] = second[1:, 0] = (bend * rows).sum(axis=0)
        line -= np.linalg.solve(second, slope).clip(-1, 1)
    return np.full(len(line) - 1, max(line[0], 0.1), np.float32), line[1:].astype(np.float32)
