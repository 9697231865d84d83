"""The smaller parts of an entry, out of feedparser's dictionaries."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urljoin

from aggregator.model import Category, Enclosure

MOST_CATEGORIES = 50
MOST_ENCLOSURES = 20
MARKS = re.compile(r"</(?:p|a|div|li|ul|h\d|blockquote|em|strong|b|i|span)>|<br\s*/?>|<img\s", re.IGNORECASE)
"""What tells HTML that calls itself text."""

_EMPHASIS = re.compile(r"(?:[^<]*<(b|i|em|strong|u|small|span|su[bp])\b[^<>]*>[^<]+</\1>)++[^<]*", re.IGNORECASE)


def tells_html(*, is_atom: bool) -> Callable[[str], object]:
    """Return what tells HTML in a title that calls itself text.

    In Atom it is shown as it is (RFC 4287 §3.1.1.1), since many a title is about HTML: only where nothing but words are
    put in bold or the like, which a title about HTML hardly is, somebody has forgotten to say so.
    """
    return _EMPHASIS.fullmatch if is_atom else MARKS.search


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
    return alternate(text_of(element, "link"), guid(element), [*dict.get(element, "links", ()), *_elsewhere(element)])


def alternate(direct: str, guid: str, links: Iterable[Any]) -> str:
    """Return the alternate link, of whatever type (RFC 4287 §4.2.7.2).

    ``direct`` is what feedparser takes for it: the last of HTML, or else the guid, which comes after the others.
    """
    if direct and direct != guid:
        return direct
    hrefs = [href for one in links if _relation(one) == "alternate" and (href := text_of(one, "href"))]
    return direct if direct in hrefs else next(iter(hrefs), direct)


def _relation(link: Any) -> str:
    """Return the relation of a link, of which the name may be written as IANA's address of it (RFC 4287 §4.2.7.2)."""
    return text_of(link, "rel").removeprefix("http://www.iana.org/assignments/relation/")


def _elsewhere(entry: Any) -> Iterator[dict[str, str]]:
    """Give a link to each content that lies elsewhere (RFC 4287 §4.1.3.2)."""
    for part in dict.get(entry, "content", ()):
        if source := text_of(part, "src"):
            yield {"rel": "alternate", "href": joined(part.get("base") or "", source)}


def joined(base: str, own: str) -> str:
    """Return an address joined to a base, or the base where that cannot be (``xml:base="http://[broken"``)."""
    try:
        return urljoin(base, own)
    except ValueError:
        return base


def author(element: Any) -> str:
    """Return the names of the authors, an address only where there is no name; else of its source (RFC 4287 §4.2.1)."""
    people = dict.get(element, "authors") or ()
    names = [text_of(person, "name") or text_of(person, "email") for person in people if person]
    own = ", ".join(dict.fromkeys(name for name in names if name)) or text_of(element, "author")
    return own or (author(source) if (source := dict.get(element, "source")) else "")


def categories(entry: Any) -> tuple[Category, ...]:
    """Return the publisher's own tags, each once."""
    found = (
        Category(text_of(tag, "term"), text_of(tag, "scheme"), text_of(tag, "label"))
        for tag in dict.get(entry, "tags") or ()
    )
    return tuple(dict.fromkeys(one for one in found if one.term or one.label))[:MOST_CATEGORIES]


def files(entry: Any) -> tuple[tuple[Enclosure, ...], str]:
    """Return the files of an entry and its picture.

    Files are enclosures first, then Media RSS sound and film, then its widest picture: publishers list one picture in
    many sizes. The picture is that one, a thumbnail, a podcast cover, or one that the entry encloses.
    """
    linked = list(_linked(entry))
    played, pictures = _media(entry)
    shown = [_enclosure(max(pictures, key=_width))] if pictures else []
    found = {one.url: one for one in reversed([*linked, *played, *shown])}
    picture = shown[0].url if shown else _beside(entry) or next(_pictures(linked), "")
    return tuple(reversed(found.values()))[:MOST_ENCLOSURES], picture


def _linked(entry: Any) -> Iterator[Enclosure]:
    for one in dict.get(entry, "links") or ():
        if _relation(one) == "enclosure" and (url := text_of(one, "href")):
            kind = text_of(one, "type").lower()  # feedparser calls every link without a type text/html
            yield Enclosure(url, kind if kind != "text/html" else "", _number(one.get("length")))


def _media(entry: Any) -> tuple[list[Enclosure], list[Any]]:
    """Return the sound and film of Media RSS, and its pictures."""
    played, pictures = [], []
    for one in dict.get(entry, "media_content") or ():
        if url := text_of(one, "url"):
            medium = _medium(one, url)
            if medium == "image":
                pictures.append(one)
            elif medium in ("audio", "video"):
                played.append(_enclosure(one))
    return played, pictures


def _enclosure(one: Any) -> Enclosure:
    return Enclosure(text_of(one, "url"), text_of(one, "type").lower(), _number(one.get("filesize")))


def _width(one: Any) -> int:
    return _number(one.get("width"))


def _beside(entry: Any) -> str:
    """Return a thumbnail, or a podcast cover."""
    for thumbnail in dict.get(entry, "media_thumbnail") or ():
        if url := text_of(thumbnail, "url"):
            return url
    cover = dict.get(entry, "image")
    return text_of(cover, "href") if isinstance(cover, dict) else ""


def _pictures(linked: list[Enclosure]) -> Iterator[str]:
    return (one.url for one in linked if one.type.startswith("image/"))


def _medium(one: Any, url: str) -> str:
    """Return "image", "audio", "video" … by the type, the medium, or what the address ends in."""
    if kind := text_of(one, "type").lower().partition("/")[0] or text_of(one, "medium").lower():
        return kind
    path = url.partition("?")[0].lower()
    return "image" if path.endswith((".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif")) else ""


def _number(value: object) -> int:
    text = str(value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
