"""What robots.txt allow: asked once a day per origin, kept in the database, read in a process that can be killed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from aggregator.app import App
from aggregator.cores import Cores
from aggregator.fetch import Client
from aggregator.model import Request, Robots, Teaser
from aggregator.pipeline.hop import refusals
from aggregator.pipeline.robots import judged, origin_of

AT_LENGTH = 30
"""Seconds that the pages of one host may take in a sync because it asks for time between two of them."""

Refused = dict[int, tuple[str, datetime | None]]
"""By entry: why its page must not be asked for, and until when that holds; None for as long as the file stays so.

Until now, where the file is there and a failure of ours kept it from being read.
"""

Ask = Callable[[int, str, Teaser], Request]
"""Makes the request for an address on behalf of a teaser: by the way that its feed is asked."""


class Gate:
    """Lets through the pages that may be asked for."""

    def __init__(self, app: App, client: Client, cores: Cores, ask: Ask, *, now: datetime) -> None:
        self._app, self._client, self._cores, self._ask, self._now = app, client, cores, ask, now
        self._delays: dict[str, float] = {}
        self._rests: dict[str, datetime] = {}

    def delay(self, url: str) -> float:
        """Say how many seconds the host of an address wants between two requests, where its robots.txt was read."""
        return self._delays.get(origin_of(url), 0.0)

    def resting(self, teasers: Iterable[Teaser]) -> dict[int, datetime]:
        """Say of which of these pages it is not the turn, and when it will be: hosts ask for time between two.

        So many are asked of a host as have room in ``AT_LENGTH``, one at least; then it rests, in later syncs too.
        """
        room: dict[str, int] = {}
        resting: dict[int, datetime] = {}
        begun = dict(self._rests)
        for teaser in teasers:
            origin, delay = origin_of(teaser.url), self.delay(teaser.url)
            until = begun.get(origin)
            if not delay or (until and until > self._now):
                resting |= {teaser.entry: until} if delay and until else {}
                continue
            asked = room[origin] = room.get(origin, 0) + 1
            if asked > 1 + AT_LENGTH // delay:
                resting[teaser.entry] = self._rests[origin]
            else:
                self._rests[origin] = self._now + timedelta(seconds=asked * delay)
        self._app.store.pages.rest({origin: self._rests[origin] for origin in room})
        return resting

    def refused(self, teasers: Sequence[Teaser]) -> Refused:
        """Say which pages must not be asked for, and why; what is not known yet of their hosts is asked first."""
        by_origin: dict[str, list[Teaser]] = {}
        for teaser in teasers:
            by_origin.setdefault(origin_of(teaser.url), []).append(teaser)
        said = self._said(by_origin)
        closed: Refused = {}
        for origin, robots in said.items():
            if robots.closed:
                closed |= {one.entry: (robots.closed, robots.expires) for one in by_origin[origin]}
            elif robots.text:
                self._cores.submit(origin, refusals, robots, [one.url for one in by_origin[origin]])
        self._rests |= {origin: robots.rests for origin, robots in said.items() if robots.rests}
        for origin, found in self._cores.drain():
            if isinstance(found, tuple):
                found, self._delays[origin] = found
            closed |= _closed(by_origin[origin], found, said[origin], now=self._now)
        return closed

    def _said(self, by_origin: Mapping[str, Sequence[Teaser]]) -> dict[str, Robots]:
        known = self._app.store.pages.robots(list(by_origin), now=self._now)
        origins = [origin for origin in by_origin if origin not in known]
        requests = [self._ask(at, f"{origin}/robots.txt", by_origin[origin][0]) for at, origin in enumerate(origins)]
        asked = self._client.fetch_many(requests, now=self._now)
        fresh = [judged(origins[request.id], answer, now=self._now) for request, answer in asked]
        if fresh:
            self._app.store.pages.keep_robots(fresh, now=self._now)
        return known | {robots.origin: robots for robots in fresh}


def _closed(teasers: Iterable[Teaser], found: object, robots: Robots, *, now: datetime) -> Refused:
    if not isinstance(found, dict):
        until = now if isinstance(found, ChildProcessError) else robots.expires
        return {one.entry: (f"its robots.txt could not be read: {found}", until) for one in teasers}
    return {one.entry: (found[one.url], None) for one in teasers if found[one.url]}
