"""The pages and the mail for subscribers, in each language that ships with the program."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import pytest

from aggregator.pipeline.people_samples import OFFER, samples
from tests.newsroom import WORDS
from tests.pipeline.test_frame import ENGLISH, FACT, FILES, LANGUAGES
from tests.test_templates import Page

OTHER_SCRIPTS = {"ar", "fa", "he", "ja", "ko", "ru", "uk", "zh"}
NAMES = r"Sample|Other|One|Two|Atom|RSS|Asia|Tokyo|Europe|Berlin|UTC|\S*example\S*"
SAME = {"feeds", "pause", "update"}  # words that others took from us, or we from them


@cache
def shown(language: str) -> tuple[tuple[str, str], ...]:
    """Write out every sample in a language."""
    return tuple((name, WORDS.render(name, values)) for name, values in samples(WORDS.frame(language)))


def said(language: str) -> Iterator[str]:
    """Give the words of each page without markup, styles, the names of languages, and what has no language."""
    for _, text in shown(language):
        bare = re.sub(r"(?s)<style>.*?</style>|<option [^>]*lang=.*?</option>|<title>.*?</title>|<[^>]+>", " ", text)
        yield re.sub(NAMES, " ", re.sub(r"https?://\S+|&\w+;", " ", bare))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_well_formed_and_says_what_it_speaks(language: str):
    turned = "rtl" if language in ("ar", "fa", "he") else "ltr"
    pages = [text for name, text in shown(language) if name.endswith(".html")]
    assert len(pages) > 50
    for text in pages:
        assert f'<html lang="{language}" dir="{turned}">' in text and Page(text).open == []
        assert not re.search("[\u2066-\u2069]", text), "only elements set names apart"


@pytest.mark.parametrize("language", sorted(OTHER_SCRIPTS))
def test_no_latin_word_is_left_where_people_write_otherwise(language: str):
    for text in said(language):
        assert not re.search("[A-Za-z]{2,}", text), text


@pytest.mark.parametrize("language", sorted({*LANGUAGES} - OTHER_SCRIPTS - {"en"}))
def test_no_phrase_is_left_in_english(language: str):
    words = WORDS.frame(language).words
    same = {
        key for key in ENGLISH if words.get(key) == ENGLISH[key] and re.search("[a-z]", FACT.sub("", f"{ENGLISH[key]}"))
    }
    assert same <= SAME


@pytest.mark.parametrize(("language", "encoding"), [("zh-Hant", "cp950"), ("zh", "gb2312")])
def test_no_phrase_of_one_chinese_script_is_in_the_other(language: str, encoding: str):
    """What zh-Hant leaves to zh must be written alike in both."""
    for key, phrase in WORDS.frame(language).words.items():
        for form in phrase.values() if isinstance(phrase, dict) else [str(phrase)]:
            re.sub("[–—…·»«]", "", form).encode(encoding), key


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_sentence_begins_or_ends_with_a_blank_or_doubles_one(path):
    for phrase in WORDS.frame(path.stem).words.values():
        for form in phrase.values() if isinstance(phrase, dict) else [str(phrase)]:
            assert form == form.strip() or form in (", ", "، ")
            assert "  " not in form


def test_the_subject_is_the_first_line_of_the_mail():
    for language in LANGUAGES:
        text = next(text for name, text in shown(language) if name == "confirm.txt")
        assert text.strip().splitlines()[0] == WORDS.frame(language).say("mail_subject", title="Sample")
        assert all(len(line) <= 74 or "://" in line for line in text.splitlines())
        assert "https://news.example.org/confirm/token" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_that_run_the_other_way_are_set_apart_in_the_text_of_the_mail_too(language: str):
    """By isolates (UAX #9), as its HTML sets them apart by `dir`; names that run as the text does stand bare."""
    offer = replace(OFFER, title="7 o\u2019clock news!")
    values = dict(samples(WORDS.frame(language), offer=offer, site="קול העיר"))["confirm.txt"]
    text = " ".join(WORDS.render("confirm.txt", values).split())
    from_right = language in ("ar", "fa", "he")
    assert ("\u2068קול העיר\u2069" in text) != from_right and ("\u20687 o\u2019clock news!\u2069" in text) == from_right
    assert text.count("\u2068") == text.count("\u2069") == 1
