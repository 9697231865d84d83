"""Why no answer came, in words for people."""

from collections.abc import Callable
from typing import Literal

from aggregator.fetch.exchange import Exchange
from aggregator.fetch.limits import in_words
from aggregator.fetch.statuses import PROXY_LOGIN
from aggregator.model.value import value

Network = Literal["dns", "proxy", "connect", "slow connect", "certificate", "tls", "stall", "timeout", "cut", "empty"]
Ours = Literal["no proxy", "proxy login", "trust"]
Kind = Network | Ours | Literal["encoding", "header", "other"]
"""What can go wrong between us and a server, short of an answer."""

OURS = frozenset[Kind]({"no proxy", "proxy login", "trust"})
"""What stands in the way on our own side."""

SILENCE = frozenset[Kind]({"stall", "timeout", "slow connect"})
"""What cost us time, without an answer."""


@value(frozen=True, slots=True)
class Failure:
    """Why libcurl gave up: ``message`` is its own text, ``system`` what the operating system said."""

    kind: Kind
    message: str
    system: str = ""


def explain(exchange: Exchange, failure: Failure) -> str:
    """Say in plain words why no answer came."""
    where, limits, message = exchange.place.host, exchange.limits, failure.message
    said = failure.system or message.lower()
    words: dict[Kind, Callable[[], str]] = {
        "dns": lambda: f"could not find the host {where} (DNS)",
        "proxy": lambda: f"the proxy does not lead there: {message}",
        "no proxy": lambda: f"the proxy cannot be reached: {said}; see `proxy` in feeds.yaml",
        "proxy login": lambda: PROXY_LOGIN,
        "trust": lambda: f"our list of certificates cannot be read, see SSL_CERT_FILE: {message}",
        "connect": lambda: failure.system or f"could not connect to {where}",
        "slow connect": lambda: f"could not connect to {where} within {limits.connect:g} s",
        "stall": lambda: f"no data for {limits.stall} s",
        "timeout": lambda: f"timed out after {limits.total:g} s",
        "certificate": lambda: f"TLS certificate of {where} is not trusted: {message}",
        "tls": lambda: f"TLS with {where} failed: {message}{_plain(message)}",
        "encoding": lambda: "the answer is compressed in a way that cannot be read",
        "header": lambda: f"the answer's header is larger than {in_words(limits.header)}",
        "empty": lambda: "the server closed the connection without an answer",
        "cut": lambda: f"the connection broke {'in the middle of the' if exchange.lines else 'before an'} answer",
        "other": lambda: f"no HTTP answer: {message}",
    }
    return words[failure.kind]()


def _plain(message: str) -> str:
    """Ask whether a server speaks no TLS at all: OpenSSL hears the end of the connection then, or what is no record."""
    signs = ("unexpected eof", "wrong version number", "packet length too long", "record layer failure")
    return "; does it speak http, not https?" if any(sign in message for sign in signs) else ""
