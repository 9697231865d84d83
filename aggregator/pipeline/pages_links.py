"""A web page → the feeds that it names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast
from urllib.parse import quote

from lxml import etree

from aggregator.model import Fetched
from aggregator.model.value import value
from aggregator.pipeline.addresses import absolute, key
from aggregator.pipeline.pages_text import decoded
from aggregator.pipeline.plain import shortened, tidy

_FEEDS = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
_PERHAPS = frozenset({"application/json", "application/xml", "text/xml"})  # alternates of any kind have these types
_SCHEME = re.compile(r"\Afeed:(?://)?(?=https?://)", re.IGNORECASE)
_COMMENTS = ("comment", "kommentar", "comentario", "commentaire", "replies")
_ASCII = "".join(map(chr, range(0x20, 0x7F)))


@value(frozen=True, slots=True)
class FeedLink:
    """A feed that a page names: its absolute address, and what the page calls it."""

    url: str
    title: str = ""
    comments: bool = False


def feed_links(page: Fetched) -> tuple[FeedLink, ...]:
    """List the feeds that a page names with ``rel="alternate"``, in its order, feeds of comments last.

    The rule is the autodiscovery of the HTML standard §4.6.7.1: ``alternate`` among the words of ``rel`` with the
    type of a feed; ``rel="feed"`` needs no type. Text in comments, scripts and templates is no link.
    """
    text, encoding = decoded(page.body, page.headers.get("content-type", ""))
    reader = _Links(page.final_url or page.url, encoding)
    parser = etree.HTMLParser(encoding="utf-8", target=cast("etree.ParserTarget", reader))  # lxml wants less than that
    etree.fromstring(text.encode("utf-8", "replace"), parser)
    unique: dict[str, FeedLink] = {}
    for link in reader.links():
        unique.setdefault(key(link.url), link)
    return tuple(sorted(unique.values(), key=lambda link: link.comments))


class _Links:
    """Gathers links while a page is read, so that no tree of a large one is held; names come in lower case."""

    def __init__(self, url: str, encoding: str) -> None:
        self._base, self._based = url, False
        self._encoding = encoding
        self._templates = 0
        self._found: list[FeedLink] = []

    def start(self, tag: str, words: Mapping[str, str]) -> None:
        """Keep what names a feed; the first ``<base href>`` counts, wherever it stands (HTML standard §4.2.3)."""
        if tag == "template":
            self._templates += 1
        elif self._templates:
            return
        elif tag == "base" and "href" in words and not self._based:
            self._base, self._based = absolute(words["href"], self._base) or self._base, True
        elif tag in ("link", "a", "area") and _names_a_feed(words):
            title = shortened(tidy(words.get("title", "")), 200)
            said = f"{title} {words.get('href', '')}".lower()
            self._found.append(FeedLink(words.get("href", ""), title, any(word in said for word in _COMMENTS)))

    def end(self, tag: str) -> None:
        """Leave a template: what stands in one is there to be copied only."""
        self._templates -= tag == "template"

    def close(self) -> None:
        """Nothing is made of the page itself."""

    def links(self) -> Iterator[FeedLink]:
        """Yield the links with absolute addresses; what is no http(s) address is none."""
        for link in self._found:
            href = _SCHEME.sub("", link.url.strip(), count=1)
            href = "http:" + href[5:] if href.lower().startswith("feed://") else href
            if href and (url := absolute(self._asked(href), self._base)):
                yield replace(link, url=url)

    def _asked(self, href: str) -> str:
        """Write the question in the page's own encoding, as browsers do (URL Standard §4.4)."""
        path, mark, question = href.partition("?")
        if question.isascii() or self._encoding.startswith("utf"):
            return href
        return path + mark + quote(question, safe=_ASCII, encoding=self._encoding, errors="replace")


def _names_a_feed(words: Mapping[str, str]) -> bool:
    rels = words.get("rel", "").lower().split()
    kind = words.get("type", "").partition(";")[0].strip().lower()
    if "feed" in rels or "alternate" not in rels or kind in _FEEDS:
        return "feed" in rels or "alternate" in rels
    said = f"{words.get('href', '')} {words.get('title', '')}".lower()
    return kind in _PERHAPS and any(word in said for word in ("feed", "rss", "atom"))
