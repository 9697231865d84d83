"""Which topics an entry has, and the evidence for each."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.config import TopicConfig
from aggregator.model import Candidate, Category, Tag
from aggregator.pipeline.topics import compile_rules, filed_under, fold, tag, tokens
from aggregator.pipeline.topics_letters import TOKEN

GEO = TopicConfig(
    name="geopolitics",
    title="Geopolitics",
    words=("treaty", "mutual defence", "pact*", "C++", "U.S. Senate", "条約", "दिल"),
    excludes=("trade fair",),
)
SPORT = TopicConfig(name="sport", title="Sport & Games", words=("match",))
RULES = compile_rules([GEO, SPORT])


def entry(title: str = "", text: str = "", *categories: Category) -> Candidate:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    return Candidate(1, "g", 1, "https://example.org/feed", title, text, categories, "", "w", now)


@pytest.mark.parametrize(
    ("title", "text", "evidence"),
    [
        ("A Treaty at last", "", "“treaty” in the title"),
        ("The TREATY's end", "", "“treaty” in the title"),
        ("Treaties", "", None),  # whole words only
        ("", "The treaty. Which treaty?", "“treaty” 2 times in the text"),
        ("Talks", "a mutual-defence clause", "“mutual defence” in the text"),
        ("Talks", "mutual interest, defence spending", None),
        ("Pacts and patterns", "", "“pact*” in the title"),
        ("Compact cars", "", None),  # a prefix starts the word
        ("New in C++", "", "“C++” in the title"),
        ("New in C", "", None),
        ("The U.S. Senate votes", "", "“U.S. Senate” in the title"),
        ("日本が条約に署名", "", "“条約” in the title"),
        ("यह दिल है", "", "“दिल” in the title"),
        ("दिल्ली में सभा", "", None),  # a vowel sign goes on with the word
        ("ＴＲＥＡＴＹ in full width", "", "“treaty” in the title"),
        ("Treaty signed at the trade fair", "", None),  # vetoed
    ],
)
def test_words_phrases_and_prefixes(title: str, text: str, evidence: str | None) -> None:
    want = () if evidence is None else (Tag("geopolitics", "words", evidence),)
    assert tag(entry(title, text), RULES) == want


def test_the_title_comes_before_the_text_as_evidence() -> None:
    (found,) = tag(entry("Treaty", "a pact, two pacts"), RULES)
    assert found.evidence == "“treaty” in the title; “pact*” 2 times in the text"


@pytest.mark.parametrize(
    "category",
    [
        Category("sport"),
        Category("x", label="Sport & Games"),
        Category("sport-games"),
        Category("Match"),
        Category("MATCH "),
    ],
)
def test_the_publishers_own_category_names_a_topic(category: Category) -> None:
    (found,) = tag(entry("Nothing to see", "", category), RULES)
    assert (found.topic, found.via) == ("sport", "category")


def test_a_feeds_fixed_topic_needs_no_word_and_no_veto_reaches_it() -> None:
    (found,) = tag(entry("Trade fair opens"), RULES, fixed=("geopolitics",))
    assert (found.topic, found.via) == ("geopolitics", "feed")


def test_an_entry_can_have_several_topics() -> None:
    assert [t.topic for t in tag(entry("Treaty match"), RULES)] == ["geopolitics", "sport"]


def test_a_changed_rule_changes_the_version() -> None:
    other = TopicConfig(name="sport", title="Sport & Games", words=("match", "goal"))
    told = TopicConfig(name="sport", title="Sport & Games", words=("match",), about="Games that people play.")
    assert compile_rules([GEO, other]).version != RULES.version
    assert compile_rules([GEO, told]).version != RULES.version  # entries are found by what it says, too


@given(st.text(), st.text(), st.lists(st.text(min_size=1), max_size=5))
def test_any_text_and_any_word_can_be_matched(title: str, text: str, words: list[str]) -> None:
    topic = replace(GEO, words=tuple(words))
    assert all(found.evidence for found in tag(entry(title, text), compile_rules([topic])))


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_ascii_is_cut_into_the_same_words(text: str) -> None:
    assert tokens(fold(text)) == TOKEN.findall(text.casefold())


@pytest.mark.parametrize(
    ("category", "found"),
    [
        (Category("medtop:15000000"), True),
        (Category("20000822", "http://cv.iptc.org/newscodes/mediatopic/"), True),  # a subject below it
        (Category("http://cv.iptc.org/newscodes/mediatopic/15000000", "", "Sport!"), True),
        (Category("15000000"), False),  # a bare number of nobody knows which scheme
        (Category("medtop:11000000"), False),
    ],
)
def test_a_category_of_the_iptc_is_the_topic_that_names_it(category: Category, found: bool) -> None:
    rules = compile_rules([TopicConfig(name="games", iptc="15000000")])
    assert [one.via for one in tag(entry("A", "", category), rules)] == (["category"] if found else [])
    assert filed_under(entry("A", "", category), rules) == (found,)
