"""The smaller parts of an entry, out of feedparser's dictionaries."""

import re
from collections.abc import Iterator
from typing import Any

from aggregator.model import Category, Enclosure

MOST_CATEGORIES = 50
MOST_ENCLOSURES = 20
MARKS = re.compile(r"</(?:p|a|div|li|ul|h\d|blockquote|em|strong|b|i|span)>|<br\s*/?>|<img\s", re.IGNORECASE)
"""What tells HTML that calls itself text."""


def text_of(element: Any, name: str) -> str:
    """Return a text that stands under ``name``, folded at its ends; "" when there is none, or something else."""
    value = dict.get(element, name)
    return value.strip() if isinstance(value, str) else ""


def guid(entry: Any) -> str:
    """Return the guid as published: RSS ``guid``, Atom ``id``, RDF ``about``."""
    return text_of(entry, "id")


def link(element: Any) -> str:
    """Return where a feed or an entry leads: what a redirecting service wrapped, else the alternate link."""
    if original := text_of(element, "feedburner_origlink"):
        return original
    if direct := text_of(element, "link"):
        return direct
    links = dict.get(element, "links") or ()
    return next((text_of(one, "href") for one in links if one.get("rel") == "alternate" and text_of(one, "href")), "")


def author(element: Any) -> str:
    """Return the names of the authors, an address only where there is no name."""
    people = dict.get(element, "authors") or ()
    names = [text_of(person, "name") or text_of(person, "email") for person in people if person]
    return ", ".join(dict.fromkeys(name for name in names if name)) or text_of(element, "author")


def categories(entry: Any) -> tuple[Category, ...]:
    """Return the publisher's own tags, each once."""
    found = (
        Category(text_of(tag, "term"), text_of(tag, "scheme"), text_of(tag, "label"))
        for tag in dict.get(entry, "tags") or ()
    )
    return tuple(dict.fromkeys(one for one in found if one.term or one.label))[:MOST_CATEGORIES]


def enclosures(entry: Any) -> tuple[Enclosure, ...]:
    """Return the files of an entry: enclosures first, then Media RSS sound and film, then its widest picture."""
    found = {one.url: one for one in reversed([*_linked(entry), *_media(entry)])}
    return tuple(reversed(found.values()))[:MOST_ENCLOSURES]


def image(entry: Any) -> str:
    """Return the entry's picture: the widest of Media RSS, a thumbnail, a podcast cover, or a picture it encloses."""
    if widest := _widest(entry):
        return text_of(widest, "url")
    for thumbnail in dict.get(entry, "media_thumbnail") or ():
        if url := text_of(thumbnail, "url"):
            return url
    cover = dict.get(entry, "image")
    if isinstance(cover, dict) and text_of(cover, "href"):
        return text_of(cover, "href")
    return next((one.url for one in _linked(entry) if one.type.startswith("image/")), "")


def _linked(entry: Any) -> Iterator[Enclosure]:
    for one in dict.get(entry, "links") or ():
        if one.get("rel") == "enclosure" and (url := text_of(one, "href")):
            kind = text_of(one, "type").lower()  # feedparser calls every link without a type text/html
            yield Enclosure(url, kind if kind != "text/html" else "", _number(one.get("length")))


def _media(entry: Any) -> Iterator[Enclosure]:
    for one in dict.get(entry, "media_content") or ():
        if (url := text_of(one, "url")) and _medium(one) in ("audio", "video"):
            yield Enclosure(url, text_of(one, "type").lower(), _number(one.get("filesize")))
    if widest := _widest(entry):
        yield Enclosure(text_of(widest, "url"), text_of(widest, "type").lower(), _number(widest.get("filesize")))


def _widest(entry: Any) -> Any:
    """Return the widest picture: publishers list one picture in many sizes."""
    pictures = [
        one for one in dict.get(entry, "media_content") or () if text_of(one, "url") and _medium(one) == "image"
    ]
    return max(pictures, key=lambda one: _number(one.get("width")), default=None)


def _medium(one: Any) -> str:
    """Return "image", "audio", "video" … by the type, the medium, or what the address ends in."""
    if kind := text_of(one, "type").lower().partition("/")[0] or text_of(one, "medium").lower():
        return kind
    path = text_of(one, "url").partition("?")[0].lower()
    return "image" if path.endswith((".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif")) else ""


def _number(value: object) -> int:
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
