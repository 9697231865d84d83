"""What a finished exchange comes to: an answer, a plain reason why there is none, or the next hop."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aggregator.errors import BarredError, ElsewhereError, FetchError, SetupError
from aggregator.fetch.codings import doubt
from aggregator.fetch.exchange import Exchange
from aggregator.fetch.failures import OURS, Failure, explain
from aggregator.fetch.places import Place, Refused, redirected
from aggregator.fetch.statuses import in_words
from aggregator.httpdate import read_http_date, read_seconds
from aggregator.model import Fetched

_MOVED = frozenset({301, 302, 303, 307, 308})
_WAIT = frozenset({429, 503})
_FAR = timedelta(days=366)  # a wait beyond it means the same, and would overflow
_DOCUMENTS = frozenset({200, 203, 226})  # 203: a 200 that a proxy has changed (RFC 9110 §15.3.4)
_FEED = re.compile(rb"<(?:[\w.-]+:)?(?:rss|rdf|feed)[\s>]|\A\s*\{", re.IGNORECASE)
_GLANCE = 4096
_NAMED = 150  # characters of an address in an error
_COOKIE = "it may expect a cookie back, and none is sent: look for the feed at another address"
_SECONDS = re.compile(r"(\d+)(\.\d+)?(?:\s*,.*)?", re.ASCII | re.DOTALL)
_LED = re.compile(r"redirected to (\S+): ")  # as ``_there`` writes it
NEIGHBOURS, UNTOLD = timedelta(hours=1), timedelta(minutes=15)


def outcome(exchange: Exchange, failure: Failure | None, *, now: datetime) -> Fetched | FetchError | Place:
    """Read what came of one hop: a Place is where to go on, everything else is final. Raises nothing."""
    if not exchange.read:
        exchange.read_head()
    if failure is None and not exchange.status:
        failure = Failure("cut", "")  # in the middle of its header, which libcurl takes for an end
    if exchange.fault:
        return _failed(exchange, _there(exchange) + exchange.fault)
    if exchange.status in _MOVED and "location" in exchange.headers:
        return _next(exchange)
    if exchange.status == 304 and exchange.validators is not None:
        return _fetched(exchange)
    if exchange.status >= 300:
        return _declined(exchange, now)
    if failure is not None:
        if exchange.refusal and not exchange.opened:
            return refused(exchange, exchange.refusal)
        if failure.kind in OURS:
            return BarredError(exchange.request.url, explain(exchange, failure))
        there = "" if failure.kind == "timeout" else _there(exchange)  # the time is that of the whole way
        return _failed(exchange, there + explain(exchange, failure))
    return _document(exchange)


def refused(exchange: Exchange, refusal: str) -> FetchError:
    """Say why where an exchange leads is not asked: feeds.yaml is to be mended, unless a server led there."""
    if exchange.hops:
        return _failed(exchange, f"redirected to {exchange.place.origin}: {refusal}", permanent=True)
    return SetupError(exchange.request.url, refusal)


def elsewhere(exchange: Exchange, target: Place) -> FetchError:
    """Say that an address leads to another host, for a request that stays with its own."""
    reason = f"redirected to another host: {target.origin}"
    return ElsewhereError(exchange.request.url, reason, target=target.url, status=exchange.status)


def _document(exchange: Exchange) -> Fetched | FetchError:
    """Take what came with a success; another one than 200 is like it (RFC 9110 §15) when a feed came with it."""
    answer = _fetched(exchange)
    if fault := doubt(exchange.headers.get("content-encoding", ""), answer.body):
        return _failed(exchange, fault)
    if exchange.status not in _DOCUMENTS and not _FEED.search(answer.body[:_GLANCE]):
        return _failed(exchange, _there(exchange) + in_words(exchange))
    if exchange.asked_for_news and (exchange.status == 226 or answer.is_news):  # some say so with a 200
        return replace(answer, partial=True)
    return answer


def _next(exchange: Exchange) -> Place | FetchError:
    if len(exchange.hops) >= exchange.limits.redirects:
        return _astray(exchange, f"more than {exchange.limits.redirects} redirects")
    try:
        target = redirected(exchange.place, exchange.headers["location"])
    except Refused as error:
        return _failed(exchange, f"redirected to an address that {error}", permanent=True)
    if target.url in (exchange.place.url, *exchange.hops):
        return _astray(exchange, "redirected in a circle")
    return target


def _astray(exchange: Exchange, reason: str) -> FetchError:
    wall = exchange.cookie or "set-cookie" in exchange.headers
    return _failed(exchange, f"{reason}; {_COOKIE}" if wall else reason)


def _fetched(exchange: Exchange) -> Fetched:
    moved = exchange.address if exchange.hops and exchange.permanent else ""
    status, url = exchange.status, exchange.request.url
    body = b"" if status == 304 else exchange.body
    return Fetched(url, exchange.address, status, exchange.headers, body, moved_to=moved, seconds=exchange.seconds)


def _there(exchange: Exchange) -> str:
    """Name the place that failed, where it is another than the one that was asked for; its query may be secret."""
    path, mark, _ = exchange.place.url.partition("?")
    named = path if len(path) <= _NAMED else f"{exchange.place.origin}/…"
    return f"redirected to {named}{'?…' if mark else ''}: " if exchange.hops else ""


def told_by(reason: str) -> str:
    """Read from an error which other address than the one that was asked for failed; empty where it was that one."""
    found = _LED.match(reason)
    return found[1] if found else ""


def _failed(exchange: Exchange, reason: str, *, permanent: bool = False) -> FetchError:
    return FetchError(exchange.request.url, reason, permanent=permanent, status=exchange.status)


def _declined(exchange: Exchange, now: datetime) -> FetchError:
    status, asking = exchange.status, exchange.request.asking
    if status == 407 and asking is not None and asking.proxy and exchange.place.scheme == "http":
        return BarredError(exchange.request.url, in_words(exchange))
    wait = retry_after(exchange.headers.get("retry-after", ""), now=now) if status in _WAIT else None
    reason = _there(exchange) + in_words(exchange)
    if wait is not None:
        until = f"until {wait:%Y-%m-%d %H:%M} UTC" if wait < now + _FAR else "for more than a year"
        reason += f"; asked to wait {until}"
    gone = status == 410 and not exchange.hops  # else another address is: this one may lead elsewhere next time
    return FetchError(exchange.request.url, reason, permanent=gone, status=status, retry_after=wait)


def retry_after(value: str, *, now: datetime) -> datetime | None:
    """Read a Retry-After header, seconds or a date (RFC 9110 §10.2.3) → a moment in UTC after ``now``, or None.

    Quotes, a fraction (of which the whole second counts) and a second value are taken for what they mean.
    """
    value = value.strip('" ')
    moment = read_http_date(value)
    if found := _SECONDS.fullmatch(value):
        moment = now + min(timedelta(seconds=(read_seconds(found[1]) or 0) + bool(found[2])), _FAR)
    return min(moment, now + _FAR).astimezone(UTC) if moment and moment > now else None


def paused_until(error: FetchError, *, now: datetime) -> datetime | None:
    """Say until when the other feeds of a host are left alone after one was refused so; None when it is not for them.

    A 429 means the one who asks (RFC 6585 §4); a 503 means the whole server when it names a time.
    """
    if error.status == 429:
        return min(error.retry_after or now + UNTOLD, now + NEIGHBOURS)
    return min(error.retry_after, now + NEIGHBOURS) if error.status == 503 and error.retry_after else None
