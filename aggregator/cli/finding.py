"""An address that a person typed → the feeds that it leads to, asked politely."""

from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from aggregator.app import App
from aggregator.cli.conversation import Conversation
from aggregator.cli.waits import wait_of
from aggregator.config.addresses import feed_address
from aggregator.cores import Cores, MachineError
from aggregator.errors import NOT_ASKED, FeedError, FetchError, ParseError, UnreadError
from aggregator.jobs.robots import AT_LENGTH
from aggregator.model import Fetched, Robots
from aggregator.pipeline.discover import Sight, guesses, look
from aggregator.pipeline.hop import refusals
from aggregator.pipeline.robots import judged, origin_of
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
    named: int = 0  # how many its page names, when those are more than were looked at

    def line(self) -> str:
        """Describe the feed in a line."""
        newest = f", newest {self.newest:%Y-%m-%d}" if self.newest else ""
        entries = counted(self.entries, "entry", "entries")
        return f"{self.title or 'without a title'} ({format_name(self.format)}, {entries}{newest}) {self.url}"


class Finder:
    """Follows up what a person asks for: hosts keep their distance over all of it, from one address to the next."""

    def __init__(self, app: App, *, now: datetime) -> None:
        self._app, self._now = app, now
        self._robots: dict[str, Robots] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        client = self._open.enter_context(self._app.client())
        self._talk = self._open.enter_context(closing(Conversation(client, now=self._now)))
        self._cores = self._open.enter_context(Cores())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def busy(self) -> dict[str, FetchError]:
        """Who told us to come later, by address."""
        return self._talk.busy

    def find(self, address: str) -> list[Found]:
        """Return the feed at an address, or those that the page there names, best first.

        Raises ValueError for what feeds.yaml would not take, FeedError for what leads to no feed.

        Without a scheme https is tried, then http. The address that permanent redirects lead to is the one to keep.
        """
        feed_address(_spelled(address)[0])
        talk = self._talk
        talk.begin()
        answer, sight = self._first(address)
        if sight.document:
            return [_found(answer, sight)]
        if sight.links:
            found, why = self._linked(sight), ""
        elif _is_page(answer) and "login page" not in sight.reason:  # behind a login there may be the feed itself
            found, why = self._guessed(answer)
            found = [replace(one, guessed=address) for one in found]
        else:
            found, why = [], ""
        if found:
            return found
        named = ", ".join(link.url for link in sight.links[:MOST])
        more = f"the feeds that it names do not answer as feeds ({named})" if named else ""
        why = f"no more was asked: {talk.enough}" if talk.enough else why
        raise ParseError(answer.url, "; ".join(part for part in (sight.reason, more, why) if part))

    def _first(self, address: str) -> tuple[Fetched, Sight]:
        answer: Fetched | FetchError = FetchError(address, "no address")
        for url in _spelled(address):
            if said := wait_of(self._app.store.feeds.find(url), self._app.config.zone, now=self._now):
                raise FetchError(url, f"{NOT_ASKED}it {said}")
            (answer,) = self._talk.ask(url)
            if isinstance(answer, Fetched):
                return answer, self._look(answer)
            if answer.status:
                break
        assert isinstance(answer, FetchError)
        raise answer

    def _linked(self, sight: Sight) -> list[Found]:
        links = sight.links[:MOST]
        named = len(sight.links) if len(sight.links) > MOST else 0
        found = []
        for link, answer in zip(links, self._talk.ask(*(link.url for link in links)), strict=True):
            if isinstance(answer, Fetched) and (seen := self._look(answer)).document:
                found.append(replace(_found(answer, seen, title=link.title), named=named))
        return found

    def _guessed(self, page: Fetched) -> tuple[list[Found], str]:
        """Try habitual addresses one after the other, up to the first that is a feed; gives why some were not tried."""
        urls = guesses(page.final_url or page.url)
        forbidden, delay = self._manners(urls) if urls else ({}, 0.0)
        allowed = [url for url in urls if not forbidden[url]]
        room = int(AT_LENGTH // delay) if delay else len(allowed)
        for url in allowed[:room]:
            (answer,) = self._talk.ask(url, spacing=delay)
            if isinstance(answer, Fetched) and (seen := self._look(answer)).document:
                return [_found(answer, seen)], ""
            if self._talk.enough:
                break
        time = f"its robots.txt asks for {delay:g} seconds between two requests"
        why = {url: forbidden[url] or time for url in urls if url not in allowed[:room]}
        paths = ", ".join(urlsplit(url).path for url in why)
        return [], f"not tried at {paths}: {'; '.join(dict.fromkeys(why.values()))}" if why else ""

    def _manners(self, urls: Sequence[str]) -> tuple[dict[str, str], float]:
        """Say why addresses of one host must not be asked, empty where they may be, and the seconds between two.

        Nobody named them to us, so they are asked for as pages are (RFC 9309).
        """
        origin = origin_of(urls[0])
        if origin not in self._robots:
            self._robots |= self._app.store.pages.robots([origin], now=self._now)
        if origin not in self._robots:
            (answer,) = self._talk.ask(f"{origin}/robots.txt")
            self._robots[origin] = judged(origin, answer, now=self._now)
        self._cores.submit(origin, refusals, self._robots[origin], urls)
        ((_, found),) = self._cores.drain()
        if isinstance(found, Exception):
            return dict.fromkeys(urls, f"its robots.txt could not be read: {found}"), 0.0
        forbidden, delay = found
        return forbidden, delay

    def _look(self, answer: Fetched) -> Sight:
        self._cores.submit(answer.url, look, answer, now=self._now)
        ((_, sight),) = self._cores.drain()
        if isinstance(sight, MachineError):
            raise UnreadError(answer.url, str(sight))
        if isinstance(sight, FeedError):
            return Sight(None, sight.reason)
        return Sight(None, str(sight)) if isinstance(sight, Exception) else sight


def _spelled(address: str) -> tuple[str, ...]:
    text = address.strip()
    if text.lower().startswith("feed:"):
        text = text[5:].lstrip("/")
    if "://" in text or text.lower().startswith(("file:", "mailto:")):
        return (text,)
    return (f"https://{text}", f"http://{text}")


def _found(answer: Fetched, sight: Sight, *, title: str = "") -> Found:
    document = sight.document
    assert document is not None
    url = answer.moved_to or answer.url
    return Found(url, document.feed.title or title, document.feed.format, len(document.seen), document.newest)


def _is_page(answer: Fetched) -> bool:
    start = answer.body[:1000].lower()
    return "html" in answer.headers.get("content-type", "") or b"<html" in start or b"<!doctype html" in start
