"""An issue as somebody reads it who wants some of its topics."""

from dataclasses import replace

from aggregator.pipeline.compose import fit
from aggregator.pipeline.narrowing import narrowed
from tests.newsroom import ARABIC, WORDS, digest, issue, news, stored, stories, told

TITLES = {"economy": "Economy", "science": "Science"}


def test_only_what_has_a_topic_stays_in_the_order_that_it_had() -> None:
    whole = issue(news(12))
    found = narrowed(whole, TITLES)
    assert found
    assert [(section.topic, section.title) for section in found.sections] == list(TITLES.items())
    expected = [line.entry for line in whole.lines if {*line.topics} & {*TITLES}]
    assert [line.entry for line in found.lines] == expected
    assert found.lead == found.lines[0]


def test_a_story_of_two_topics_is_found_under_the_other_one_too() -> None:
    """It stood under geopolitics, the first of its topics."""
    both = told(stored(1, topics=["economy", "geopolitics"]))
    whole = issue([both])
    assert [section.topic for section in whole.sections] == ["geopolitics"]
    found = narrowed(whole, TITLES)
    assert found and [section.topic for section in found.sections] == ["economy"]


def test_nothing_of_it_is_no_issue() -> None:
    assert narrowed(issue(news(12)), {"sport": "Sport"}) is None


def test_an_issue_of_an_older_version_knows_only_where_its_stories_stand() -> None:
    whole = issue(news(12))
    older = replace(
        whole,
        sections=tuple(
            replace(part, lines=tuple(replace(line, topics=()) for line in part.lines)) for part in whole.sections
        ),
    )
    found = narrowed(older, TITLES)
    assert found and [section.topic for section in found.sections] == list(TITLES)


def test_one_topic_of_a_long_issue_has_room_for_more_than_headlines() -> None:
    """Also what had to be cut from the whole issue comes back; what its size left out does not."""
    whole = issue(news(400, texts=ARABIC, language="ar"), size=350, language="ar")
    fitted, _ = fit(whole, WORDS.letter, digest=digest(), frame=WORDS.frame("ar"))
    assert fitted.left_out > whole.left_out == 50
    topic = {"science": "Science"}
    found, expected = narrowed(fitted, topic), narrowed(whole, topic)
    assert found and expected and not any(line.brief for line in found.lines)
    assert [line.entry for line in found.lines] == [line.entry for line in expected.lines]
    assert found.left_out == expected.left_out > 0


def test_what_the_size_left_out_is_counted_as_far_as_it_is_of_the_topic() -> None:
    whole = issue(news(12), size=6)
    found = narrowed(whole, TITLES)
    assert found and stories(news(12))
    rest = [line for section in whole.rest for line in section.lines if {*line.topics} & {*TITLES}]
    assert found.left_out == len(rest) > 0
