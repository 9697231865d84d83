"""How well the model does on labels it had not seen, and what would help it: telling words, entries to label."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import log

import numpy as np

from aggregator.model import Candidate
from aggregator.model.value import value
from aggregator.pipeline.meaning import SURE, probabilities
from aggregator.pipeline.meaning_features import Numbers, words_of
from aggregator.pipeline.meaning_learn import Examples, folds, learn
from aggregator.pipeline.topics import Pattern, count, reading

PARTS = 3
LEAST, DAYS, FEEDS = 3, 3, 2
"""In how many stories, on how many days, and by how many of a topic's feeds, where it has so many, a word must be said:
names of one event are not suggested, nor those of one column."""


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
    entries: Sequence[Candidate], has: Sequence[bool], patterns: Sequence[Pattern], *, most: int = 10
) -> tuple[tuple[str, int, int], ...]:
    """Name words of a topic's stories that others seldom have and no rule names: word, stories with it, others with it.

    An event counts once, however often it is told. A word that more of the others have would be wrong more often than
    right, and a number says nothing by itself.
    """
    inside, outside, (own, rest) = _told(entries, has)
    weight = {
        word: n * log(((n + 0.5) / max(own, 1)) / ((outside[word] + 0.5) / max(rest, 1)))
        for word, n in inside.items()
        if n >= LEAST and n > outside[word] and not word.isdecimal()
    }
    best = sorted((word for word in weight if weight[word] > 0), key=lambda word: (-weight[word], word))
    free = [word for word in best[: 5 * most] if not any(count(pattern, reading(word)) for pattern in patterns)]
    return tuple((word, inside[word], outside[word]) for word in free[:most])


def _told(entries: Sequence[Candidate], has: Sequence[bool]) -> tuple[Counter[str], Counter[str], tuple[int, int]]:
    """Count in how many stories of a topic, and in how many others, each word is said; and how many there are.

    A story has the topic when half of its entries have it. Words that the topic has on a few days only, or from one of
    its feeds, are left out.
    """
    events: defaultdict[int, list[int]] = defaultdict(list)
    for row, entry in enumerate(entries):
        events[entry.story or -entry.id].append(row)
    counts: tuple[Counter[str], Counter[str]] = Counter(), Counter()
    stories = [0, 0]
    spread: defaultdict[str, set[tuple[date, int]]] = defaultdict(set)
    for rows in events.values():
        side = int(2 * sum(has[row] for row in rows) < len(rows))
        said = {row: {*words_of(entries[row].title, entries[row].text)} for row in rows}
        counts[side].update(set().union(*said.values()))
        stories[side] += 1
        for row, words in said.items() if side == 0 else ():
            for word in words:
                spread[word].add((entries[row].published.date(), entries[row].feed))
    return Counter({word: counts[0][word] for word in _wide(spread)}), counts[1], (stories[0], stories[1])


def _wide(spread: Mapping[str, Collection[tuple[date, int]]]) -> Iterator[str]:
    """Yield the words that were said on several days, and by several of the feeds where there are so many."""
    feeds = min(FEEDS, len({feed for places in spread.values() for _, feed in places}))
    for word, places in spread.items():
        if len({day for day, _ in places}) >= DAYS and len({feed for _, feed in places}) >= feeds:
            yield word


def unsure(chances: Numbers, column: int, *, most: int = 5) -> tuple[tuple[int, float], ...]:
    """Name the rows whose probability is nearest to one half: a label for these teaches most."""
    near = np.abs(chances[:, column] - 0.5)
    rows = [int(row) for row in np.argsort(near, kind="stable")[:most] if near[row] < 0.3]
    return tuple((row, round(float(chances[row, column]), 3)) for row in rows)
