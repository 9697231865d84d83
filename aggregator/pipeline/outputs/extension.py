"""The one extension of feedgen that mends what it leaves out or gets wrong.

feedgen 1.0 drops rel, type and length of entry links, writes half an ``atom:source``, stamps the clock, switches the
process's locale for each date, and renders all entries or none. It hands its lxml elements to extensions, though: so
it builds the skeletons, and the functions of ``atom`` and ``rss`` finish them here, each entry by itself.
"""

from collections.abc import Callable, Sequence
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree

MEDIA = "http://search.yahoo.com/mrss/"
DC = "http://purl.org/dc/elements/1.1/"
ATOM = "http://www.w3.org/2005/Atom"
XML = "http://www.w3.org/XML/1998/namespace"

Mend = Callable[[Any], None]
"""Finish an lxml element in place (lxml's classes carry no type that both stubs and feedgen agree on)."""


class Mending:
    """A feedgen extension that calls one function on the element it is handed, whatever the format."""

    def __init__(self, mend: Mend, namespaces: dict[str, str]) -> None:
        self._mend = mend
        self._namespaces = namespaces

    def extend_ns(self) -> dict[str, str]:
        """Name the namespaces that the document's root declares."""
        return self._namespaces

    def extend_atom(self, element: Any) -> Any:
        """Finish ``atom:feed`` or ``atom:entry``."""
        self._mend(element)
        return element

    def extend_rss(self, element: Any) -> Any:
        """Finish ``rss`` or ``item``."""
        self._mend(element)
        return element


def mended_entry(entry: FeedEntry, mend: Mend) -> None:
    """Let ``mend`` finish the element that feedgen makes of this entry."""
    entry.register_extension("mending", lambda: Mending(mend, {}))


def mended_feed(feed: FeedGenerator, mend: Mend, entries: Sequence[Any], *, namespaces: dict[str, str]) -> None:
    """Let ``mend`` finish the document, then put the rendered entries into it in their order.

    feedgen would prepend them and render them all at once; here they are rendered already.
    """

    def finish(root: Any) -> None:
        mend(root)
        (root[0] if root.tag == "rss" else root).extend(entries)

    feed.register_extension("mending", lambda: Mending(finish, namespaces))


def element(parent: Any, tag: str, text: str = "", **attributes: str) -> Any:
    """Append an element; attributes without a value are not written."""
    child = etree.SubElement(parent, tag, {name: value for name, value in attributes.items() if value})
    if text:
        child.text = text
    return child
