"""What crosses to a worker: the work by name, so that who hands it over need not load the parsers."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from aggregator.model import Article, Fetched, Intake, Robots, Unread

_CHARSET = re.compile(r"charset=[\"']?([\w.:-]{1,40})", re.IGNORECASE)


def read_all(documents: Sequence[Unread], *, now: datetime) -> list[Intake | Exception]:
    """Read several documents, as ``intake.read_all`` does."""
    from aggregator.pipeline import intake

    return intake.read_all(documents, now=now)


def read_page(answer: Fetched, *, title: str, known: frozenset[int] = frozenset()) -> Article:
    """Find the article of a page, as ``article.article`` does; the charset of its header counts where there is one."""
    from aggregator.pipeline.article import article

    found = _CHARSET.search(answer.headers.get("content-type", ""))
    page: str | bytes = answer.body
    with suppress(LookupError, ValueError):  # no such charset; one without “replace”, as idna
        page = answer.body.decode(found[1], "replace") if found else answer.body
    return article(page, url=answer.final_url, title=title, known=known)


def refusals(robots: Robots, urls: Sequence[str]) -> tuple[dict[str, str], float]:
    """Say of each address why it must not be asked, and how many seconds to wait between two, as ``robots`` does."""
    from aggregator.pipeline.robots import delay, refusal

    return {url: refusal(robots, url) for url in urls}, delay(robots)
