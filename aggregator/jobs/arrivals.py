"""What came of each feed that was asked: decided, counted, and saved a batch at a time."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from time import monotonic
from types import TracebackType
from typing import Self

from aggregator.app import App
from aggregator.errors import FeedError, FetchError, HostPausedError, ParseError, SetupError, UnreadError
from aggregator.jobs.refreshed import Refreshed
from aggregator.jobs.visits import doubled, failed, outage, postponed, read, unchanged, unread
from aggregator.model import FeedState, Fetched, Intake, Visit

BATCH = 100
"""Feeds that are saved in one transaction: each rewrites half of the index."""

ENTRIES = 1000
"""So many entries are a transaction as well: more are much to have at hand, and save nothing."""

SOON = 1.0
"""Seconds that an answer waits to be saved, at most: what is lost with the process would be asked for again."""

Outcome = Fetched | tuple[Fetched, Intake] | FeedError
"""An unchanged answer, a document that was read, or an error."""


class Arrivals:
    """Takes outcomes, and saves a batch of them in one transaction. ``tokens`` are those of the leases, by feed.

    As a context it saves what it has, whatever ends it: an answer that was lost would be asked for again.
    """

    def __init__(self, app: App, tokens: Mapping[int, int], *, now: datetime) -> None:
        self._app, self._tokens, self._now = app, tokens, now
        self._batch: list[Visit] = []
        self._entries = 0  # new or changed, in the batch
        self._since = 0.0  # when the first of the batch came
        self.report = Refreshed()
        self.elsewhere = 0  # documents that the twin has read and not yet saved

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.save()

    @property
    def done(self) -> int:
        """How many feeds something came of, as far as is known."""
        return self.report.done + self.elsewhere

    def take(self, state: FeedState, outcome: Outcome) -> None:
        """Decide on one outcome; what no rule foresaw is that feed's failure, named, and not the run's."""
        token = self._tokens[state.id]
        try:
            visit = self._decided(state, token, outcome)
        except Exception as error:
            outcome = ParseError(state.url, f"its answer could not be handled ({type(error).__name__}: {error})")
            visit = failed(state, token, outcome, now=self._now)
        _count(self.report, state, outcome, visit)
        self.keep(visit)

    def spare(self, state: FeedState, other: str) -> None:
        """Take a feed that is not asked because another one is asked at its address."""
        self.report.postponed.add(state.id)
        self.keep(doubled(state, self._tokens[state.id], other=other, now=self._now))

    def lose(self, state: FeedState, error: FetchError, *, since: datetime | None) -> None:
        """Take a feed that could not be reached; ``since`` when our own network is down, if it is."""
        token, now = self._tokens[state.id], self._now
        self.keep(outage(state, token, error, since=since, now=now) if since else failed(state, token, error, now=now))

    def keep(self, visit: Visit) -> None:
        """Take a visit on which somebody decided already."""
        if not self._batch:
            self._since = monotonic()
        self._batch.append(visit)
        if visit.intake:
            self._entries += len(visit.intake.new) + len(visit.intake.changed)
        if len(self._batch) >= BATCH or self._entries >= ENTRIES:
            self.save()
        self.tend()

    def tend(self) -> None:
        """Save what has waited long enough."""
        if self._batch and monotonic() - self._since >= SOON:
            self.save()

    def save(self) -> None:
        """Save what was taken since the last time."""
        batch, self._batch, self._entries = self._batch, [], 0
        store, authority = self._app.store, self._app.authority
        for saved in store.entries.save(batch, authority=authority, now=self._app.clock()) if batch else ():
            self.report.new += saved.new
            self.report.updated += saved.updated
            self.report.fenced += saved.fenced

    def another(self) -> "Arrivals":
        """Make an empty one for the same refresh."""
        return Arrivals(self._app, self._tokens, now=self._now)

    def saved(self) -> Refreshed | None:
        """Take the figures of what was saved since the last call; None when nothing was."""
        if self._batch or not self.report.done:
            return None
        saved, self.report = self.report, Refreshed()
        return saved

    def _decided(self, state: FeedState, token: int, outcome: object) -> Visit:
        config, now = self._app.feeds[state.url], self._now
        match outcome:
            case HostPausedError():
                return postponed(state, token, outcome, now=now)
            case UnreadError():
                return unread(state, token, outcome, now=now)
            case FeedError():
                return failed(state, token, outcome, now=now)
            case Fetched():
                return unchanged(state, token, outcome, config=config, now=now)
            case (Fetched() as answer, Intake() as document):
                state = state if document.partial else state.but({"body_hash": body_hash(answer.body)})
                return read(state, token, answer, document, config=config, now=now)
        raise TypeError(f"no outcome of a feed: {outcome!r}")


def _count(report: Refreshed, state: FeedState, outcome: object, visit: Visit) -> None:
    match outcome:
        case HostPausedError():
            report.postponed.add(state.id)
        case FeedError():
            if isinstance(outcome, SetupError):
                report.unasked.add(state.id)
            report.failures[state.url] = outcome.reason
        case Fetched():
            report.unchanged += 1
        case (_, Intake()):
            report.fetched += 1
            if visit.intake and visit.intake.rejects:
                report.rejects[state.url] = visit.intake.rejects


def body_hash(body: bytes) -> str:
    """Hash a decoded body, to know the same bytes again; processors have SHA-256 built in."""
    return sha256(body).hexdigest()
