from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.config import read, schema
from aggregator.errors import ConfigError

OWN = (Path(__file__).parents[2] / "feeds.yaml").read_text(encoding="utf-8")
_SCHEMA = schema()
KEYS = sorted({key for part in (_SCHEMA, *_SCHEMA["$defs"].values()) for key in part["properties"]})
LATER = ["auth", "approve", "(name)", "<<"]
SCALARS: list[Any] = [
    *("", "auto", "30m", "stories", "daily 07:00", "mon-fri 07:00", "a@example.org", "a@b", "https://example.com/"),
    *("https://u:p@example.com/", "file:a.xml", "file:../a", "smtp://u@h", "postgresql://h/d", "Europe/Berlin"),
    *("world", "::1/0", "\x85", "\ud7ff", "x" * 5000, 0, -1, 10**30, 1.5, float("inf"), True, None),
]  # fmt: skip

scalars = st.one_of(st.sampled_from(SCALARS), st.text(max_size=8), st.integers(), st.floats(), st.booleans())
keys = st.one_of(st.sampled_from(KEYS), st.sampled_from(LATER), st.text(max_size=5), st.integers())
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=5)),
    max_leaves=25,
)
sections = st.fixed_dictionaries(
    {"title": scalars},
    optional={
        "feeds": st.lists(st.dictionaries(keys, values, max_size=4) | scalars, max_size=4),
        "topics": st.dictionaries(keys, values, max_size=3),
        "outputs": st.lists(st.dictionaries(keys, values, max_size=4), max_size=3),
        "digests": st.lists(st.dictionaries(keys, values, max_size=4), max_size=3),
        "mail": st.dictionaries(keys, values, max_size=5),
        "defaults": st.dictionaries(keys, values, max_size=3),
        "database": values,
        "timezone": scalars,
        "home": scalars,
    },
)


def outcome(data: bytes) -> tuple[str, ...]:
    """Read, and give the problems; nothing but ConfigError may come out."""
    try:
        read(data, "feeds.yaml")
    except ConfigError as error:
        return error.problems
    return ()


def is_plain(line: str) -> bool:
    """Tell whether a problem is one printable line in our own words."""
    jargon = ("pydantic", "Value error", "input should", "Input should", "valid string", "function-", "does not fit")
    return line.startswith("feeds.yaml:") and line.isprintable() and not any(word in line for word in jargon)


@settings(deadline=None)
@given(st.one_of(sections, st.dictionaries(keys, values, max_size=6), values))
def test_any_document_is_read_or_refused_in_plain_words(value: Any) -> None:
    lines = outcome(yaml.safe_dump(value, allow_unicode=True).encode("utf-8", "surrogatepass"))
    assert [line for line in lines if not is_plain(line)] == []


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from(" \n\t:-[]{}#&*!|>'\"%@`?,abtitlefeds01~<"), max_size=60))
def test_any_text_is_read_or_refused_in_plain_words(text: str) -> None:
    lines = outcome(("title: T\n" + text).encode())
    assert [line for line in lines if not is_plain(line)] == []


@settings(deadline=None)
@given(st.integers(0, len(OWN)), st.integers(0, 30), st.text(max_size=6))
def test_any_slip_in_a_good_file_is_told_in_plain_words(start: int, length: int, put: str) -> None:
    """Cut something out of the repository's own file, and put something in."""
    lines = outcome((OWN[:start] + put + OWN[start + length :]).encode("utf-8", "surrogatepass"))
    assert [line for line in lines if not is_plain(line)] == []


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused_in_plain_words(data: bytes) -> None:
    lines = outcome(data)
    assert [line for line in lines if not is_plain(line)] == []
