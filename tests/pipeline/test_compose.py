"""An issue: sections, subject, preheader, dates, and its size in bytes."""

import json
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Folded, Letter, Line
from aggregator.pipeline.compose import DECODED, ENCODED, fit
from aggregator.pipeline.headline import preheader, subject
from aggregator.pipeline.letter import sent_size
from aggregator.pipeline.plain import plain, shortened
from tests.newsroom import ARABIC, BERLIN, ENGLISH, JAPANESE, NOW, RUSSIAN, WORDS, digest, issue, news, stored, told

DAY = date(2026, 11, 23)
FRAME = WORDS.frame("en")


def only(folded: Folded) -> Line:
    (line,) = issue([folded]).lines
    return line


def test_sections_stand_in_the_order_of_feeds_yaml_and_what_has_no_topic_comes_last():
    entries = [
        told(stored(1, topics=["science"])),
        told(stored(2)),
        told(stored(3, topics=["economy"])),
        told(stored(4, topics=["geopolitics"])),
    ]
    assert [section.title for section in issue(entries).sections] == [
        "Geopolitics",
        "Economy",
        "Science & Nature",
        "More",
    ]


def test_an_entry_of_two_topics_stands_once_under_the_first_of_them():
    composed = issue([told(stored(1, topics=["science", "economy"]))])
    assert [(section.topic, len(section.lines)) for section in composed.sections] == [("economy", 1)]


def test_a_digest_of_some_topics_has_only_their_sections():
    entries = [told(stored(1, topics=["geopolitics", "science"])), told(stored(2, topics=["science"]))]
    assert [section.topic for section in issue(entries, topics=["science"]).sections] == ["science"]


def test_an_issue_without_any_topic_has_one_section_without_a_title():
    assert [section.title for section in issue([told(stored(1)), told(stored(2))]).sections] == [""]


def test_the_topic_of_a_copy_counts_and_its_evidence_is_told():
    line = only(told(stored(1), stored(2, topics=["economy"], by=1)))
    assert line.why.endswith("; topic economy by words: treaty")


def test_the_lead_is_the_best_of_the_whole_issue_in_whichever_section():
    composed = issue([told(stored(1, topics=["geopolitics"], published=NOW - timedelta(hours=9))), told(stored(2))])
    assert composed.lead and composed.lead.entry == 2
    assert [line.rank for line in composed.lines] == [1, 2]


def test_also_names_each_other_publisher_once():
    line = only(told(stored(1), stored(2, by=1), stored(3, by=1), stored(4, by=2), stored(5)))
    assert line.also == ("The Sample Courier", "Harbour News")


def test_many_others_are_counted():
    line = only(told(stored(1), *(stored(n, by=n) for n in range(2, 12))))
    assert (len(line.also), line.also_more) == (6, 4)
    assert "4 more" in WORDS.letter(issue([told(stored(1), *(stored(n, by=n) for n in range(2, 12)))])).text


def test_nothing_but_plain_text_and_web_addresses_goes_in():
    """A C1 character makes Gmail clip the mail; an override turns the line around."""
    line = only(told(stored(1, title="A\x92 title\n\u202eturned\u2028 round", url="javascript:alert(1)")))
    assert (line.title, line.url) == ("A title turned round", "")


def test_an_entry_without_title_is_called_by_its_first_words_and_does_not_say_them_twice():
    line = only(told(stored(1, title="", excerpt="It rained. " * 20)))
    assert line.title.startswith("It rained. It rained.") and line.title.endswith("…")
    assert line.excerpt == ""
    assert only(told(stored(1, title="", excerpt=""))).title == "Untitled"
    unseen = only(told(stored(1, title="\u200b \u2060\u00ad\u061c\u0301", excerpt="It rained. And then some.")))
    assert unseen.title == "It rained. And then some."


def test_an_issue_is_json_able_and_the_same_each_time():
    assert json.dumps(asdict(issue(news(9)))) == json.dumps(asdict(issue(news(9))))


def test_an_issue_of_nothing_is_still_an_issue():
    composed = issue([])
    assert (composed.subject, composed.preheader, composed.sections) == (
        "Morning briefing, Monday, 23 November 2026",
        "",
        (),
    )


SUBJECTS = [
    ("", ["Treaty signed", "Rates held", "Rain"], "Treaty signed and 2 more — Morning, 23 November"),
    ("", ["Treaty signed"], "Treaty signed — Morning, 23 November"),
    ("{title} of {date}: {lead} ({count})", ["Treaty"], "Morning of Monday, 23 November 2026: Treaty (1)"),
    ("{lead.__class__} {nothing} {0} {", ["Treaty"], "{lead.__class__} {nothing} {0} {"),
    ("Always the same", ["Treaty"], "Always the same"),
    ("{lead}", ["{title} in a title"], "{title} in a title"),
]


@pytest.mark.parametrize(("template", "titles", "expected"), SUBJECTS)
def test_subjects(template: str, titles: list[str], expected: str):
    assert subject(template, title="Morning", day=DAY, frame=FRAME, titles=titles) == expected


def test_a_long_lead_gives_way_so_that_the_rest_of_the_subject_can_be_read():
    said = subject("", title="Morning briefing", day=DAY, frame=FRAME, titles=["A very long headline " * 20, "Another"])
    assert len(said) <= 120 and said.endswith("… and 1 more — Morning briefing, 23 November")


@given(st.text(max_size=200), st.text(max_size=300), st.lists(st.text(max_size=300), max_size=4))
def test_subject_and_preheader_keep_their_length_whatever_comes(template: str, title: str, titles: list[str]):
    assert len(subject(template, title=title, day=DAY, frame=FRAME, titles=titles)) <= 120
    assert len(preheader(titles, otherwise=title)) <= 100


def test_the_preheader_gives_the_second_and_third_titles():
    assert preheader(["One", "Two", "Three", "Four"]) == "Two · Three"
    assert preheader(["One"], otherwise="What it says.") == "What it says."
    both = preheader(["One", "Two " * 40, "Three"])
    assert both.endswith("… · Three") and len(both) > 90


@pytest.mark.parametrize(
    ("moment_utc", "expected"),
    [
        (datetime(2026, 11, 23, 5, 4, tzinfo=UTC), "06:04"),
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), "00:30"),
        (datetime(2026, 11, 22, 22, 30, tzinfo=UTC), "Sunday, 23:30"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "25 October"),
        (datetime(2025, 12, 31, 23, 30, tzinfo=UTC), "1 January"),
        (datetime(2025, 3, 1, tzinfo=UTC), "1 March 2025"),
    ],
)
def test_dates_are_told_as_seen_from_the_day_of_the_issue_in_its_zone(moment_utc: datetime, expected: str):
    assert FRAME.moment(moment_utc.astimezone(BERLIN), day=DAY) == expected


def test_a_date_that_is_only_when_we_saw_it_says_so():
    dated = stored(1)
    undated = replace(dated, entry=replace(dated.entry, published_from="first_seen"))
    assert (only(told(dated)).when, only(told(undated)).when) == ("07:00", "seen 07:00")


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("short", 5, "short"),
        ("cut on a word here", 14, "cut on a word…"),
        ("ideographs閣僚ら協議の末に相互", 14, "ideographs閣僚ら…"),
        ("no comma, before", 11, "no comma…"),
        ("e\u0301e\u0301e\u0301e\u0301", 4, "e\u0301…"),
        ("👍🏽👍🏽", 2, "…"),
    ],
)
def test_cutting(text: str, limit: int, expected: str):
    assert shortened(text, limit) == expected


@given(st.text(max_size=80), st.integers(1, 60))
def test_a_cut_text_is_never_longer_than_its_limit(text: str, limit: int):
    assert len(shortened(text, limit)) <= limit


@given(st.text())
def test_plain_text_is_plain_already(text: str):
    assert plain(plain(text)) == plain(text)
    assert plain(text).isspace() or "\n" not in plain(text)


@pytest.mark.parametrize("texts", [ENGLISH, RUSSIAN, ARABIC, JAPANESE], ids=["en", "ru", "ar", "ja"])
def test_three_hundred_entries_stay_below_what_gmail_clips(texts: list[tuple[str, str, str]]):
    whole = issue(news(300, texts=texts), home="https://news.example.org/")
    reduced, letter = fit(whole, WORDS.letter, digest=digest(), frame=FRAME)
    assert len(letter.html.encode()) <= DECODED and sent_size(letter.html) <= ENCODED
    assert len(reduced.lines) + reduced.left_out == 300
    assert sum(len(section.lines) for section in reduced.rest) == reduced.left_out, "the web page has them"
    for shown in (letter.html, letter.text):
        assert (f"{reduced.left_out} more on the web" in shown) == bool(reduced.left_out)
    assert reduced.lead and whole.lead and reduced.lead.entry == whole.lead.entry and not reduced.lead.brief
    sizes = {section.topic: len(section.lines) for section in reduced.sections}
    cut = [sizes[section.topic] for section in reduced.rest]
    assert not cut or max(sizes.values()) - min(cut) <= 1, "the largest sections give first"


def test_lines_become_brief_before_any_is_left_out_and_no_more_of_them_than_must():
    whole = issue(news(120))
    reduced, letter = fit(whole, WORDS.letter, digest=digest(), frame=FRAME)
    brief = [line for line in reduced.lines if line.brief]
    assert reduced.left_out == 0 and 0 < len(brief) < 119 and len(letter.html.encode()) <= DECODED
    told_longer = [
        replace(s, lines=tuple(replace(x, brief=x.brief and x is not brief[0]) for x in s.lines))
        for s in reduced.sections
    ]
    larger = WORDS.letter(replace(reduced, sections=tuple(told_longer)))
    assert len(larger.html.encode()) > DECODED or sent_size(larger.html) > ENCODED


def test_no_more_is_left_out_than_must_be():
    reduced, _ = fit(issue(news(480)), WORDS.letter, digest=digest(), frame=FRAME)
    first = min(reduced.rest, key=lambda section: section.lines[0].rank).lines[0]
    back = replace(reduced.sections[0], lines=(*reduced.sections[0].lines, replace(first, brief=True)))
    larger = WORDS.letter(replace(reduced, sections=(back, *reduced.sections[1:])))
    assert reduced.left_out and [line.brief for line in reduced.lines] == [False] * 12 + [True] * (
        len(reduced.lines) - 12
    )
    assert len(larger.html.encode()) > DECODED - 300 or sent_size(larger.html) > ENCODED - 300


def test_an_issue_that_fits_is_left_alone():
    whole = issue(news(30))
    assert fit(whole, WORDS.letter, digest=digest(), frame=FRAME)[0] is whole


def test_a_template_that_is_too_large_by_itself_costs_no_entries():
    whole = issue(news(5))
    assert fit(whole, lambda composed: Letter("x" * 200_000, ""), digest=digest(), frame=FRAME)[0] is whole


def test_the_subject_counts_what_is_in_the_issue_after_cutting():
    reduced, _ = fit(issue(news(480)), WORDS.letter, digest=digest(), frame=FRAME)
    assert f"and {len(reduced.lines) - 1} more" in reduced.subject
