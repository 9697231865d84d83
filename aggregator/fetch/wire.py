"""libcurl through pycurl's multi interface: exchanges go in, finished ones come out. The only place that knows it."""

import os
import re
import socket
from collections.abc import Iterator
from functools import partial
from typing import Any

import certifi
import pycurl

from aggregator.fetch.exchange import Exchange
from aggregator.fetch.failures import Failure, Kind
from aggregator.fetch.guard import Guard

_KINDS: dict[int, Kind] = {
    pycurl.E_COULDNT_RESOLVE_HOST: "dns",
    pycurl.E_COULDNT_CONNECT: "connect",
    pycurl.E_PEER_FAILED_VERIFICATION: "certificate",
    pycurl.E_SSL_CONNECT_ERROR: "tls",
    pycurl.E_BAD_CONTENT_ENCODING: "encoding",
    pycurl.E_WRITE_ERROR: "encoding",  # we refuse nothing without naming a fault: it was the decoder
    pycurl.E_GOT_NOTHING: "empty",
    pycurl.E_RECV_ERROR: "cut",
    pycurl.E_SEND_ERROR: "cut",
    pycurl.E_PARTIAL_FILE: "cut",
    100: "header",  # CURLE_TOO_LARGE: one line beyond libcurl's own bound
}
_TIMEOUTS: dict[str, Kind] = {  # one code for all of them: only libcurl's text tells which clock ran out
    "Operation too slow": "stall",
    "Resolving": "dns",
    "Connection": "slow connect",
    "SSL connection": "slow connect",
}
_BOILERPLATE = re.compile(r"^SSL certificate (problem|OpenSSL verify result): | \(\d+\)$|\.$")
_PATIENCE = 1.0  # the longest sleep; libcurl's own timers wake us earlier


class _Lent(socket.socket):
    """A socket that libcurl works on a copy of; ours is closed as soon as it has been copied."""

    def __del__(self) -> None:
        self.close()


class Wire:
    """Connections, handles and caches, kept for as long as the client lives; at most ``connections`` at once."""

    def __init__(self, *, user_agent: str, guard: Guard, connections: int) -> None:
        self._agent, self._guard = user_agent, guard
        self._idle: list[Any] = []
        self._busy: dict[Any, Exchange] = {}
        self._multi: Any = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, connections)

    def __len__(self) -> int:
        """Say how many exchanges are under way."""
        return len(self._busy)

    def send(self, exchange: Exchange) -> None:
        """Put an exchange on its way."""
        handle = self._idle.pop() if self._idle else self._new_handle()
        left = max(exchange.limits.total - exchange.seconds, 0.001)
        handle.setopt(pycurl.URL, exchange.place.url)
        handle.setopt(pycurl.HTTPHEADER, exchange.request_headers)
        handle.setopt(pycurl.TIMEOUT_MS, int(left * 1000))
        handle.setopt(pycurl.CONNECTTIMEOUT_MS, int(min(left, exchange.limits.connect) * 1000))
        handle.setopt(pycurl.LOW_SPEED_TIME, exchange.limits.stall)
        handle.setopt(pycurl.HEADERFUNCTION, exchange.take_header)
        handle.setopt(pycurl.WRITEFUNCTION, exchange.take_body)
        handle.setopt(pycurl.OPENSOCKETFUNCTION, partial(self._open, exchange))
        self._busy[handle] = exchange
        self._multi.add_handle(handle)

    def finished(self) -> Iterator[tuple[Exchange, Failure | None]]:
        """Wait until something happens, then yield what is finished (possibly nothing)."""
        self._turn()
        while True:
            left, done, failed = self._multi.info_read()
            for handle in done:
                yield self._take(handle), None
            for handle, code, message in failed:
                failure = _failure(handle, code, message)
                yield self._take(handle), failure
            if not left:
                return

    def drop(self) -> None:
        """Give up everything that is under way."""
        for handle in list(self._busy):
            self._take(handle)

    def close(self) -> None:
        """Close every connection."""
        self.drop()
        for handle in self._idle:
            handle.close()
        self._idle.clear()
        self._multi.close()

    def _turn(self) -> None:
        _, running = self._multi.perform()
        if running < len(self._busy):
            return
        due = self._multi.timeout()  # milliseconds until libcurl's next timer; -1 for none
        self._multi.select(min(due / 1000, _PATIENCE) if due >= 0 else _PATIENCE)
        self._multi.perform()

    def _take(self, handle: Any) -> Exchange:
        exchange = self._busy.pop(handle)
        exchange.seconds += handle.getinfo(pycurl.TOTAL_TIME)
        self._multi.remove_handle(handle)
        self._idle.append(handle)
        return exchange

    def _new_handle(self) -> Any:
        handle: Any = pycurl.Curl()
        for option, value in self._options().items():
            handle.setopt(option, value)
        return handle

    def _options(self) -> dict[int, Any]:
        return {
            pycurl.USERAGENT: self._agent,
            pycurl.ENCODING: "gzip, deflate, br",
            pycurl.PROTOCOLS: pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS,
            pycurl.PROXY: "",  # the environment is not asked: a proxy would connect where the guard cannot see it
            pycurl.NOSIGNAL: 1,
            pycurl.LOW_SPEED_LIMIT: 1,
            pycurl.CAINFO: os.environ.get("SSL_CERT_FILE") or certifi.where(),
        }

    def _open(self, exchange: Exchange, _purpose: int, address: Any) -> Any:
        host, port = address.addr[:2]
        name = host.decode() if isinstance(host, bytes) else host
        if refusal := self._guard.refusal(name.partition("%")[0], port=port):
            exchange.refusal = refusal
            return pycurl.SOCKET_BAD
        return _Lent(address.family, address.socktype, address.protocol)


def _failure(handle: Any, code: int, message: str) -> Failure:
    kind = _KINDS.get(code, "other")
    if code == pycurl.E_OPERATION_TIMEDOUT:
        kind = next((kind for start, kind in _TIMEOUTS.items() if message.startswith(start)), "timeout")
    number = handle.getinfo(pycurl.OS_ERRNO) if kind == "connect" else 0
    system = os.strerror(number).lower() if number else ""
    return Failure(kind, _BOILERPLATE.sub("", message) or f"libcurl error {code}", system)
