"""What one answer of a feed leads to: its new state, when it is due again, and what its new entries are for."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from aggregator.config import FeedConfig
from aggregator.errors import NOT_ASKED, BarredError, FeedError, FetchError, HostPausedError, SetupError, UnreadError
from aggregator.model import Entry, FeedState, Fetched, Intake, Reach, Visit
from aggregator.pipeline.backoff import (
    ENDED,
    UNASKED,
    after_bar,
    after_failure,
    after_lost_move,
    after_outage,
    after_pause,
    after_unread,
)
from aggregator.pipeline.cadence import Due, Rhythm, after_answer
from aggregator.pipeline.conditions import asked_less, learned
from aggregator.pipeline.freshness import freshness
from aggregator.pipeline.moves import STAYED, is_lost, moved
from aggregator.pipeline.wording import UNCLOSED

ENDS_SO = f"{UNCLOSED}, as the one before: its server writes it so"
SEEN_GAP = 7200.0  # seconds: what we see depends on how often we ask, so it does not make us ask more often than hourly
REMEMBERED = 4  # gaps that we saw count as the mean of about so many
DOUBLED = timedelta(hours=12)  # after which it is looked again whether the other one is still listed, and well
NEWS = timedelta(hours=24)  # at the first read, what is older than this is history


def read(state: FeedState, token: int, answer: Fetched, intake: Intake, *, config: FeedConfig, now: datetime) -> Visit:
    """A document was read: take over what it says of itself, and store what is new in it."""
    ends_so = intake.feed.unclosed and state.unclosed
    intake = _accustomed(intake) if ends_so else intake
    feed, first = intake.feed, state.succeeded is None
    rhythm = Rhythm(*_tempo(state, intake, now=now), feed.ttl, feed.skip_hours, feed.skip_days)
    told = {
        "title": feed.title or state.title,
        "home": feed.home or state.home,
        "publisher": state.publisher or _publisher(feed.home or state.home),
        "format": feed.format,
        "atom_id": feed.id or state.atom_id,
        "language": feed.language or state.language,
        "updated": feed.updated.read or state.updated,
        "criterion": intake.criterion,
        "ttl": feed.ttl,
        "skip_hours": feed.skip_hours,
        "skip_days": feed.skip_days,
        "outcome": "ok",
        "newest": rhythm.newest,
        "rhythm": rhythm.gap,
        "answers_full": state.answers_full + 1,
    }
    told |= _left_out(intake, ends_so=ends_so)
    state = state.but(_answered(state, answer, rhythm, config=config, now=now) | told)
    reach = {entry.guid: _reach(entry, intake, config=config, first=first, now=now) for entry in intake.new}
    return Visit(_wary(state, answer) if answer.is_odd else state, token, intake, reach)


def _wary(state: FeedState, answer: Fetched) -> FeedState:
    """Never ask for what is new alone again; where it may have come, ask for the whole document next."""
    return replace(state, whole=True, validators=None if answer.partial else state.validators)


def _accustomed(intake: Intake) -> Intake:
    """Leave out that a document lacks its end tags alone."""
    return replace(intake, rejects=tuple(reject for reject in intake.rejects if reject.reason != UNCLOSED))


def _left_out(intake: Intake, *, ends_so: bool) -> dict[str, Any]:
    """Say what is left out of a document, or odd about it; ``ends_so``: it lacks its end tags alone, as the one before.

    Forget the validators of one that breaks off: with a 304 to them what is missing would stay missing. When the same
    bytes come again, or nothing but the end tags is missing again, it is not the server's accident, and they are kept.
    """
    told = [f"{reject.name}: {reject.reason}" for reject in intake.rejects]
    words = [*told[:1], *([ENDS_SO] if ends_so else [line for line in told[1:] if line.endswith(UNCLOSED)])]
    validators = {"validators": None} if intake.feed.breaks_off and not ends_so else {}
    return {"rejected": len(told), "reject": "; ".join(words), "unclosed": intake.feed.unclosed, **validators}


def _publisher(home: str) -> str:
    """Name who is behind a feed whose address tells nobody, as that of a file."""
    from aggregator.pipeline.addresses import publisher_of  # few feeds need it

    return publisher_of(home)


def unchanged(state: FeedState, token: int, answer: Fetched, *, config: FeedConfig, now: datetime) -> Visit:
    """A 304 or the same bytes: only the feed's state moves on."""
    rhythm = Rhythm(state.rhythm, state.newest, state.ttl, state.skip_hours, state.skip_days)
    changes = _answered(state, answer, rhythm, config=config, now=now)
    counted = "answers_unchanged" if answer.status == 304 else "same_bytes"
    changes[counted] = getattr(state, counted) + 1
    changes["outcome"] = "unchanged"
    return Visit(state.but(changes), token)


def failed(state: FeedState, token: int, error: FeedError, *, now: datetime) -> Visit:
    """The feed could not be read: back off; a 410 (RFC 9110 §15.5.11) of its very address ends it for good.

    One that was not asked at all, because of what feeds.yaml or the environment say, has not failed.
    """
    status, permanent, wait = 200, False, None
    if isinstance(error, FetchError):
        status, permanent, wait = error.status, error.permanent, error.retry_after
    failures, since = state.failures + 1, state.failing_since or now
    lost = is_lost(state, status=status, permanent=permanent)
    if isinstance(error, SetupError) and (error.secret or not lost):
        return _unasked(state, token, error, now=now)
    gone = status == 410 and permanent and not lost
    due = after_failure(state.url, failures=failures, since=since, now=now, status=status, retry_after=wait)
    if lost:
        due = after_lost_move(state.url, failures=failures, why=error.reason, now=now)
    changes = _timed(due) | {"fresh_until": state.fresh_until} | ({"due": None, "due_reason": ENDED} if gone else {})
    state = replace(
        state,
        **changes | (STAYED if lost else asked_less(state, status)),
        status=status,
        outcome="gone" if gone else "failed",
        error=error.reason,
        failures=failures,
        failing_since=since,
        fetched=now,
        gone=gone,
    )
    return Visit(state, token)


def outage(state: FeedState, token: int, error: FeedError, *, since: datetime, now: datetime) -> Visit:
    """The feed could not be reached, nor could most others, ``since`` when: nothing of that is held against it."""
    changes = _timed(after_outage(now=now, waited=_waited(state, now)))
    if state.failing_since and state.failing_since > since:
        changes |= {"failures": 0, "failing_since": None}
    return Visit(replace(state, **changes, error=error.reason, fetched=now, outcome="waiting", status=0), token)


def unread(state: FeedState, token: int, error: UnreadError, *, now: datetime) -> Visit:
    """What the feed answered could not be read here: it is asked again, and nothing is held against it."""
    due = after_unread(state.url, now=now, waited=_waited(state, now))
    changes = _timed(due) | {"fresh_until": state.fresh_until}
    return Visit(replace(state, **changes, error=error.reason, fetched=now, outcome="waiting", status=200), token)


def _waited(state: FeedState, now: datetime) -> timedelta:
    """Say how long a feed that waits for us has waited since it was asked."""
    if state.outcome != "waiting" or not state.due or not state.fetched:
        return timedelta()
    return min(state.due, now) - state.fetched


def postponed(state: FeedState, token: int, error: HostPausedError, *, now: datetime) -> Visit:
    """The feed was not asked, because of what another one met at its host: it waits, and nothing is held against it.

    Softly: it has no wait of its own, so --force asks it as soon as its host is not left alone any more. When it was
    --force that wanted it, and its own time is later, that stays.
    """
    due = after_pause(state.url, reason=error.reason, until=error.retry_after, now=now)
    later = state.due is not None and state.due > due.at
    return Visit(state if later else replace(state, due=due.at, due_reason=due.reason), token)


def doubled(state: FeedState, token: int, *, other: str, now: datetime) -> Visit:
    """The feed was not asked: it has moved to where the ``other`` one is asked, which is listed there or moved, too."""
    why = "is listed too and asked there" if other == state.adopted else f"is asked for {other} already"
    reason = f"{NOT_ASKED}it moved to {state.adopted}, which {why}"
    return Visit(replace(state, due=now + DOUBLED, due_reason=reason), token)


def _unasked(state: FeedState, token: int, error: SetupError, *, now: datetime) -> Visit:
    """Try again at the next sync: nothing is asked before its keeper has mended it, and then at once.

    What is known by trying only waits for an hour, or until its keeper writes something else.
    """
    due = after_bar(state.url, now=now) if isinstance(error, BarredError) else Due(now, UNASKED)
    return Visit(replace(state, due=due.at, due_reason=due.reason, outcome="unasked", error=error.reason), token)


def _answered(
    state: FeedState, answer: Fetched, rhythm: Rhythm, *, config: FeedConfig, now: datetime
) -> dict[str, Any]:
    """Return what every good answer changes; one ``replace`` a visit does it, for most feeds bring nothing else."""
    fresh = freshness(answer.headers, now=now)
    if fresh is None:  # a 304 leaves standing what it does not say anew (RFC 9111 §4.3.4)
        fresh = state.freshness if answer.status == 304 else 0
    silent = rhythm if rhythm.newest else replace(rhythm, newest=state.first_seen)  # all the time that we know it
    due = after_answer(every=config.every, rhythm=silent, freshness=fresh, now=now)
    changes = _timed(due) | {
        "validators": learned(state, answer),
        "status": answer.status,
        "error": "",
        "failures": 0,
        "failing_since": None,
        "fetched": now,
        "succeeded": now,
        "freshness": fresh,
    }
    return changes | moved(state, answer, now=now) if answer.moved_to or state.moved_to else changes


def _tempo(state: FeedState, intake: Intake, *, now: datetime) -> tuple[float, datetime | None]:
    """Return the gap between entries and the newest of them; a partial document shows only its own end of the feed.

    Where no entry has a date that can be used, the moments count at which we saw something new or changed.
    """
    if intake.newest is None:
        return _seen_tempo(state, now=now) if intake.new or intake.changed else (state.rhythm, state.newest)
    if not intake.partial:
        return intake.rhythm or state.rhythm, intake.newest
    return state.rhythm, max(intake.newest, state.newest or intake.newest)


def _seen_tempo(state: FeedState, *, now: datetime) -> tuple[float, datetime]:
    if state.newest is None:
        return state.rhythm, now
    gap = max(SEEN_GAP, (now - state.newest).total_seconds())
    return (state.rhythm + (gap - state.rhythm) / REMEMBERED if state.rhythm else gap), now


def _timed(due: Due) -> dict[str, Any]:
    return {
        "due": due.at,
        "due_reason": due.reason,
        "wait_until": due.wait_until,
        "fresh_until": due.fresh_until,
    }


def _reach(entry: Entry, intake: Intake, *, config: FeedConfig, first: bool, now: datetime) -> Reach:
    """What a new entry is for: a new feed's history as feeds.yaml says, a re-publication never for digests."""
    if entry.guid in intake.republished:
        return "outputs"
    undated = entry.published_from == "first_seen"
    if first and (undated or entry.published < now - NEWS):
        return config.history
    return "all"
