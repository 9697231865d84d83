"""When to ask a feed again after a good answer, with the reason in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FIRST_GUESS = HOUR
SHORTEST, LONGEST = 15 * MINUTE, 12 * HOUR
RECENT = 30  # gaps that tell a feed's rhythm
PATIENCE = 8  # a feed that is silent for so long, times its usual gap, has a longer gap now
HINT_CAP = DAY  # a server may lengthen our cadence to a day, not more
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Due:
    """When to ask next and why.

    Before ``wait_until`` the server does not want to be asked, not even with --force; before ``fresh_until`` it has
    nothing new, or the feed skips the hour: only --force asks earlier.
    """

    at: datetime
    reason: str
    wait_until: datetime | None = None
    fresh_until: datetime | None = None


@dataclass(frozen=True, slots=True)
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
    span, reason = (every, f"every {words(every)} (feeds.yaml)") if every else _own_rhythm(rhythm, now)
    asked = timedelta(minutes=rhythm.ttl), timedelta(seconds=freshness)
    for hint, who in zip(asked, ("the feed asks for", "the server asks for"), strict=True):
        if min(hint, HINT_CAP) > span:
            span = min(hint, HINT_CAP)
            reason = f"{who} {words(hint)}" + (f", taken as {words(span)}" if span < hint else "")
    hinted = min(max(asked), HINT_CAP)
    at, fresh = now + span, now + hinted if hinted else None
    if rhythm.skip_hours or rhythm.skip_days:
        open_at = _not_skipped(at, rhythm)
        if open_at != at:
            at = fresh = open_at
            reason += "; moved to the next hour the feed does not ask to skip"
    return Due(at, reason, fresh_until=fresh)


def mean_gap(dates: list[datetime]) -> float:
    """Return the mean gap in seconds between the times at which a feed publishes, from its sorted dates; 0: unknown.

    Entries within a quarter of an hour are one time: what matters is how often there is something new, not how much.
    Of a long archive only the newest times count.
    """
    times = dates[-1:]
    for date in reversed(dates):
        if times[-1] - date >= SHORTEST:
            times.append(date)
        if len(times) > RECENT:
            break
    return (times[0] - times[-1]).total_seconds() / (len(times) - 1) if len(times) > 1 else 0.0


def words(span: timedelta) -> str:
    """Say a span as people do: "45 min", "2 h", "1 h 30 min", "3 days"."""
    minutes = max(1, round(span.total_seconds() / 60))
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h" + (f" {rest} min" if rest else "")
    return f"{round(hours / 24)} days"


def _own_rhythm(rhythm: Rhythm, now: datetime) -> tuple[timedelta, str]:
    """Half the mean gap between entries; a feed that is silent is asked ever more seldom."""
    gap = timedelta(seconds=rhythm.gap) if rhythm.gap > 0 else 2 * FIRST_GUESS
    silent = max(now - rhythm.newest, timedelta()) if rhythm.newest else timedelta()
    span = max(SHORTEST, min(max(gap, silent / PATIENCE) / 2, LONGEST))
    if silent / PATIENCE > gap:
        said = f"auto: silent for {words(silent)}, so"
    elif rhythm.gap > 0:
        said = f"auto: something new every {words(gap)} on average, so"
    else:
        said = "auto: rhythm not known yet, so"
    return span, f"{said} every {words(span)}"


def _not_skipped(at: datetime, rhythm: Rhythm) -> datetime:
    moment = at
    for _ in range(24 * 7):
        skipped = moment.hour in rhythm.skip_hours or WEEKDAYS[moment.weekday()] in rhythm.skip_days
        if not skipped:
            return moment
        moment = (moment + HOUR).replace(minute=0, second=0, microsecond=0)
    return at  # every hour of the week is skipped: nonsense, so the hint is not one
