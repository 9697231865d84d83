"""An answer → the feed it is, or what it is instead and the feeds that it names; where feeds lie by habit."""

from datetime import datetime
from urllib.parse import urljoin

from aggregator.errors import ParseError
from aggregator.model import Fetched, Intake, Known
from aggregator.model.value import value
from aggregator.pipeline import intake
from aggregator.pipeline.pages_links import FeedLink, feed_links

GUESSES = ("/feed", "/rss.xml", "/atom.xml", "/index.xml", "/feed.json")
"""Where feeds lie by habit on sites whose pages name none."""


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


def guesses(url: str) -> tuple[str, ...]:
    """Return the habitual addresses of feeds on the site of ``url``; a file lies on none."""
    return tuple(urljoin(url, path) for path in GUESSES) if url.startswith("http") else ()
