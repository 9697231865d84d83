"""When to ask a feed again that could not be read, with the reason in words; it is never given up silently."""

from datetime import datetime, timedelta
from zlib import crc32

from aggregator.pipeline.cadence import DAY, HOUR, MINUTE, Due, words

FIRST_WAIT, BUSY_WAIT = 30 * MINUTE, HOUR
LONGEST_WAIT = DAY
WAIT_CAP = 7 * DAY  # a Retry-After beyond it is a mistake
JITTER = 0.1
DEAD, FORGOTTEN = 14 * DAY, 60 * DAY
OUTAGE, OUTAGE_CAP = 5 * MINUTE, 30 * MINUTE
BUSY = (429, 503)
ENDED = (
    "gone for good (410): never asked again, not even with --force; remove it from feeds.yaml, or write its new address"
)
BARRED = "tried again in an hour or so, and as soon as feeds.yaml or the environment say it anew"
UNASKED = "asked as soon as that is mended: each sync looks, and `run` once an hour"


def after_failure(
    address: str,
    *,
    failures: int,
    since: datetime,
    now: datetime,
    status: int = 0,
    retry_after: datetime | None = None,
) -> Due:
    """Choose the next time after the ``failures``-th failure in a row, the first of which was at ``since``.

    30 minutes doubled each time, a day at most; an hour at first when the server is busy (429, 503) and does not say
    for how long; once a day when it has failed for two weeks, once a week after two months. Up to a tenth is added, by
    a hash of the address, so that feeds that failed together do not come back together. A ``Retry-After`` (RFC 9110
    §10.2.3) is kept to the letter, up to seven days.
    """
    span, reason = _wait(failures, now - since, busy=status in BUSY, told=retry_after is not None)
    at = now + later(span, address, failures)
    if retry_after is None:
        return Due(at, reason)
    until = min(retry_after, now + WAIT_CAP)
    if until > at:
        most = words(WAIT_CAP)
        longer = f"for more than {most}, taken as {most}: " if until < retry_after else ""
        at, reason = until, f"the server asked to wait {longer}until {until:%Y-%m-%d %H:%M} UTC"
    return Due(at, reason, until)


def after_outage(*, now: datetime, waited: timedelta = timedelta()) -> Due:
    """Choose the next time when it is our own network, so that no feed is blamed; ``waited`` for it already.

    Five minutes doubled each time, half an hour at most: with its turn all are asked about an hour after it is back.
    """
    span = min(max(OUTAGE, 2 * waited), OUTAGE_CAP)
    return Due(now + span, "most feeds could not be reached, so it is our own network: trying again soon")


def after_unread(address: str, *, now: datetime, waited: timedelta = timedelta()) -> Due:
    """Choose the next time when our own machine could not read what a feed answered; ``waited`` for it already.

    Half an hour doubled each time, a day at most: the whole document comes each time.
    """
    span = min(max(FIRST_WAIT, 2 * waited), LONGEST_WAIT)
    reason = f"this machine could not read what came: trying again after {words(span)}"
    return Due(now + later(span, address, 0), reason)


def after_bar(address: str, *, now: datetime) -> Due:
    """Choose the next time when our own proxy, or our list of certificates, was in the way."""
    return Due(now + later(HOUR, address, 0), BARRED)


def after_pause(address: str, *, reason: str, until: datetime | None, now: datetime) -> Due:
    """Choose the next time for a feed that was not asked because of another one of its host; ``reason`` says why."""
    end = min(until, now + WAIT_CAP) if until and until > now else now + BUSY_WAIT
    return Due(end + later(end - now, address, 0) - (end - now), reason)


def after_lost_move(address: str, *, failures: int, why: str, now: datetime) -> Due:
    """Choose the next time when the address a feed had moved to has failed for good: that of feeds.yaml comes back."""
    return Due(
        now + later(FIRST_WAIT, address, failures),
        f"the address it had moved to fails ({why}), so the one in feeds.yaml is asked again",
    )


def later(span: timedelta, address: str, count: int) -> timedelta:
    """Lengthen a span by up to a tenth, by the same for the same address and count."""
    return span * (1 + JITTER * crc32(f"{address} {count}".encode("utf-8", "replace")) / 2**32)


def is_dead(since: datetime | None, now: datetime) -> bool:
    """Tell whether a feed that has failed ever since ``since`` counts as dead."""
    return since is not None and now - since >= DEAD


def _wait(failures: int, failing: timedelta, *, busy: bool, told: bool) -> tuple[timedelta, str]:
    if failing >= FORGOTTEN:
        return 7 * DAY, f"no good answer for {words(failing)}: counted as dead, asked once a week"
    if failing >= DEAD:
        return DAY, f"no good answer for {words(failing)}: counted as dead, asked once a day"
    first = BUSY_WAIT if busy and not told else FIRST_WAIT
    span = min(first * 2 ** min(failures - 1, 10), LONGEST_WAIT)
    what = "its server was busy" if busy else "failed"
    times = "once" if failures == 1 else f"{failures} times in a row"
    return span, f"{what} {times}: trying again after {words(span)}"
