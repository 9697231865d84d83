"""How alike two texts are, and what vetoes that they are one."""

import random
from collections.abc import Sequence

import pytest

from aggregator.pipeline.likeness import Spoken, likeness
from aggregator.pipeline.marks import conflict, figures, marks, numbers, swapped
from aggregator.pipeline.shingles import spoken

WORDS = [f"{a}{b}" for a in "bdfgklmnprst" for b in ("ane", "orth", "ield", "ust", "emple", "ingle", "ower", "ave")]


def body(seed: int, count: int = 120) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=count))


def told(title: str, text: str, feed: int = 1) -> Spoken:
    return Spoken(title, text, feed)


def same(one: Spoken, other: Spoken) -> bool:
    assert likeness(one, other) == likeness(other, one)
    return likeness(one, other).same


@pytest.mark.parametrize(
    "edited",
    [
        "LONDON, March 3 (Agency) - {}",
        "{} Sign up to our newsletter and have the latest news every morning. All rights reserved.",
        "By A. Writer. {}",
    ],
)
def test_a_copy_with_another_headline_dateline_or_notice_is_one_text(edited: str) -> None:
    assert same(told("Mayor opens bridge", body(1)), told("Bridge now open, at last", edited.format(body(1)), 2))


def test_a_copy_that_is_cut_is_one_text() -> None:
    assert same(told("Mayor opens bridge", body(1)), told("A bridge", " ".join(body(1).split()[:80]), 2))


def test_a_teaser_that_is_cut_and_whose_words_were_changed_is_one_text() -> None:
    """Changed words part it into pieces, some of three words, which are no run of their own; a notice follows."""
    words, notice = body(4, 40).split(), "All rights reserved. This may not be published or told again without consent."
    edited = [*words[:8], "other", *words[9:12], "words", *words[13:28], notice]
    assert same(told("Mayor opens bridge", " ".join(words)), told("A bridge", " ".join(edited), 2))


def test_reports_that_share_a_quote_are_two_texts() -> None:
    quote = body(9, 25)
    assert not same(told("Mayor opens bridge", f"{body(1)} {quote}"), told("The bridge", f"{quote} {body(2)}", 2))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("am zwölften Tag", "am dreizehnten Tag"),
        ("la segunda vuelta", "la tercera vuelta"),
        ("la onzième journée", "la douzième journée"),
        ("la quinta tappa", "la sesta tappa"),
        ("het twaalfde pakket", "het dertiende pakket"),
        ("двенадцатый пакет", "тринадцатый пакет"),
        ("第十二批", "第十三批"),
        ("a sétima rodada", "a oitava rodada"),
    ],
)
def test_ordinals_veto_in_other_languages(one: str, other: str) -> None:
    texts = [f"{body(1, 40)} {said} {body(2, 40)}" for said in (one, other)]
    assert not same(told("The news", texts[0]), told("Of the day", texts[1], 2))
    assert same(told("The news", texts[0]), told("Of the day", texts[0], 2))


LIBRARY = "市は三日、中央図書館を来年四月から二年間休館し、耐震改修を行うと発表した。予約した本は公民館で受け取れる。"


@pytest.mark.parametrize(
    ("other", "is_copy"),
    [
        ("市は耐震改修のため、中央図書館を来年四月から二年間休館すると発表した。", False),
        (f"【共同】{LIBRARY}", True),
        (f"{LIBRARY}市民からは休館を短くするよう求める声もある。", True),
    ],
)
def test_names_and_phrases_of_an_event_are_no_shared_text_in_scripts_without_blanks(other: str, is_copy: bool) -> None:
    assert same(told("中央図書館、来年から休館", LIBRARY), told("図書館が二年間の改修へ", other, 2)) is is_copy


@pytest.mark.parametrize("size", [12, 40])
def test_a_column_of_one_feed_has_words_of_its_own(size: int) -> None:
    """What stands around them, and most of the title, is the same each week; at two publishers it would be a copy."""
    parts = [f"{body(1, 3 * size)} {body(seed, size)} {body(2, size)}" for seed in (3, 4)]
    one, other = (
        told(f"Ask the old gardener about {what}", text) for what, text in zip(("roses", "slugs"), parts, strict=True)
    )
    assert not same(one, other)
    assert not same(told("Corrections and more", parts[0]), told("Corrections and more", parts[1]))
    assert same(told("Ask the old gardener about roses", f"{parts[0]} {body(5, 12)}"), one)


def test_a_teaser_is_one_text_with_what_it_begins() -> None:
    whole = told("Mayor opens the bridge over the river", body(1, 400))
    assert same(whole, told("Bridge opened", " ".join(body(1, 400).split()[:30]), 2))
    assert not same(whole, told("Bridge opened", " ".join(body(1, 400).split()[200:230]), 2))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("EU agrees 12th package of sanctions", "EU agrees 13th package of sanctions"),
        ("EU agrees twelfth package of sanctions", "EU agrees 13th package of sanctions"),
        ("Example Corp profit rises in Q1", "Example Corp profit rises in Q2"),
        ("Your horoscope for Monday, April 27", "Your horoscope for Tuesday, April 28"),
        ("Town beat Rovers 2-1 at home", "Town beat Rovers 3-1 at home"),
        ("Minutes of the meeting, part II", "Minutes of the meeting, part III"),
        ("Firm pays $5m fine over leak", "Firm pays $6m fine over leak"),
    ],
)
def test_numbers_dates_and_ordinals_in_titles_veto(one: str, other: str) -> None:
    assert not same(told(one, body(1)), told(other, body(1), 2))
    assert not same(told(one, body(1)), told(other, body(1)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Firm pays US$ 5m fine over leak", "Firm pays $5 million fine over leak"),
        ("EU agrees 12th package of sanctions", "EU agrees twelfth package of sanctions"),
        ("Fire kills 5 in hotel", "Hotel fire kills five"),
        ("Storm hits coast", "Storm hits coast, 3 dead"),
    ],
)
def test_the_same_number_in_another_spelling_is_no_veto(one: str, other: str) -> None:
    assert same(told(one, body(1)), told(other, body(1), 2))


def lottery(numbers: Sequence[int]) -> str:
    words = body(3, 60).split()
    for place, number in enumerate(numbers):
        words[6 + 9 * place] = str(number)
    return " ".join(words)


def test_the_numbers_of_two_draws_veto_though_the_words_are_the_same() -> None:
    first, second = lottery([4, 8, 15, 16, 23]), lottery([1, 2, 3, 5, 7])
    found = likeness(told("Draw results", first), told("Results of the draw", second, 2))
    assert (found.same, found.why) == (False, "the numbers in the texts differ")
    assert same(told("Draw results", first), told("Results of the draw", lottery([4, 8, 15, 16, 23]) + " And on", 2))


@pytest.mark.parametrize(("one", "other"), [("12th", "13th"), ("four", "five"), ("$5m", "$6m"), ("first", "2nd")])
def test_a_number_in_the_place_of_another_vetoes_whatever_the_headlines(one: str, other: str) -> None:
    text = body(1).split()
    first, second = [*text[:40], one, *text[40:]], [*text[:40], other, *text[40:]]
    assert not same(told("Envoys agree", " ".join(first)), told("Union moves on sanctions", " ".join(second), 2))
    assert same(told("Envoys agree", " ".join(first)), told("Union moves on sanctions", " ".join(first), 2))


def test_a_number_that_is_only_spelt_or_cut_out_vetoes_nothing() -> None:
    text = body(1).split()
    for one, other in (("12th", "twelfth"), ("US$5m", "$5 million"), ("4", "several")):
        first, second = [*text[:40], one, *text[40:]], [*text[:40], other, *text[40:]]
        assert same(told("Envoys agree", " ".join(first)), told("On sanctions", " ".join(second), 2)), one


JOBS = "{0} will cut 3,000 jobs at its plant in {1} by 2028 as demand for electric cars stays low, the union said."


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Acme to cut 3,000 jobs at Northport plant", JOBS.format("Acme", "Northport")),
        ("Acme To Cut 3,000 Jobs At Northport Plant", JOBS.format("Acme", "Northport")),
        ("Weather for Northport: showers", "Northport will be cloudy with showers on Friday. Highs of 8 degrees."),
        ("Sturm über Northport", "Über Northport ist in der Nacht ein Sturm gezogen, der einige Dächer abgedeckt hat."),
    ],
)
def test_texts_of_one_form_that_name_others_are_two_texts(title: str, text: str) -> None:
    one, same_headline = told(title, text), told("Another headline", text, 2)
    other = told(*(part.replace("Acme", "Globex").replace("Northport", "Southport") for part in (title, text)), 2)
    found = likeness(one, other)
    assert (found.same, found == likeness(other, one)) == (False, True)
    assert found.why.startswith("they name others: ")
    assert "Northport" in found.why
    assert "Southport" in found.why
    assert same(one, same_headline)


@pytest.mark.parametrize(
    ("title", "form"),
    [
        ("Globex will go", "{}"),  # named by nobody but the headline
        ("Southport hears of jobs", "SOUTHPORT (Agency) - {}"),  # where a newsroom sits
        ("Southport hears of jobs", "By A Writer\n\nSouthport (Agency): {}"),
        ("Jobs to go on Monday", "{} It was a Monday."),
        ("SHOPS STAY OPEN", "{} Shops stay open. The shops had feared for their trade."),
        ("Plant of Acme's to close", "{}"),
    ],
)
def test_a_copy_whose_headline_names_nobody_else_is_one_text(title: str, form: str) -> None:
    one = told("Acme to cut 3,000 jobs in Northport", JOBS.format("Acme", "Northport"))
    assert same(one, told(title, form.format(JOBS.format("The firm", "the north")), 2))


def test_a_copy_that_is_cut_before_a_name_is_one_text() -> None:
    whole = f"{JOBS} {body(1)} The rival Globex has a plant in Southport."
    one = told("Acme cuts jobs, Globex does not", whole.format("Acme", "Northport"))
    assert same(one, told("Northport to lose jobs", JOBS.format("Acme", "Northport"), 2))


def test_entries_of_one_feed_need_titles_that_are_alike() -> None:
    """A series repeats its words under other titles; another publisher's copy has another headline."""
    one, other = told("Best of cartoons", body(1, 40)), told("Something for the weekend", body(1, 40))
    assert not same(one, other)
    assert same(one, told("Something for the weekend", body(1, 40), 2))
    assert same(told("Mayor opens the new bridge", body(1)), told("Mayor opens new bridge", body(1) + " and more"))


def test_two_feeds_of_one_site_are_one_source() -> None:
    one = Spoken("Best of cartoons", body(1, 40), 1, address="https://news.example.co.uk/a")
    other = Spoken("Something for the weekend", body(1, 40), 2, address="https://www.example.co.uk/b")
    assert not same(one, other)


def test_the_same_telling_title_at_two_publishers_is_one_text_when_the_teasers_are_their_own() -> None:
    title = "Nervous councillors see the mayor sinking"
    assert same(told(title, body(1, 20)), told(title, body(2, 20), 2))
    assert not same(told(title, body(1, 20)), told(title, body(2, 20)))
    assert not same(told(title, body(1)), told(title, body(2), 2))
    assert not same(told("Morning briefing", body(1, 20)), told("Morning briefing", body(2, 20), 2))


def test_a_title_that_the_text_says_again_is_not_shared_twice() -> None:
    """Two reports of their own under one headline, each after the headline and a line of its own."""
    title = "Dozens injured and roads cut off as strong quake hits the northern islands"
    report = told(title, f"{title} {body(1, 25)}")
    assert not same(report, told(title, f"{title} {body(2, 25)}", 2))
    assert same(report, told(title, f"{title} {body(2, 14)} {body(1, 12)}", 2))
    assert same(report, told(title, body(1, 25), 2))


def test_nothing_is_like_nothing() -> None:
    assert not same(told("", ""), told("", "", 2))
    assert not same(told("A title", ""), told("Another one", body(1), 2))


def test_numbers_are_read_as_people_write_them() -> None:
    assert numbers(figures(spoken("US$ 5m, $5 million, 5 mln and 12th of 012 in Q1"))) == {b"5m", b"12", b"q1"}
    assert marks(spoken("Twelfth round on Monday in June")) == {b"12", b"monday", b"june"}
    assert conflict({b"1"}, {b"2"})
    assert not conflict({b"1"}, {b"1", b"2"})


def test_of_a_part_of_a_text_the_numbers_within_count() -> None:
    words = spoken("some 7 of 5 million in 2020, twelfth of 9")
    said = figures(words).within(words.index(b"of"), words.index(b"million"))
    assert numbers(said) == {b"5"}, "the word behind it is not of the part"
    assert numbers(figures(words)) == {b"7", b"5m", b"2020", b"9"}
    other = figures(spoken("some 7 of 6 million"))
    assert swapped(figures(words), other) and not swapped(said, other), "it ends there"
