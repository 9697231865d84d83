"""Pages: fetch the full text of new entries of which the feed carries only a teaser, before Curate sees them.

pending ─ is_teaser ─▶ waiting ─▶ robots.txt ─▶ the page ─▶ its article, in a worker ─▶ the entry's text
                          ▲                        │
                          └──── later, a few times ┘
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from aggregator.app import App
from aggregator.cores import Cores
from aggregator.errors import ElsewhereError, FetchError
from aggregator.fetch import Client
from aggregator.jobs.robots import Gate
from aggregator.model import Article, Asking, Fetched, FullText, Page, Request, Teaser
from aggregator.model.value import value
from aggregator.pipeline.fulltext import (
    HOME,
    RECENT,
    answered,
    failed,
    full_text,
    is_teaser,
    leads_home,
    put_off,
    refused,
)
from aggregator.pipeline.hop import read_page

AT_ONCE, OF_A_HOST = 100, 25
"""Pages of one sync, and of one host in it, so that a slow one holds up nobody for long; the rest waits."""

ROUNDS = 3
"""How often in one sync pages may lead to another host, whose robots.txt is asked first."""

BATCH = 25
"""Pages saved in one transaction."""

_ACCEPT = (("Accept", "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"),)


@value(frozen=False, slots=True)
class PagesRead:
    """What fetching pages came to."""

    asked: int = 0
    read: int = 0


def fetch_pages(app: App) -> PagesRead:
    """Queue the pages of new teasers, and fetch what is due; each page is asked for once, a failure a few times."""
    report = PagesRead()
    feeds = [url for url, feed in app.feeds.items() if feed.full_text]
    now = app.clock()
    found = app.store.pages.unasked(feeds, since=now - RECENT)
    app.store.pages.wait([one.entry for one in found if one.url and is_teaser(one.text)], now=now)
    if due := _of_each_host(app.store.pages.due(now, limit=10 * AT_ONCE))[:AT_ONCE]:
        with app.client() as client, Cores() as cores:
            _Visits(app, client, cores, report, now=now).make(due)
    return report


def _of_each_host(teasers: Iterable[Teaser]) -> list[Teaser]:
    taken: Counter[str] = Counter()
    found = []
    for teaser in teasers:
        taken[host := urlsplit(teaser.url).netloc] += 1
        if taken[host] <= OF_A_HOST:
            found.append(teaser)
    return found


class _Visits:
    """The visits to pages in one sync."""

    def __init__(self, app: App, client: Client, cores: Cores, report: PagesRead, *, now: datetime) -> None:
        self._app, self._client, self._cores, self._report, self._now = app, client, cores, report, now
        self._gate = Gate(app, client, cores, self._request, now=now)
        self._repeated: dict[str, frozenset[int]] = {}
        self._away: dict[int, tuple[Teaser, Fetched]] = {}
        self._done: list[tuple[Page, FullText | None]] = []

    def make(self, teasers: Sequence[Teaser]) -> None:
        """Fetch pages; those that lead to another host go again, when its robots.txt is known."""
        going = [teaser for teaser in teasers if self._is_wanted(teaser)]
        self._repeated = self._app.store.pages.repeated(sorted({teaser.feed for teaser in going}))
        for _ in range(ROUNDS):
            going = list(self._round(going))
        for teaser in going:
            self._keep(refused(teaser, "it leads from one host to another, and on", now=self._now))
        self._save()

    def _is_wanted(self, teaser: Teaser) -> bool:
        feed = self._app.feeds.get(teaser.feed)
        if feed and feed.full_text:
            return True
        self._keep(refused(teaser, "its feed has no full_text in feeds.yaml any more", now=self._now))
        return False

    def _round(self, teasers: Sequence[Teaser]) -> Iterator[Teaser]:
        """Ask for the pages that may be asked for; yields those that lead to another host, with its address."""
        closed = self._gate.refused(teasers) if teasers else {}
        for teaser in teasers:
            if teaser.entry in closed:
                reason, until = closed[teaser.entry]
                self._keep(refused(teaser, reason, until=until, now=self._now))
        open_ones = [teaser for teaser in teasers if teaser.entry not in closed]
        resting = self._gate.resting(open_ones)
        for teaser in open_ones:
            if teaser.entry in resting:
                self._keep(put_off(teaser, until=resting[teaser.entry]))
        going = {teaser.entry: teaser for teaser in open_ones if teaser.entry not in resting}
        requests = [self._request(teaser.entry, teaser.url, teaser) for teaser in going.values()]
        for request, answer in self._client.fetch_many(requests, now=self._now):
            yield from self._take(going[request.id], answer)
            self._read(self._cores.finished())
        self._read(self._cores.drain())

    def _request(self, id: int, url: str, teaser: Teaser) -> Request:
        """Ask by the way that the feed is asked, without what is secret: that is for the feed's own address."""
        own = self._app.feeds[teaser.feed].asking() or Asking()
        missing = own.missing if own.proxy else ()
        asking = replace(own, headers=_ACCEPT, username="", password="", missing=missing)
        spacing = 0.0 if url.endswith("/robots.txt") else self._gate.delay(url)
        return Request(id, url, asking=asking, within=not url.endswith("/robots.txt"), spacing=spacing)

    def _take(self, teaser: Teaser, answer: Fetched | FetchError) -> Iterator[Teaser]:
        match answer:
            case ElsewhereError() if leads_home(teaser.url, answer.target):
                self._keep(refused(teaser, HOME, now=self._now))
            case ElsewhereError():
                yield replace(teaser, url=answer.target)
            case FetchError():
                self._report.asked += 1
                self._keep(failed(teaser, answer, now=self._now))
            case Fetched():
                self._report.asked += 1
                self._away[teaser.entry] = teaser, answer
                known = self._repeated.get(teaser.feed, frozenset())
                self._cores.submit(teaser.entry, read_page, answer, title=teaser.title, known=known)

    def _read(self, results: Iterable[tuple[int, object]]) -> None:
        for entry, found in results:
            teaser, answer = self._away.pop(entry)
            article = found if isinstance(found, Article | Exception) else TypeError(f"no article: {found!r}")
            page = answered(teaser, answer, article, now=self._now)
            is_read = page.outcome == "read" and isinstance(article, Article)
            self._keep(page, full_text(teaser, article) if is_read and isinstance(article, Article) else None)
            self._report.read += is_read

    def _keep(self, page: Page, text: FullText | None = None) -> None:
        self._done.append((page, text))
        if len(self._done) >= BATCH:
            self._save()

    def _save(self) -> None:
        done, self._done = self._done, []
        if done:
            self._app.store.pages.save(done)
