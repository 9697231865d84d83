"""OPML bytes → the feeds in them and what was left out; feeds → OPML 2.0 bytes."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from typing import NamedTuple

from lxml import etree

from aggregator.config.addresses import feed_address, without_user
from aggregator.errors import ParseError
from aggregator.model.value import value
from aggregator.pipeline.addresses import key
from aggregator.pipeline.opml_text import mended
from aggregator.pipeline.opml_topics import Folder, categories, folder_of
from aggregator.pipeline.plain import shortened, tidy

MOST_BYTES = 2_000_000
MOST_OUTLINES = 5_000
DEEPEST = 20

_OTHER = frozenset({"include", "link"})  # other documents (OPML 2.0, "Inclusion"), which are not fetched
_READERS = re.compile(r"(?:feed|itpc|pcast|podcast):(//)?(https?://)?", re.IGNORECASE)
_BROKEN = "not read: its outline is broken, or has another address before it"


class _Outline(NamedTuple):
    words: Mapping[str, str]  # its attributes, by lower-case names
    line: int
    holds: bool  # others


@value(frozen=True, slots=True)
class Subscribed:
    """One feed of a subscription list; ``topics`` are names, ``line`` counts from 1."""

    url: str
    title: str = ""
    topics: tuple[str, ...] = ()
    home: str = ""
    line: int = 0


@value(frozen=True, slots=True)
class LeftOut:
    """An outline that gives no feed, and why."""

    line: int
    address: str
    reason: str


@value(frozen=True, slots=True)
class Opml:
    """What a subscription list holds; ``topics`` are names with titles, ``repaired`` says it was not well-formed."""

    feeds: tuple[Subscribed, ...]
    topics: dict[str, str]
    left_out: tuple[LeftOut, ...]
    repaired: bool = False


def read_opml(data: bytes, *, name: str = "OPML") -> Opml:
    """Read a subscription list, OPML 1.0 to 2.0, well-formed or not; nothing is fetched.

    Each folder on the way to a feed and each of its categories is a topic. Raises ParseError for what is no OPML or
    is larger than ``MOST_BYTES``, ``MOST_OUTLINES`` or ``DEEPEST`` allow.
    """
    root, lost = _list(data, name)
    feeds: dict[str, Subscribed] = {}
    folders: dict[str, str] = {}
    topics: dict[str, str] = {}
    left_out = [LeftOut(line, _shown(address), _BROKEN) for line, address in lost or ()]
    for outline, path in _outlines(root, name):
        found = _read(outline, path)
        if isinstance(found, Folder):
            topics.setdefault(found.name, found.title)
            folders.setdefault(found.name, found.title)
        elif isinstance(found, LeftOut):
            left_out.append(found)
        elif found and path is not None:
            for named in path:
                folders.setdefault(named.name, named.title)
            for named in (*path, *categories(outline.words.get("category", ""))):
                topics.setdefault(named.name, named.title)
            left_out += _keep(feeds, found)
    # A category may be a mere name; what a folder calls the same topic is its title.
    return Opml(tuple(feeds.values()), topics | folders, tuple(left_out), lost is not None)


def _list(data: bytes, name: str) -> tuple[etree._Element, tuple[tuple[int, str], ...] | None]:
    """Return what holds the outlines; for a list that is not well-formed also the addresses that none of them has."""
    if len(data) > MOST_BYTES:
        raise ParseError(name, f"{name}: larger than {MOST_BYTES // 1_000_000} MB; split it")
    lost = None
    try:
        if b"<!ENTITY" in data:
            raise ValueError("libxml2 resolves entities in attributes, whatever it is told")
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
        kind = _tag(root)
    except (etree.XMLSyntaxError, ValueError):
        kind, root, lost = mended(data)
    if not kind:
        raise ParseError(name, f"{name}: no subscription list (it is not XML)")
    if kind != "opml":
        raise ParseError(
            name, f"{name}: no subscription list, its root is <{shortened(tidy(kind), 60)}> and not <opml>"
        )
    return root, lost


def write_opml(feeds: Iterable[Subscribed], topics: dict[str, str], *, title: str, now: datetime) -> bytes:
    """Write OPML 2.0: a folder for each topic, with the feeds whose first topic it is; feeds without one stand first.

    All topics of a feed are in its ``category``, those of a folder's name in the folder's.
    """
    root = etree.Element("opml", version="2.0")
    head, body = etree.SubElement(root, "head"), etree.SubElement(root, "body")
    etree.SubElement(head, "title").text = title
    etree.SubElement(head, "dateCreated").text = format_datetime(now, usegmt=True)
    listed = tuple(feeds)
    used = {name for feed in listed for name in feed.topics}
    _write(body, [feed for feed in listed if not feed.topics])
    for name in (name for name in topics if name in used):
        words = {"text": topics[name], "title": topics[name], "category": f"/{name}"}
        folder = etree.SubElement(body, "outline", words)
        _write(folder, [feed for feed in listed if feed.topics[:1] == (name,)])
    etree.indent(root)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"


def _write(parent: etree._Element, feeds: Sequence[Subscribed]) -> None:
    for feed in feeds:
        title = feed.title or feed.url
        words = {"type": "rss", "text": title, "title": title, "xmlUrl": feed.url}
        if feed.home:
            words["htmlUrl"] = feed.home
        if feed.topics:
            words["category"] = ",".join(f"/{name}" for name in feed.topics)
        etree.SubElement(parent, "outline", words)


def _outlines(root: etree._Element, name: str) -> Iterator[tuple[_Outline, tuple[Folder, ...] | None]]:
    """Yield every outline in order with the folders it lies in; None for what is commented out (OPML 2.0)."""
    waiting: list[tuple[etree._Element, tuple[Folder, ...] | None, int]] = [(root, (), 0)]
    number = 0
    while waiting:
        element, path, depth = waiting.pop()
        if _tag(element) == "outline":
            outline = _outline(element)
            number, depth = number + 1, depth + 1
            if number > MOST_OUTLINES or depth > DEEPEST:
                what = f"more than {MOST_OUTLINES:,} outlines" if depth <= DEEPEST else f"deeper than {DEEPEST} folders"
                raise ParseError(name, f"{name}:{outline.line}: {what}; split it")
            if outline.words.get("iscomment", "").strip().lower() == "true":
                path = None
            yield outline, path
            folder = None if _address(outline.words) else folder_of(outline.words)
            path = (*path, folder) if folder and path is not None else path
        waiting += [(child, path, depth) for child in reversed(element)]


def _outline(element: etree._Element) -> _Outline:
    """Read an element; names of attributes become lower case and lose their prefix, those without one come first."""
    line = element.sourceline
    named = sorted((str(name).rpartition("}")[::2], str(text)) for name, text in element.attrib.items())
    words = {name.lower(): text for (_, name), text in reversed(named)}
    return _Outline(words, line if isinstance(line, int) else 0, holds=len(element) > 0)


def _read(outline: _Outline, path: tuple[Folder, ...] | None) -> Subscribed | Folder | LeftOut | None:
    words, line = outline.words, outline.line
    address, kind = _address(words), words.get("type", "").strip().lower()
    shown = _shown(address or words.get("url", ""))
    if path is None:
        return LeftOut(line, shown, "is commented out (isComment)") if shown else None
    if kind in _OTHER:
        return LeftOut(line, shown, f"type={kind} names another document, not a feed")
    if "+" in kind:  # HTML+XPath, JSON+DotNotation: FreshRSS's recipes for pages that have no feed
        return LeftOut(line, shown, f"type={shortened(tidy(kind), 40)} is a page to be taken apart, not a feed")
    if not address:
        folder = folder_of(words)
        if folder and (outline.holds or words.get("category")):
            return folder
        label = shortened(tidy(words.get("text", "")), 80)
        return None if outline.holds else LeftOut(line, shown or label, "has no address (xmlUrl)")
    try:
        if address.lower().startswith("file:"):
            raise ValueError("a file on somebody's machine, not an http(s) address")
        url = feed_address(address)
    except ValueError as error:
        return LeftOut(line, shown, tidy(str(error)))
    title = shortened(tidy(words.get("title", "") or words.get("text", "")), 200)
    topics = dict.fromkeys(folder.name for folder in (*path, *categories(words.get("category", ""))))
    home = words.get("htmlurl", "").strip()
    return Subscribed(url, "" if title in (url, address) else title, tuple(topics), home, line)


def _shown(address: str) -> str:
    return shortened(tidy(without_user(address)), 200)


def _keep(feeds: dict[str, Subscribed], found: Subscribed) -> list[LeftOut]:
    """Keep a feed; one that was there before gives it its topics and is told."""
    mine = key(found.url)
    first = feeds.setdefault(mine, found)
    if first is found:
        return []
    feeds[mine] = replace(first, topics=tuple(dict.fromkeys(first.topics + found.topics)))
    joined = "; its topics were joined" if set(found.topics) - set(first.topics) else ""
    return [LeftOut(found.line, found.url, f"the same feed as in line {first.line}{joined}")]


def _address(words: Mapping[str, str]) -> str:
    """Return the feed's address; some programs write it into ``url``, and readers' own schemes before it."""
    kind = words.get("type", "").strip().lower()
    text = (words.get("xmlurl", "") or (words.get("url", "") if kind in ("rss", "atom") else "")).strip()
    scheme = _READERS.match(text)
    if not scheme or not any(scheme.groups()):
        return text
    return (scheme[2] or "http://") + text[scheme.end() :]


def _tag(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
