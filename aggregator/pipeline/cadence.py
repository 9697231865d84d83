"""When to ask a feed again after a good answer, with the reason in words."""

from datetime import datetime, timedelta

from aggregator.errors import NOT_ASKED
from aggregator.httpdate import MOST_SECONDS
from aggregator.model import FeedState
from aggregator.model.value import value

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FIRST_GUESS = 3600.0  # seconds, as all spans here: this is done for every feed
SHORTEST, LONGEST = 900.0, 43_200.0
RECENT = 30  # gaps that tell a feed's rhythm
PATIENCE = 8  # a feed that is silent for so long, times its usual gap, has a longer gap now
HINT_CAP = 86_400.0  # a server may lengthen our cadence to a day, not more
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@value(frozen=True, slots=True)
class Due:
    """When to ask next and why.

    Before ``wait_until`` the server does not want to be asked, not even with --force; before ``fresh_until`` it has
    nothing new, or the feed skips the hour: only --force asks earlier.
    """

    at: datetime
    reason: str
    wait_until: datetime | None = None
    fresh_until: datetime | None = None


@value(frozen=True, slots=True)
class Rhythm:
    """What a feed shows of itself: mean gap between entries (seconds), its newest entry, what it asks for."""

    gap: float = 0.0
    newest: datetime | None = None
    ttl: int = 0
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()


def after_answer(*, every: timedelta | None, rhythm: Rhythm, freshness: int, now: datetime) -> Due:
    """Choose the next time after a good answer: our cadence, lengthened (never shortened) by what the feed asks.

    ``every`` is what feeds.yaml says, None for "auto"; ``freshness`` are the seconds the server asks for. Hints: RSS
    ``ttl`` and the syndication module, and the server's, each at most a day; then RSS ``skipHours`` and ``skipDays``
    (in GMT).
    """
    span, reason = (every.total_seconds(), f"every {words(every)} (feeds.yaml)") if every else _own_rhythm(rhythm, now)
    ttl = rhythm.ttl * 60
    for asked, who in ((ttl, "the feed asks for"), (freshness, "the server asks for")):
        hint = min(asked, HINT_CAP)
        if hint > span:
            span = hint
            reason = f"{who} {_said(asked)}" + (f", taken as {_said(hint)}" if hint < asked else "")
    hinted = min(max(ttl, freshness), HINT_CAP)
    at, fresh = now + timedelta(seconds=span), now + timedelta(seconds=hinted) if hinted else None
    if rhythm.skip_hours or rhythm.skip_days:
        open_at = not_skipped(at, rhythm.skip_hours, rhythm.skip_days)
        if open_at != at:
            at = fresh = open_at
            reason += "; moved to the next hour the feed does not ask to skip"
    return Due(at, reason, fresh_until=fresh)


def anew(state: FeedState, *, every: timedelta | None) -> Due | None:
    """Choose the next time again, from the last answer on, for what ``every`` is now; None where it decides nothing.

    It does not for a feed that failed, was put off, is asked elsewhere or is due at once.
    """
    if state.outcome not in ("ok", "unchanged") or not (state.due and state.fetched):
        return None
    if state.due_reason.startswith(NOT_ASKED):
        return None
    rhythm = Rhythm(state.rhythm, state.newest or state.first_seen, state.ttl, state.skip_hours, state.skip_days)
    return after_answer(every=every, rhythm=rhythm, freshness=state.freshness, now=state.fetched)


def not_skipped(at: datetime, hours: tuple[int, ...], days: tuple[str, ...]) -> datetime:
    """Return the first moment from ``at`` on that RSS ``skipHours`` and ``skipDays`` (in GMT) leave open."""
    moment = at
    for _ in range(24 * 7):
        if not _skips(moment, hours, days):
            return moment
        moment = (moment + HOUR).replace(minute=0, second=0, microsecond=0)
    return at  # every hour of the week is skipped: nonsense, so the hint is not one


def mean_gap(dates: list[datetime]) -> float:
    """Return the mean gap in seconds between the times at which a feed publishes, from its sorted dates; 0: unknown.

    Entries within a quarter of an hour are one time: what matters is how often there is something new, not how much.
    Of a long archive only the newest times count.
    """
    times = dates[-1:]
    for date in reversed(dates):
        if (times[-1] - date).total_seconds() >= SHORTEST:
            times.append(date)
        if len(times) > RECENT:
            break
    return (times[0] - times[-1]).total_seconds() / (len(times) - 1) if len(times) > 1 else 0.0


def words(span: timedelta) -> str:
    """Say a span as people do: "45 min", "2 h", "1 h 30 min", "3 days"."""
    return _said(span.total_seconds())


def _said(seconds: float) -> str:
    if seconds > MOST_SECONDS - 60:  # as much as is read
        return "more than 30 years"
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    return f"{round(hours / 24)} days"


def _own_rhythm(rhythm: Rhythm, now: datetime) -> tuple[float, str]:
    """Half the mean gap between entries, in seconds; a feed that is silent is asked ever more seldom."""
    gap = rhythm.gap if rhythm.gap > 0 else 2 * FIRST_GUESS
    silent = max(0.0, (now - rhythm.newest).total_seconds()) if rhythm.newest else 0.0
    span = max(SHORTEST, min(max(gap, silent / PATIENCE) / 2, LONGEST))
    if silent / PATIENCE > gap:
        said = f"auto: silent for {_said(silent)}, so"
    elif rhythm.gap > 0:
        said = f"auto: something new every {_said(gap)} on average, so"
    else:
        said = "auto: rhythm not known yet, so"
    return span, f"{said} every {_said(span)}"


def _skips(moment: datetime, hours: tuple[int, ...], days: tuple[str, ...]) -> bool:
    return moment.hour in hours or WEEKDAYS[moment.weekday()] in days
