"""Refresh: ask feeds, read their documents, save what is new in one transaction a batch.

claim ─▶ fetch_many ─┬─ error ───────────────▶ Visit(failed) ──┐
                     ├─ 304, or same bytes ──▶ Visit(unchanged)├─▶ save, a batch at a time
                     └─ document ─▶ Reading ─┬─▶ Visit(ok) ────┘
                                             └─▶ the twin: Visit(ok) ─▶ save
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.app import App
from aggregator.cores import Cores
from aggregator.errors import FeedError, FetchError, HostPausedError, SetupError
from aggregator.fetch import is_own
from aggregator.fetch.files import is_file
from aggregator.jobs.arrivals import Arrivals, Outcome, body_hash
from aggregator.jobs.aside import Aside
from aggregator.jobs.reading import Read, Reading
from aggregator.jobs.refreshed import Progress, Refreshed
from aggregator.jobs.sharing import Sharing
from aggregator.model import FeedState, Fetched
from aggregator.pipeline.backoff import DEAD

LEASE = timedelta(minutes=10)
OUTAGE_SHARE, OUTAGE_FEEDS = 0.8, 3


def refresh(app: App, feeds: Sequence[FeedState], *, progress: Progress = lambda done, of: None) -> Refreshed:
    """Ask ``feeds`` and save what they say; one feed's failure costs the others nothing."""
    with closing(refreshing(app, feeds)) as steps:
        while True:
            try:
                step = next(steps)
            except StopIteration as end:
                report: Refreshed = end.value
                return report
            progress(*step)


def refreshing(app: App, feeds: Sequence[FeedState]) -> Generator[tuple[int, int], None, Refreshed]:
    """Do what ``refresh`` does step by step: yields of how many feeds something came, and how many are asked."""
    now = app.clock()
    tokens = app.store.feeds.claim([feed.id for feed in feeds], now=now, seconds=LEASE.total_seconds())
    claimed = {feed.id: feed for feed in feeds if feed.id in tokens}
    arrivals = Arrivals(app, tokens, now=now)
    report = arrivals.report
    report.asked = len(claimed)
    for feed, other in _asked_elsewhere(app, list(claimed.values())):
        arrivals.spare(claimed.pop(feed.id), other)
    offline: list[tuple[FeedState, FetchError]] = []
    with arrivals, closing(_outcomes(app, claimed, arrivals, now=now)) as outcomes:
        for state, outcome in outcomes:
            if isinstance(outcome, FetchError) and _is_unreachable(outcome):
                offline.append((state, outcome))  # blamed only once we know that it was not our own network
                report.failures[state.url] = outcome.reason
            else:
                arrivals.take(state, outcome)
            yield arrivals.done, report.asked
    yield report.done, report.asked
    asked = [feed for feed in claimed.values() if feed.id not in report.postponed | report.unasked]
    since = outage_since(app, [state for state, _ in offline], asked, now=now)
    report.outage = since is not None
    for state, error in offline:
        arrivals.lose(state, error, since=since)
    arrivals.save()
    return report


def _asked_elsewhere(app: App, feeds: Sequence[FeedState]) -> Iterator[tuple[FeedState, str]]:
    """Yield feeds that have moved to where another one is asked, and that one: one request is for both.

    Two that each left it to the other would both be forgotten, so it is one that is asked there itself; and what fails
    is asked until it is well.
    """
    moved = [feed for feed in feeds if feed.adopted and not feed.failures]
    askers = app.store.feeds.askers() if moved else {}
    for feed in moved:
        other = askers.get(feed.adopted, feed.url)
        if other != feed.url:
            yield feed, other


def outage_since(
    app: App, offline: Sequence[FeedState], asked: Sequence[FeedState], *, now: datetime
) -> datetime | None:
    """Tell since when it is our own network that cannot reach these, if it is.

    It is when most feeds that were well before could not be reached, three at least: now, or since the last time that
    any was. A feed that had failed before is no evidence: dead feeds fall due together. Nor is one that is reached on
    one's own network, unless all are there.
    """
    if not offline:
        return None
    needs_none = is_file if all(map(is_own, app.feeds)) else is_own
    since, before = app.store.feeds.lost(now, is_own=needs_none)
    unreached = {feed.id for feed in offline}
    asked = [feed for feed in asked if feed.id in unreached or not needs_none(feed.url)]
    lost = {feed.id for feed in offline if not feed.failures}
    if len(lost) >= OUTAGE_FEEDS and len(lost) >= OUTAGE_SHARE * sum(not feed.failures for feed in asked):
        return since
    if len(asked) > len(offline) or _is_long_ago(since, now):
        return None
    lost |= before | {feed.id for feed in offline if feed.failing_since and feed.failing_since > since}
    return since if len(lost) >= OUTAGE_FEEDS else None


def _is_long_ago(since: datetime, now: datetime) -> bool:
    """Tell whether nobody was reached for so long that it is rather the feeds; where nobody ever was, it is not."""
    return since.timestamp() > 0 and now - since > DEAD


def _is_unreachable(error: FetchError) -> bool:
    """Tell whether a failure may be that of our own network, which may say so itself (511, RFC 6585 §6)."""
    return error.status in (0, 511) and not error.permanent and not isinstance(error, HostPausedError | SetupError)


def _outcomes(
    app: App, claimed: dict[int, FeedState], arrivals: Arrivals, *, now: datetime
) -> Generator[tuple[FeedState, Outcome], None, None]:
    """Yield what each feed came to, but for those that the twin took: an unchanged answer, a document, an error."""
    requests = [app.request(feed) for feed in claimed.values()]
    with (
        app.client() as client,
        Cores() as cores,
        Sharing(app, claimed, arrivals, now=now) as sharing,
        closing(Aside()) as aside,
    ):
        reading = Reading(app, cores, sharing, aside, now=now)
        for request, outcome in client.fetch_many(requests, now=now, meanwhile=arrivals.tend):
            state = claimed[request.id]
            if isinstance(outcome, FeedError) or _same(outcome, state):
                yield state, outcome
            else:
                yield from map(_answer, reading.take(state, outcome))
        yield from map(_answer, reading.rest(arrivals.save))


def _answer(read: Read) -> tuple[FeedState, Outcome]:
    state, answer, came = read
    if isinstance(came, FeedError):
        return replace(state, whole=state.whole or answer.is_odd), came
    return state, (answer, came)


def _same(answer: Fetched, state: FeedState) -> bool:
    """A 304, or a 200 with the very bytes of the last time: nothing to parse."""
    return answer.status == 304 or (bool(state.body_hash) and body_hash(answer.body) == state.body_hash)
