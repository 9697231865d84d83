"""The words, dates and plural forms of the frame, in each language that ships with the program."""

import re
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from aggregator.errors import TemplateError
from aggregator.pipeline.frame import relations
from aggregator.templates import Templates
from aggregator.templates.words import OPTIONAL
from aggregator.workspace import shipped
from tests.newsroom import WORDS, issue, news

DAY = date(2026, 11, 23)
FILES = sorted((shipped("templates") / "words").glob("*.toml"))
ENGLISH = tomllib.loads((shipped("templates") / "words" / "en.toml").read_text(encoding="utf-8"))
LANGUAGES = [path.stem for path in FILES if "-" not in path.stem]
FACT = re.compile(r"\{\w+\}")


def words(name: str) -> dict[str, object]:
    return tomllib.loads((shipped("templates") / "words" / f"{name}.toml").read_text(encoding="utf-8"))


def test_these_languages_ship_with_the_program():
    assert LANGUAGES == ["ar", "de", "en", "es", "fa", "fr", "he", "it", "ja", "ko", "nl", "pl", "pt", "ru", "uk", "zh"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_is_there_and_says_what_the_english_one_says(language: str):
    own = words(language)
    assert set(ENGLISH) - set(OPTIONAL) <= set(own)
    for key, phrase in own.items():
        if key in OPTIONAL:
            continue
        general = phrase["other"] if isinstance(phrase, dict) else str(phrase)
        english = ENGLISH[key]["other"] if isinstance(ENGLISH[key], dict) else ENGLISH[key]
        assert set(FACT.findall(general)) == set(FACT.findall(english)), key


@pytest.mark.parametrize("language", [path.stem for path in FILES])
def test_there_is_a_form_for_each_number(language: str):
    """A form that its language has no use for would be a mistake, too."""
    frame = WORDS.frame(language)
    used = {frame.locale.plural_form(n) for n in range(1, 1000)}
    for key, phrase in words(language).items():
        if isinstance(phrase, dict):
            assert used <= set(phrase) | ({"other"} if len(used) == 1 else set()) or len(set(phrase.values())) == 1, key
            assert set(phrase) <= {*frame.locale.plural_form.tags, "other"}, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_issue_speaks_its_language(language: str):
    """No English word of the frame is left, and the page says which language it is and which way it runs."""
    composed = issue(news(9), size=6, language=language)
    links = {"web": "https://a.example/1", "unsubscribe": "https://a.example/2", "preferences": "https://a.example/3"}
    letter = WORDS.letter(composed, links=links)
    turned = "rtl" if language in ("ar", "fa", "he") else "ltr"
    assert f'<html lang="{language}" dir="{turned}">' in letter.html
    if language != "en":
        for shown in (letter.html, letter.text, composed.subject, composed.date):
            assert not re.search(r"Also|more on|On the web|Unsubscribe|Preferences|stor(y|ies)|Monday|min read", shown)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Monday, 23 November 2026"),
        ("en-US", "Monday, November 23, 2026"),
        ("de", "Montag, 23. November 2026"),
        ("de-AT", "Montag, 23. November 2026"),
        ("fr", "lundi 23 novembre 2026"),
        ("pl", "poniedziałek, 23 listopada 2026"),
        ("ru", "понедельник, 23 ноября 2026\u202fг."),
        ("ar", "الاثنين، 23 نوفمبر 2026"),
        ("fa", "دوشنبه ۲۳ نوامبر ۲۰۲۶"),
        ("ja", "2026年11月23日月曜日"),
        ("zh-TW", "2026年11月23日 星期一"),
        ("tlh", "Monday, 23 November 2026"),
    ],
)
def test_dates(language: str, expected: str):
    assert WORDS.frame(language).long_date(DAY) == expected


@pytest.mark.parametrize(
    ("language", "n", "expected"),
    [
        ("en", 1, "1 more on the web"),
        ("ru", 1, "Ещё 1 новость на сайте"),
        ("ru", 3, "Ещё 3 новости на сайте"),
        ("ru", 11, "Ещё 11 новостей на сайте"),
        ("ru", 21, "Ещё 21 новость на сайте"),
        ("pl", 22, "Jeszcze 22 wiadomości w sieci"),
        ("ar", 2, "خبران آخران على الموقع"),
        ("ar", 7, "7 أخبار أخرى على الموقع"),
        ("ar", 34, "34 خبرًا آخر على الموقع"),
        ("fa", 34, "۳۴ خبر دیگر در وبگاه"),
        ("ja", 34, "ウェブであと34件を読む"),
    ],
)
def test_plural_forms(language: str, n: int, expected: str):
    assert WORDS.frame(language).say("more_on_web", n=n) == expected


@pytest.mark.parametrize(
    ("language", "weekday", "other"),
    [
        ("en", "New since Sunday:", "New since 3 October:"),
        ("es", "Novedades desde el domingo:", "Novedades desde el 3 de octubre:"),
        ("fr", "Nouveau depuis notre édition (dimanche) :", "Nouveau depuis notre édition (3 octobre) :"),
        ("it", "Novità dopo la nostra edizione (domenica):", "Novità dopo la nostra edizione (3 ottobre):"),
        ("ru", "Новое после выпуска (воскресенье):", "Новое после выпуска (3 октября):"),
    ],
)
def test_a_weekday_and_a_date_both_fit_the_phrase(language: str, weekday: str, other: str):
    """French and Italian have an article before a date and none before a weekday."""
    frame = WORDS.frame(language)
    days = [frame.day_before(day, seen_from=DAY) for day in (date(2026, 11, 22), date(2026, 10, 3))]
    assert [frame.say("new_since", day=day) for day in days] == [weekday, other]


@pytest.mark.parametrize("language", ["es", "fr", "it", "pt", "de", "nl", "ar", "he", "pl", "ru", "uk"])
def test_a_moment_that_a_preposition_would_stand_before_follows_a_colon(language: str):
    assert re.search(r"\s?: \{when\}$", str(words(language)["seen"]))


def test_what_is_put_into_a_phrase_is_not_read_as_one():
    assert WORDS.frame("en").say("also_in", names="{n} {names}") == "Also in {n} {names}"


def test_times_and_the_zone_are_told_in_words():
    frame = WORDS.frame("de")
    assert frame.moment(datetime(2026, 11, 22, 23, 30, tzinfo=UTC), day=DAY) == "Sonntag, 23:30"
    assert frame.moment(datetime(2026, 11, 24, 1, 30, tzinfo=UTC), day=DAY) == "Dienstag, 01:30"
    assert frame.moment(datetime(2025, 3, 1, tzinfo=UTC), day=DAY) == "1. März 2025"
    assert (frame.place("Europe/Rome"), frame.place("UTC")) == ("Rom", "UTC")
    assert WORDS.frame("ja").day_before(date(2026, 11, 20), seen_from=DAY) == "金曜日"


def test_a_language_takes_what_its_script_and_region_have_of_their_own():
    assert relations("zh-TW") == ("zh", "zh-Hant", "zh-TW")
    assert WORDS.frame("zh-TW").say("unsubscribe") == "取消訂閱"
    assert WORDS.frame("zh-CN").say("unsubscribe") == "退订"
    assert WORDS.frame("pt-PT").say("subscribe") == "Subscrever"
    assert WORDS.frame("pt-BR").say("subscribe") == "Assinar"


def test_a_reader_with_another_language_and_zone_gets_the_same_news():
    """The issue is frozen in English and for Berlin; nothing that publishers say changes."""
    composed = issue(news(5))
    own = WORDS.framed(composed, language="de", zone="Asia/Tokyo", template="{title}: {lead}")
    assert (own.language, own.zone, own.date) == ("de", "Asia/Tokyo", "Montag, 23. November 2026")
    assert own.subject.startswith("Morning briefing: Ministers sign")
    assert [(line.title, line.excerpt, line.url) for line in own.lines] == [
        (line.title, line.excerpt, line.url) for line in composed.lines
    ]
    assert composed.lines[0].when == "07:00" and own.lines[0].when == "15:00"
    assert WORDS.letter(composed, language="de", zone="Asia/Tokyo").text == WORDS.letter(own).text
    assert WORDS.framed(own, language="en", zone="Europe/Berlin") == composed


def test_the_users_words_take_the_place_of_ours_one_by_one(tmp_path: Path):
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "de.toml").write_text('unsubscribe = "Keine Post mehr"\n', encoding="utf-8")
    (tmp_path / "words" / "sv.toml").write_text('unsubscribe = "Avsluta"\n', encoding="utf-8")
    templates = Templates(tmp_path)
    assert templates.frame("de").say("unsubscribe") == "Keine Post mehr"
    assert templates.frame("de").say("preferences") == "Einstellungen"
    assert templates.frame("sv-FI").say("unsubscribe") == "Avsluta"
    assert templates.frame("sv").long_date(DAY) == "måndag 23 november 2026"
    templates.check()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('unsubscrybe = "x"', "unsubscrybe: there is no such phrase; did you mean `unsubscribe`?"),
        ('also_in = "in {nmaes}"', "also_in: there is no {nmaes} here; there is: {names}"),
        ('stories = "{n} x"', "stories: must have a form for `other`, and may for zero, one, two, few, many"),
        ('stories = {one = "{n} x"}', "must have a form for `other`"),
        ("update = 3", "update: must be text"),
        ('digits = "12"', "digits: must be ten digits, from zero on"),
        ("update = ", "cannot be read: "),
        ('date = "foo bar"', "date: must be a pattern of a date, like d MMMM y"),
        ('day = "HH:mm"', "day: must be a pattern of a date"),
        ('day_of_year = "dddddd"', "day_of_year: must be a pattern of a date"),
        ("day = 3", "day: must be a pattern of a date"),
    ],
)
def test_a_mistake_in_the_users_words_is_named_with_its_file(tmp_path: Path, text: str, reason: str):
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "de.toml").write_text(text + "\n", encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        Templates(tmp_path).check()
    place = str(tmp_path / "words" / "de.toml")
    assert caught.value.template == (place if reason.startswith("cannot be") else f"{place}:1")
    assert reason in str(caught.value)


def test_all_mistakes_in_the_users_words_are_named_at_once_each_with_its_line(tmp_path: Path):
    """In whatever way TOML lets a phrase be written, and over all files."""
    (tmp_path / "words").mkdir()
    german = """# ours
unsubscrybe = "x"
unsubscribe = "Schluss"
also_in = "in {nmaes} und {wer}"
"update" = 3
stories.one = "{n}"

[covered]
few = "{n}"
"""
    (tmp_path / "words" / "de.toml").write_text(german, encoding="utf-8")
    (tmp_path / "words" / "fr.toml").write_text("next = ", encoding="utf-8")
    (tmp_path / "words" / "sv.toml").write_text("\nnext = 3", encoding="utf-8")
    with pytest.raises(TemplateError) as caught:
        Templates(tmp_path).check()
    named = [problem.removeprefix(f"{tmp_path}/words/") for problem in caught.value.problems]
    assert [name.partition(": ")[0] for name in named] == [
        *("de.toml:2", "de.toml:4", "de.toml:5", "de.toml:6", "de.toml:8", "fr.toml", "sv.toml:2")
    ]
    assert named[1] == "de.toml:4: also_in: there is no {nmaes}, {wer} here; there is: {names}"
    assert str(caught.value) == "\n".join(caught.value.problems)


def test_a_frame_without_words_says_that_it_is_english():
    """Nothing runs from the right that is English; each line of a publisher still says its own language."""
    html = WORDS.letter(issue(news(2, language="ur"), language="ur"), links={"web": "https://a.example/"}).html
    assert '<html lang="en" dir="ltr">' in html and "On the web" in html
    assert html.count(' dir="ltr" lang="ur"') == 2


@pytest.mark.parametrize(("tag", "phrase"), [("pt-pt", "Subscrever"), ("ZH-hant-tw", "訂閱"), ("EN-us", "Subscribe")])
def test_the_case_of_a_tag_means_nothing(tag: str, phrase: str):
    assert WORDS.frame(tag).say("subscribe") == phrase
    assert WORDS.frame("en-us").long_date(DAY) == "Monday, November 23, 2026"


def test_a_file_whose_name_would_not_be_found_is_named(tmp_path: Path):
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "pt-pt.toml").write_text('update = "Novo"\n', encoding="utf-8")
    with pytest.raises(TemplateError, match=r"pt-pt\.toml: would not be found; call it pt-PT\.toml"):
        Templates(tmp_path).check()


def test_a_tag_that_is_no_name_of_a_file_reads_none():
    assert WORDS.frame("../../etc").say("update") == "Update"
