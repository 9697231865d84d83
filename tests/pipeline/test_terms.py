"""Terms, names, numbers and sentences, in scripts of all kinds."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.pipeline.terms import names, number, numbers, sentences, shared, term, terms, words


@pytest.mark.parametrize(
    "forms",
    [
        ("sack", "sacks", "sacked", "sacking", "Sacks"),
        ("sterilisation", "sterilization"),
        ("bank", "Bank's", "banks", "bank’s"),
        ("country", "countries"),
        ("plan", "planned", "planning"),
        ("U.S", "US"),
        ("Москвы", "москвы"),
    ],
)
def test_forms_of_a_word_are_one_term(forms: tuple[str, ...]) -> None:
    assert len({term(form) for form in forms}) == 1


def test_everyday_words_are_no_terms_but_names_in_capitals_are() -> None:
    assert terms("Who says that it was the WHO") == ["who"]
    assert terms("La France et les États") == ["franc", "états"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("14,000", "14000"),
        ("1.50", "1.5"),
        ("3.000.000", "3000000"),
        ("1,5", "1.5"),
        ("12:30", "12:30"),
        ("007", "007"),
    ],
)
def test_a_number_is_written_in_one_way(written: str, meant: str) -> None:
    assert number(written) == meant
    assert numbers(f"about {written} of them") == [meant]


def test_scripts_without_blanks_are_cut_into_pairs_of_signs() -> None:
    assert words("GDP増加 2026") == ["GDP", "増加", "2026"]
    assert words("東京都") == ["東京", "京都"]
    assert words("กรุง") == ["กร", "รุ", "ุง"]


def test_names_are_capitalised_words_inside_a_sentence() -> None:
    assert names("The president met Angela Merkel, Boris Johnson in Sochi.") == [
        "Angela Merkel",
        "Boris Johnson",
        "Sochi",
    ]
    assert names("Nothing of the kind") == []
    assert names("東京で会談した") == []


def test_sentences_do_not_end_at_abbreviations_or_initials() -> None:
    text = 'Mr. Smith met J. R. Doe on Jan. 5. "It rained." They left.\nNo stop here\n今日は。明日は。'
    assert list(sentences(text)) == [
        "Mr. Smith met J. R. Doe on Jan. 5.",
        '"It rained."',
        "They left.",
        "No stop here",
        "今日は。",
        "明日は。",
    ]


def test_what_sets_share_lies_between_nothing_and_all() -> None:
    one, other = frozenset("abcd"), frozenset("cdef")
    assert (shared(one, one), shared(one, other), shared(one, frozenset())) == (1, 0.5, 0)


@given(st.text())
def test_any_text_is_cut_without_an_error_and_its_sentences_hold_all_its_signs(text: str) -> None:
    assert all(terms(text))
    names(text)
    numbers(text)
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


@given(st.text(alphabet="ab12.,:'&-_ \nAB\x7f;", max_size=60))
def test_words_of_plain_text_are_those_of_the_pattern(text: str) -> None:
    """One sign beyond ASCII lets the pattern find them; it is no word itself."""
    assert words(text) == words(f"{text} …")


def test_a_text_of_signs_between_words_takes_one_pass() -> None:
    began = process_time()
    assert words("a - " * 300_000) == ["a"] * 300_000
    assert process_time() - began < 3
