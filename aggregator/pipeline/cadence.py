"""When to ask a feed again, with the reason in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.httpdate import read_http_date, read_seconds

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FIRST_GUESS = HOUR
SHORTEST, LONGEST = 15 * MINUTE, 12 * HOUR
HINT_CAP = DAY  # a server may lengthen our cadence to a day, not more
WAIT_CAP = 7 * DAY
BACK_OFF, BACK_OFF_CAP = 30 * MINUTE, DAY
OUTAGE = 5 * MINUTE
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Due:
    """When to ask next and why; before ``wait_until`` the server does not want to be asked, not even with --force."""

    at: datetime
    reason: str
    wait_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What a feed shows of itself: mean gap between entries (seconds), its newest entry, what it asks for."""

    gap: float = 0.0
    newest: datetime | None = None
    ttl: int = 0
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()


def after_answer(*, every: timedelta | None, rhythm: Rhythm, headers: Mapping[str, str], now: datetime) -> Due:
    """Choose the next time after a good answer: our cadence, lengthened (never shortened) by what the feed asks.

    ``every`` is what feeds.yaml says, None for "auto". Hints: RSS ``ttl`` and the syndication module, ``max-age``
    (RFC 9111 §5.2.2.1), ``Expires`` (§5.3), each at most a day; then RSS ``skipHours`` and ``skipDays`` (in GMT).
    """
    base = (every, f"every {words(every)} (feeds.yaml)") if every else _own_rhythm(rhythm, now)
    hints = [(timedelta(minutes=rhythm.ttl), "the feed asks for"), (_freshness(headers, now), "the server asks for")]
    span, reason = base
    for hint, who in hints:
        if min(hint, HINT_CAP) > span:
            span = min(hint, HINT_CAP)
            reason = f"{who} {words(hint)}" + (f", taken as {words(span)}" if span < hint else "")
    at = now + span
    open_at = _not_skipped(at, rhythm)
    if open_at != at:
        reason += "; moved to the next hour the feed does not ask to skip"
    return Due(open_at, reason)


def after_failure(*, failures: int, retry_after: datetime | None, now: datetime) -> Due:
    """Choose the next time after the ``failures``-th failure in a row: 30 minutes doubled each time, a day at most.

    A ``Retry-After`` (RFC 9110 §10.2.3) is kept to the letter, up to seven days.
    """
    span = min(BACK_OFF * 2 ** min(failures - 1, 10), BACK_OFF_CAP)
    times = "once" if failures == 1 else f"{failures} times in a row"
    due = Due(now + span, f"failed {times}: trying again after {words(span)}")
    if retry_after is None:
        return due
    wait = min(retry_after, now + WAIT_CAP)
    return Due(max(due.at, wait), f"the server asked to wait until {wait:%Y-%m-%d %H:%M} UTC", wait)


def after_outage(*, now: datetime) -> Due:
    """Choose the next time when most feeds failed at once: it is our own network, no feed is blamed."""
    return Due(now + OUTAGE, "most feeds failed at once, so it was our own network: trying again soon")


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
    if rhythm.gap <= 0:
        return FIRST_GUESS, f"auto: rhythm not known yet, so every {words(FIRST_GUESS)}"
    gap = timedelta(seconds=rhythm.gap)
    silent = now - rhythm.newest if rhythm.newest else timedelta()
    span = max(SHORTEST, min(max(gap, silent / 8) / 2, LONGEST))
    said = f"auto: an entry every {words(gap)} on average"
    if silent / 8 > gap:
        said = f"auto: silent for {words(silent)}"
    return span, f"{said}, so every {words(span)}"


def _freshness(headers: Mapping[str, str], now: datetime) -> timedelta:
    for directive in headers.get("cache-control", "").lower().split(","):
        name, _, value = directive.strip().partition("=")
        if name in ("no-cache", "no-store"):
            return timedelta()
        if name == "max-age":
            return timedelta(seconds=read_seconds(value.strip('" ')) or 0)
    expires, sent = read_http_date(headers.get("expires", "")), read_http_date(headers.get("date", ""))
    return max(expires - (sent or now), timedelta()) if expires else timedelta()


def _not_skipped(at: datetime, rhythm: Rhythm) -> datetime:
    moment = at
    for _ in range(24 * 7):
        skipped = moment.hour in rhythm.skip_hours or WEEKDAYS[moment.weekday()] in rhythm.skip_days
        if not skipped:
            return moment
        moment = (moment + HOUR).replace(minute=0, second=0, microsecond=0)
    return at  # every hour of the week is skipped: nonsense, so the hint is not one
