"""OPML bytes → the feeds in them and what was left out; feeds → OPML 2.0 bytes."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime

from lxml import etree

from aggregator.config.addresses import feed_address, without_user
from aggregator.errors import ParseError
from aggregator.model.value import value
from aggregator.pipeline.addresses import canonical
from aggregator.pipeline.opml_text import as_xml
from aggregator.pipeline.opml_topics import Folder, categories, folder_of
from aggregator.pipeline.plain import shortened, tidy

MOST_BYTES = 2_000_000
MOST_OUTLINES = 5_000
DEEPEST = 20

_OTHER = frozenset({"include", "link"})  # other documents (OPML 2.0, "Inclusion"), which are not fetched
_SCHEME = re.compile(r"feed:(?://)?(?=https?://)", re.IGNORECASE)


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
    root, repaired = _list(data, name)
    feeds: dict[str, Subscribed] = {}
    folders: dict[str, str] = {}
    topics: dict[str, str] = {}
    left_out = []
    for outline, path in _outlines(root, name):
        found = _read(outline, path)
        if isinstance(found, Folder):
            topics.setdefault(found.name, found.title)
            folders.setdefault(found.name, found.title)
        elif isinstance(found, LeftOut):
            left_out.append(found)
        elif found:
            for named in path:
                folders.setdefault(named.name, named.title)
            for named in (*path, *categories(outline.get("category", ""))):
                topics.setdefault(named.name, named.title)
            left_out += _keep(feeds, found)
    # A category may be a mere name; what a folder calls the same topic is its title.
    return Opml(tuple(feeds.values()), topics | folders, tuple(left_out), repaired)


def _list(data: bytes, name: str) -> tuple[etree._Element, bool]:
    if len(data) > MOST_BYTES:
        raise ParseError(name, f"{name}: larger than {MOST_BYTES // 1_000_000} MB; split it")
    root, repaired = _parsed(data, name)
    kind = _tag(root)
    if kind != "opml":
        raise ParseError(
            name, f"{name}: no subscription list, its root is <{shortened(tidy(kind), 60)}> and not <opml>"
        )
    return root, repaired


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


def _parser(*, recover: bool = False, encoding: str | None = None) -> etree.XMLParser:
    """Make a parser that resolves and loads nothing."""
    return etree.XMLParser(
        recover=recover, encoding=encoding, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )


def _parsed(data: bytes, name: str) -> tuple[etree._Element, bool]:
    """Parse strictly, else what ``as_xml`` has mended; entities are never resolved, nothing is loaded."""
    try:
        if b"<!ENTITY" in data:
            raise ValueError("libxml2 resolves entities in attributes, whatever it is told")
        return etree.fromstring(data, _parser()), False
    except (etree.XMLSyntaxError, ValueError):
        mended = as_xml(data)
    parser = _parser(recover=True, encoding="utf-8")
    try:
        root = etree.fromstring(mended, parser) if mended.strip() else None
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        raise ParseError(name, f"{name}: no subscription list (it is not XML)")
    return root, True


def _outlines(root: etree._Element, name: str) -> Iterator[tuple[etree._Element, tuple[Folder, ...]]]:
    """Yield every outline in order with the folders it lies in; its attributes' names become lower case."""
    waiting: list[tuple[etree._Element, tuple[Folder, ...], int]] = [(root, (), 0)]
    number = 0
    while waiting:
        element, path, depth = waiting.pop()
        inner = path
        if _tag(element) == "outline":
            number, depth = number + 1, depth + 1
            if number > MOST_OUTLINES or depth > DEEPEST:
                what = f"more than {MOST_OUTLINES:,} outlines" if depth <= DEEPEST else f"deeper than {DEEPEST} folders"
                raise ParseError(name, f"{name}:{_line(element)}: {what}; split it")
            _lower(element)
            yield element, path
            folder = None if _address(element) else folder_of(element)
            inner = (*path, folder) if folder else path
        waiting += [(child, inner, depth) for child in reversed(element)]


def _read(outline: etree._Element, path: tuple[Folder, ...]) -> Subscribed | Folder | LeftOut | None:
    address, kind, line = _address(outline), outline.get("type", "").strip().lower(), _line(outline)
    shown = shortened(tidy(without_user(address or outline.get("url", ""))), 200)
    if kind in _OTHER:
        return LeftOut(line, shown, f"type={kind} names another document, not a feed")
    if "+" in kind:  # HTML+XPath, JSON+DotNotation: FreshRSS's recipes for pages that have no feed
        return LeftOut(line, shown, f"type={shortened(tidy(kind), 40)} is a page to be taken apart, not a feed")
    if not address:
        folder = folder_of(outline)
        if folder and (len(outline) or outline.get("category")):
            return folder
        label = shortened(tidy(outline.get("text", "")), 80)
        return None if len(outline) else LeftOut(line, shown or label, "has no address (xmlUrl)")
    try:
        if address.lower().startswith("file:"):
            raise ValueError("a file on somebody's machine, not an http(s) address")
        url = feed_address(address)
    except ValueError as error:
        return LeftOut(line, shown, tidy(str(error)))
    title = shortened(tidy(outline.get("title", "") or outline.get("text", "")), 200)
    topics = dict.fromkeys(folder.name for folder in (*path, *categories(outline.get("category", ""))))
    home = outline.get("htmlurl", "").strip()
    return Subscribed(url, "" if title in (url, address) else title, tuple(topics), home, line)


def _keep(feeds: dict[str, Subscribed], found: Subscribed) -> list[LeftOut]:
    """Keep a feed; one that was there before gives it its topics and is told."""
    key = canonical(found.url) or found.url
    first = feeds.setdefault(key, found)
    if first is found:
        return []
    feeds[key] = replace(first, topics=tuple(dict.fromkeys(first.topics + found.topics)))
    joined = "; its topics were joined" if set(found.topics) - set(first.topics) else ""
    return [LeftOut(found.line, found.url, f"the same feed as in line {first.line}{joined}")]


def _address(outline: etree._Element) -> str:
    """Return the feed's address; some programs write it into ``url``, and readers' own scheme before it."""
    kind = outline.get("type", "").strip().lower()
    found = outline.get("xmlurl", "") or (outline.get("url", "") if kind in ("rss", "atom") else "")
    text = _SCHEME.sub("", found.strip(), count=1)
    return "http" + text[4:] if text.lower().startswith("feed://") else text


def _lower(outline: etree._Element) -> None:
    for name, text in list(outline.attrib.items()):
        low = str(name).rpartition("}")[2].lower()
        if low != name and low not in outline.attrib:
            outline.set(low, text)


def _line(element: etree._Element) -> int:
    line = element.sourceline
    return line if isinstance(line, int) else 0


def _tag(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
