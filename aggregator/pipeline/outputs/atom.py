"""Item → Atom 1.0 (RFC 4287), with feedgen."""

from collections.abc import Sequence
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from aggregator.pipeline.outputs import legal
from aggregator.pipeline.outputs.extension import MEDIA, XML, element, mended_entry, mended_feed
from aggregator.pipeline.outputs.item import Item, Origin
from aggregator.pipeline.outputs.publication import Publication


def write(publication: Publication, entries: Sequence[Any]) -> bytes:
    """Write an Atom feed document: the feed's own metadata, then the rendered entries in their order."""
    feed = FeedGenerator()
    feed.id(publication.id)
    feed.title(publication.heading)
    feed.updated(publication.updated)
    feed.author(name=publication.heading)
    feed.generator(legal.plain(publication.generator))
    feed.language(legal.language(publication.language))
    feed.subtitle(legal.plain(publication.subtitle))
    for rel, href, kind in _feed_links(publication):
        feed.link(rel=rel, href=href, type=kind)
    mended_feed(feed, lambda root: _mend_feed(root, publication), entries, namespaces={"media": MEDIA})
    data: bytes = feed.atom_str(pretty=True)
    return data


def _feed_links(publication: Publication) -> list[tuple[str, str, str]]:
    """RFC 4287 §4.1.1: one alternate for a type and language, and self, which needs a public address."""
    own = "application/atom+xml"
    links = [
        ("self", publication.address("atom"), own),
        ("alternate", legal.address(publication.home), "text/html"),
        ("next", legal.address(publication.next), own),
    ]
    return [link for link in links if link[1]]


def _mend_feed(root: Any, publication: Publication) -> None:
    root.find("updated").text = legal.stamp(publication.updated)
    for name in ("title", "subtitle"):
        if (node := root.find(name)) is not None:
            node.set("type", "text")


def render(item: Item) -> Any:
    """Return the ``atom:entry`` element of an item. Raises ValueError when XML cannot hold it."""
    entry = FeedEntry()
    entry.id(item.id)
    entry.title(item.headline)
    entry.updated(item.updated)
    entry.published(item.published)
    entry.author(name=item.author)
    if item.url:
        entry.link(href=item.url)
    if item.html:
        entry.content(item.html, type="html")
    elif not item.url:  # RFC 4287 §4.1.2: content, or an alternate link
        entry.content(item.summary or item.headline, type="text")
    if item.summary and (item.html or item.url):
        entry.summary(item.summary, type="text")
    entry.category([_category(category.term, category.scheme, category.label) for category in item.categories])
    mended_entry(entry, lambda node: _mend_entry(node, item))
    return entry.atom_entry()


def _category(term: str, scheme: str, label: str) -> dict[str, str]:
    return {name: value for name, value in (("term", term), ("scheme", scheme), ("label", label)) if value}


def _mend_entry(node: Any, item: Item) -> None:
    node.find("title").set("type", "text")
    node.find("updated").text = legal.stamp(item.updated)
    node.find("published").text = legal.stamp(item.published)
    if item.language:
        node.set(f"{{{XML}}}lang", item.language)
    if (link := node.find("link")) is not None:
        link.set("rel", "alternate")
        element(node, "link", rel="via", href=item.url, title=item.source.title)
    for place in item.also:
        element(node, "link", rel="related", href=place.url, title=place.named)
    for enclosure in item.enclosures:
        length = str(enclosure.length or "")
        element(node, "link", rel="enclosure", href=enclosure.url, type=enclosure.type, length=length)
    if item.image:
        element(node, f"{{{MEDIA}}}thumbnail", url=item.image)
    if item.source.id:
        _source(node, item.source, updated=legal.stamp(item.updated))


def _source(node: Any, origin: Origin, *, updated: str) -> None:
    """RFC 4287 §4.2.11. Its ``updated`` is the entry's own: a feed that stamps its clock must not change our bytes."""
    source = element(node, "source")
    element(source, "id", origin.id)
    element(source, "title", origin.title, type="text")
    element(source, "updated", updated)
    if origin.url:
        element(source, "link", rel="self", href=origin.url)
    if origin.home:
        element(source, "link", rel="alternate", href=origin.home)
