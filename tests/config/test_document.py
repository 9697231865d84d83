from itertools import pairwise
from typing import Any

import pytest
import yaml

from aggregator.config import document, read
from aggregator.config.document import compose
from aggregator.config.file import MOST_BYTES
from aggregator.errors import ConfigError

LOADERS = [document._PythonLoader] + ([document._CLoader] if yaml.__with_libyaml__ else [])


@pytest.fixture(params=LOADERS, autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read with the parser in C and with the one in Python: both must say the same."""
    monkeypatch.setattr(document, "_Loader", request.param)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("y", "y"),
        ("true", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("null", None),
        ("~", None),
        ("", None),
        ("07:00", "07:00"),
        ("12:30:45", "12:30:45"),
        ("2026-01-01", "2026-01-01"),
        ("2026-01-01T07:00:00Z", "2026-01-01T07:00:00Z"),
        ("12", 12),
        ("-12", -12),
        ("+12", 12),
        ("012", 12),
        ("0o14", 12),
        ("0xC", 12),
        ("1_000", "1_000"),
        ("1" * 30, float("1" * 30)),
        ("0b11", "0b11"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1.2.3", "1.2.3"),
        (".inf", ".inf"),
        ("-", [None]),
        ("=", "="),
        ("'12'", "12"),
        ('"true"', "true"),
        ("'null'", "null"),
        ("|\n  12\n", "12\n"),
        ("[a, 1]", ["a", 1]),
        ("{a: no}", {"a": "no"}),
    ],
)
def test_only_the_core_schema_of_yaml_1_2_makes_more_than_text(written: str, value: Any) -> None:
    found = compose(f"key:\n  {written}")
    assert found.problems == []
    assert found.values == {"key": value}


def test_keys_are_always_text() -> None:
    assert compose("{1: a, true: b, null: c, 07:00: d}").values == {"1": "a", "true": "b", "null": "c", "07:00": "d"}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a: 1\na: 2\n", (2, 1, "a", "is written twice; the first stands in line 1")),
        ("x:\n  - b: 1\n    b: 2\n", (3, 5, "x[0].b", "is written twice; the first stands in line 2")),
        ("? [a]\n: 1\n", (1, 3, "[0]", "a key must be text")),
        ("a: !!str 1\n", (1, 4, "a", "a tag (!!str) is not allowed; write the value alone")),
        ("a: !!python/object/apply:os.system [ls]\n", (1, 4, "a", "a tag (!!python/object/apply:os.system) is not")),
        ("a: !local {b: 1}\n", (1, 4, "a", "a tag (!local) is not allowed")),
        ("a: &x [*x]\n", (1, 4, "", "holds itself")),
        ("[" * 5000, (1, 20, "", "is nested deeper than a feeds.yaml can")),
        ("[" * 50_000 + "]" * 50_000, (1, 20, "", "is nested deeper than a feeds.yaml can")),
        ("- " * 5000, (1, 39, "", "is nested deeper than a feeds.yaml can")),
        ("a:\n\tb: 1\n", (2, 1, "", "not valid YAML: ")),
        ("a: b: c\n", (1, 5, "", "not valid YAML: mapping values are not allowed")),
        ("a: @b\n", (1, 4, "", "not valid YAML: ")),
        ("a: [1\nb: 2\n", (2, 2, "", "not valid YAML: ")),
        ("a: *b\n", (1, 4, "", "not valid YAML: found undefined alias")),
        ("a: 1\n---\nb: 2\n", (2, 1, "", "not valid YAML: but found another document")),
        ("a: 'b\n", (2, 1, "", "not valid YAML: found unexpected end of stream")),
    ],
)
def test_a_document_that_is_refused_says_where(text: str, place: tuple[int, int, str, str]) -> None:
    problem = compose(text).problems[0]
    assert (problem.line, problem.column, problem.path) == place[:3]
    assert problem.text.startswith(place[3])


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("a:\n\tb: 1\n", "; indent with spaces, not with tabs"),
        ("a: b: c\n", "; put text that has a `: ` in it into quotes"),
        ("a: @b\n", "; put text that begins with @ into quotes"),
        ("a: `b`\n", "; put text that begins with ` into quotes"),
        ("a: 1\n---\nb: 2\n", "; the file must be one document, without a second `---`"),
        ('a: 1\nb: "c\nd: e\n', "; what begins in line 2 with a quote or a bracket does not end"),
        ("a: 1\nb: [c,\nd\n", "; what begins in line 2 with a quote or a bracket does not end"),
        ("f:\n  - a # b\u2028c\n  - d # e\n", "; U+2028 before it, which is not seen, ends a line: take it out"),
        ("ä: 'a\u2028b'\nf:\n  - d # e \x85 f\n", "; U+0085 before it, which is not seen, ends a line: take it out"),
        ("a: 'b\u2028c'\nd: e: f\n", "; put text that has a `: ` in it into quotes"),
        ("a: [1\nb: 2\n", "; what begins in line 1 with a quote or a bracket does not end"),
        ("a: 'Anna's Desk'\n", "; the ' before it ends the text in quotes: write '' for one in it"),
        ("a: [{b: 'Anna's Desk'}]\n", "; the ' before it ends the text in quotes: write '' for one in it"),
        ('a: "Say "no""\n', '; the " before it ends the text in quotes: write \\" for one in it'),
        ("a:\n   - b\n  - c\n", "; what belongs to one list or mapping begins in the same column"),
    ],
)
def test_usual_slips_of_syntax_come_with_advice(text: str, advice: str) -> None:
    assert compose(text).problems[0].text.endswith(advice)


def test_an_alias_may_be_used_again() -> None:
    assert compose("a: &x [1, 2]\nb: *x\n").values == {"a": [1, 2], "b": [1, 2]}


def test_aliases_of_aliases_are_stopped_before_they_fill_the_memory() -> None:
    """Nine lines that stand for a thousand million values."""
    names = "abcdefghi"
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{n}: &{n} [{', '.join(['*' + m] * 10)}]" for m, n in pairwise(names)]
    problem = compose("\n".join(lines)).problems[0]
    assert "aliases" in problem.text


def test_every_key_and_value_knows_its_place() -> None:
    found = compose("feeds:\n  - url: a\n    keep:\n      words: [x, yy]\n")
    places = [
        (("feeds",), False, (2, 3, "feeds")),
        (("feeds",), True, (1, 1, "feeds")),
        (("feeds", 0), False, (2, 5, "feeds[0]")),
        (("feeds", 0, "url"), True, (2, 5, "feeds[0].url")),
        (("feeds", 0, "url"), False, (2, 10, "feeds[0].url")),
        (("feeds", 0, "keep", "words", 1), False, (4, 18, "feeds[0].keep.words[1]")),
        (("feeds", 0, "nothing"), False, (2, 5, "feeds[0].nothing")),
        (("feeds", 7), False, (2, 3, "feeds[7]")),
    ]
    for path, at_key, place in places:
        problem = found.problem(path, "", at_key=at_key)
        assert (problem.line, problem.column, problem.path) == place


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("title: Müller".encode("latin-1"), "feeds.yaml:1:9: is not UTF-8 text here; save the file as UTF-8"),
        ("title: T\n# caf\u00e9".encode("latin-1"), "feeds.yaml:2:6: is not UTF-8 text here"),
        ("title: T".encode("utf-16"), "feeds.yaml:1:1: is not UTF-8 text here"),
        (b"title: T\nhome: \x00", "feeds.yaml:2:7: has a control character (U+0000) here; take it out"),
        (b"#" * (MOST_BYTES + 1), "feeds.yaml:1:1: is larger than 4 MB"),
    ],
)
def test_bytes_that_are_no_text(data: bytes, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(data, "feeds.yaml")
    assert caught.value.problems[0].startswith(problem)


def test_a_byte_order_mark_is_welcome() -> None:
    assert read("\ufefftitle: Ö".encode(), "feeds.yaml").title == "Ö"


def test_places_count_characters_not_bytes() -> None:
    problem = compose("a: {ö: 1, ö: 2}\n").problems[0]
    assert (problem.line, problem.column) == (1, 11)
