"""Neighbours in meaning: who they are, and what they say of a text's topics."""

import numpy as np
import pytest

from aggregator.pipeline.meaning_near import AXES, BLOCK, apart, by_neighbours, closeness, seen_along, strongest

CHANCE = np.random.default_rng(7)


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_only_what_is_near_is_a_neighbour_and_the_nearer_the_more() -> None:
    others = unit(np.array([[1, 0], [1, 0.5], [0, 1], [-1, 0]]))
    close = closeness(unit(np.array([[1, 0]])), others)
    assert close.columns.tolist() == [0, 1]
    assert close.numbers.tolist() == pytest.approx([0.49, (0.8944 - 0.3) ** 2], abs=1e-3)


def test_no_text_is_its_own_neighbour_across_blocks() -> None:
    """Texts are compared block by block; each finds its twin in another block, and never itself."""
    rows = unit(CHANCE.normal(size=(BLOCK + 3, 300)))
    texts = np.concatenate([rows, rows])
    close = closeness(texts, texts, alike=True)
    assert (close.rows != close.columns).all()
    pairs = set(zip(close.rows.tolist(), close.columns.tolist(), strict=True))
    assert all((row, row + len(rows)) in pairs and (row + len(rows), row) in pairs for row in range(len(rows)))


def test_a_text_that_was_there_is_known_again_and_is_not_its_own_neighbour() -> None:
    """Also when its place was kept with three digits."""
    rows = unit(CHANCE.normal(size=(40, AXES)) + 1)
    kept = rows[:30].astype(np.float16).astype(np.float32)
    close, seen = apart(closeness(rows, kept))
    assert seen.tolist() == [True] * 30 + [False] * 10
    assert (close.rows != close.columns).all()
    assert len(close.rows) > 900


def test_neighbours_say_what_they_are_and_strangers_say_nothing() -> None:
    others = unit(np.array([[1, 0.1], [1, -0.1], [-1, 0]]))
    shares = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    logs = by_neighbours(closeness(unit(np.array([[1, 0], [0, 1]])), others), shares)
    assert logs[0, 0] > logs[0, 1] + 1
    assert logs[1, 0] == pytest.approx(logs[1, 1])


def test_no_texts_and_no_neighbours_are_no_mistake() -> None:
    nobody = np.zeros((0, 2), np.float32)
    logs = by_neighbours(closeness(unit(np.array([[1, 0]])), nobody), nobody)
    assert logs[0, 0] == pytest.approx(logs[0, 1])
    assert by_neighbours(closeness(nobody, unit(np.array([[1, 0]]))), np.ones((1, 2), np.float32)).shape == (0, 2)


def test_the_strongest_directions_are_those_in_which_texts_differ() -> None:
    """Their signs are fixed, so that the same texts give the same numbers."""
    rows = CHANCE.normal(size=(400, 256)).astype(np.float32) * np.where(np.arange(256) < 5, 10, 0.1).astype(np.float32)
    axes = strongest(rows)
    assert axes.shape == (256, AXES)
    assert np.abs(axes[:5, :5]).sum() > 5
    assert axes[np.abs(axes).argmax(axis=0), np.arange(AXES)].min() > 0
    assert np.linalg.norm(seen_along(rows, axes), axis=1) == pytest.approx(1, abs=1e-5)
