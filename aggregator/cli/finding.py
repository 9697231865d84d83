"""An address that a person typed → the feeds that it leads to, asked politely."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.app import App
from aggregator.config.addresses import feed_address
from aggregator.cores import Cores
from aggregator.errors import FeedError, FetchError, ParseError
from aggregator.fetch import Client
from aggregator.model import Fetched, Request
from aggregator.pipeline.discover import Sight, guesses, look
from aggregator.pipeline.wording import counted, format_name

MOST = 8
"""Feeds of one page that are looked at; more are those of every tag or author."""


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that answered: the address to write down, and what it holds."""

    url: str
    title: str
    format: str
    entries: int
    newest: datetime | None
    guessed: str = ""  # the page that names no feed, when this one was found at a habitual address of its host

    def line(self) -> str:
        """Describe the feed in a line."""
        newest = f", newest {self.newest:%Y-%m-%d}" if self.newest else ""
        entries = counted(self.entries, "entry", "entries")
        return f"{self.title or 'without a title'} ({format_name(self.format)}, {entries}{newest}) {self.url}"


def find(app: App, address: str, *, now: datetime) -> list[Found]:
    """Return the feed at an address, or those that the page there names, best first.

    Raises ValueError for what feeds.yaml would not take, FeedError for what leads to no feed.

    Without a scheme https is tried, then http. The address that permanent redirects lead to is the one to keep.
    """
    feed_address(_spelled(address)[0])
    with app.client() as client, Cores() as cores:
        answer, sight = _first(client, cores, address, now=now)
        if sight.document:
            return [_found(answer, sight)]
        if sight.links:
            found = list(_linked(client, cores, sight, now=now))
        elif _is_page(answer) and "login page" not in sight.reason:  # behind a login there may be the feed itself
            found = [replace(one, guessed=address) for one in _guessed(client, cores, answer, now=now)]
        else:
            found = []
    if found:
        return found
    named = ", ".join(link.url for link in sight.links[:MOST])
    more = f"; the feeds that it names do not answer as feeds ({named})" if named else ""
    raise ParseError(answer.url, f"{sight.reason}{more}")


def _first(client: Client, cores: Cores, address: str, *, now: datetime) -> tuple[Fetched, Sight]:
    answer: Fetched | FetchError = FetchError(address, "no address")
    for url in _spelled(address):
        answer = client.fetch(url, now=now)
        if isinstance(answer, Fetched):
            return answer, _look(cores, answer, now=now)
        if answer.status:
            break
    assert isinstance(answer, FetchError)
    raise answer


def _spelled(address: str) -> tuple[str, ...]:
    text = address.strip()
    if text.lower().startswith("feed:"):
        text = text[5:].lstrip("/")
    if "://" in text or text.startswith("file:"):
        return (text,)
    return (f"https://{text}", f"http://{text}")


def _linked(client: Client, cores: Cores, sight: Sight, *, now: datetime) -> Iterator[Found]:
    requests = [Request(number, link.url) for number, link in enumerate(sight.links[:MOST])]
    answers = {request.id: answer for request, answer in client.fetch_many(requests, now=now)}
    titles = [link.title for link in sight.links]
    for number, answer in sorted(answers.items()):
        if isinstance(answer, Fetched) and (seen := _look(cores, answer, now=now)).document:
            yield _found(answer, seen, title=titles[number])


def _guessed(client: Client, cores: Cores, page: Fetched, *, now: datetime) -> list[Found]:
    """Try habitual addresses one after the other, up to the first that is a feed."""
    for url in guesses(page.final_url or page.url):
        answer = client.fetch(url, now=now)
        if isinstance(answer, Fetched) and (seen := _look(cores, answer, now=now)).document:
            return [_found(answer, seen)]
    return []


def _look(cores: Cores, answer: Fetched, *, now: datetime) -> Sight:
    cores.submit(answer.url, look, answer, now=now)
    ((_, sight),) = cores.drain()
    if isinstance(sight, FeedError):
        return Sight(None, sight.reason)
    return Sight(None, str(sight)) if isinstance(sight, Exception) else sight


def _found(answer: Fetched, sight: Sight, *, title: str = "") -> Found:
    document = sight.document
    assert document is not None
    url = answer.moved_to or answer.url
    return Found(url, document.feed.title or title, document.feed.format, len(document.seen), document.newest)


def _is_page(answer: Fetched) -> bool:
    start = answer.body[:1000].lower()
    return "html" in answer.headers.get("content-type", "") or b"<html" in start or b"<!doctype html" in start
