"""What each element of a feed adds to what is known, in the way of feedparser: one small function for each kind.

All take the reader (where in the document, and in which language), the element's attributes and its text.
"""

import re
from typing import Any

from aggregator.pipeline.parse_fast_names import USUAL, Declined
from aggregator.pipeline.parse_fast_people import named, written
from aggregator.pipeline.parse_fast_texts import HTML, TEXT, address, date, guessed, kind, mended, placed

Attributes = dict[str, str]
_PARAMETER = re.compile(r"&(\w+);", re.ASCII)


def nothing(reader: Any, attributes: Attributes, text: str) -> None:
    """An element that adds nothing."""


def dated(reader: Any, attributes: Attributes, text: str) -> None:
    """A date of which only its form matters: some forms make feedparser refuse the whole document."""
    date(text)


def published(reader: Any, attributes: Attributes, text: str) -> None:
    """When it was published: the last one counts."""
    reader.found.published = date(text)


def updated(reader: Any, attributes: Attributes, text: str) -> None:
    """When it was changed: the last one counts."""
    reader.found.updated = date(text)


def language(reader: Any, attributes: Attributes, text: str) -> None:
    """In which language it is."""
    reader.found.language = text


def special(key: str) -> Any:
    """Make a function for an element that is kept under its name; with attributes it would be no text."""

    def keep(reader: Any, attributes: Attributes, text: str) -> None:
        reader.found.special[key] = "" if attributes else text

    return keep


def caption(key: str) -> Any:
    """Make a function for a caption: of several the outermost counts, and of those the last.

    ``parse_source.prepare`` takes its attributes away, up to the first ``>`` in them.
    """

    def keep(reader: Any, attributes: Attributes, text: str) -> None:
        if attributes and not (USUAL.issuperset(attributes) and ">" not in "".join(attributes.values())):
            raise Declined("a caption with odd attributes")
        depths, depth = reader.found.depths, reader.depth
        if depth <= depths.get(key, depth):
            depths[key] = depth
            reader.found.special[key] = text

    return keep


def title(reader: Any, attributes: Attributes, text: str) -> None:
    """A title; after one with text, only one that stands further out counts."""
    found, depth = reader.found, reader.depth
    named_kind = kind(attributes, TEXT) if attributes else TEXT
    if not -1 < reader.title_depth <= depth:
        if found.is_feed or depth <= found.title_depth:
            found.title, found.title_depth = text, depth
        found.title_kind = named_kind if reader.is_atom else guessed(text, named_kind)
        found.title_language, found.title_base = reader.language_here, reader.base
    if text:
        reader.title_depth = depth


def media_title(reader: Any, attributes: Attributes, text: str) -> None:
    """The title of a picture, which stands in where there is no other."""
    depth = reader.title_depth
    title(reader, attributes, text)
    reader.title_depth = depth


def other_title(reader: Any, attributes: Attributes, text: str) -> None:
    """The title of an image or a source: it only changes which title comes to count later."""
    if attributes:
        kind(attributes, TEXT)
    if text:
        reader.title_depth = reader.depth


def link(reader: Any, attributes: Attributes, text: str) -> None:
    """A link: of RSS with an address for a text, of Atom with one in ``href``."""
    found = reader.found
    one = _typed_link(attributes) if attributes else {"rel": "alternate", "type": HTML}
    found.links.append(one)
    found.encloses = found.encloses or one["rel"].endswith("enclosure")
    if "href" in one:
        one["href"] = address(one["href"], reader.base)
        if one["rel"] == "alternate" and one["type"] in ("text/html", "html", "application/xhtml+xml", "xhtml"):
            found.link = one["href"]
        return
    value = address(text, reader.base) if text else text
    if "&" in value:
        value = _PARAMETER.sub(r"&\1", value if found.is_feed else value.replace("&amp;", "&"))
    found.link = value
    if value or found.is_feed:
        one["href"] = value


def _typed_link(attributes: Attributes) -> Attributes:
    one = _href(attributes)
    one["rel"] = one.get("rel", "alternate").lower()
    one["type"] = one.get("type", "application/atom+xml" if one["rel"] == "self" else HTML).lower()
    return one


def _href(attributes: Attributes) -> Attributes:
    if "url" not in attributes and "uri" not in attributes:
        return attributes
    one = dict(attributes)
    if href := one.get("url", one.get("uri", one.get("href"))):
        one.pop("url", "")
        one.pop("uri", "")
        one["href"] = href
    return one


def enclosure(reader: Any, attributes: Attributes, text: str) -> None:
    """A file."""
    reader.found.links.append(_href(placed(attributes, reader.base)) | {"rel": "enclosure"})
    reader.found.encloses = True


def guid(reader: Any, attributes: Attributes, text: str) -> None:
    """The permanent name, which is an address as well unless it says that it is none."""
    found = reader.found
    leads = attributes.get("isPermaLink", "true") == "true"
    found.guid = address(text, reader.base) if leads and text else text
    if leads and found.link is None:
        found.link = found.guid


def description(reader: Any, attributes: Attributes, text: str) -> None:
    """The summary in RSS; a second one, before any content, is the content."""
    _summary(reader, attributes, text, HTML)


def summary(reader: Any, attributes: Attributes, text: str) -> None:
    """The summary in Atom; the same goes for a second one."""
    _summary(reader, attributes, text, TEXT)


def _summary(reader: Any, attributes: Attributes, text: str, default: str) -> None:
    found = reader.found
    if found.summary is not None and not found.contents:
        content(reader, attributes, text)
        return
    found.summary_kind, found.summary = _typed(reader, attributes, text, default), text
    found.summary_language, found.summary_base = reader.language_here, reader.base


def content(reader: Any, attributes: Attributes, text: str) -> None:
    """The content in Atom."""
    if attributes.get("src"):
        raise Declined("a content that lies elsewhere")
    _content(reader, attributes, text, TEXT)


def encoded(reader: Any, attributes: Attributes, text: str) -> None:
    """The content in RSS."""
    _content(reader, attributes, text, HTML)


def _content(reader: Any, attributes: Attributes, text: str, default: str) -> None:
    found = reader.found
    named_kind = _typed(reader, attributes, text, default)
    found.contents.append((named_kind, text, reader.language_here, reader.base))
    if found.summary is None:
        found.summary = text


def _typed(reader: Any, attributes: Attributes, text: str, default: str) -> str:
    named_kind = kind(attributes, default) if attributes else default
    return named_kind if reader.is_atom or named_kind is HTML else guessed(text, named_kind)


def author(reader: Any, attributes: Attributes, text: str) -> None:
    """An author in one text."""
    written(reader.found, text)


def person(key: str, *, owner: bool = False) -> Any:
    """Make a function for a part of an author, or of the owner of a podcast; the text is as the document has it."""

    def take(reader: Any, attributes: Attributes, text: str) -> None:
        if not owner and reader.found.in_one_text:  # feedparser would mix the two
            raise Declined("an author in parts after one in a text")
        named(reader.found, key, address(mended(text), "") if key == "href" else text)

    return take


def thumbnail(reader: Any, attributes: Attributes, text: str) -> None:
    """A small picture."""
    attributes = placed(attributes, reader.base)
    url = address(text, reader.base) if text else text
    reader.found.thumbnails.append(attributes if "url" in attributes or not url else {**attributes, "url": url})


def cover(reader: Any, attributes: Attributes, text: str) -> None:
    """The picture of an episode."""
    own = placed(attributes, reader.base)
    if href := own.get("href") or own.get("url"):
        reader.found.cover = {"href": href}


def picture(reader: Any, attributes: Attributes, text: str) -> None:
    """An image in an entry: it adds nothing, but one more title may count after it."""
    reader.title_depth = -1
