"""Where a feed has moved to: what permanent redirects say is remembered, and believed once they have agreed."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from aggregator.model import FeedState, Fetched

AGREED = timedelta(days=7)
"""A move that was said once may be a mistake of the server: it is taken over when it was said for a week."""

AT_LEAST = 2
LOST = 3
DISOWNED = 20  # failures in a row of any kind, which takes two weeks: a parked page, a login, a broken server
"""So many failures in a row without any HTTP answer end a move: the host of the new address is not there."""

STAYED: dict[str, Any] = {"moved_to": "", "moved_since": None, "moved_count": 0, "adopted": ""}


def moved(state: FeedState, answer: Fetched, *, now: datetime) -> dict[str, Any]:
    """Return what an answer changes of ``moved_to``, ``moved_since``, ``moved_count`` and ``adopted``.

    Only chains of permanent redirects (RFC 9110 §15.4.2, §15.4.9) get here. They are adopted when they agreed for a
    week, or twice in a row when the same host and path is now asked over https; never to a less safe scheme.
    """
    to = answer.moved_to
    if not to or not _is_as_safe(state.address, to):
        if state.moved_to == state.adopted:
            return {}
        return {"moved_to": state.adopted, "moved_since": now if state.adopted else None, "moved_count": 0}
    same = to == state.moved_to
    since, count = (state.moved_since or now, state.moved_count + 1) if same else (now, 1)
    if not _is_agreed(state.address, to, count=count, span=now - since):
        return {"moved_to": to, "moved_since": since, "moved_count": count}
    if to == state.url:  # it moved back
        return STAYED
    return {"moved_to": to, "moved_since": since, "moved_count": count, "adopted": to}


def is_lost(state: FeedState, *, status: int, permanent: bool) -> bool:
    """Tell whether the address a feed had moved to has failed for good, by the failure that is just seen."""
    if not state.adopted:
        return False
    failures = state.failures + 1
    return (
        status == 404
        or (status == 410 and permanent)
        or (failures >= DISOWNED and status not in (429, 503))
        or (status == 0 and (permanent or failures >= LOST))
    )


def _is_agreed(old: str, new: str, *, count: int, span: timedelta) -> bool:
    return count >= AT_LEAST and (span >= AGREED or _only_became_safe(old, new))


def _only_became_safe(old: str, new: str) -> bool:
    one, other = urlsplit(old), urlsplit(new)
    if (one.scheme, other.scheme) != ("http", "https"):
        return False
    return (one.hostname, one.path or "/", one.query) == (other.hostname, other.path or "/", other.query)


def _is_as_safe(old: str, new: str) -> bool:
    return not (old.startswith("https:") and new.startswith("http:"))
