"""The IPTC Media Topics as names, sentences and categories of topics."""

import pytest

from aggregator.config import read
from aggregator.config.mediatopics import code, mediatopic, narrower, table
from aggregator.errors import ConfigError


def one(body: str):
    (topic,) = read(f"title: T\ntopics:\n  games: {body}\n".encode(), "feeds.yaml").topics
    return topic


def test_the_table_is_whole() -> None:
    """Every subject has a name and a definition, and hangs on another or is one of the seventeen at the top."""
    topics = table()
    assert len(topics) == 1085
    assert sum(not topic.broader for topic in topics.values()) == 17
    assert all(topic.name and topic.definition for topic in topics.values())
    assert all(topic.broader in topics for topic in topics.values() if topic.broader)


@pytest.mark.parametrize(
    "written", ["medtop:15000000", "'15000000'", "sport", "Sport", "http://cv.iptc.org/newscodes/mediatopic/15000000"]
)
def test_a_media_topic_by_id_address_or_name(written: str) -> None:
    topic = one(f"{{iptc: {written}}}")
    assert (topic.iptc, topic.title) == ("15000000", "Sport")
    assert topic.about.startswith("Competitive activity") and topic.about.endswith(".")


def test_what_is_written_comes_first() -> None:
    topic = one("{iptc: sport, title: Games, about: All of them.}")
    assert (topic.title, topic.about) == ("Games", "All of them.")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("politics and goverment", "did you mean `politics and government`?"),
        ("medtop:15000009", "not an IPTC Media Topic"),
        ("[sport]", "must be text"),
    ],
)
def test_a_wrong_one_is_named_with_its_place(written: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        one(f"{{iptc: {written}}}")
    (problem,) = error.value.problems
    assert problem.startswith("feeds.yaml:3:17: topics.games.iptc: ")
    assert said in problem


def test_an_address_under_like_is_checked() -> None:
    with pytest.raises(ConfigError, match=r"feeds.yaml:3:18: topics.games.like\[0\]: not an http"):
        one("{like: [nowhere]}")


def test_what_is_below_a_subject_is_part_of_it() -> None:
    football = mediatopic("football")
    sport = narrower("15000000")
    assert sport > narrower("20000822") or "20000822" in sport
    assert football is None or football.id in sport
    assert narrower("20000003") == {"20000003"}


def test_codes_are_read_out_of_what_feeds_write() -> None:
    assert code("medtop:20000003") == code("http://cv.iptc.org/newscodes/mediatopic/20000003") == "20000003"
    assert code("subject 3") == ""
