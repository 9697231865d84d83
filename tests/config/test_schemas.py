from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from aggregator.config import read, schema
from aggregator.errors import ConfigError

REPOSITORY = Path(__file__).parents[2]
FULL = Path(__file__).parent / "data" / "full.yaml"


class _Text(yaml.SafeLoader):
    """Read as an editor does: YAML 1.2, so that `no` and `07:00` are text."""


_Text.yaml_implicit_resolvers = {
    sign: [(tag, pattern) for tag, pattern in rules if tag.endswith((":null", ":int", ":float"))]
    for sign, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def mistakes(text: str) -> list[str]:
    """Check a text as an editor would, and say where it is wrong."""
    validator = jsonschema.Draft202012Validator(schema())
    values = yaml.load(text, Loader=_Text)
    return [error.json_path for error in validator.iter_errors(values)]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("path", [REPOSITORY / "feeds.yaml", FULL])
def test_the_schema_takes_what_is_valid(path: Path) -> None:
    assert mistakes(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "language: en",
        "title: T\nfeed: []",
        "title: T\nfeeds: [htp://example.com/]",
        "title: T\nfeeds: [{title: none}]",
        "title: T\nfeeds: [{url: 'https://example.com/', evry: 1h}]",
        "title: T\nfeeds: [{url: 'https://example.com/', every: 1w}]",
        "title: T\nfeeds: [{url: 'https://example.com/', keep: [a]}]",
        "title: T\nfeeds: [{url: 'https://user:x@example.com/'}]",
        "title: T\ntopics: [a]",
        "title: T\ntopics: {A: {}}",
        "title: T\ntopics: {a: {name: a}}",
        "title: T\noutputs: [{name: a, formats: [xml]}]",
        "title: T\noutputs: [{name: a, size: 0}]",
        "title: T\ndigests: [{name: a}]",
        "title: T\ndigests: [{name: a, when: daily}]",
        "title: T\nmail: {from: a@example.org}",
        "title: T\nmail: {from: a@example.org, smtp: 'http://h'}",
        "title: T\nkeep: {months: 0}",
        "title: T\nfeeds: [{url: 'https://example.com/', weight: 0}]",
        "title: T\ntopics: {a: {weight: 11}}",
        "title: T\noutputs: [{name: a, show: pages}]",
        "title: 5",
    ],
)
def test_the_schema_and_the_program_refuse_the_same(text: str) -> None:
    assert mistakes(text)
    with pytest.raises(ConfigError):
        read(text.encode(), "feeds.yaml")


def test_every_key_is_described() -> None:
    """An editor shows what a key is for, wherever the key stands."""
    found = schema()
    parts: dict[str, Any] = found["$defs"]
    for part in (found, *parts.values()):
        assert part["additionalProperties"] is False
        for key, field in part["properties"].items():
            target = parts[field["$ref"].rpartition("/")[2]] if "$ref" in field else field
            assert field.get("description") or target["description"], key


def test_the_reference_names_every_key() -> None:
    """docs/feeds.yaml.md has a row for each key, and none for keys that are not there."""
    text = (REPOSITORY / "docs" / "feeds.yaml.md").read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip().strip("`") for line in text.splitlines() if line.startswith("| `")}
    found = schema()
    keys = {key for part in (found, *found["$defs"].values()) for key in part["properties"]}
    assert rows == keys
