"""What a finished exchange comes to: an answer, a plain reason why there is none, or the next hop."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from aggregator.errors import FetchError
from aggregator.fetch.exchange import Exchange
from aggregator.fetch.failures import Failure, explain
from aggregator.fetch.places import Place, Refused, redirected
from aggregator.httpdate import read_http_date, read_seconds
from aggregator.model import Fetched

_MOVED = frozenset({301, 302, 303, 307, 308})
_WAIT = frozenset({429, 503})
_FAR = timedelta(days=366)  # a wait beyond it means the same, and would overflow


def outcome(exchange: Exchange, failure: Failure | None, *, now: datetime) -> Fetched | FetchError | Place:
    """Read what came of one hop: a Place is where to go on, everything else is final. Raises nothing."""
    if exchange.fault:
        return _failed(exchange, exchange.fault)
    if exchange.status in _MOVED and "location" in exchange.headers:
        return _next(exchange)
    if exchange.status == 304 and exchange.validators is not None:
        return _fetched(exchange, 304)
    if exchange.status >= 300:
        return _refused(exchange, now)
    if failure is not None:
        refusal = exchange.refusal if failure.kind == "connect" else ""
        return _failed(exchange, explain(exchange, failure), permanent=bool(refusal))
    if exchange.status not in (200, 203):  # 203: a 200 that a proxy has changed (RFC 9110 §15.3.4)
        return _failed(exchange, f"{_status(exchange.status)}: an answer without a document")
    return _fetched(exchange, 200)


def _next(exchange: Exchange) -> Place | FetchError:
    if len(exchange.hops) >= exchange.limits.redirects:
        return _failed(exchange, f"more than {exchange.limits.redirects} redirects")
    try:
        target = redirected(exchange.place, exchange.headers["location"])
    except Refused as error:
        return _failed(exchange, f"redirected to an address that {error}", permanent=True)
    if target.url in (exchange.place.url, *exchange.hops):
        return _failed(exchange, "redirected in a circle")
    return target


def _fetched(exchange: Exchange, status: int) -> Fetched:
    moved = exchange.address if exchange.hops and exchange.permanent else ""
    body = exchange.body if status == 200 else b""
    url = exchange.request.url
    return Fetched(url, exchange.address, status, exchange.headers, body, moved_to=moved, seconds=exchange.seconds)


def _failed(exchange: Exchange, reason: str, *, permanent: bool = False) -> FetchError:
    return FetchError(exchange.request.url, reason, permanent=permanent, status=exchange.status)


def _refused(exchange: Exchange, now: datetime) -> FetchError:
    status, reason = exchange.status, _status(exchange.status)
    wait = retry_after(exchange.headers.get("retry-after", ""), now=now) if status in _WAIT else None
    if wait is not None:
        reason += f"; asked to wait until {wait.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if "cf-mitigated" in exchange.headers:
        reason += "; Cloudflare lets only browsers pass here (cf-mitigated)"
    if status == 304:
        reason += ", although we asked for the whole document"
    return FetchError(exchange.request.url, reason, permanent=status == 410, status=status, retry_after=wait)


def _status(status: int) -> str:
    phrase = HTTPStatus(status).phrase if status in _KNOWN else ""
    return f"HTTP {status} {phrase}".rstrip()


_KNOWN = frozenset(HTTPStatus)


def retry_after(value: str, *, now: datetime) -> datetime | None:
    """Read a Retry-After header, seconds or a date (RFC 9110 §10.2.3) → a moment in UTC after ``now``, or None."""
    seconds = read_seconds(value)
    moment = read_http_date(value) if seconds is None else now + min(timedelta(seconds=seconds), _FAR)
    return min(moment, now + _FAR).astimezone(UTC) if moment and moment > now else None
