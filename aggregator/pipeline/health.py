"""How a feed is, in plain words, and what its keeper can do about it."""

import re
from datetime import datetime, timedelta

from aggregator.model import NO_CONDITIONS, FeedFigures, FeedState
from aggregator.pipeline.backoff import is_dead
from aggregator.pipeline.cadence import words
from aggregator.pipeline.replacing import Move
from aggregator.pipeline.wording import LONGEST_NAMED, NAMES_A_FEED

SILENT = timedelta(days=90)
WEEKS = 4
NOTHING = FeedFigures()
_LED = re.compile(r"redirected to (\S+): HTTP 404")
GATE = "lets only browsers pass"
_WHOLE = "; asked for whole documents: a 226 did not say what it left out, or it failed when asked for what is new"
GOOD = {200: "200: sent and read", 226: "226: only what is new was sent", 304: "304: nothing new"}
BAD = {
    401: "401: asks for a login",
    403: "403: refuses us",
    404: "404: not found there",
    410: "410: gone for good",
    429: "429: asked too often",
    503: "503: its server is busy",
}
_LET_IN = "ask the publisher of {} to let feed readers in, or write another address"
_LOGIN = "{} may want a login (`username:`, `password_env:`) or a `user_agent:` of its own"
_GIVEN = "{} is refused with the login that it is given: look at {}"
_KEPT_BACK = "not sent what is secret"
_REFUSED = {
    300: "write the address of one of the documents that {} leads to",
    401: _LOGIN,
    402: "{} is for those who pay; they have a login (`username:`, `password_env:`) or another address for it",
    403: _LOGIN,
    418: _LET_IN,
    451: "remove {}, or write another address: it must not be shown there, for legal reasons",
    999: _LET_IN,
}


def health(state: FeedState, figures: FeedFigures = NOTHING, *, now: datetime) -> str:
    """Say in plain words how a feed is: silent is one that has nothing new, by its dates and by what we saw of it."""
    if state.gone:
        return "gone for good"
    if not state.outcome:
        return "new"
    if state.outcome == "waiting" and not state.status:
        return f"waits for our own network: {state.error}"
    if state.outcome in ("unasked", "waiting"):
        return state.error
    if state.outcome == "failed":
        return _trouble(state, now)
    if moved := _moved(state):
        return f"ok, moved for good to {moved}"
    since = max(filter(None, (state.newest, _later(figures))), default=None)
    if since and now - since > SILENT:
        return f"ok, but silent since {since:%Y-%m-%d}"
    return "ok"


def _later(figures: FeedFigures) -> datetime | None:
    """When we last saw something new, after the first document: all of that one is new to us."""
    return figures.latest if figures.latest != figures.began else None


def _moved(state: FeedState) -> str:
    """Give the address that a feed moved to, unless that one leads on, or back: then a week decides."""
    return state.adopted if state.moved_to in ("", state.adopted) else ""


def _trouble(state: FeedState, now: datetime) -> str:
    if state.failing_since and is_dead(state.failing_since, now):
        return f"dead: no good answer for {words(now - state.failing_since)}: {state.error}"
    times = f" ({state.failures} times in a row)" if state.failures > 1 else ""
    return f"failed{times}: {state.error}"


def last_answer(state: FeedState) -> str:
    """Say in plain words how the last request ended."""
    if not state.outcome:
        return "never asked yet"
    if state.outcome == "unasked":
        return "none: it was not asked"
    if state.outcome not in ("ok", "unchanged"):
        return _no_answer(state)
    if state.outcome == "unchanged" and state.status != 304:
        return f"{state.status}: the same bytes as before were sent again"
    if state.status == 226 and state.whole:
        return "226: read, but it did not say what it left out (IM: feed)"
    return GOOD.get(state.status, f"{state.status}: read")


def _no_answer(state: FeedState) -> str:
    if state.status in (0, 200):
        return f"200, but {state.error}" if state.status else state.error
    if state.status in BAD and GATE not in state.error and (state.gone or state.status != 410):
        return BAD[state.status]
    named = f"HTTP {state.status}"
    return state.error.removeprefix("HTTP ") if state.error.startswith(named) else f"{state.status}: {state.error}"


def support(state: FeedState) -> str:
    """Say whether the server can tell that nothing has changed, and whether it does."""
    if not state.succeeded:
        return "not known yet"
    if state.validators == NO_CONDITIONS:
        return "not sent: its server failed when they were"
    names = [name for name, value in _named(state) if value]
    if not names and state.whole and state.status == 226:
        return "none kept: the whole document is asked for next"
    if not names:
        again = f"; the same bytes {_times(state.same_bytes)}" if state.same_bytes else ""
        return f"none: sends everything each time{again}"
    said = " and ".join(names) + _WHOLE * state.whole
    if state.answers_unchanged:
        return f"{said}; 304 seen"
    return f"{said}; sends everything all the same ({_times(state.same_bytes)})" if state.same_bytes else said


def _named(state: FeedState) -> list[tuple[str, str]]:
    known = state.validators
    return [("ETag", known.etag), ("Last-Modified", known.last_modified)] if known else []


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def per_week(figures: FeedFigures, *, now: datetime) -> float:
    """Return how many entries a week a feed brought in the last four weeks.

    All entries of its first document are new to us: when it came in that time, those count that were published in it,
    or in as much of it as the document reached back. What is published within a day is no more than a day's.
    """
    if figures.began is None:
        return 0
    if now - figures.began >= timedelta(weeks=WEEKS):
        return round(figures.seen / WEEKS, 1)
    span = now - (figures.reaches or figures.began)
    weeks = min(max(span, timedelta(days=1)), timedelta(weeks=WEEKS)) / timedelta(weeks=1)
    return round(figures.new / weeks, 1)


def share(figures: FeedFigures) -> str:
    """Say how much of the last digests came from a feed."""
    if not figures.told_by_all:
        return "no digest was made yet"
    percent = round(100 * figures.told / figures.told_by_all)
    return f"{figures.told} of the {figures.told_by_all} entries in the last digests ({percent} %)"


def elsewhere(state: FeedState) -> Move | None:
    """Say where a feed is now, when it is not where feeds.yaml says, and answers there."""
    if state.gone or state.outcome == "unasked":
        return None
    if state.outcome != "failed":
        return Move(moved) if (moved := _moved(state)) else None
    named = state.error.partition(NAMES_A_FEED)[2]
    if state.status == 200 and 0 < len(named) < LONGEST_NAMED:
        return Move(named, "it is a page that names")
    return None


def suggestion(state: FeedState, *, every: timedelta | None, login: str = "", now: datetime) -> str:
    """Return the edit of feeds.yaml that helps a feed which is where feeds.yaml says, or "".

    ``login`` names where the login stands that it is given.
    """
    if state.gone:
        return f"remove {state.url}, or write its new address (410: gone for good)"
    if state.outcome == "unasked":
        return f"{state.url}: {state.error}"
    if state.outcome == "failed":
        return _mend(state, login, now)
    asked = state.fresh_until - state.succeeded if state.fresh_until and state.succeeded else timedelta()
    if every and asked > every and not (state.skip_hours or state.skip_days):
        return f"write `every: {_every(asked)}`: {words(every)} is shorter than feed and server allow"
    return ""


def _mend(state: FeedState, login: str, now: datetime) -> str:
    if GATE in state.error:
        return _LET_IN.format(state.url)
    if login and (state.status in (401, 402, 403) or "a login page" in state.error):
        away = f"write the new address of {state.url}: where it leads to, its login is not sent"
        return away if _KEPT_BACK in state.error else _GIVEN.format(state.url, login)
    if "a login page" in state.error:
        return f"{state.url} wants a login: give it `username:` and `password_env:`, or `headers_env:`"
    if state.status == 200 and "an HTML page" in state.error:
        return f"{state.url} is a page; remove it, then `aggregator feeds add {state.url}` looks for its feed"
    if state.status in _REFUSED:
        return _REFUSED[state.status].format(state.url)
    if is_dead(state.failing_since, now):
        home = f"; `aggregator feeds add {state.home}` looks for its new address" if state.home else ""
        return f"remove {state.url}: it is dead{home}"
    if state.status != 404 or state.failures < 3:
        return ""
    led = _LED.match(state.error)
    there = f": it leads to {led[1]}, where nothing is" if led else ""
    return f"look whether {state.url} has a new address{there}"


def _every(span: timedelta) -> str:
    """Write a span as feeds.yaml has it, rounded up."""
    minutes = -(-int(span.total_seconds()) // 60)
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"
