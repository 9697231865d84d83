"""Fetched → ParsedFeed, with feedparser for XML and our own reader for JSON Feed."""

import codecs
import io
import json
import re
from calendar import timegm
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import feedparser

from aggregator.errors import ParseError
from aggregator.model import Fetched, Markup, ParsedEntry, ParsedFeed, Reject, Stamp
from aggregator.pipeline.jsonfeed import read_json
from aggregator.pipeline.pages import refusal
from aggregator.pipeline.parse_expat import DirectReader
from aggregator.pipeline.parse_parts import author, categories, enclosures, guid, image, link, text_of
from aggregator.pipeline.parse_source import days, hours, minutes, prepare, shorten, unpacked
from aggregator.pipeline.plain import shortened, tidy

CAP = 500
"""Entries read of one document; real feeds hold 10 to 100."""

# feedparser takes the first XML parser of this list that can be imported, and gives it the reader of this name.
feedparser.api.PREFERRED_XML_PARSERS = ["aggregator.pipeline.parse_expat"]
feedparser.api.StrictFeedParser = DirectReader

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_NO_CHARSETS = frozenset(
    {"undefined", "idna", "punycode", "unicode-escape", "raw-unicode-escape"}
)  # names in Python only
_BLANK, _WIDE = b"\xef\xbb\xbf \t\r\n", (b"\xff\xfe", b"\xfe\xff")
_MARKS = re.compile(r"</(?:p|a|div|li|ul|h\d|blockquote|em|strong|b|i|span)>|<br\s*/?>|<img\s", re.IGNORECASE)


def parse(fetched: Fetched) -> ParsedFeed:
    """Return the document as its publisher wrote it, at most ``CAP`` entries of it.

    Raises ParseError when it is no RSS, RDF, Atom or JSON feed: the reason says what it is instead. A document that
    is broken or cut short, but recognised, gives what can be read of it.
    """
    fetched = replace(fetched, body=unpacked(fetched.body))
    body = fetched.body
    start = body.lstrip(_BLANK + b"\xff\xfe\x00" if body.startswith(_WIDE) else _BLANK)[:1]
    if not start:
        raise ParseError(fetched.url, "an empty answer, not a feed")
    if start in (b"{", b"["):
        try:
            return read_json(body, cap=CAP, base=fetched.final_url)
        except (ValueError, RecursionError) as error:
            broken = isinstance(error, json.JSONDecodeError | RecursionError)
            raise _refusal(fetched, f"broken JSON ({error})" if broken else str(error)) from error
    short, cut = shorten(body, CAP)
    return _feed(_document(fetched, short), fetched, cut=cut)


def _document(fetched: Fetched, body: bytes) -> Any:
    """Let feedparser read the bytes.

    It is told ``application/xml`` whatever the server said, for it follows RFC 3023 to the letter: ``text/xml`` without
    a charset would be ASCII. RFC 7303 §3.2 has the document's own declaration decide there. It is not told the
    address: it would resolve guids against it, and an entry's identity must not change when its feed moves.
    """
    marked = fetched.body.startswith((b"\xef\xbb\xbf", *_WIDE))  # the BOM wins: RFC 7303 §3.3
    charset = "" if marked else _charset(fetched.headers.get("content-type", ""))
    kind = "application/xml" + (f"; charset={charset}" if charset else "")
    headers = {"content-type": kind, "content-language": fetched.headers.get("content-language", "").partition(",")[0]}
    try:
        document = feedparser.parse(
            io.BytesIO(prepare(body)), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # feedparser raises what it likes on hostile input: ValueError, AttributeError, …
        raise _refusal(fetched, f"a document that cannot be read ({type(error).__name__}: {error})") from error
    if not document.get("version") or (not document.entries and b"<html" in fetched.body[:2000].lower()):
        raise _refusal(fetched, refusal(fetched.body, url=fetched.final_url, headers=fetched.headers))
    return document


def _refusal(fetched: Fetched, reason: str) -> ParseError:
    """Say why a document is no feed, in one plain line: reasons quote the document."""
    return ParseError(fetched.url, shortened(tidy(reason), 300))


def _charset(kind: str) -> str:
    """Return the charset that a media type names, "" when nothing can be read with it."""
    found = _CHARSET.search(kind)
    try:
        name = codecs.lookup(found[1]).name if found else ""
        b"".decode(name or "ascii")
    except (LookupError, UnicodeError):  # unheard of, or one that makes bytes of bytes, as hex does
        return ""
    return found[1] if found and name not in _NO_CHARSETS else ""


def _feed(document: Any, fetched: Fetched, *, cut: int) -> ParsedFeed:
    feed, base = document.feed, fetched.final_url
    entries, rejects = _entries(document.entries[:CAP], base=base)
    return ParsedFeed(
        format=document.version,
        title=text_of(feed, "title"),
        home=link(feed),
        id=text_of(feed, "id"),
        language=text_of(feed, "language"),
        author=author(feed),
        updated=_stamp(feed, "updated") if dict.get(feed, "updated") else _stamp(feed, "published"),
        ttl=minutes(feed),
        skip_hours=hours(fetched.body),
        skip_days=days(fetched.body),
        entries=entries,
        rejects=rejects,
        cut=cut + max(0, len(document.entries) - CAP),
    )


def _entries(found: list[Any], *, base: str) -> tuple[tuple[ParsedEntry, ...], tuple[Reject, ...]]:
    entries, rejects = [], []
    for position, entry in enumerate(found):
        try:
            entries.append(_entry(entry, base=base))
        except Exception as error:  # whatever a stranger's entry can provoke: it costs this entry only
            name = guid(entry) or f"entry {position + 1}"
            rejects.append(Reject(position, name, f"cannot be read ({type(error).__name__}: {error})"))
    return tuple(entries), tuple(rejects)


def _entry(entry: Any, *, base: str) -> ParsedEntry:
    content, summary = _content(entry, base=base), _markup(entry, "summary", base=base)
    if not content.value and not summary.value:  # what prepare() moved out of the way of the entry's own text
        caption = text_of(entry, "media_caption") or text_of(entry, "itunes_caption")
        summary = Markup(caption, "html" if _MARKS.search(caption) else "text", base)
    if summary.value == content.value:
        summary = Markup()
    return ParsedEntry(
        guid=guid(entry),
        url=link(entry),
        title=_markup(entry, "title", base=base),
        summary=summary,
        content=content,
        author=author(entry),
        published=_stamp(entry, "published"),
        updated=_stamp(entry, "updated"),
        categories=categories(entry),
        enclosures=enclosures(entry),
        image=image(entry),
        language=next((text for text in map(_language, (entry, *_details(entry))) if text), ""),
    )


def _details(entry: Any) -> list[Any]:
    return [*dict.get(entry, "content", ()), dict.get(entry, "title_detail"), dict.get(entry, "summary_detail")]


def _language(detail: Any) -> str:
    return text_of(detail, "language") if detail else ""


def _content(entry: Any, *, base: str) -> Markup:
    """Return the longest of the contents that are text; content that lies elsewhere (RFC 4287 §4.1.3.2) is none."""
    kept = [part for part in dict.get(entry, "content", ()) if not part.get("src") and _is_text(part.get("type", ""))]
    best = max(kept, key=lambda part: len(part.get("value", "")), default=None)
    return _typed(best, best.get("value", ""), base=base) if best else Markup()


def _is_text(kind: str) -> bool:
    return kind.startswith("text/") or kind in ("", "application/xhtml+xml")


def _markup(entry: Any, name: str, *, base: str) -> Markup:
    return _typed(dict.get(entry, f"{name}_detail") or {}, dict.get(entry, name) or "", base=base)


def _typed(detail: Any, value: str, *, base: str) -> Markup:
    kind, here = detail.get("type", "text/html"), _base(base, detail.get("base") or "")
    if kind == "application/xhtml+xml":
        return Markup(value, "xhtml", here)
    if kind == "text/html" or (kind.startswith("text/") and _MARKS.search(value)):  # HTML that calls itself text
        return Markup(value, "html", here)
    return Markup(value, "text", here)


def _base(base: str, own: str) -> str:
    try:
        return urljoin(base, own)
    except ValueError:  # xml:base="http://[broken"
        return base


def _stamp(element: Any, name: str) -> Stamp:
    """``dict.get``, because feedparser's own falls back from updated to published, with a warning."""
    read = dict.get(element, f"{name}_parsed")
    return Stamp(str(dict.get(element, name) or "").strip(), _moment(read) if read else None)


def _moment(read: tuple[int, ...]) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(read), UTC)
    except (ValueError, OverflowError, OSError):
        return None
