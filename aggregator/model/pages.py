"""The page behind an entry: whether it was fetched, and what came of it."""

from datetime import datetime
from typing import Literal

from aggregator.model.entry import Cut
from aggregator.model.value import value

PageOutcome = Literal["waiting", "read", "kept", "refused", "failed"]
"""What came of a page: not fetched yet, read, no more than the feed had, not to be asked, given up."""


@value(frozen=True, slots=True)
class Article:
    """The article of a page: safe HTML and its text, the page's headline, the leading picture and its caption.

    ``credit`` is whom a line that was cut names as the source, as ``Entry.credit`` has it.
    """

    html: str = ""
    text: str = ""
    title: str = ""
    image: str = ""
    caption: str = ""
    cuts: tuple[Cut, ...] = ()
    credit: str = ""


@value(frozen=True, slots=True)
class Robots:
    """What the robots.txt of an origin said when it was asked, and until when that holds."""

    origin: str
    asked: datetime
    expires: datetime
    status: int
    text: str = ""
    closed: str = ""  # why nothing is asked there for now; empty when the text decides
    rests: datetime | None = None  # until then no page is asked there: the file asks for time between two of them


@value(frozen=True, slots=True)
class Teaser:
    """An entry whose page is to be fetched; ``url`` is the page's address, ``feed`` that of its feed."""

    entry: int
    feed: str
    url: str
    title: str
    text: str
    excerpt: str
    image: str
    published: datetime
    tries: int = 0
    credit: str = ""


@value(frozen=True, slots=True)
class Page:
    """What is known of the page behind an entry: whether it was fetched, what came of it, what was cut and why."""

    entry: int
    outcome: PageOutcome
    tries: int = 0
    due: datetime | None = None
    reason: str = ""
    fetched: datetime | None = None
    url: str = ""
    title: str = ""
    image: str = ""
    caption: str = ""
    cuts: tuple[Cut, ...] = ()


@value(frozen=True, slots=True)
class FullText:
    """What the article of a page makes of its entry."""

    html: str
    text: str
    excerpt: str
    words: str
    image: str
    credit: str = ""
