"""Fetched → ParsedFeed for well-formed RSS and Atom, in a tenth of the time feedparser takes.

It gives what the reference gives (``parse_reference``) or nothing: whatever it is not sure about it declines. It reads
with the same parser, expat, so that the two agree on what is well-formed; docs/decisions/0007-fast-path.md.
"""

import re
from dataclasses import replace
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from aggregator.model import Fetched, ParsedFeed, Stamp
from aggregator.pipeline.dates import read_date
from aggregator.pipeline.parse_fast_found import leads_to
from aggregator.pipeline.parse_fast_names import Declined, declared
from aggregator.pipeline.parse_fast_people import together
from aggregator.pipeline.parse_fast_reader import Reader, TooMany
from aggregator.pipeline.parse_fast_rooms import ROOMS
from aggregator.pipeline.parse_source import charset, days, hours, minutes, shorten

_BOM = b"\xef\xbb\xbf"
_DECLARATION = re.compile(
    rb"<\?xml version=(?:\"1\.0\"|'1\.0')(?: encoding=(?:\"([\w-]+)\"|'([\w-]+)'))?"
    rb"(?: standalone=(?:\"(?:yes|no)\"|'(?:yes|no)'))?[ \t]*\?>",
    re.IGNORECASE,
)
_UTF8 = frozenset({"utf-8", "utf8"})
_MOST_MARKS = 200_000
"""``<`` in a document: with its tree, one of 5 MB takes 115 MB at most. Real ones have a tenth of that."""
_OF_ONE_BYTE = frozenset({"iso-8859-1", "iso-8859-15", "windows-1250", "windows-1251", "windows-1252"})
"""Encodings in which ASCII is ASCII, so that what is done to the bytes may as well be done to the text."""


def fast(fetched: Fetched, *, cap: int) -> ParsedFeed | None:
    """Return what the reference would return, None where that is not certain. At most ``cap`` entries are read."""
    try:
        return sure(fetched, cap=cap)
    except Declined:
        return None


def sure(fetched: Fetched, *, cap: int) -> ParsedFeed:
    """Return what the reference would return. Raises Declined with the reason where that is not certain."""
    body, text = fetched.body, _utf8(fetched)
    try:
        feed = _read(fetched, text, cap=cap)
    except TooMany:
        if text is not body:
            raise Declined("more entries than are read, in another encoding than UTF-8") from None
        short, cut = shorten(body, cap)
        feed = replace(_again(fetched, short, cap=cap), cut=cut, skip_hours=hours(body), skip_days=days(body))
    if not feed.entries and b"<html" in body[:2000].lower():
        raise Declined("no entries, and a page of HTML in it")
    return feed


def _again(fetched: Fetched, body: bytes, *, cap: int) -> ParsedFeed:
    try:
        return _read(fetched, body, cap=cap)
    except TooMany:
        raise Declined("more elements, or more entries, than are read at once") from None


def _utf8(fetched: Fetched) -> bytes:
    """Return the document in UTF-8, where every reading of its encoding comes to the same. Raises Declined.

    feedparser takes the last ``encoding="…"`` of the first line, if there is a ``?>`` behind it, for the declaration's.
    """
    body = fetched.body
    if b"\x00" in body[:4]:
        raise Declined("more than one byte for each sign")
    start = len(_BOM) if body.startswith(_BOM) else 0
    found = _DECLARATION.match(body, start)
    if found is None and (body.startswith(b"<?xml", start) or not body.startswith(b"<", start)):
        raise Declined("an odd declaration, or no XML from the first byte on")
    written = ((found[1] or found[2] or b"utf-8") if found else b"utf-8").decode().lower()
    told = "" if start else charset(fetched.headers.get("content-type", "")).lower()
    if told not in ("", written) and not {told, written} <= _UTF8:
        raise Declined("another encoding by the server's word")
    start = found.end() if found else start
    line = body.find(b"\n", start)
    if body.find(b"encoding=", start, line if line >= 0 else len(body)) >= 0:
        raise Declined("a second encoding in the first line")
    if written not in _UTF8 and (written not in _OF_ONE_BYTE or body.startswith(_BOM)):
        raise Declined("an encoding that is neither UTF-8 nor of one byte")
    if written in _UTF8 and body.isascii():
        return body
    try:
        text = body[start:].decode(written)
    except UnicodeDecodeError:
        raise Declined("bytes that are not of the encoding") from None
    return body if written in _UTF8 else text.encode()


def _read(fetched: Fetched, body: bytes, *, cap: int) -> ParsedFeed:
    reader = Reader(
        base=fetched.final_url, language=fetched.headers.get("content-language", "").partition(",")[0], cap=cap
    )
    reader.read([_root(body)], ROOMS["document"])
    feed = reader.feed
    updated = feed.updated or feed.published
    return ParsedFeed(
        format=reader.format,
        title=feed.title.strip(),
        home=leads_to(feed),
        id=feed.guid.strip(),
        language=feed.language.strip(),
        author=together(feed),
        updated=Stamp(updated, read_date(Stamp(updated))),
        ttl=minutes(feed.special) if feed.special else 0,
        skip_hours=hours(fetched.body) if reader.skips else (),
        skip_days=days(fetched.body) if reader.skips else (),
        entries=tuple(reader.entries),
    )


def _root(body: bytes) -> Element:
    """Return the document's root, with all that is in it.

    Raises Declined where that cannot be told for certain, TooMany where it would be too large.
    """
    if len(body) > _MOST_MARKS and body.count(b"<") > _MOST_MARKS:
        raise TooMany
    builder = TreeBuilder()
    try:
        _parser(builder).Parse(body, True)
    except expat.ExpatError:
        raise Declined("not well-formed") from None
    return builder.close()


def _parser(builder: TreeBuilder) -> expat.XMLParserType:
    """Make a parser that calls the builder by itself, and functions of ours only for what is rare."""
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(name: str, attributes: dict[str, str]) -> None:
        """Begin the root; the elements in it are the builder's."""
        what, why = ROOMS["document"][name]
        if what == "declined":
            raise Declined(why)
        parser.StartElementHandler, parser.CommentHandler = builder.start, None
        builder.start(name, attributes)

    parser.namespace_prefixes = True
    parser.buffer_text = True
    parser.buffer_size = 65536
    parser.StartElementHandler = start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.StartNamespaceDeclHandler = declared
    parser.StartDoctypeDeclHandler = _doctype
    parser.ProcessingInstructionHandler = _instruction
    parser.CommentHandler = _comment
    return parser


def _comment(text: str) -> None:
    """Before the root, feedparser looks for declarations with an expression."""
    if "<!" in text:
        raise Declined("a declaration in a comment before the root")


def _doctype(*found: object) -> None:
    raise Declined("a DOCTYPE")


def _instruction(target: str, data: str) -> None:
    """feedparser and ``shorten`` look for elements with expressions, which find them here as well."""
    if "<" in data:
        raise Declined("an element in an instruction")
