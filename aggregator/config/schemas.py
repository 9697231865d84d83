"""The JSON Schema of feeds.yaml, for editors that complete and check while one types; and a Config as JSON."""

from typing import Any

from pydantic import TypeAdapter

from aggregator.config.models import Config
from aggregator.config.sections import ConfigSection
from aggregator.config.subjects import NAME

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """Describe feeds.yaml as JSON Schema (draft 2020-12): every key with its description, short forms included."""
    found = ConfigSection.model_json_schema(by_alias=True, mode="validation")
    parts = found["$defs"]
    for part in (found, *parts.values()):
        part["properties"] = {key: _plain(key, field) for key, field in part["properties"].items()}
    for name, part in parts.items():
        part["title"] = name.removesuffix("Section")
    _with_short_form(found["properties"]["feeds"], parts["FeedSection"])
    _by_name(found["properties"]["topics"], parts["TopicSection"])
    about = {"title": "feeds.yaml", "description": "What to read, what to publish and what to mail."}
    return {"$schema": DIALECT, **found, **about}


def shown(config: Config) -> dict[str, Any]:
    """Write what a feeds.yaml comes to as what JSON knows; spans of time as in ISO 8601."""
    found: dict[str, Any] = TypeAdapter(Config).dump_python(config, mode="json")
    return found


def _plain(key: str, field: dict[str, Any]) -> dict[str, Any]:
    """Take out what only Python means: null for "not written", and empty defaults."""
    choices = [choice for choice in field.pop("anyOf", []) if choice != {"type": "null"}]
    for choice in choices:
        field = {**choice, **field}
    if not field.get("default"):
        field.pop("default", None)
    if key == "every":
        field["default"] = "auto"
    return field


def _with_short_form(section: dict[str, Any], feed: dict[str, Any]) -> None:
    """Describe that a feed may be its address alone, and name the address first."""
    address = feed["properties"].pop("url")
    feed["properties"] = {"url": address, **feed["properties"]}
    section["items"] = {"anyOf": [{**address, "title": "Address"}, section["items"]]}


def _by_name(section: dict[str, Any], topic: dict[str, Any]) -> None:
    """Describe topics as they are written, by name: the name is the key, so no body has it."""
    name = topic["properties"].pop(NAME)
    topic["required"] = [key for key in topic.get("required", ()) if key != NAME]
    body = section.pop("items")
    section |= {
        "type": "object",
        "propertyNames": {"pattern": name["pattern"]},
        "additionalProperties": {"anyOf": [body, {"type": "null"}]},
    }
