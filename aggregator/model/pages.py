"""The page behind an entry: whether it was fetched, and what came of it."""

from typing import Literal

from aggregator.model.entry import Cut
from aggregator.model.value import value

PageOutcome = Literal["waiting", "read", "kept", "refused", "failed"]
"""What came of a page: not fetched yet, read, no more than the feed had, not to be asked, given up."""


@value(frozen=True, slots=True)
class Article:
    """The article of a page: safe HTML and its text, the page's headline, the leading picture and its caption."""

    html: str = ""
    text: str = ""
    title: str = ""
    image: str = ""
    caption: str = ""
    cuts: tuple[Cut, ...] = ()
