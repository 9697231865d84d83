"""JSON Feed 1.1 as a JSON Schema."""

import json
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from tests.validity.rules import RFC3339

DATE = {"type": "string", "pattern": f"^{RFC3339.pattern}$"}
ADDRESS = {"type": "string", "pattern": r"^https?://[!-~]+$"}
TEXT = {"type": "string", "minLength": 1}
AUTHORS = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "minProperties": 1,
        "properties": {"name": TEXT, "url": ADDRESS, "avatar": ADDRESS},
        "additionalProperties": False,
    },
}
ATTACHMENT = {
    "type": "object",
    "required": ["url", "mime_type"],
    "properties": {
        "url": ADDRESS,
        "mime_type": {"type": "string", "pattern": "^[^ /]+/[^ /]+"},
        "title": TEXT,
        "size_in_bytes": {"type": "integer", "minimum": 1},
        "duration_in_seconds": {"type": "number"},
    },
    "additionalProperties": False,
}
PLACE = {"type": "object", "properties": {"title": TEXT, "url": ADDRESS, "home_page_url": ADDRESS, "publisher": TEXT}}
ITEM = {
    "type": "object",
    "required": ["id"],
    "anyOf": [{"required": ["content_html"]}, {"required": ["content_text"]}],
    "properties": {
        "id": TEXT,
        "url": ADDRESS,
        "external_url": ADDRESS,
        "title": TEXT,
        "content_html": TEXT,
        "content_text": TEXT,
        "summary": TEXT,
        "image": ADDRESS,
        "banner_image": ADDRESS,
        "date_published": DATE,
        "date_modified": DATE,
        "authors": AUTHORS,
        "tags": {"type": "array", "items": TEXT, "uniqueItems": True},
        "language": TEXT,
        "attachments": {"type": "array", "items": ATTACHMENT},
        "_aggregator": {
            "type": "object",
            "properties": {"source": PLACE, "also": {"type": "array", "items": PLACE}},
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["version", "title", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"},
        "title": TEXT,
        "home_page_url": ADDRESS,
        "feed_url": ADDRESS,
        "description": TEXT,
        "next_url": ADDRESS,
        "icon": ADDRESS,
        "authors": AUTHORS,
        "language": TEXT,
        "items": {"type": "array", "items": ITEM},
        "_aggregator": {"type": "object"},
    },
    "additionalProperties": False,
}


def json_faults(data: bytes) -> list[str]:
    """Name every fault of a JSON Feed."""
    feed = json.loads(data.decode("utf-8"))
    faults = [error.message for error in Draft202012Validator(SCHEMA, format_checker=FormatChecker()).iter_errors(feed)]
    ids = [item.get("id") for item in feed.get("items", [])]
    return faults + (["an id twice"] if len(set(ids)) < len(ids) else [])
