"""What the fast path found of a feed or an entry, and the parsed entry it comes to."""

from collections.abc import Callable
from itertools import islice, starmap
from urllib.parse import urljoin

from aggregator.model import Category, Enclosure, Markup, ParsedEntry, Stamp
from aggregator.pipeline.parse_fast_people import together
from aggregator.pipeline.parse_fast_texts import HTML
from aggregator.pipeline.parse_parts import MARKS, MOST_CATEGORIES, alternate, files, tells_html

_NONE, _NO_DATE = Markup(), Stamp()
_NOT_YET = 1_000_000


class Found:
    """What is known so far. ``None`` is what was not met, "" what was empty: feedparser tells them apart."""

    __slots__ = (
        "author",
        "authors",
        "contents",
        "cover",
        "depths",
        "encloses",
        "guid",
        "in_one_text",
        "is_feed",
        "language",
        "link",
        "links",
        "media",
        "of_source",
        "published",
        "special",
        "summary",
        "summary_base",
        "summary_kind",
        "summary_language",
        "tags",
        "thumbnails",
        "title",
        "title_base",
        "title_depth",
        "title_kind",
        "title_language",
        "updated",
    )

    def __init__(self, *, is_feed: bool = False) -> None:
        self.is_feed = is_feed
        self.guid = self.language = self.author = self.published = self.updated = self.title = ""
        self.link: str | None = None
        self.summary: str | None = None
        self.of_source = ""
        self.title_kind = self.summary_kind = HTML
        self.title_language: str | None = None
        self.summary_language: str | None = None
        self.title_base = self.summary_base = ""
        self.title_depth = _NOT_YET
        self.authors: list[dict[str, str]] | None = None
        self.cover: dict[str, str] | None = None
        self.encloses = self.in_one_text = False
        self.links: list[dict[str, str]] = []
        self.contents: list[tuple[str, str, str | None, str]] = []
        self.tags: list[list[str | None]] = []
        self.media: list[dict[str, str]] = []
        self.thumbnails: list[dict[str, str]] = []
        self.special: dict[str, str] = {}
        self.depths: dict[str, int] = {}


def leads_to(found: Found) -> str:
    """Return where a feed or an entry leads: what a redirecting service wrapped, else the alternate link."""
    if found.special and (original := found.special.get("feedburner_origlink", "").strip()):
        return original
    return alternate((found.link or "").strip(), found.guid.strip(), found.links)


def parsed(found: Found, base: str, *, is_atom: bool) -> ParsedEntry:
    """Return the entry; ``base`` is what its links hang on."""
    content, summary = _texts(found, base)
    attached, cover = _files(found) if found.encloses or found.media or found.thumbnails or found.cover else ((), "")
    return ParsedEntry(
        found.guid.strip(),
        leads_to(found),
        _markup(found.title, found.title_kind, base, found.title_base, tells_html(is_atom=is_atom)),
        summary,
        content,
        together(found),
        Stamp(found.published) if found.published else _NO_DATE,
        Stamp(found.updated) if found.updated else _NO_DATE,
        _categories(found) if found.tags else (),
        attached,
        cover,
        _language(found),
    )


def _texts(found: Found, base: str) -> tuple[Markup, Markup]:
    """Return the longest content and the summary, which is none where it says the same."""
    content, told = _NONE, found.summary or ""
    if found.contents:
        kind, value, _, own = max(found.contents, key=_length) if len(found.contents) > 1 else found.contents[0]
        content = _markup(value, kind, base, own)
    if not content.value and not told:
        caption = found.special.get("media_caption", "").strip() or found.special.get("itunes_caption", "").strip()
        return content, Markup(caption, "html" if MARKS.search(caption) else "text", base) if caption else _NONE
    return content, _NONE if told == content.value else _markup(told, found.summary_kind, base, found.summary_base)


def _length(part: tuple[str, str, str | None, str]) -> int:
    return len(part[1])


def _markup(value: str, kind: str, base: str, own: str, tells_html: Callable[[str], object] = MARKS.search) -> Markup:
    is_html = kind == HTML or ("<" in value and tells_html(value))
    return Markup(value, "html" if is_html else "text", urljoin(base, own) if own else base)


def _files(found: Found) -> tuple[tuple[Enclosure, ...], str]:
    entry = {
        "links": found.links,
        "media_content": found.media,
        "media_thumbnail": found.thumbnails,
        "image": found.cover,
    }
    return files(entry)


def _categories(found: Found) -> tuple[Category, ...]:
    """Return each tag once, of which feedparser may have set the name after it had compared them."""
    made: dict[tuple[str, str, str], None] = {}
    for term, scheme, label in found.tags:
        term, label = term.strip() if term else "", label.strip() if label else ""
        if term or label:
            made[term, scheme.strip() if scheme else "", label] = None
    return tuple(starmap(Category, islice(made, MOST_CATEGORIES)))


def _language(found: Found) -> str:
    """Return the language of the entry, or the first that one of its texts has."""
    if own := found.language.strip():
        return own
    for _, _, named, _ in found.contents:
        if named and (tag := named.replace("_", "-").strip()):
            return tag
    for named in (found.title_language, found.summary_language):
        if named and (tag := named.replace("_", "-").strip()):
            return tag
    return ""
