"""One libcurl handle: made once, used for one exchange after another, with the guard at every socket it opens."""

import os
import socket
from typing import Any

import certifi
import pycurl

from aggregator.fetch.codings import TAKEN
from aggregator.fetch.exchange import Exchange
from aggregator.fetch.guard import Guard


class _Lent(socket.socket):
    """A socket that libcurl works on a copy of; ours is closed as soon as it has been copied."""

    def __del__(self) -> None:
        self.close()


class Handle:
    """A handle of libcurl's and the exchange it carries; ``own`` gathers the hosts that allowed networks hold."""

    __slots__ = ("_guard", "_limits", "_own", "_sent", "curl", "exchange", "plain")

    def __init__(self, *, user_agent: str, guard: Guard, own: set[str]) -> None:
        self._guard, self._own = guard, own
        self._limits: tuple[float, int] | None = None
        self._sent = 0
        self.exchange: Exchange | None = None
        self.plain = True  # whether it may be used again: nothing of one feed's own hangs on it
        self.curl: Any = pycurl.Curl()
        for option, value in _OPTIONS.items():
            self.curl.setopt(option, value)
        self.curl.setopt(pycurl.USERAGENT, user_agent)
        self.curl.setopt(pycurl.CAINFO, os.environ.get("SSL_CERT_FILE") or certifi.where())
        self.curl.setopt(pycurl.OPENSOCKETFUNCTION, self._open)
        self.curl.setopt(pycurl.PREREQFUNCTION, self._may_send)

    def take(self, exchange: Exchange, *, resolve: list[str]) -> None:
        """Make ready for an exchange."""
        self.exchange = exchange
        self._sent = 0
        curl, limits = self.curl, exchange.limits
        left = max(limits.total - exchange.seconds, 0.001)
        if self._limits != (left, limits.stall):
            curl.setopt(pycurl.TIMEOUT_MS, int(left * 1000))
            curl.setopt(pycurl.CONNECTTIMEOUT_MS, int(min(left, limits.connect) * 1000))
            curl.setopt(pycurl.LOW_SPEED_TIME, limits.stall)
            self._limits = (left, limits.stall)
        curl.setopt(pycurl.URL, exchange.place.url)
        curl.setopt(pycurl.HTTPHEADER, exchange.request_headers)
        curl.setopt(pycurl.HEADERFUNCTION, exchange.lines.append)
        curl.setopt(pycurl.WRITEFUNCTION, exchange.take_body)
        asking = exchange.request.asking
        if asking is not None and asking.proxy:
            self._through(asking.proxy, asking.proxy_user, asking.proxy_password)
        if resolve:
            curl.setopt(pycurl.RESOLVE, resolve)

    def _through(self, proxy: str, user: str, password: str) -> None:
        self.plain = False
        self.curl.setopt(pycurl.PROXY, proxy)
        if user:
            self.curl.setopt(pycurl.PROXYUSERNAME, user.encode("utf-8", "surrogateescape"))
            self.curl.setopt(pycurl.PROXYPASSWORD, password.encode("utf-8", "surrogateescape"))

    def _may_send(self, *_ends: object) -> int:
        """Let a request go, once more where a connection in use again closed before the answer (RFC 9112 §9.3.1).

        libcurl would go on for as long as there are such connections; what fails again is left (RFC 9110 §9.2.2).
        """
        self._sent += 1
        answer: int = pycurl.PREREQFUNC_OK if self._sent <= 2 else pycurl.PREREQFUNC_ABORT
        return answer

    def _open(self, _purpose: int, address: Any) -> Any:
        exchange = self.exchange
        assert exchange is not None
        host, port = address.addr[:2]
        name = (host.decode() if isinstance(host, bytes) else host).partition("%")[0]
        allowed = self._guard.allows(name)
        if not allowed and (refusal := self._guard.refusal(name, port=port if self.plain else None)):
            exchange.refusal = refusal if self.plain else f"the proxy is not asked: {refusal}"
            return pycurl.SOCKET_BAD
        if allowed and self.plain:
            self._own.add(exchange.place.host)
        exchange.opened = True
        return _Lent(address.family, address.socktype, address.protocol)


_OPTIONS = {
    pycurl.ENCODING: TAKEN,
    pycurl.HTTP_CONTENT_DECODING: 0,  # libcurl reads one member of a gzip, and nothing under a name that is new to it
    pycurl.PROTOCOLS: pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS,
    pycurl.PROXY: "",  # the environment is not asked: a proxy would connect where the guard cannot see it
    pycurl.NOPROXY: "",  # nor is it for exceptions
    265: 1,  # CURLOPT_SUPPRESS_CONNECT_HEADERS: what a proxy says of its tunnel is no answer of the server's
    pycurl.NOSIGNAL: 1,
    pycurl.LOW_SPEED_LIMIT: 1,
    pycurl.DNS_CACHE_TIMEOUT: -1,  # for as long as a client lives; with a limit, each new name is a walk over all
}
