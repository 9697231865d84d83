"""Which topics the texts nearest in meaning have: the third view of the model of topics.

Neighbours see what a straight line through vectors cannot: small groups inside a topic. They are sought among the
strongest directions of the vectors alone (principal components), where chance likeness of single words is left out.
"""

import numpy as np
from numpy.typing import NDArray

from aggregator.pipeline.meaning_features import Features, Numbers

AXES = 64
"""So many directions are compared."""

APART = 0.3
"""Texts whose cosine is no greater are no neighbours; nearness is the square of what is above it."""

PRIOR = 0.3
"""A text without neighbours leaves it open: so much nearness is shared out evenly in any case."""

LEAST = 0.02  # what neighbours do not have at all is still not impossible
ITSELF = 0.999  # a text whose cosine is no less is the same one
BLOCK = 512  # texts compared at once, so that memory is bounded


def strongest(vectors: Numbers) -> Numbers:
    """Find the directions in which centred vectors differ most. Shape (256, AXES)."""
    wide = vectors.astype(np.float64)
    _, found = np.linalg.eigh(wide.T @ wide)
    found = found[:, ::-1][:, :AXES]
    heaviest = found[np.abs(found).argmax(axis=0), np.arange(found.shape[1])]
    signed: Numbers = (found * np.where(heaviest < 0, -1, 1)).astype(np.float32)  # a direction's sign is arbitrary
    return signed


def seen_along(vectors: Numbers, axes: Numbers) -> Numbers:
    """Describe centred vectors by these directions alone; of length one. Shape (n, AXES)."""
    found = vectors @ axes
    ones: Numbers = found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-6)
    return ones


def closeness(texts: Numbers, others: Numbers, *, alike: bool = False) -> Features:
    """Say how near each text is to each of the others, where it is at all; rows are texts, columns the others.

    ``alike``: both are the same texts, and none is its own neighbour.
    """
    rows, columns, numbers = [], [], []
    for start in range(0, len(texts), BLOCK):
        near = texts[start : start + BLOCK] @ others.T - np.float32(APART)
        if alike:
            np.fill_diagonal(near[:, start:], 0)
        places = np.flatnonzero(near > 0)
        rows.append(places // len(others) + start)
        columns.append(places % len(others))
        numbers.append(np.square(near.ravel()[places]))
    none = np.zeros(0, np.float32)
    found = [np.concatenate([none.astype(kind), *parts]) for kind, parts in ((np.int64, rows), (np.int64, columns))]
    return Features(found[0], found[1], np.concatenate([none, *numbers]), len(texts))


def apart(close: Features) -> tuple[Features, NDArray[np.bool_]]:
    """Take texts out of their own neighbours, and say which were there: the model was made from these. (count,)."""
    itself = close.numbers >= (ITSELF - APART) ** 2
    seen = np.zeros(close.count, np.bool_)
    seen[close.rows[itself]] = True
    others = ~itself
    return Features(close.rows[others], close.columns[others], close.numbers[others], close.count), seen


def by_neighbours(close: Features, shares: Numbers) -> Numbers:
    """Give the logarithm of each topic's part in a text's neighbours; shares (others, K + 1) → (count, K + 1)."""
    found = close.times(shares)
    parts = (found + PRIOR / found.shape[1]) / (found.sum(axis=1, keepdims=True) + PRIOR)
    logs: Numbers = np.log(parts + LEAST)
    return logs
