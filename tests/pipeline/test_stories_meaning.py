"""What entries mean: the same whatever was met before."""

from collections.abc import Sequence
from random import Random
from struct import pack

import numpy as np
import pytest
from numpy.typing import NDArray

from aggregator.model import Traits
from aggregator.pipeline import stories_meaning
from aggregator.pipeline.stories_meaning import Meanings

DRAW = Random(3)
WORDS = [f"word{n}" for n in range(400)]
TEXTS = [DRAW.choices(WORDS, weights=range(1, 401), k=DRAW.randint(0, 60)) for _ in range(300)]
VECTORS = dict(zip(WORDS, np.random.default_rng(3).normal(size=(400, 256)).astype(np.float32), strict=True))


class Book:
    """Vectors of words that are made up, and which were asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, words: Sequence[str]) -> NDArray[np.float32]:
        self.asked += words
        return np.array([VECTORS[word] for word in words], dtype=np.float32)


def unripe() -> list[Traits]:
    found = []
    for n, said in enumerate(TEXTS):
        one = Traits(n + 1, 0, 0, len(said), b"", b"")
        one.spelt, one.parts = (b"", " ".join(said)), pack(f"<{len(said)}H", *range(16, 16 + len(said)))
        found.append(one)
    return found


def test_a_meaning_is_the_sum_of_the_vectors_of_words_made_512_long() -> None:
    traits = unripe()
    Meanings(Book().embed).ripen(traits)
    for one, said in zip(traits, TEXTS, strict=True):
        whole = np.rint(Book().embed(said).reshape(-1, 256) * 64).astype(np.int64)
        summed = np.arange(16, 16 + len(said)) @ whole
        meant = np.clip(np.rint(summed * 512 / max(1, float(np.linalg.norm(summed)))), -127, 127)
        assert np.abs(np.frombuffer(one.meaning, dtype=np.int8) - meant).max() <= 1


@pytest.mark.parametrize("kept", [0, 1, 50, 390])
def test_what_was_met_before_and_what_was_forgotten_change_no_meaning(
    kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, book, wanted = Book(), Book(), unripe()
    Meanings(whole.embed).ripen(wanted)
    monkeypatch.setattr(stories_meaning, "KEPT", kept)
    meanings = Meanings(book.embed)
    for some in (1, 37, 90):
        traits = Random(some).sample(unripe(), len(wanted))
        for start in range(0, len(traits), some):
            meanings.ripen(traits[start : start + some])
        assert {one.entry: one.meaning for one in traits} == {one.entry: one.meaning for one in wanted}
    assert len(whole.asked) == len(set(whole.asked)) < len(book.asked)


def test_of_many_words_those_that_were_met_last_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories_meaning, "KEPT", 10)
    book = Book()
    words = stories_meaning._Words(book.embed)
    words.rows(WORDS[:8])
    words.rows(WORDS[4:11])
    assert book.asked == WORDS[:11]
    words.rows(WORDS[3:9])
    assert book.asked == [*WORDS[:11], WORDS[3]]
    assert len(words._known) == 6
