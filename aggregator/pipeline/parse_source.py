"""The bytes of a document, before and beside the parser: what it would misread, and what it would not tell."""

import codecs
import json
import re
from itertools import islice
from typing import Any

from aggregator.errors import ParseError
from aggregator.httpdate import MOST_SECONDS
from aggregator.model import Fetched, Stamp
from aggregator.pipeline.dates import read_date
from aggregator.pipeline.inflate import Inflater
from aggregator.pipeline.parse_utf8 import is_utf8
from aggregator.pipeline.plain import shortened, tidy

MOST_COUNTED = 100_000
MOST_BYTES = 5_000_000
_PIECE = 65_536
WIDE = (b"\xff\xfe", b"\xfe\xff")
"""How UTF-16 and UTF-32 begin."""

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
DECLARED = re.compile(rb"\s*<\?xml[^>]{1,200}?encoding\s*=\s*[\"'](?!utf-?8[\"'])", re.IGNORECASE)
"""A document that says that it is in another encoding than UTF-8."""

_WRITTEN_IN = re.compile(r"\A(\s*<\?xml[^>]{0,200}?)\sencoding\s*=\s*(?:\"[^\">]*\"|'[^'>]*')", re.IGNORECASE)
_NO_CHARSETS = frozenset(
    {"undefined", "idna", "punycode", "unicode-escape", "raw-unicode-escape"}
)  # names in Python only

_TEXT = rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)"
_HIDDEN = re.compile(_TEXT, re.DOTALL)
_CAPTION = re.compile(
    rb"<(/?)(media:)description\b[^<>]*?(/?)>|<(/?)(itunes:)summary\b[^<>]*?(/?)>|" + _TEXT, re.DOTALL
)
_SKIP = {
    "hours": (re.compile(rb"<skipHours[\s>]", re.IGNORECASE), re.compile(rb"</skipHours", re.IGNORECASE)),
    "days": (re.compile(rb"<skipDays[\s>]", re.IGNORECASE), re.compile(rb"</skipDays", re.IGNORECASE)),
}
_HOUR = re.compile(rb"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
_DAY = re.compile(rb"<day>\s*([A-Za-z]{6,9})\s*</day>", re.IGNORECASE)

_ENTRY = re.compile(rb"<(?:[\w-]+:)?(?:item|entry)[\s>]")
_OF_ENTRIES = re.compile(  # a section that is never closed reaches to the end
    rb"<(?:!\[CDATA\[(?:.*?\]\]>|.*)|!--(?:.*?-->|.*)|((?:[\w-]+:)?(?:item|entry)[\s>])|(/(?:[\w-]+:)?(?:item|entry)\s*>))",
    re.DOTALL,
)
_ROOT = re.compile(rb"<(?:[^\s<>/]+:)?(?:rss|rdf|feed)[\s>](?![^<>]*/>)", re.IGNORECASE)
_END = re.compile(  # or a section, which may reach to the end, or a comment, which ends before another begins
    rb"<!\[CDATA\[(?:.*?\]\]>|.*)|<!--(?:[^-<]++|-(?!->)|<(?!!--))*+-->|(</(?i:(?:[^\s<>/]+:)?(?:rss|rdf|feed)(?:[\s>]|\Z)))",
    re.DOTALL,
)
_TAIL = re.compile(rb"(?:\s+|</[^<>]*>|<!--.*?-->)*+", re.DOTALL)
_MOST_OPENED = 8  # before the first entry: root and channel, and what has such a name in a comment
_OPENED = re.compile(rb"<((?:[^\s<>/]+:)?(?:rss|rdf|feed|channel))[\s>]", re.IGNORECASE)
_DATE = re.compile(rb"<(?:pubDate|published|updated|dc:date)\b[^>]*>([^<]{4,60})<")
_PERIODS = {"hourly": 60, "daily": 1440, "weekly": 10080, "monthly": 43200, "yearly": 525600}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def unpacked(body: bytes) -> bytes:
    """Return the document inside, where a server gives a ``.xml.gz`` file as it is; bounded, for it may be a bomb."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    inflater, found, room = Inflater(), list[bytes](), MOST_BYTES
    try:
        for start in range(0, len(body), _PIECE):
            found.append(inflater.read(body[start : start + _PIECE], room))
            room -= len(found[-1])
    except ValueError:
        return body
    return b"".join(found)


def in_utf8(body: bytes) -> bytes:
    """Return a document of two or four bytes a sign (XML 1.0 §4.3.3) in UTF-8 with a mark, up to ``MOST_BYTES``.

    The mark tells it from others, whatever the server says, and the document's own word is taken off. What does not
    begin as a feed stays as it is.
    """
    if b"\x00" not in body[:4] and not body.startswith(WIDE):
        return body
    try:
        text = codecs.getincrementaldecoder(json.detect_encoding(body))().decode(body)  # it may break off in a sign
    except UnicodeDecodeError:
        return body
    if not text.lstrip().startswith(("<", "{", "[")):
        return body if text.strip() else b""
    return codecs.BOM_UTF8 + _WRITTEN_IN.sub(r"\1", text, count=1).encode()[:MOST_BYTES]


def prepare(body: bytes) -> bytes:
    """Return the document with two elements renamed that feedparser takes for the entry's own text.

    It reads ``media:description`` (the caption of a picture) and ``itunes:summary`` as one more description, and of two
    descriptions makes the second the content. Under another name they lie beside the text, for want of any other. What
    stands in CDATA or in a comment is text.

    And it knows one of the two namespaces of RSS 0.90 only.
    """
    body = body.replace(b"http://channel.netscape.com/rdf/simple/0.9/", b"http://my.netscape.com/rdf/simple/0.9/")
    if b":description" not in body and b"itunes:summary" not in body:
        return body
    return _CAPTION.sub(_renamed, body)


def _renamed(found: re.Match[bytes]) -> bytes:
    return found.expand(rb"<\1\4\2\5caption\3\6>") if found[2] or found[5] else found[0]


def without_stump(body: bytes) -> tuple[bytes, bytes | None]:
    """Return the document up to its last whole entry, with an end, and what stood behind; None where it had an end.

    A server whose program dies in the middle ends its answer like any other. Half an entry may lack its guid, which
    would make it another one than it is; and of what is not well-formed the parser reads the other entries otherwise,
    too, so that all of them would seem changed.
    """
    if not _ROOT.search(body):
        return body, None
    if (end := _end(body)) >= 0:
        return body if b">" in body[end:] else body + b">", None
    starts, end = _entries(body)
    if not starts:
        return body, b""
    if end < starts[0]:
        return body[: starts[0]], body[starts[0] :]
    kept = body[:end]
    opened = dict.fromkeys(found[1] for found in islice(_OPENED.finditer(body, 0, starts[0]), _MOST_OPENED))
    missing = (name for name in reversed(opened) if not re.search(rb"</%s[\s>]" % re.escape(name), kept))
    return kept + b"".join(b"</%s>" % name for name in missing), body[end:]


def is_end(rest: bytes) -> bool:
    """Tell whether nothing stands behind the last whole entry but end tags, remarks and blanks."""
    return bool(_TAIL.fullmatch(rest))


def _end(body: bytes) -> int:
    """Return where the end tag of the document begins, -1 where there is none.

    What stands in CDATA or in a comment is text; what opens a comment that is never closed is text itself, as where
    HTML is not escaped.
    """
    return max((found.start() for found in _END.finditer(body) if found[1]), default=-1)


def shorten(body: bytes, cap: int) -> tuple[bytes, int]:
    """Return the document with its first ``cap`` entries, and how many more it had.

    feedparser would need 0.3 ms for each of them. What stands between the end of the last entry that is kept and the
    end of the last one is left out, so that the document stays well-formed. A document that has its newest entries at
    the end keeps those.
    """
    if next(islice(_ENTRY.finditer(body), cap, None), None) is None:
        return body, 0
    starts, end = _entries(body)
    if len(starts) <= cap or end < starts[-1]:
        return body, 0
    if _is_later(body[starts[-1] : end], body[starts[0] : starts[1]]):
        return body[: starts[0]] + body[starts[-cap] :], len(starts) - cap
    return body[: starts[cap]] + body[end:], len(starts) - cap


def _entries(body: bytes) -> tuple[list[int], int]:
    """Return where the entries begin and where the last one ends; what stands in CDATA or in a comment is text."""
    starts: list[int] = []
    end = 0
    for found in _OF_ENTRIES.finditer(body):
        if found[1] and len(starts) < MOST_COUNTED:
            starts.append(found.start())
        elif found[2]:
            end = found.end()
    return starts, end


def _is_later(one: bytes, other: bytes) -> bool:
    found = _DATE.search(one), _DATE.search(other)
    dates = [read_date(Stamp(date[1].decode("latin-1"))) for date in found if date]
    return len(dates) == 2 and dates[0] is not None and dates[1] is not None and dates[0] > dates[1]


def minutes(feed: Any) -> int:
    """Return how many minutes the document asks to be left alone: RSS ``ttl``, or the syndication module of RSS 1.0."""
    text = str(dict.get(feed, "ttl") or "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), MOST_SECONDS // 60)
    period = _PERIODS.get(str(dict.get(feed, "sy_updateperiod") or "").strip().lower(), 0)
    often = str(dict.get(feed, "sy_updatefrequency") or "1").strip()
    return period // max(1, int(often[:6])) if often.isascii() and often.isdigit() else period


def hours(body: bytes) -> tuple[int, ...]:
    """Return the hours (UTC, 0 … 23) in which RSS ``skipHours`` asks not to be read; feedparser keeps the last only."""
    named = {int(hour) for hour in _skipped(body, "hours", _HOUR)}
    return tuple(sorted({hour % 24 for hour in named if hour <= 24}))


def days(body: bytes) -> tuple[str, ...]:
    """Return the days, in English, on which RSS ``skipDays`` asks not to be read."""
    named = {day.decode().capitalize() for day in _skipped(body, "days", _DAY)}
    return tuple(day for day in _DAYS if day in named)


def _skipped(body: bytes, kind: str, each: re.Pattern[bytes]) -> list[bytes]:
    first, last = _SKIP[kind]
    if first.search(body):
        body = _HIDDEN.sub(b"", body)
    start = first.search(body)
    end = last.search(body, start.end()) if start else None
    return each.findall(body, start.end(), end.start()) if start and end else []


def refused(fetched: Fetched, reason: str) -> ParseError:
    """Say why a document is no feed, in one plain line: reasons quote the document."""
    return ParseError(fetched.url, shortened(tidy(reason), 300))


def charset(kind: str) -> str:
    """Return the charset that a media type names, "" when nothing can be read with it."""
    found = _CHARSET.search(kind)
    try:
        name = codecs.lookup(found[1]).name if found else ""
        b"\0\0\0\0".decode(name or "ascii")  # of no bytes it would not be told
    except (LookupError, UnicodeError):  # unheard of, or one that makes bytes of bytes, as hex does
        return ""
    return found[1] if found and name not in _NO_CHARSETS else ""


def counts(named: str, body: bytes) -> bool:
    """Say whether the server's word on the charset of a document counts (RFC 7303 §3.2).

    Not where it says another one of what is plainly UTF-8 by its bytes, and by its own word or none: that is a default
    of the server's, and other texts do not happen to be UTF-8. A document may break off in the middle of a letter, and
    others may have been cut there.
    """
    if not named or codecs.lookup(named).name == "utf-8" or body.isascii() or DECLARED.match(body):
        return bool(named)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return not is_utf8(body)
    return False
