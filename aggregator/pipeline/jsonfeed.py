"""JSON Feed 1 and 1.1 → ParsedFeed (https://www.jsonfeed.org/version/1.1/)."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from aggregator.model import Category, Enclosure, Markup, ParsedEntry, ParsedFeed, Reject, Stamp
from aggregator.pipeline.parse_utf8 import as_utf8

VERSIONS = {
    "https://jsonfeed.org/version/1": "json1",
    "https://jsonfeed.org/version/1.1": "json11",
}

_LONGEST = 1000


def read_json(body: bytes, *, cap: int, base: str) -> ParsedFeed:
    """Return the feed in ``body``; relative links hang on ``base``. Raises ValueError with the reason if it is none.

    Strict about ``version``, because nothing else tells a feed from other JSON; tolerant about the types of the rest:
    an ``id`` may be a number (JSON Feed 1.1, "Items"), and an item that is no object is rejected by its place.
    """
    document = _load(body)
    items = document.get("items", [])
    if not isinstance(items, list):
        raise ValueError("a JSON Feed whose items are no list")
    feed = ParsedFeed(
        format=_version(document),
        title=_text(document.get("title")),
        home=_text(document.get("home_page_url")),
        language=_text(document.get("language")),
        author=_authors(document),
    )
    entries, rejects = _entries(items[:cap], base=base)
    return replace(feed, entries=entries, rejects=rejects, cut=max(0, len(items) - cap))


def _entries(items: list[Any], *, base: str) -> tuple[tuple[ParsedEntry, ...], tuple[Reject, ...]]:
    entries, rejects = [], []
    for position, item in enumerate(items):
        name = f"item {position + 1}"
        if not isinstance(item, Mapping):
            rejects.append(Reject(position, name, f"not an object but {_kind(item)}"))
            continue
        try:
            entries.append(_entry(item, base=base))
        except Exception as error:  # whatever a stranger's item can provoke: it costs this item only
            rejects.append(Reject(position, name, f"cannot be read ({type(error).__name__}: {error})"))
    return tuple(entries), tuple(rejects)


def _load(body: bytes) -> Mapping[str, Any]:
    try:
        text = as_utf8(body).decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("windows-1252", "replace")
    document = json.loads(text, strict=False, parse_int=_number)
    if not isinstance(document, Mapping):
        raise ValueError(f"JSON that is no feed ({_kind(document)})")
    return document


def _number(digits: str) -> int | str:
    """Read a number; one that is longer than Python reads can only be somebody's id, and stays as it is written."""
    return int(digits) if len(digits) <= _LONGEST else digits


def _version(document: Mapping[str, Any]) -> str:
    version = re.sub(r"^http:", "https:", _text(document.get("version"))).rstrip("/").replace("//www.", "//")
    if version not in VERSIONS:
        keys = ", ".join(list(document)[:4])
        raise ValueError(f"JSON that is no feed ({f'its keys: {keys}' if keys else 'an empty object'})")
    return VERSIONS[version]


def _entry(item: Mapping[str, Any], *, base: str) -> ParsedEntry:
    html, text = _text(item.get("content_html")), _text(item.get("content_text"))
    return ParsedEntry(
        guid=_text(item.get("id")),
        url=_text(item.get("url")) or _text(item.get("external_url")),
        title=Markup(_text(item.get("title")), "text", base),
        summary=Markup(_text(item.get("summary")), "text", base),
        content=Markup(html, "html", base) if html else Markup(text, "text", base),
        author=_authors(item),
        published=Stamp(_text(item.get("date_published"))),
        updated=Stamp(_text(item.get("date_modified"))),
        categories=tuple(Category(tag) for tag in map(_text, _list(item.get("tags"))) if tag),
        enclosures=tuple(_enclosures(item)),
        image=_text(item.get("image")) or _text(item.get("banner_image")),
        language=_text(item.get("language")),
    )


def _enclosures(item: Mapping[str, Any]) -> Iterator[Enclosure]:
    for attachment in _list(item.get("attachments")):
        if isinstance(attachment, Mapping) and (url := _text(attachment.get("url"))):
            size = attachment.get("size_in_bytes")
            length = int(size) if isinstance(size, int | float) and 0 < size < 1e15 else 0
            yield Enclosure(url, _text(attachment.get("mime_type")), length)


def _authors(item: Mapping[str, Any]) -> str:
    """Names of ``authors`` (1.1) or ``author`` (1)."""
    people = _list(item.get("authors")) or [item.get("author")]
    names = (_text(person.get("name") if isinstance(person, Mapping) else person) for person in people)
    return ", ".join(dict.fromkeys(name for name in names if name))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    """Return a string or a number as text; anything else, and true and false, as nothing."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _kind(value: object) -> str:
    names = {
        list: "a list",
        dict: "an object",
        str: "a text",
        int: "a number",
        float: "a number",
        bool: "true or false",
    }
    return names.get(type(value), "null")
