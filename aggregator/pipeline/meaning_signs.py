"""What speaks for a topic before anything is learned: the editor's words, and nearness to what it is about.

Words say more with what they mean: a text that has two of them by chance is far from all of them together, and one that
has another word of their kind is near. So a topic's words are signs where they stand, and an anchor as well.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aggregator.pipeline.meaning import centred
from aggregator.pipeline.meaning_features import Numbers
from aggregator.pipeline.topics import Rules, count, matches, reading

MARGIN = 2.5
"""A text is an example of a topic when so many signs more speak for it than for any other; a title's word is two …"""

MEANT = 1.5
"""… and each standard deviation by which a text is nearer than the mean to what the words together mean is so many."""

NEAR = 2.0
"""How many standard deviations nearer than the mean a text must be to what a topic is about, to speak for it …"""

NEAREST, NEARER = 8, 1.0
"""… or it is one of the few nearest, and so many nearer: where half of all texts are of a topic none stands out."""

LEAD = 600
"""So many characters of a text are looked at: a long one says first what it is about, and has words of all topics."""

FAINT = 1.5
"""Less than that is no sign of a topic with words; of one without, what is less than NEARER."""


def votes(rules: Rules, title: str, text: str) -> list[float]:
    """Count for each topic how many of its words the text begins with, and twice those in the title; 0 where vetoed."""
    head, body = reading(title), reading(text[:LEAD])
    found = []
    for words, excludes in zip(rules.words, rules.excludes, strict=True):
        said = float(sum(2 * bool(count(word, head)) + bool(count(word, body)) for word in words))
        found.append(0.0 if said and excludes and matches(excludes, head, reading(text)) else said)
    return found


def nearness(vectors: Numbers, anchors: Numbers) -> Numbers:
    """Say how much nearer each text is to each anchor than texts are in the mean, in standard deviations.

    An anchor of zeros is near to nothing. Shape (n, K).
    """
    centre = vectors.mean(axis=0)
    there = np.linalg.norm(anchors, axis=1) > 0
    near = centred(vectors, centre) @ centred(anchors, centre).T
    spread = np.maximum(near.std(axis=0), 1e-6)
    return np.where(there, (near - near.mean(axis=0)) / spread, 0).astype(np.float32)


def together(words: Sequence[str]) -> str:
    """Write the words of a topic as the text that its anchor is made of: "goal*" means what "goal" means."""
    return ", ".join(word.strip().rstrip("*") for word in words)


def labels(said: Numbers, near: Numbers, worded: Sequence[bool]) -> Numbers:
    """Say which topic each text is an example of: 1 and 0 in a row, or nan where no topic stands out. Shape (n, K).

    A topic with words goes by these and by nearness together, and has no example that is farther from it than texts
    are in the mean; one without words goes by nearness.
    """
    last = np.sort(near, axis=0)[-min(NEAREST, len(near))]
    speaks = (near >= NEAR) | ((near >= last) & (near >= NEARER))
    signs = np.where(worded, said + MEANT * near, np.where(speaks, MARGIN * near, 0))
    ranked = np.sort(np.concatenate([signs, np.zeros((len(signs), 1), signs.dtype)], axis=1), axis=1)
    first = signs.argmax(axis=1)
    clear = (ranked[:, -1] - ranked[:, -2] >= MARGIN) & (near[np.arange(len(near)), first] >= 0)
    best = np.eye(signs.shape[1], dtype=np.float32)[first]
    return np.where(clear[:, None], best, np.nan).astype(np.float32)


def nothing(said: Numbers, near: Numbers, worded: Sequence[bool]) -> NDArray[np.bool_]:
    """Tell in which texts nothing speaks for any topic. Shape (n,)."""
    signs, least = np.where(worded, said + MEANT * near, near), np.where(worded, FAINT, NEARER)
    found: NDArray[np.bool_] = np.all(signs < least, axis=1)
    return found
