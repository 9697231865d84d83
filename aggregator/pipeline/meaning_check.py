"""How well the model does on labels it had not seen, and what would help it: telling words, entries to label."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import log

import numpy as np

from aggregator.model.value import value
from aggregator.pipeline.meaning import SURE, probabilities
from aggregator.pipeline.meaning_features import Numbers, words_of
from aggregator.pipeline.meaning_learn import Examples, folds, learn
from aggregator.pipeline.topics import Pattern, count, reading

PARTS = 3
LEAST = 3  # texts that must have a word before it is suggested


@value(frozen=True, slots=True)
class Score:
    """How a topic did: of ``examples`` with a label, ``found`` were given it, ``right`` of these rightly.

    ``wrong`` are the rows of the worst errors, the surest first, each with its probability.
    """

    topic: str
    examples: int
    found: int
    right: int
    wrong: tuple[tuple[int, float], ...] = ()

    @property
    def precision(self) -> float | None:
        """Share of what was given the topic that has it; None when nothing was."""
        return self.right / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        """Share of what has the topic that was given it; None when nothing has it."""
        return self.right / self.examples if self.examples else None


def unseen(examples: Examples, topics: Sequence[str]) -> Numbers:
    """Give the probabilities of each text by a model to which its own label was hidden (cross-validation)."""
    fold = folds(len(examples.texts), PARTS)
    found = np.zeros(examples.known.shape, np.float32)
    for part in range(PARTS):
        hidden = (fold == part)[:, None]
        known, plain = np.where(hidden, np.nan, examples.known), np.where(hidden[:, 0], 0, examples.plain)
        model = learn(replace(examples, known=known.astype(np.float32), plain=plain.astype(np.float32)), topics)
        found = np.where(hidden, probabilities(model, examples.texts, examples.vectors), found)
    return found


def scores(known: Numbers, chances: Numbers, topics: Sequence[str], *, worst: int = 5) -> tuple[Score, ...]:
    """Count for each topic how the probabilities agree with the labels, at the limit from which a tag is given."""
    found = []
    for column, topic in enumerate(topics):
        told, has = ~np.isnan(known[:, column]), known[:, column] == 1
        given = (chances[:, column] >= SURE) & told
        miss = np.where(told, np.abs(chances[:, column] - has), 0)
        rows = [int(row) for row in np.argsort(-miss, kind="stable")[:worst] if miss[row] > 0.5]
        wrong = tuple((row, round(float(chances[row, column]), 3)) for row in rows)
        found.append(Score(topic, int(has.sum()), int(given.sum()), int((given & has).sum()), wrong))
    return tuple(found)


def telling_words(
    texts: Sequence[tuple[str, str]], has: Sequence[bool], patterns: Sequence[Pattern], *, most: int = 10
) -> tuple[tuple[str, int, int], ...]:
    """Name words of a topic's texts that others seldom have and no rule names: word, texts with it, others with it."""
    inside: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    for text, is_own in zip(texts, has, strict=True):
        (inside if is_own else outside).update(set(words_of(*text)))
    own, rest = max(sum(has), 1), max(len(has) - sum(has), 1)
    weight = {
        word: n * log(((n + 0.5) / own) / ((outside[word] + 0.5) / rest)) for word, n in inside.items() if n >= LEAST
    }
    best = sorted((word for word in weight if weight[word] > 0), key=lambda word: (-weight[word], word))
    free = [word for word in best[: 5 * most] if not any(count(pattern, reading(word)) for pattern in patterns)]
    return tuple((word, inside[word], outside[word]) for word in free[:most])


def unsure(chances: Numbers, column: int, *, most: int = 5) -> tuple[tuple[int, float], ...]:
    """Name the rows whose probability is nearest to one half: a label for these teaches most."""
    near = np.abs(chances[:, column] - 0.5)
    rows = [int(row) for row in np.argsort(near, kind="stable")[:most] if near[row] < 0.3]
    return tuple((row, round(float(chances[row, column]), 3)) for row in rows)
