"""Item → RSS 2.0 (RSS Advisory Board, with its Best Practices Profile), with feedgen."""

from collections.abc import Sequence
from email.utils import format_datetime
from html import escape
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from aggregator.pipeline.outputs import legal
from aggregator.pipeline.outputs.extension import ATOM, DC, MEDIA, element, mended_entry, mended_feed
from aggregator.pipeline.outputs.item import UNKNOWN_TYPE, Item
from aggregator.pipeline.outputs.publication import MEDIA_TYPES, Publication


def write(publication: Publication, items: Sequence[Any]) -> bytes:
    """Write an RSS document: the channel's own elements, then the rendered items in their order."""
    feed = FeedGenerator()
    feed.title(publication.heading)
    feed.link(rel="alternate", href=_site(publication))
    feed.description(legal.plain(publication.subtitle) or publication.heading)
    feed.updated(publication.updated)
    feed.generator(legal.plain(publication.generator))
    feed.language(legal.language(publication.language))
    if publication.ttl > 0:
        feed.ttl(publication.ttl)
    mended_feed(
        feed,
        lambda root: _mend_channel(root[0], publication),
        items,
        namespaces={"dc": DC, "media": MEDIA},
    )
    data: bytes = feed.rss_str(pretty=True)
    return data


def _site(publication: Publication) -> str:
    """A channel must have a link; without any public address its permanent id stands there, a URI all the same."""
    return legal.address(publication.home) or publication.address("rss") or publication.id


def _mend_channel(channel: Any, publication: Publication) -> None:
    links = {"self": publication.address("rss"), "next": legal.address(publication.next)}
    for rel, href in links.items():
        if href:
            element(channel, f"{{{ATOM}}}link", rel=rel, href=href, type=MEDIA_TYPES["rss"])


def render(item: Item) -> Any:
    """Return the ``item`` element of an item. Raises ValueError when XML cannot hold it."""
    entry = FeedEntry()
    entry.id(item.id)
    entry.title(item.headline)  # RSS would do without, readers show "5" or nothing
    if item.url:
        entry.link(href=item.url)
    if item.summary:
        entry.description(escape(item.summary, quote=False))  # a description is HTML
    if item.html:
        entry.content(item.html)
    named = dict.fromkeys((category.label or category.term, category.scheme) for category in item.categories)
    entry.category([_category(name, scheme) for name, scheme in named])
    mended_entry(entry, lambda node: _mend_item(node, item))
    return entry.rss_entry()


def _category(name: str, scheme: str) -> dict[str, str]:
    return {"term": name, "scheme": scheme} if scheme else {"term": name}


def _mend_item(node: Any, item: Item) -> None:
    element(node, "pubDate", format_datetime(item.published))
    element(node, f"{{{DC}}}creator", item.author)
    if item.language:
        element(node, f"{{{DC}}}language", item.language)
    for enclosure in item.enclosures[:1]:  # more than one confuses readers (Best Practices Profile)
        element(node, "enclosure", url=enclosure.url, length=str(enclosure.length), type=enclosure.type or UNKNOWN_TYPE)
    for enclosure in item.enclosures[1:]:
        size = str(enclosure.length or "")
        element(node, f"{{{MEDIA}}}content", url=enclosure.url, fileSize=size, type=enclosure.type or UNKNOWN_TYPE)
    if item.image:
        element(node, f"{{{MEDIA}}}thumbnail", url=item.image)
    if item.source.url:
        element(node, "source", item.source.title, url=item.source.url)
