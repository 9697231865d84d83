"""Fetched → ParsedFeed with feedparser: the reference, for everything that the fast path declines.

A process that meets no such document never imports it.
"""

import io
from calendar import timegm
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import feedparser

from aggregator.model import Fetched, Markup, ParsedEntry, ParsedFeed, Reject, Stamp
from aggregator.pipeline.dates import FIRST, read_date
from aggregator.pipeline.pages import refusal
from aggregator.pipeline.parse_bases import Bases
from aggregator.pipeline.parse_expat import DirectReader, TooMuchError
from aggregator.pipeline.parse_mend import mended
from aggregator.pipeline.parse_parts import MARKS, author, categories, files, guid, joined, link, tells_html, text_of
from aggregator.pipeline.parse_source import (
    WIDE,
    charset,
    counts,
    days,
    hours,
    is_end,
    minutes,
    prepare,
    refused,
    shorten,
    without_stump,
)
from aggregator.pipeline.wording import UNCLOSED

# feedparser takes the first XML parser of this list that can be imported, and gives it the reader of this name; the
# other one is for what is not well-formed.
feedparser.api.PREFERRED_XML_PARSERS = ["aggregator.pipeline.parse_expat"]
feedparser.api.StrictFeedParser = type("StrictReader", (Bases, DirectReader), {})
feedparser.api.LooseFeedParser = type("LooseReader", (Bases, feedparser.api.LooseFeedParser), {})

_UNREAD = FIRST
_Marks = Callable[[str], object]


def reference(fetched: Fetched, *, cap: int) -> ParsedFeed:
    """Return the document as feedparser reads it, at most ``cap`` entries of it. Raises ParseError if it is no feed."""
    body, rest = without_stump(fetched.body)
    short, cut = shorten(body, cap)
    feed = _feed(_document(fetched, short), fetched, cap=cap, cut=cut)
    return feed if rest is None else _stump(feed, unclosed=bool(feed.entries) and is_end(rest))


def _stump(feed: ParsedFeed, *, unclosed: bool) -> ParsedFeed:
    reason = UNCLOSED if unclosed else "the document breaks off there"
    end = Reject(len(feed.entries) + len(feed.rejects), "what follows, if anything", reason)
    return replace(feed, breaks_off=True, unclosed=unclosed, rejects=(*feed.rejects, end))


def _document(fetched: Fetched, body: bytes) -> Any:
    """Let feedparser read the bytes.

    It is told ``application/xml`` whatever the server said, for it follows RFC 3023 to the letter: ``text/xml`` without
    a charset would be ASCII. RFC 7303 §3.2 has the document's own declaration decide there. It is not told the
    address: it would resolve guids against it, and an entry's identity must not change when its feed moves.
    """
    marked = fetched.body.startswith((b"\xef\xbb\xbf", *WIDE))  # the BOM wins: RFC 7303 §3.3
    named = "" if marked else charset(fetched.headers.get("content-type", ""))
    named = named if counts(named, fetched.body) else ""
    kind = "application/xml" + (f"; charset={named}" if named else "")
    headers = {"content-type": kind, "content-language": fetched.headers.get("content-language", "").partition(",")[0]}
    try:
        document = feedparser.parse(
            io.BytesIO(prepare(mended(body, named))),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except TooMuchError as error:
        raise refused(fetched, f"a document that is not read: {error}") from error
    except Exception as error:  # feedparser raises what it likes on hostile input: ValueError, AttributeError, …
        raise refused(fetched, f"a document that cannot be read ({type(error).__name__}: {error})") from error
    if not document.get("version") or (not document.entries and b"<html" in fetched.body[:2000].lower()):
        raise refused(fetched, refusal(fetched))
    return document


def _feed(document: Any, fetched: Fetched, *, cap: int, cut: int) -> ParsedFeed:
    feed, base = document.feed, fetched.final_url
    entries, rejects = _entries(document.entries[:cap], base=base, is_atom=document.version == "atom10")
    return ParsedFeed(
        format=document.version,
        title=text_of(feed, "title"),
        home=link(feed),
        id=text_of(feed, "id"),
        language=text_of(feed, "language"),
        author=author(feed),
        updated=_resolved(_stamp(feed, "updated") if dict.get(feed, "updated") else _stamp(feed, "published")),
        ttl=minutes(feed),
        skip_hours=hours(fetched.body),
        skip_days=days(fetched.body),
        entries=entries,
        rejects=rejects,
        cut=cut + max(0, len(document.entries) - cap),
    )


def _entries(found: list[Any], *, base: str, is_atom: bool) -> tuple[tuple[ParsedEntry, ...], tuple[Reject, ...]]:
    entries, rejects = [], []
    for position, entry in enumerate(found):
        try:
            entries.append(_entry(entry, base=base, is_atom=is_atom))
        except Exception as error:  # whatever a stranger's entry can provoke: it costs this entry only
            name = guid(entry) or f"entry {position + 1}"
            rejects.append(Reject(position, name, f"cannot be read ({type(error).__name__}: {error})"))
    return tuple(entries), tuple(rejects)


def _entry(entry: Any, *, base: str, is_atom: bool) -> ParsedEntry:
    content, summary = _content(entry, base=base), _markup(entry, "summary", base=base)
    if not content.value and not summary.value:  # what prepare() moved out of the way of the entry's own text
        caption = text_of(entry, "media_caption") or text_of(entry, "itunes_caption")
        summary = Markup(caption, "html" if MARKS.search(caption) else "text", base)
    if summary.value == content.value:
        summary = Markup()
    attached, picture = files(entry)
    return ParsedEntry(
        guid=guid(entry),
        url=link(entry),
        title=_markup(entry, "title", base=base, tells_html=tells_html(is_atom=is_atom)),
        summary=summary,
        content=content,
        author=author(entry),
        published=_stamp(entry, "published"),
        updated=_stamp(entry, "updated"),
        categories=categories(entry),
        enclosures=attached,
        image=picture,
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


def _markup(entry: Any, name: str, *, base: str, tells_html: _Marks = MARKS.search) -> Markup:
    detail, value = dict.get(entry, f"{name}_detail") or {}, dict.get(entry, name) or ""
    return _typed(detail, value, base=base, tells_html=tells_html)


def _typed(detail: Any, value: str, *, base: str, tells_html: _Marks = MARKS.search) -> Markup:
    kind, here = detail.get("type", "text/html"), joined(base, detail.get("base") or "")
    if kind == "application/xhtml+xml":
        return Markup(value, "xhtml", here)
    if kind == "text/html" or (kind.startswith("text/") and tells_html(value)):  # HTML that calls itself text
        return Markup(value, "html", here)
    return Markup(value, "text", here)


def _stamp(element: Any, name: str) -> Stamp:
    """Return a date with feedparser's reading where we have none of our own.

    ``dict.get``, because feedparser's own falls back from updated to published, with a warning.
    """
    text = str(dict.get(element, name) or "").strip()
    read = dict.get(element, f"{name}_parsed")
    return Stamp(text, _moment(read) if read and read_date(Stamp(text, _UNREAD)) is _UNREAD else None)


def _resolved(stamp: Stamp) -> Stamp:
    """The date of the feed, which is taken as it is read."""
    return Stamp(stamp.text, read_date(stamp))


def _moment(read: tuple[int, ...]) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(read), UTC)
    except (ValueError, OverflowError, OSError):
        return None
