import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.config import OutputConfig, load, read
from aggregator.errors import ConfigError

Problems = Callable[[str], list[str]]

DATA = Path(__file__).parent / "data"
REPOSITORY = Path(__file__).parents[2]


def test_a_full_file_gives_all_its_values() -> None:
    """The golden pair: full.yaml and full.py."""
    assert load(DATA / "full.yaml") == runpy.run_path(str(DATA / "full.py"))["expected"](DATA)


def test_the_repositorys_own_file_is_valid() -> None:
    config = load(REPOSITORY / "feeds.yaml")
    assert {topic.name for topic in config.topics} == {"world", "technology", "science", "business"}
    assert all(topic.words and topic.about for topic in config.topics)
    assert len(config.feeds) == 12
    assert [digest.name for digest in config.digests] == ["morning"]


def test_a_title_is_enough() -> None:
    config = read(b"title: Desk", "feeds.yaml")
    assert (config.title, config.feeds, config.mail) == ("Desk", (), None)
    assert config.outputs == (OutputConfig(name="all"),)
    assert config.zone.key == "UTC"


def test_keys_with_nothing_behind_them_count_as_not_written() -> None:
    config = read(b"title: Desk\nfeeds:\ntopics:\n  world:\noutputs: []\nmail:\nhome:\n", "feeds.yaml")
    assert [topic.title for topic in config.topics] == ["World"]
    assert [output.name for output in config.outputs] == ["all"]


def test_a_missing_file_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "feeds.yaml")
    assert caught.value.problems == (f"feeds.yaml: there is no such file in {tmp_path}",)


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").mkdir()
    with pytest.raises(ConfigError, match=r"^feeds\.yaml: cannot be read: Is a directory$"):
        load(tmp_path / "feeds.yaml")


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(problems: Problems) -> None:
    found = problems(
        """\
        titel: Desk
        timezone: Europe/Berln
        feeds:
          - https://example.com/rss
          - url: htp://example.org/feed
            every: 2m
            topics: [wrld, world]
          - url: https://EXAMPLE.com:443/rss#top
          - title: Without address
          - 5
        topics:
          world: {words: [a*b, 2026], nott: [x]}
          World: {title: Twice}
        outputs:
          - {name: all, show: storys, size: 0}
          - {name: all, formats: [atom, rs]}
        digests:
          - {name: morning, when: 07:00, to: [reader@example.org, nobody]}
        """
    )
    assert found == [
        "1:1: title: is missing",
        "1:1: titel: unknown key; did you mean `title`?",
        '2:11: timezone: not a time zone like Europe/Berlin (got "Europe/Berln"); did you mean `Europe/Berlin`?',
        '5:10: feeds[1].url: not an http(s) address (got "htp://example.org/feed");'
        " did you mean `http://example.org/feed`?",
        '6:12: feeds[1].every: must be between 5m and 30d (got "2m")',
        '7:14: feeds[1].topics[0]: no such topic under `topics` (got "wrld"); did you mean `world`?',
        '8:10: feeds[2].url: the same feed as in line 4 (got "https://EXAMPLE.com:443/rss#top")',
        "9:5: feeds[3].url: is missing",
        "10:5: feeds[4]: must be an address, or a mapping with `url` (got 5)",
        '12:19: topics.world.words[0]: a `*` stands at the end, after at least two letters (got "a*b")',
        "12:24: topics.world.words[1]: must be text; put it in quotes (got 2026)",
        "12:31: topics.world.nott: unknown key; did you mean `not`?",
        '13:3: topics.World: a name has 1 to 64 of a-z, 0-9 and - (got "World")',
        '15:23: outputs[0].show: must be one of entries, stories (got "storys"); did you mean `stories`?',
        "15:37: outputs[0].size: must be at least 1 (got 0)",
        '16:12: outputs[1].name: the name is taken in line 15 (got "all")',
        '16:33: outputs[1].formats[1]: must be one of atom, rss, json (got "rs"); did you mean `rss`?',
        '18:27: digests[0].when: does not say on which days; write "daily 07:00" or "mon-fri 07:00" (got "07:00")',
        '18:59: digests[0].to[1]: not an email address like reader@example.org (got "nobody")',
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- a\n- b\n", "1:1: must be a mapping of keys and values (got a list)"),
        ("just text\n", '1:1: must be a mapping of keys and values (got "just text")'),
        ("", "1:1: title: is missing"),
        ("# nothing but a comment\n", "1:1: title: is missing"),
        ("title:\nlanguage: en\n", "1:7: title: is missing"),
        ("title: 2026\n", "1:8: title: must be text; put it in quotes (got 2026)"),
        ("title: true\n", "1:8: title: must be text; put it in quotes (got true)"),
        ("title: [a]\n", "1:8: title: must be text (got a list)"),
        ('title: " "\n', "1:8: title: must not be empty"),
        ('title: "a\\nb"\n', '1:8: title: must be one line without control characters (got "a�b")'),
        (f"title: {'x' * 201}\n", f'1:8: title: longer than 200 characters (got "{"x" * 60}…")'),
        ("title: T\nfeed: [x]\n", "2:1: feed: unknown key; did you mean `feeds`?"),
        ("title: T\nzzz: 1\n", "2:1: zzz: unknown key"),
        (
            "title: T\nfeeds: https://example.com/\n",
            '2:8: feeds: must be a list (got "https://example.com/"); write `[https://example.com/]`',
        ),
        ("title: T\ndigests: {name: m}\n", "2:10: digests: must be a list (got a mapping); each of its parts "),
        ("title: T\nfeeds: http://u:pw@e.example/\n", '2:8: feeds: must be a list (got "…@e.example/")'),
        ("title: T\ntimezone: CEST\n", '2:11: timezone: not a time zone like Europe/Berlin (got "CEST")'),
        ("title: T\nfeeds:\n  - https://a.example/\n   - https://b.example/\n", "3:5: feeds[0].url: two lines that YA"),
        ("title: T\ntopics: [a]\n", "2:9: topics: must be a mapping of names to topics, `world: {title: World}`"),
        ("title: T\ntopics: {a: [b]}\n", "2:13: topics.a: must be a mapping of keys and values (got a list)"),
        ("title: T\ntopics: {a: {name: b}}\n", "2:14: topics.a.name: unknown key"),
        ("title: T\ntopics: {a: {words: ['*']}}\n", "2:22: topics.a.words[0]: a `*` stands at the end"),
        ("title: T\ntopics: {a: {not: ['!']}}\n", '2:20: topics.a.not[0]: has no letter and no digit (got "!")'),
        ("title: T\ntopics: {a: {excludes: [b]}}\n", "2:14: topics.a.excludes: unknown key"),
        ("title: T\n<<: {language: en}\n", "2:1: <<: merging with `<<` is not part of this format"),
        ("title: T\nhome: example.org\n", "2:7: home: not an http(s) address (got \"example.org\"); did you mean `htt"),
        ("title: T\nhome: https://example.org/?a\n", "2:7: home: must be an address without `?` and `#`"),
        ("title: T\nlanguage: english\n", '2:11: language: not a language like en, de or pt-BR (got "english")'),
        ("title: T\ntimezone: berlin\n", "2:11: timezone: not a time zone like Europe/Berlin (got \"berlin\"); did yo"),
        (
            "title: T\ntimezone: Asia/Calcuta\n",
            '2:11: timezone: not a time zone like Europe/Berlin (got "Asia/Calcuta"); did you mean `Asia/Kolkata`?',
        ),
        ("title: T\ntimezone: Europe\n", '2:11: timezone: not a time zone like Europe/Berlin (got "Europe")'),
        ("title: T\ntimezone: ../etc/passwd\n", "2:11: timezone: not a time zone like Europe/Berlin"),
        ("title: T\ncontact: the desk\n", '2:10: contact: neither an email address nor an http(s) address (got "the d'),
        ("title: T\ndatabase: mysql://u:secret@h/d\n", '2:11: database: a database is the path of a file, or sqlite:///PA'),
        ("title: T\nfetch: {allow_networks: [10.0.0.1/8]}\n", "2:26: fetch.allow_networks[0]: not the first address o"),
        ("title: T\nfetch: {allow_networks: [home]}\n", '2:26: fetch.allow_networks[0]: not a network like 127.0.0.0/'),
        ("title: T\nkeep: {months: 0}\n", "2:16: keep.months: must be at least 1 (got 0)"),
        ("title: T\nkeep: {months: 1.5}\n", "2:16: keep.months: must be a whole number (got 1.5)"),
        ("title: T\nkeep: {months: '12'}\n", '2:16: keep.months: must be a whole number (got "12")'),
        ("title: T\nkeep: {words: [a]}\n", "2:8: keep.words: unknown key"),
        ("title: T\ndefaults: {url: https://example.com/}\n", "2:12: defaults.url: is for one feed, not for all"),
        ("title: T\ndefaults: {every: fast}\n", '2:19: defaults.every: must be like 30m, 2h, 1d, or auto (got "fast")'),
        ("title: T\ndefaults: {topics: [x]}\n", '2:21: defaults.topics[0]: no such topic under `topics` (got "x")'),
        ("title: T\noutputs: [{size: 5}]\n", "2:11: outputs[0].name: is missing"),
        ("title: T\noutputs: [{name: a, formats: []}]\n", "2:30: outputs[0].formats: must not be empty; leave the key"),
        ("title: T\noutputs: [{name: a, formats: [x]}]\n", "2:31: outputs[0].formats[0]: must be one of atom, rss"),
        ("title: T\noutputs: [{name: a, formats: [rss, rss]}]\n", '2:36: outputs[0].formats[1]: is listed twice (got'),
        ("title: T\noutputs: [{name: a, topics: [x]}]\n", '2:30: outputs[0].topics[0]: no such topic under `topics` ('),
        ("title: T\ndigests: [{name: a}]\n", "2:11: digests[0].when: is missing"),
        ("title: T\ndigests: [{name: a, when: 1 07:00}]\n", "2:27: digests[0].when: 1 is no day: weeks begin differen"),
        ("title: T\ndigests: [{name: a, when: daily 07:00, to: [a@example.org, A@example.org]}]\n", "2:60: digests[0]"),
        ("title: T\nmail: {smtp: smtp://localhost}\n", "2:7: mail.from: is missing"),
    ],
)  # fmt: skip
def test_one_mistake_gives_one_line_that_says_what_and_where(text: str, problem: str, problems: Problems) -> None:
    found = problems(text)
    assert len(found) == 1
    assert found[0].startswith(problem)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("database: postgresql+psycopg://desk:secret@db.example/news", "2:11: database: PostgreSQL is not there yet"),
    ],
)  # fmt: skip
def test_what_is_still_to_come_is_refused_once_with_not_yet(text: str, problem: str, problems: Problems) -> None:
    found = problems(f"title: T\n{text}\n")
    assert len(found) == 1
    assert found[0].startswith(problem)
    assert "secret" not in found[0]


@pytest.mark.parametrize("value", ["0", "0.05", "-1", "11", "high", "true", "[1]", ".inf", ".nan"])
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("feeds: [{{url: 'https://example.com/', weight: {}}}]", "feeds[0].weight"),
        ("defaults: {{weight: {}}}", "defaults.weight"),
        ("topics: {{world: {{weight: {}}}}}", "topics.world.weight"),
    ],
)
def test_a_weight_is_a_number_within_bounds(text: str, place: str, value: str, problems: Problems) -> None:
    (found,) = problems(f"title: T\n{text.format(value)}\n")
    assert f"{place}: must be a number, 0.1 to 10 (got" in found


def test_weights_of_feeds_and_topics_are_read_and_one_of_the_defaults_is_for_all_feeds() -> None:
    text = (
        "title: T\ndefaults: {weight: 0.5}\n"
        "feeds: ['https://example.com/a', {url: 'https://example.com/b', weight: 10}]\n"
        "topics: {world: {weight: 2}, a: }\n"
    )
    found = read(text.encode(), "feeds.yaml")
    assert [feed.weight for feed in found.feeds] == [0.5, 10.0]
    assert [topic.weight for topic in found.topics] == [2.0, 1.0]


def test_approval_is_required_or_not(problems: Problems) -> None:
    digest = "title: T\ndigests: [{name: a, when: daily 07:00, approve: WHAT}]\n"
    found = [read(digest.replace("WHAT", what).encode(), "feeds.yaml").digests[0] for what in ("required", "false", "")]
    assert [one.approve for one in found] == ["required", None, None]
    for what, got in (("requird", '"requird"'), ("true", "true")):
        (problem,) = problems(digest.replace("WHAT", what))
        assert problem.endswith(f"digests[0].approve: must be one of required (got {got}); did you mean `required`?")


def test_full_text_is_a_feeds_own_or_all_feeds(problems: Problems) -> None:
    feeds = b"feeds: [https://a.example/, {url: 'https://b.example/', full_text: false}]"
    found = read(b"title: T\ndefaults: {full_text: true}\n" + feeds, "feeds.yaml")
    assert [feed.full_text for feed in found.feeds] == [True, False]
    assert problems("title: T\nfeeds: [{url: 'https://a.example/', full_text: maybe}]\n")[0].startswith(
        "2:48: feeds[0].full_text: "
    )


def test_mistakes_of_syntax_and_of_meaning_are_told_together(problems: Problems) -> None:
    assert problems("title: a\ntitle: b\nlanguage: !!python/name:os.system de\nfeds: []\n") == [
        "2:1: title: is written twice; the first stands in line 1",
        "3:11: language: a tag (!!python/name:os.system) is not allowed; write the value alone",
        "4:1: feds: unknown key; did you mean `feeds`?",
    ]


def test_a_topic_written_twice_does_not_shift_the_places_of_the_others(problems: Problems) -> None:
    assert problems("title: T\ntopics:\n  a: {}\n  a: {}\n  b: {words: [1]}\n") == [
        "4:3: topics.a: is written twice; the first stands in line 3",
        "5:15: topics.b.words[0]: must be text; put it in quotes (got 1)",
    ]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("en-us", "en-US"),
        ("PT-pt", "pt-PT"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("de", "de"),
        ("en-x-US-abcd", "en-x-us-abcd"),
    ],
)
def test_a_language_is_the_same_however_it_is_written(written, read_as):
    config = read(
        f"title: T\nlanguage: {written}\nfeeds: [{{url: 'https://a.example/', language: {written}}}]".encode(), "x"
    )
    assert (config.language, config.feeds[0].language) == (read_as, read_as)


def test_no_output_takes_the_name_of_the_feed_of_issues(problems):
    found = problems(
        """\
        title: Desk
        outputs: [{name: morning-issues}, {name: evening-issues}, {name: morning-weekly-issues}]
        digests: [{name: morning, when: daily 07:00, frequency: [each, weekly]}]
        """
    )
    said = "is the feed of the issues of digest"
    assert found == [
        f'2:18: outputs[0].name: {said} `morning`; choose another (got "morning-issues")',
        f'2:66: outputs[2].name: {said} `morning-weekly`; choose another (got "morning-weekly-issues")',
    ]
