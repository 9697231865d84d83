"""Letters in little room."""

from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Letter, Packed
from aggregator.pipeline.narrowing import narrowed
from aggregator.pipeline.packing import pack, unpack
from tests.newsroom import WORDS, issue, news

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_what_was_packed_comes_back_as_it_was(html: str, text: str, other_html: str, other_text: str) -> None:
    """Whatever it was packed with, also nothing."""
    letter, other = Letter(html, text), Letter(other_html, other_text)
    assert unpack(pack(letter, like=other), like=other) == letter


def test_what_an_earlier_program_kept_comes_back_as_it_was() -> None:
    assert unpack(Packed("<p>Hello</p>", "Hello"), like=Letter("a", "b")) == Letter("<p>Hello</p>", "Hello")


def test_the_letter_of_a_choice_takes_a_tenth_of_the_room() -> None:
    whole = issue(news(12))
    some = narrowed(whole, {"economy": "Economy", "geopolitics": "Geopolitics"})
    assert some
    letter, like = WORDS.letter(some), WORDS.letter(whole)
    packed = pack(letter, like=like)
    assert len(packed.html) + len(packed.text) < len(letter.html + letter.text) / 10
