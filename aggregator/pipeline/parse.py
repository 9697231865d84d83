"""Fetched → ParsedFeed, with feedparser for XML and our own reader for JSON Feed."""

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
from aggregator.model import Fetched, Markup, ParsedEntry, ParsedFeed, Stamp
from aggregator.pipeline.jsonfeed import read_json
from aggregator.pipeline.parse_parts import author, categories, enclosures, guid, image, link, text_of
from aggregator.pipeline.parse_source import days, hours, minutes, prepare, shorten, unpacked, what_it_is

CAP = 500
"""Entries read of one document; real feeds hold 10 to 100."""

# feedparser takes the first XML parser of this list that can be imported.
feedparser.api.PREFERRED_XML_PARSERS = ["aggregator.pipeline.parse_expat"]

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_MARKS = re.compile(r"</(?:p|a|div|li|ul|h\d|blockquote|em|strong|b|i|span)>|<br\s*/?>|<img\s", re.IGNORECASE)


def parse(fetched: Fetched) -> ParsedFeed:
    """Return the document as its publisher wrote it, at most ``CAP`` entries of it.

    Raises ParseError when it is no RSS, RDF, Atom or JSON feed: the reason says what it is instead. A document that
    is broken or cut short, but recognised, gives what can be read of it.
    """
    fetched = replace(fetched, body=unpacked(fetched.body))
    body = fetched.body
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if not start:
        raise ParseError(fetched.url, "an empty answer, not a feed")
    if start in (b"{", b"["):
        try:
            return read_json(body, cap=CAP, base=fetched.final_url)
        except (ValueError, RecursionError) as error:
            broken = isinstance(error, json.JSONDecodeError | RecursionError)
            raise ParseError(fetched.url, f"broken JSON ({error})" if broken else str(error)) from error
    short, cut = shorten(body, CAP)
    return _feed(_document(fetched, short), fetched, cut=cut)


def _document(fetched: Fetched, body: bytes) -> Any:
    """Let feedparser read the bytes.

    It is told ``application/xml`` whatever the server said, for it follows RFC 3023 to the letter: ``text/xml`` without
    a charset would be ASCII. RFC 7303 §3.2 has the document's own declaration decide there. It is not told the
    address: it would resolve guids against it, and an entry's identity must not change when its feed moves.
    """
    charset = _CHARSET.search(fetched.headers.get("content-type", ""))
    marked = fetched.body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"))  # the BOM wins: RFC 7303 §3.3
    kind = "application/xml" + (f"; charset={charset[1]}" if charset and not marked else "")
    headers = {"content-type": kind, "content-language": fetched.headers.get("content-language", "").partition(",")[0]}
    try:
        document = feedparser.parse(
            io.BytesIO(prepare(body)), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # feedparser raises what it likes on hostile input: ValueError, AttributeError, …
        raise ParseError(fetched.url, f"a document that cannot be read ({type(error).__name__}: {error})") from error
    if not document.get("version") or (not document.entries and b"<html" in fetched.body[:2000].lower()):
        raise ParseError(fetched.url, f"{what_it_is(fetched.body)}, not a feed")
    return document


def _feed(document: Any, fetched: Fetched, *, cut: int) -> ParsedFeed:
    feed, base = document.feed, fetched.final_url
    entries = tuple(_entry(entry, base=base) for entry in document.entries[:CAP])
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
        cut=cut + max(0, len(document.entries) - CAP),
    )


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
    kind, here = detail.get("type", "text/html"), urljoin(base, detail.get("base") or "")
    if kind == "application/xhtml+xml":
        return Markup(value, "xhtml", here)
    if kind == "text/html" or (kind.startswith("text/") and _MARKS.search(value)):  # HTML that calls itself text
        return Markup(value, "html", here)
    return Markup(value, "text", here)


def _stamp(element: Any, name: str) -> Stamp:
    """``dict.get``, because feedparser's own falls back from updated to published, with a warning."""
    read = dict.get(element, f"{name}_parsed")
    return Stamp(str(dict.get(element, name) or "").strip(), _moment(read) if read else None)


def _moment(read: tuple[int, ...]) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(read), UTC)
    except (ValueError, OverflowError, OSError):
        return None
