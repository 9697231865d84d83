"""How long a server calls its document fresh: what Cache-Control, Expires and Age say to a private cache."""

import re
from collections.abc import Mapping
from datetime import datetime

from aggregator.httpdate import MOST_SECONDS, read_http_date, read_seconds

_DIRECTIVE = re.compile(r'(?:[^",]+|"(?:[^"\\]+|\\.?)*"?)+', re.DOTALL)  # a comma in quotes ends none (RFC 9110 §5.6.4)


def freshness(headers: Mapping[str, str], *, now: datetime) -> int | None:
    """Return the seconds for which an answer stays fresh from now on; None when it says nothing of it.

    ``max-age`` (RFC 9111 §5.2.2.1) comes before ``Expires`` (§5.3, counted from ``Date``), and ``Age`` (§5.1) is
    taken off. ``s-maxage`` and ``private`` speak to shared caches only. ``no-cache`` and ``no-store`` forbid to keep
    an answer, which says nothing about when there is something new: 0.
    """
    control, expires = headers.get("cache-control"), headers.get("expires")
    if control is None and expires is None:
        return None
    lifetime = _max_age(control) if control else None
    if lifetime is None and expires is not None:
        lifetime = _until(expires, headers.get("date", ""), now)
    if not lifetime:
        return lifetime
    return max(0, lifetime - (read_seconds(headers.get("age", "")) or 0))


def _max_age(control: str) -> int | None:
    """Read the first ``max-age`` (RFC 9111 §4.2.1); a ``no-cache`` that names fields is about these fields only."""
    found = None
    for directive in _DIRECTIVE.findall(control.lower()):
        name, _, value = directive.partition("=")
        name = name.strip()
        if name == "no-store" or (name == "no-cache" and not value):
            return 0
        if name == "max-age" and found is None:
            found = read_seconds(value.strip('" \t')) or 0
    return found


def _until(expires: str, date: str, now: datetime) -> int:
    until = read_http_date(expires)
    if until is None:  # "0" and "-1" are common: already stale
        return 0
    span = until - (read_http_date(date) or now)
    return min(max(0, int(span.total_seconds())), MOST_SECONDS)
