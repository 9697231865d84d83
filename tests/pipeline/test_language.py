"""The language of a feed that names none."""

import subprocess
import sys

import pytest

from aggregator.pipeline.language import by_model, by_small_words, language_of, language_of_feed

TEXTS = {
    "en": "The ministers of the two states are to meet in the city, and this is what was said of it.",
    "de": "Die Minister der beiden Staaten treffen sich in der Stadt, und das ist nicht alles, was dazu gesagt wurde.",
    "fr": "Les ministres des deux pays se retrouvent dans la ville pour une rencontre, et ce n'est pas tout.",
    "es": "Los ministros de los dos países se reúnen en la ciudad, y el encuentro es una sorpresa para las partes.",
    "pt": "Os ministros dos dois países encontram-se na cidade, e não se sabe o que será dito pelas partes.",
    "sv": "Ministrarna från de båda länderna träffas i staden, och det är inte allt som sägs om mötet.",
    "ru": "Министры двух государств встретятся в городе, чтобы обсудить новое соглашение о торговле.",
    "zh": "两国部长将在该市会晤，讨论新的贸易协定以及边境问题。",
    "ar": "يجتمع وزراء البلدين في المدينة لمناقشة اتفاق التجارة الجديد.",
}


@pytest.mark.parametrize("language", sorted(TEXTS))
def test_texts_tell_their_language(language: str) -> None:
    assert language_of("", TEXTS[language]) == language
    assert language_of_feed([("", TEXTS[language])] * 3) == language


def test_a_few_letters_tell_nothing() -> None:
    assert language_of("Taxi", "") == ""
    assert language_of_feed([("Ronin", ""), ("123", "4")]) == ""


def test_small_words_of_two_languages_leave_it_open() -> None:
    assert by_small_words(f"{TEXTS['en']} {TEXTS['de']}") == ""


def test_a_guess_that_is_not_sure_is_none() -> None:
    assert by_model("Taxi Hotel Restaurant Museum Internet Radio", at_least=0.999) == ""


@pytest.mark.parametrize(
    "neighbour",
    [
        "Det er et møte som skal holdes i byen, og det er med på å løse det som er av saker for begge land.",
        "Der er den store by, og der er den mand, som er med i den sag, der er for dem og ikke for den anden.",
        "O presidente da empresa disse que por isso se faz como se fazia, e que por ela se vive como se pode.",
        "Udvikling i byer og i lande, i havne eller i skov: et mål for hver by, et råd for et land, eller for et barn.",
        "Chegou na cidade do norte, do lado do rio, na casa do prefeito, na praça do mercado.",
        "Con una lettera, con una foto e con una chiave, con una parola, il re entra con una amica e il figlio.",
    ],
)
def test_a_neighbour_of_a_language_is_not_taken_for_it(neighbour: str) -> None:
    """Norwegian has Swedish words, Danish has German ones, Portuguese has Spanish ones: words alone do not tell."""
    assert by_small_words(f"{neighbour} {neighbour} {neighbour}") in ("", "pt")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pt", "Chegou na cidade do norte, do lado do rio, na casa do prefeito, na praça do mercado."),
        ("es", "Con una carta, con una foto y con una llave, con una palabra y con una idea entra con una amiga."),
    ],
)
def test_words_that_are_not_one_languages_alone_tell_none(language: str, text: str) -> None:
    """Portuguese has Polish "na" and "do", Spanish has Italian "con" and "una"."""
    assert language_of_feed([("", text)] * 5) == language


def test_english_needs_no_model() -> None:
    program = (
        "import sys; from aggregator.pipeline.language import language_of_feed as tell; "
        f"print(tell([('', {TEXTS['en']!r})]), 'py3langid' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["en", "False"]
