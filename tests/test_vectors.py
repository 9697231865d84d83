"""Vectors of texts: near where the meaning is near."""

from random import Random

import numpy as np

from aggregator.vectors import SIZE, Vectors
from aggregator.vectors.pieces import LONGEST
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


def test_the_vectors_of_pieces_are_those_of_the_file() -> None:
    """To the last bit, however small."""
    pieces, vectors = range(32_000), Vectors()
    assert np.array_equal(vectors._rows.of(pieces), vectors._weights[pieces].astype(np.float32))


LETTERS = "aaaeeinorstlduщжиの京東語한ßéñ\u0301😀\U0001f9ff0123456789'-’&._"
"""Some are pieces, some stand in pieces only with others, and some must be given by their bytes."""


def test_words_are_cut_as_the_tokenizer_cuts_them() -> None:
    """The pieces themselves, and words of letters at random: many neighbours make the same piece."""
    tokenizer, pieces = Vectors()._tokenizer, Vectors()._pieces
    assert len(pieces._ids) == tokenizer.get_vocab_size()
    draw = Random(7)
    words = [piece.strip("▁") for piece in tokenizer.get_vocab() if not piece.startswith("<")]
    for letters in ("ab", "aeiou", LETTERS):
        words += ["".join(draw.choices(letters, k=draw.randint(0, LONGEST))) for _ in range(3000)]
    found = tokenizer.encode_batch(words, add_special_tokens=False)
    assert [pieces.cut(word) for word in words] == [encoding.ids for encoding in found]


def test_longer_words_are_left_to_the_tokenizer() -> None:
    """Cutting takes time with the square of their letters here; 512 pieces of a text are looked at."""
    vectors, words = Vectors(), ["long" * (LONGEST // 4 + 1), "あ語" * 5000, "short"]
    assert len(vectors._cut(words)[1]) == 512
    assert np.allclose(vectors.of_words(words), vectors.sums(words), atol=1e-2)


WITHOUT = """
import sys
from aggregator.vectors import Vectors
Vectors().of_words(["Halibut", "bank", "東京"])
print(int("tokenizers" in sys.modules))
"""


def test_words_are_cut_without_the_tokenizer() -> None:
    """It takes sixteen megabytes and a tenth of a second."""
    assert freshly(WITHOUT) == 0


CUT = """
from aggregator.spare import give_back
from aggregator.vectors import Vectors
from tests.test_spare import kilobytes
vectors = Vectors()
give_back()
held = kilobytes()
for start in range(0, 20_000, 200):
    vectors._cut([f"{number * 7919:x}qz" for number in range(start, start + 200)])
give_back()
print(kilobytes() - held)
"""


@glibc
def test_few_of_the_words_that_were_cut_are_remembered() -> None:
    """Most of what is held is the pieces themselves."""
    assert freshly(CUT) < 6_000
