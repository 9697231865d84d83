"""Vectors of texts: near where the meaning is near."""

import numpy as np

from aggregator.vectors import SIZE, Vectors
from tests.test_spare import freshly, glibc


def test_texts_about_one_thing_are_nearer_than_texts_about_two() -> None:
    bank, money, sport = Vectors().embed(
        [
            "The central bank raised interest rates",
            "Monetary policy was tightened again",
            "The striker scored two goals",
        ]
    )
    assert bank @ money > 2 * (bank @ sport)


def test_a_row_for_each_text_of_length_one_and_zeros_for_none() -> None:
    rows = Vectors().embed(["one two", "", "three " * 5000])
    assert rows.shape == (3, SIZE)
    assert np.allclose(np.linalg.norm(rows, axis=1), [1, 0, 1], atol=1e-5)


def test_the_company_of_other_texts_changes_nothing() -> None:
    alone, together = Vectors().embed(["a short text"]), Vectors().embed(["a short text", "a much longer text " * 40])
    assert np.allclose(alone[0], together[0])


def test_the_vectors_of_words_are_the_sums_of_their_pieces() -> None:
    words = ["bank", "", "Halibut", "東京", "antidisestablishmentarianism"] * 300
    assert np.allclose(Vectors().of_words(words), Vectors().sums(words), atol=1e-3)


def test_a_word_that_is_one_piece_is_cut_into_that_piece_alone() -> None:
    tokenizer = Vectors()._tokenizer
    whole = {piece[1:]: id for piece, id in tokenizer.get_vocab().items() if piece[0] == "▁"}
    words = [word for word in whole if word.isalnum()]
    found = tokenizer.encode_batch(words, add_special_tokens=False)
    assert len(words) > 10_000
    assert [(word, encoding.ids) for word, encoding in zip(words, found, strict=True)] == [
        (word, [whole[word]]) for word in words
    ]


CUT = """
from aggregator.spare import give_back
from aggregator.vectors import Vectors
from tests.test_spare import kilobytes
vectors = Vectors()
words = [f"{number * 7919:x}qz" for number in range(20_000)]
vectors._cut(words[:300])
give_back()
held = kilobytes()
for start in range(0, len(words), 200):
    vectors._cut(words[start : start + 200])
give_back()
print(kilobytes() - held)
"""


@glibc
def test_words_that_were_cut_are_not_remembered() -> None:
    """The tokenizer would keep ten thousand of them, in nine megabytes."""
    assert freshly(CUT) < 4_000
