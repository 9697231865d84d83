"""How often a digest may be had, and the mailings that gather it."""

from collections.abc import Callable

import pytest

from aggregator.config import read
from aggregator.config.rhythms import _CALLED
from aggregator.pipeline.people import LANGUAGES

Problems = Callable[[str], list[str]]


def mailings(*digests: str) -> list[tuple[str, str, int]]:
    config = read(f"title: T\ndigests: [{', '.join(digests)}]\n".encode(), "feeds.yaml")
    return [(one.name, one.when, one.size) for one in config.mailings]


@pytest.mark.parametrize(
    ("when", "daily", "weekly"),
    [
        ("daily 07:00", "", "mon 07:00"),
        ("mon-fri 07:00", "daily 07:00", "mon 07:00"),
        ("wed,sat 18:30", "daily 18:30", "wed 18:30"),
        ("fri-mon 18:30", "daily 18:30", "mon 18:30"),
        ("sat 09:30", "daily 09:30", ""),
        ("monthly 1 08:00", "daily 08:00", "mon 08:00"),
    ],
)
def test_a_mailing_is_due_at_the_first_moment_of_a_day_or_a_week(when: str, daily: str, weekly: str) -> None:
    found = {f"m-{name}": due for name, due in (("daily", daily), ("weekly", weekly)) if due}
    chosen = ", ".join(name.removeprefix("m-") for name in found)
    listed = mailings(f"{{name: m, when: '{when}', frequency: [each, {chosen}]}}")
    assert listed == [("m", listed[0][1], 20), *((name, due, 40) for name, due in found.items())]


def test_a_mailing_is_no_longer_than_an_issue_may_be() -> None:
    assert mailings("{name: m, when: daily 07:00, size: 400, frequency: [weekly]}")[1] == ("m-weekly", "mon 07:00", 500)


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "M (weekly)"),
        ("de", "M (wöchentlich)"),
        ("de-CH", "M (wöchentlich)"),
        ("zh-Hant-TW", "M (每週)"),
        ("sv", "M (weekly)"),
    ],
)
def test_the_title_of_a_mailing_says_how_often_it_comes_in_the_language_of_titles(language: str, title: str) -> None:
    text = f"title: T\nlanguage: {language}\ndigests: [{{name: m, title: M, when: daily 07:00, frequency: [weekly]}}]"
    assert read(text.encode(), "feeds.yaml").mailings[1].title == title


def test_there_is_a_word_for_it_in_each_language_of_the_frame() -> None:
    assert LANGUAGES.keys() <= _CALLED.keys()


def test_each_issue_alone_unless_the_file_says_more() -> None:
    config = read(b"title: T\ndigests: [{name: m, when: daily 07:00}]", "feeds.yaml")
    assert config.mailings == config.digests and config.digests[0].frequency == ("each",)
    assert config.digests[0].subscribe


def test_the_name_of_a_mailing_tells_its_digest() -> None:
    digests = "[{name: m, when: daily 07:00, frequency: [each, weekly]}, {name: n-weekly, when: daily 07:00}]"
    config = read(f"title: T\ndigests: {digests}".encode(), "feeds.yaml")
    assert config.rhythm("m-weekly") == ("m", "weekly") and config.rhythm("m") == ("m", "each")
    assert config.rhythm("n-weekly") == ("n-weekly", "each")


def test_a_choice_that_is_no_more_falls_back_to_each_issue_or_what_is_left() -> None:
    config = read(b"title: T\ndigests: [{name: m, when: mon-fri 07:00, frequency: [each, daily]}]", "feeds.yaml")
    assert config.audience("m") == ("m", ("each", "weekly"))
    assert config.audience("m-daily") == ("m", ("daily",))
    assert config.rhythm("m-weekly") == ("m", "weekly")
    config = read(b"title: T\ndigests: [{name: m, when: mon-fri 07:00, frequency: [weekly]}]", "feeds.yaml")
    assert config.audience("m") == ("m", ())
    assert config.audience("m-weekly") == ("m", ("each", "daily", "weekly"))


@pytest.mark.parametrize(
    ("digests", "line"),
    [
        (
            "[{name: m, when: daily 07:00, frequency: [each, daily]}]",
            "2:54: digests[0].frequency: `when: daily 07:00` is each day already; leave out daily",
        ),
        (
            "[{name: m, when: sat 07:00, frequency: [weekly]}]",
            "2:52: digests[0].frequency: `when: sat 07:00` is once a week already; leave out weekly",
        ),
        ("[{name: m, when: sat 07:00, frequency: []}]", "must not be empty; leave the key out for each issue alone"),
        ("[{name: m, when: sat 07:00, frequency: weekly}]", 'must be a list (got "weekly")'),
        (
            "[{name: m, when: sat 07:00, frequency: [dayly]}]",
            'must be one of each, daily, weekly (got "dayly"); did you mean `daily`?',
        ),
        ("[{name: m, when: daily 07:00, frequency: [weekly, weekly]}]", 'is listed twice (got "weekly")'),
        (
            "[{name: m, when: daily 07:00, frequency: [weekly]}, {name: m-weekly, when: daily 08:00}]",
            "digests[1].name: is the name of what gathers m (`frequency: weekly`); choose another",
        ),
        (
            "[{name: m, when: daily 07:00, subject: '{lead}, {Date}'}]",
            'digests[0].subject: may say {title}, {date}, {lead}, {count} (got "{Date}"); did you mean `date`?',
        ),
        ("[{name: m, when: daily 07:00, subscribe: maybe}]", 'must be true or false (got "maybe")'),
    ],
)
def test_what_cannot_be_meant_is_said_once(problems: Problems, digests: str, line: str) -> None:
    (found,) = problems(f"title: T\ndigests: {digests}\n")
    assert line.partition(": ")[2] in found
