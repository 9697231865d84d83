"""The tags of an entry, in the many ways feeds have them, as feedparser gathers them."""

from typing import Any

from aggregator.pipeline.parse_fast_names import Declined

MOST = 200
"""Tags of an entry that are compared with each other here."""

Attributes = dict[str, str]


def category(reader: Any, attributes: Attributes, text: str) -> None:
    """A tag: its name is the text of RSS, or the term of Atom."""
    tags = reader.found.tags
    if attributes:
        scheme = attributes.get("scheme", attributes.get("domain"))
        _add(tags, attributes.get("term"), scheme, attributes.get("label"))
    if text:
        _name(tags, text)


def media_category(reader: Any, attributes: Attributes, text: str) -> None:
    """A tag of Media RSS, which has a scheme of its own."""
    scheme = attributes.get("scheme", "http://search.yahoo.com/mrss/category_schema")
    _add(reader.found.tags, attributes.get("term"), scheme, attributes.get("label"))
    if text:
        _name(reader.found.tags, text)


def itunes_category(reader: Any, attributes: Attributes, text: str) -> None:
    """A tag of a podcast."""
    _add(reader.found.tags, attributes.get("text"), "http://www.itunes.com/", None)
    if text:
        _name(reader.found.tags, text)


def _name(tags: list[list[str | None]], text: str) -> None:
    if tags and not tags[-1][0]:
        tags[-1][0] = text
    else:
        _add(tags, text, None, None)


def _add(tags: list[list[str | None]], term: str | None, scheme: str | None, label: str | None) -> None:
    tag = [term, scheme, label]
    if (term or scheme or label) and tag not in tags:
        tags.append(tag)
        if len(tags) > MOST:
            raise Declined("more tags than anyone reads")


def keywords(scheme: str | None) -> Any:
    """Make a function for tags that stand in one text, with commas."""

    def add(reader: Any, attributes: Attributes, text: str) -> None:
        for term in text.split(",") if not attributes else ():
            if term.strip():
                _add(reader.found.tags, term.strip(), scheme, None)

    return add
