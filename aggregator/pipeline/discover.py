"""A web page → the feeds that it names; an answer → the feed it is, or what it is instead."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from urllib.parse import urljoin

from aggregator.errors import ParseError
from aggregator.model import Fetched, Intake, Known
from aggregator.model.value import value
from aggregator.pipeline import intake
from aggregator.pipeline.addresses import absolute, canonical
from aggregator.pipeline.plain import shortened, tidy

GUESSES = ("/feed", "/rss.xml", "/atom.xml", "/index.xml", "/feed.json")
"""Where feeds lie by habit on sites whose pages name none."""

_MOST = 500_000  # bytes of a page; links to feeds stand in its head
_FEEDS = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"})
_PERHAPS = frozenset({"application/json", "application/xml", "text/xml"})  # alternates of any kind have these types
_SCHEME = re.compile(r"\Afeed:(?://)?(?=https?://)", re.IGNORECASE)
_COMMENTS = ("comment", "kommentar", "comentario", "commentaire", "replies")


@value(frozen=True, slots=True)
class FeedLink:
    """A feed that a page names: its absolute address, and what the page calls it."""

    url: str
    title: str = ""
    comments: bool = False


@value(frozen=True, slots=True)
class Sight:
    """What an answer turned out to be: a feed, or ``reason`` and the feeds that it links to."""

    document: Intake | None
    reason: str = ""
    links: tuple[FeedLink, ...] = ()


def look(fetched: Fetched, *, now: datetime, url: str = "") -> Sight:
    """Read an answer as a feed, else as a page. Raises nothing for what a document can hold."""
    try:
        return Sight(intake.read(fetched, Known(), now=now, url=url), "")
    except ParseError as error:
        return Sight(None, error.reason, feed_links(fetched))


def feed_links(fetched: Fetched) -> tuple[FeedLink, ...]:
    """List the feeds that a page names in ``<link rel="alternate">``, in its order, feeds of comments last.

    The rule is the autodiscovery of the HTML standard §4.6.7.1: ``alternate`` among the words of ``rel`` with the
    type of a feed; ``rel="feed"`` needs no type.
    """
    reader = _Links(fetched.final_url or fetched.url)
    body = fetched.body[:_MOST]
    reader.feed(body.decode(json.detect_encoding(body), "replace"))
    reader.close()
    unique: dict[str, FeedLink] = {}
    for link in reader.links():
        unique.setdefault(canonical(link.url) or link.url, link)
    return tuple(sorted(unique.values(), key=lambda link: link.comments))


def guesses(url: str) -> tuple[str, ...]:
    """Return the habitual addresses of feeds on the site of ``url``; a file lies on none."""
    return tuple(urljoin(url, path) for path in GUESSES) if url.startswith("http") else ()


class _Links(HTMLParser):
    """Gathers links; comments and scripts are text to the parser, names of tags and attributes lower case."""

    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self._base, self._based = url, False
        self._found: list[FeedLink] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what names a feed; the first ``<base href>`` counts, wherever it stands (HTML standard §4.2.3)."""
        if tag not in ("link", "base"):
            return
        values = {name: value or "" for name, value in reversed(attrs)}  # of two of a name, the first counts
        if tag == "base" and "href" in values and not self._based:
            self._base, self._based = absolute(values["href"], self._base) or self._base, True
        if tag == "link" and _names_a_feed(values):
            title = shortened(tidy(values.get("title", "")), 200)
            words = f"{title} {values.get('href', '')}".lower()
            self._found.append(FeedLink(values.get("href", ""), title, any(word in words for word in _COMMENTS)))

    def links(self) -> Iterator[FeedLink]:
        """Yield the links with absolute addresses; what is no http(s) address is none."""
        for link in self._found:
            href = _SCHEME.sub("", link.url.strip(), count=1)
            href = "http:" + href[5:] if href.lower().startswith("feed://") else href
            if href and (url := absolute(href, self._base)):
                yield replace(link, url=url)


def _names_a_feed(values: dict[str, str]) -> bool:
    rels = values.get("rel", "").lower().split()
    kind = values.get("type", "").partition(";")[0].strip().lower()
    if "feed" in rels or "alternate" not in rels or kind in _FEEDS:
        return "feed" in rels or "alternate" in rels
    words = f"{values.get('href', '')} {values.get('title', '')}".lower()
    return kind in _PERHAPS and any(word in words for word in ("feed", "rss", "atom"))
