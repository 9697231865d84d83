"""Words by their numbers are the words that ``terms`` cuts, of whatever texts, and however often they come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.pipeline import stories_words
from aggregator.pipeline.stories_words import Vocabulary
from aggregator.pipeline.terms import reduced, words

SIGNS = "aZé1,.:'’&-_ \n\x00\u00a0中ก한\u0301😀\ud800"
LONG = "sixteen-bytes-ab", "sixteen-bytes-abc", "sixteen-bytes-ab.", "é" * 8, "é" * 9


def said(known: Vocabulary, texts: list[str]) -> list[list[str]]:
    ids, sizes = known.ids(texts)
    found = iter([known.words[id] for id in ids.tolist()])
    return [[next(found) for _ in range(size)] for size in sizes.tolist()]


@given(st.lists(st.lists(st.sampled_from([*SIGNS, *LONG, "U.S.", "1,000"])).map("".join)))
def test_the_words_of_texts_are_those_that_are_cut_one_by_one(texts: list[str]) -> None:
    known = Vocabulary()
    for _ in range(2):
        assert said(known, texts) == [words(text) for text in texts]
    assert [bool(known.hashes[id]) for id in range(len(known.words))] == [bool(reduced(word)) for word in known.words]


def test_pieces_that_share_a_slot_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories_words, "_SLOTS", 1)
    known, texts = Vocabulary(), [" ".join(f"word{n % 7}x{m}" for m in range(5)) for n in range(20)]
    for _ in range(2):
        assert said(known, texts) == [words(text) for text in texts]


def test_a_text_without_words_has_none() -> None:
    assert said(Vocabulary(), ["", " - ", "one", "…"]) == [[], [], ["one"], []]
    assert said(Vocabulary(), []) == []
