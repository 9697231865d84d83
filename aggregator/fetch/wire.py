"""libcurl through pycurl's multi interface: exchanges go in, finished ones come out."""

import os
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pycurl

from aggregator.fetch.exchange import Exchange
from aggregator.fetch.failures import Failure, Kind
from aggregator.fetch.guard import Guard
from aggregator.fetch.handles import Handle
from aggregator.fetch.sockets import Sockets

_KINDS: dict[int, Kind] = {
    pycurl.E_COULDNT_RESOLVE_HOST: "dns",
    pycurl.E_COULDNT_RESOLVE_PROXY: "no proxy",
    pycurl.E_COULDNT_CONNECT: "connect",
    pycurl.E_PEER_FAILED_VERIFICATION: "certificate",
    pycurl.E_SSL_CONNECT_ERROR: "tls",
    pycurl.E_SSL_CACERT_BADFILE: "trust",
    pycurl.E_BAD_CONTENT_ENCODING: "encoding",  # of the transfer: those of the content are ours
    pycurl.E_GOT_NOTHING: "empty",
    pycurl.E_ABORTED_BY_CALLBACK: "empty",  # twice: it is not sent a third time
    pycurl.E_RECV_ERROR: "cut",
    pycurl.E_SEND_ERROR: "cut",
    pycurl.E_PARTIAL_FILE: "cut",
    97: "proxy",  # CURLE_PROXY: it spoke, and refused
    100: "header",  # CURLE_TOO_LARGE: beyond libcurl's own bound
}
_TIMEOUTS: dict[str, Kind] = {  # one code for all of them: only libcurl's text tells which clock ran out
    "Operation too slow": "stall",
    "Resolving": "dns",
    "Connection": "slow connect",
    "SSL connection": "slow connect",
    "failed to open socket": "slow connect",  # the guard refused the last of several addresses
}
_UNKNOWN_HERE = (12, 33)  # CURLPX_NO_AUTH, CURLPX_USER_REJECTED
_BOILERPLATE = re.compile(r"^SSL certificate (problem|OpenSSL verify result): | \(\d+\)$|\.$")
_PATIENCE = 1.0  # the longest sleep; libcurl's own timers wake us earlier
_KEPT = 100
"""Connections that stay open when nobody uses them, and handles."""


class Wire:
    """Connections, handles and caches, kept for as long as the client lives; ``own`` names the user's own hosts.

    ``resolve`` says where names lead before DNS is asked, as ``NAME:PORT:ADDRESS[,ADDRESS]``.
    """

    def __init__(self, *, user_agent: str, guard: Guard, resolve: Sequence[str] = ()) -> None:
        self._agent, self._guard, self._resolve = user_agent, guard, list(resolve)
        self.own: set[str] = set()
        self._idle: list[Handle] = []
        self._busy: dict[Any, Handle] = {}
        self._multi: Any = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, _KEPT)
        self._sockets = Sockets(self._multi)

    def __len__(self) -> int:
        """Say how many exchanges are under way."""
        return len(self._busy)

    def send(self, exchange: Exchange) -> None:
        """Put an exchange on its way."""
        handle = self._idle.pop() if self._idle else self._new_handle()
        handle.take(exchange, resolve=self._resolve)
        self._busy[handle.curl] = handle
        self._multi.add_handle(handle.curl)

    def finished(self, patience: float = _PATIENCE) -> Iterator[tuple[Exchange, Failure | None]]:
        """Wait until something happens, ``patience`` seconds at most, then yield what is finished."""
        self._sockets.turn(min(patience, _PATIENCE))
        while True:
            left, done, failed = self._multi.info_read()
            for curl in done:
                yield self._take(curl), None
            for curl, code, message in failed:
                failure = _failure(curl, code, message, proxied=not self._busy[curl].plain)
                yield self._take(curl), failure
            if not left:
                return

    def drop(self) -> None:
        """Give up everything that is under way."""
        for curl in list(self._busy):
            self._take(curl)

    def close(self) -> None:
        """Close every connection."""
        self.drop()
        for handle in self._idle:
            handle.curl.close()
        self._idle.clear()
        self._multi.close()

    def _take(self, curl: Any) -> Exchange:
        handle = self._busy.pop(curl)
        exchange, handle.exchange = handle.exchange, None
        assert exchange is not None
        exchange.took = curl.getinfo(pycurl.TOTAL_TIME)
        exchange.seconds += exchange.took
        self._multi.remove_handle(curl)
        if handle.plain and len(self._idle) < _KEPT:
            self._idle.append(handle)
        else:
            curl.close()
        return exchange

    def _new_handle(self) -> Handle:
        return Handle(user_agent=self._agent, guard=self._guard, own=self.own)


def _failure(curl: Any, code: int, message: str, *, proxied: bool) -> Failure:
    kind = _KINDS.get(code, "other")
    if code == pycurl.E_RECV_ERROR and "chunk" in message:
        kind = "other"  # what came is no HTTP
    if code == pycurl.E_OPERATION_TIMEDOUT:
        kind = next((kind for start, kind in _TIMEOUTS.items() if message.startswith(start)), "timeout")
    number = curl.getinfo(pycurl.OS_ERRNO) if kind == "connect" else 0
    system = os.strerror(number).lower() if number else ""
    kind = _by_proxy(curl, kind) if proxied else kind
    return Failure(kind, _BOILERPLATE.sub("", message) or f"libcurl error {code}", system)


def _by_proxy(curl: Any, kind: Kind) -> Kind:
    """Tell whether it is the proxy that is not there, or wants to know us, or does not get through to the server."""
    answered = curl.getinfo(pycurl.HTTP_CONNECTCODE)
    if answered == 407 or (kind == "proxy" and curl.getinfo(pycurl.PROXY_ERROR) in _UNKNOWN_HERE):
        return "proxy login"
    if answered >= 300:
        return "proxy"
    if kind in ("connect", "slow connect"):
        return "proxy" if curl.getinfo(pycurl.CONNECT_TIME) else "no proxy"
    return kind
