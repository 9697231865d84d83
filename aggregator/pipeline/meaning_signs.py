"""What speaks for a topic before anything is learned: the editor's words, and nearness to what it is about."""

from collections.abc import Sequence

import numpy as np

from aggregator.pipeline.meaning import centred
from aggregator.pipeline.meaning_features import Numbers
from aggregator.pipeline.topics import Rules, count, matches, reading

MARGIN = 2.0
"""A text is an example of a topic when so many signs more speak for it than for any other; a title's word is two."""

NEAR = 2.0
"""How many standard deviations nearer than the mean a text must be to what a topic is about, to speak for it …"""

NEAREST, NEARER = 8, 1.0
"""… or it is one of the few nearest, and so many nearer: where half of all texts are of a topic none stands out."""


def votes(rules: Rules, title: str, text: str) -> list[float]:
    """Count for each topic how many of its words stand in the text, and twice those in the title; 0 where vetoed."""
    head, body = reading(title), reading(text)
    found = []
    for words, excludes in zip(rules.words, rules.excludes, strict=True):
        said = float(sum(2 * bool(count(word, head)) + bool(count(word, body)) for word in words))
        found.append(0.0 if said and excludes and matches(excludes, head, body) else said)
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


def labels(said: Numbers, near: Numbers, worded: Sequence[bool]) -> Numbers:
    """Say which topic each text is an example of: 1 and 0 in a row, or nan where no topic stands out. Shape (n, K).

    A topic with words goes by them; one without goes by nearness.
    """
    last = np.sort(near, axis=0)[-min(NEAREST, len(near))]
    speaks = (near >= NEAR) | ((near >= last) & (near >= NEARER))
    signs = np.where(np.asarray(worded), said, np.where(speaks, MARGIN * near, 0))
    ranked = np.sort(np.concatenate([signs, np.zeros((len(signs), 1), signs.dtype)], axis=1), axis=1)
    clear = ranked[:, -1] - ranked[:, -2] >= MARGIN
    best = np.eye(signs.shape[1], dtype=np.float32)[signs.argmax(axis=1)]
    return np.where(clear[:, None], best, np.nan).astype(np.float32)
