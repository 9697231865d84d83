"""Refresh: ask feeds, read their documents, save what is new in one transaction a batch.

claim ─▶ fetch_many ─┬─ error ───────────────▶ Visit(failed) ──┐
                     ├─ 304, or same bytes ──▶ Visit(unchanged)├─▶ save, a batch at a time
                     └─ 200, 226 ─▶ Reading ───▶ Visit(ok) ────┘
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256

from aggregator.app import App
from aggregator.cores import Cores
from aggregator.errors import FeedError, FetchError, HostPausedError, ParseError
from aggregator.jobs.reading import Read, Reading
from aggregator.jobs.visits import failed, outage, postponed, read, unchanged
from aggregator.model import FeedState, Fetched, Intake, Reject, Visit

BATCH = 100  # feeds saved in one transaction: each rewrites half of the index
LEASE = timedelta(minutes=10)
OUTAGE_SHARE, OUTAGE_FEEDS = 0.8, 3

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Refreshed:
    """What a refresh came to: counts of feeds and entries, and what went wrong, by address."""

    asked: int = 0
    fetched: int = 0
    unchanged: int = 0
    new: int = 0
    updated: int = 0
    fenced: int = 0
    postponed: set[int] = field(default_factory=set)  # feeds not asked: their host told another one to wait
    failures: dict[str, str] = field(default_factory=dict)
    rejects: dict[str, tuple[Reject, ...]] = field(default_factory=dict)
    outage: bool = False

    @property
    def failed(self) -> int:
        """How many feeds could not be read."""
        return len(self.failures)


def refresh(app: App, feeds: Sequence[FeedState], *, progress: Progress = lambda done, of: None) -> Refreshed:
    """Ask ``feeds`` and save what they say; one feed's failure costs the others nothing."""
    now = app.clock()
    tokens = app.store.feeds.claim([feed.id for feed in feeds], now=now, seconds=LEASE.total_seconds())
    claimed = {feed.id: feed for feed in feeds if feed.id in tokens}
    report = Refreshed(asked=len(claimed))
    batch: list[Visit] = []
    offline: list[tuple[FeedState, FetchError]] = []
    for state, outcome in _outcomes(app, claimed, now=now):
        if isinstance(outcome, FetchError) and _is_unreachable(outcome):
            offline.append((state, outcome))  # blamed only once we know that it was not our own network
            report.failures[state.url] = outcome.reason
        else:
            batch.append(_visit(app, state, tokens[state.id], outcome, report=report, now=now))
        progress(report.fetched + report.unchanged + len(report.postponed) + report.failed, report.asked)
        if len(batch) >= BATCH:
            _save(app, batch, report)
            batch = []
    asked = [feed for feed in feeds if feed.id in claimed and feed.id not in report.postponed]
    report.outage = is_outage([state for state, _ in offline], asked)
    for state, error in offline:
        blame = outage if report.outage and not state.failures else failed
        batch.append(blame(state, tokens[state.id], error, now=now))
    _save(app, batch, report)
    return report


def is_outage(offline: Sequence[FeedState], asked: Sequence[FeedState]) -> bool:
    """Tell whether it was our own network: most feeds that were well before could not be reached, three at least.

    A feed that had failed before is no evidence: dead feeds fall due together.
    """
    well = sum(not feed.failures for feed in asked)
    lost = sum(not feed.failures for feed in offline)
    return lost >= OUTAGE_FEEDS and lost >= OUTAGE_SHARE * well


def _is_unreachable(error: FetchError) -> bool:
    """Tell whether a failure may be that of our own network."""
    return error.status == 0 and not error.permanent and not isinstance(error, HostPausedError)


Outcome = Fetched | Intake | FeedError
Answer = tuple[Fetched, Intake]


def _outcomes(
    app: App, claimed: dict[int, FeedState], *, now: datetime
) -> Iterator[tuple[FeedState, Fetched | Answer | FeedError]]:
    """Yield what each feed came to: an unchanged answer, a document that was read, or an error."""
    requests = [app.request(feed.id, feed.url, feed.validators, address=feed.address) for feed in claimed.values()]
    with app.client() as client, Cores() as cores:
        reading = Reading(app, cores, now=now)
        for request, outcome in client.fetch_many(requests, now=now):
            state = claimed[request.id]
            if isinstance(outcome, FeedError) or _same(outcome, state):
                yield state, outcome
            else:
                yield from map(_answer, reading.take(state, outcome))
        yield from map(_answer, reading.rest())


def _answer(read: Read) -> tuple[FeedState, Answer | FeedError]:
    state, answer, came = read
    return (state, came) if isinstance(came, FeedError) else (state, (answer, came))


def _visit(app: App, state: FeedState, token: int, outcome: object, *, report: Refreshed, now: datetime) -> Visit:
    """Decide on one outcome; what no rule foresaw is that feed's failure, named, and not the run's."""
    try:
        visit = _decide(app, state, token, outcome, now=now)
    except Exception as error:
        outcome = ParseError(state.url, f"its answer could not be handled ({type(error).__name__}: {error})")
        visit = failed(state, token, outcome, now=now)
    _count(report, state, outcome)
    return visit


def _decide(app: App, state: FeedState, token: int, outcome: object, *, now: datetime) -> Visit:
    config = app.feeds[state.url]
    match outcome:
        case HostPausedError():
            return postponed(state, token, outcome, now=now)
        case FeedError():
            return failed(state, token, outcome, now=now)
        case Fetched():
            return unchanged(state, token, outcome, config=config, now=now)
        case (Fetched() as answer, Intake() as document):
            state = state if document.partial else replace(state, body_hash=body_hash(answer.body))
            return read(state, token, answer, document, config=config, now=now)
    raise TypeError(f"no outcome of a feed: {outcome!r}")


def _count(report: Refreshed, state: FeedState, outcome: object) -> None:
    match outcome:
        case HostPausedError():
            report.postponed.add(state.id)
        case FeedError():
            report.failures[state.url] = outcome.reason
        case Fetched():
            report.unchanged += 1
        case (_, Intake() as document):
            report.fetched += 1
            if document.rejects:
                report.rejects[state.url] = document.rejects


def _save(app: App, batch: Sequence[Visit], report: Refreshed) -> None:
    for saved in app.store.entries.save(batch, authority=app.authority, now=app.clock()) if batch else ():
        report.new += saved.new
        report.updated += saved.updated
        report.fenced += saved.fenced


def _same(answer: Fetched, state: FeedState) -> bool:
    """A 304, or a 200 with the very bytes of the last time: nothing to parse."""
    return answer.status == 304 or (bool(state.body_hash) and body_hash(answer.body) == state.body_hash)


def body_hash(body: bytes) -> str:
    """Hash a decoded body, to know the same bytes again; processors have SHA-256 built in."""
    return sha256(body).hexdigest()
