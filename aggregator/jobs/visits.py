"""What one answer of a feed leads to: its new state, when it is due again, and what its new entries are for."""

from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.config import FeedConfig
from aggregator.errors import FeedError, FetchError
from aggregator.model import Entry, FeedState, Fetched, Intake, Reach, Validators, Visit
from aggregator.pipeline.cadence import Due, Rhythm, after_answer, after_failure, after_outage

NEWS = timedelta(hours=24)  # at the first read, what is older than this is history


def read(state: FeedState, token: int, answer: Fetched, intake: Intake, *, config: FeedConfig, now: datetime) -> Visit:
    """A document was read: take over what it says of itself, and store what is new in it."""
    feed, first = intake.feed, state.succeeded is None
    state = replace(
        _answered(state, answer, now=now),
        title=feed.title or state.title,
        home=feed.home or state.home,
        format=feed.format,
        atom_id=feed.id or state.atom_id,
        language=feed.language or state.language,
        updated=feed.updated.read or state.updated,
        criterion=intake.criterion,
        ttl=feed.ttl,
        skip_hours=feed.skip_hours,
        skip_days=feed.skip_days,
        outcome="ok",
        newest=intake.newest or state.newest,
        rhythm=intake.rhythm or state.rhythm,
    )
    reach = {entry.guid: _reach(entry, intake, config=config, first=first, now=now) for entry in intake.new}
    return Visit(_due(state, answer, config=config, now=now), token, intake, reach)


def unchanged(state: FeedState, token: int, answer: Fetched, *, config: FeedConfig, now: datetime) -> Visit:
    """A 304 or the same bytes: only the feed's state moves on."""
    state = replace(_answered(state, answer, now=now), outcome="unchanged")
    return Visit(_due(state, answer, config=config, now=now), token)


def failed(state: FeedState, token: int, error: FeedError, *, now: datetime) -> Visit:
    """The feed could not be read: back off; a 410 (RFC 9110 §15.5.11) ends it for good."""
    status = error.status if isinstance(error, FetchError) else 200
    gone = status == 410
    failures = state.failures + 1
    wait = error.retry_after if isinstance(error, FetchError) else None
    due = after_failure(failures=failures, retry_after=wait, now=now)
    if gone:
        due = Due(due.at, "gone for good (410): never asked again; remove it from feeds.yaml")
    state = replace(
        state,
        status=status,
        outcome="gone" if gone else "failed",
        error=error.reason,
        failures=failures,
        fetched=now,
        gone=gone,
    )
    return Visit(_with_due(state, due), token)


def outage(state: FeedState, token: int, error: FeedError, *, now: datetime) -> Visit:
    """The feed could not be reached, nor could most others: nothing is held against it."""
    state = replace(state, error=error.reason, fetched=now, outcome="failed", status=0)
    return Visit(_with_due(state, after_outage(now=now)), token)


def _answered(state: FeedState, answer: Fetched, *, now: datetime) -> FeedState:
    moved_since = (state.moved_since if state.moved_to == answer.moved_to else now) if answer.moved_to else None
    return replace(
        state,
        validators=_validators(state, answer),
        moved_to=answer.moved_to,
        moved_since=moved_since,
        status=answer.status,
        error="",
        failures=0,
        fetched=now,
        succeeded=now,
    )


def _validators(state: FeedState, answer: Fetched) -> Validators | None:
    """A 200 replaces both validators, also by nothing; a 304 may renew them (RFC 9110 §15.4.5)."""
    etag, modified = answer.headers.get("etag", ""), answer.headers.get("last-modified", "")
    if answer.status == 304 and state.validators:
        old = state.validators
        return Validators(answer.final_url, etag or old.etag, modified or old.last_modified)
    return Validators(answer.final_url, etag, modified) if etag or modified else None


def _due(state: FeedState, answer: Fetched, *, config: FeedConfig, now: datetime) -> FeedState:
    rhythm = Rhythm(state.rhythm, state.newest, state.ttl, state.skip_hours, state.skip_days)
    return _with_due(state, after_answer(every=config.every, rhythm=rhythm, headers=answer.headers, now=now))


def _with_due(state: FeedState, due: Due) -> FeedState:
    return replace(state, due=due.at, due_reason=due.reason, wait_until=due.wait_until)


def _reach(entry: Entry, intake: Intake, *, config: FeedConfig, first: bool, now: datetime) -> Reach:
    """What a new entry is for: a new feed's history as feeds.yaml says, a re-publication never for digests."""
    if intake.republished:
        return "outputs"
    undated = entry.published_from == "first_seen"
    if first and (undated or entry.published < now - NEWS):
        return config.history
    return "all"
