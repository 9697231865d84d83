"""An HTTP status that brings no document, in words for people: what it is, and what to do."""

from http import HTTPStatus

from aggregator.fetch.exchange import Exchange

PROXY_LOGIN = "the proxy asks for a user and a password; see `proxy` and `proxy_password_env` in feeds.yaml"

_KNOWN = frozenset(HTTPStatus)
_GATED = frozenset({202, 401, 403, 405, 406, 418, 429, 503})
_WORDS = {
    300: "it names several documents to choose from, and not which; write the address of one into feeds.yaml",
    301: "it says that the feed is elsewhere, but not where",
    302: "it says that the feed is elsewhere, but not where",
    304: "although we asked for the whole document",
    307: "it says that the feed is elsewhere, but not where",
    308: "it says that the feed is elsewhere, but not where",
    400: "the server does not understand the request; is the address complete?",
    402: "the server wants to be paid first",
    403: "the server does not let us read it; ask its publisher, or look for the feed at another address",
    404: "there is nothing at this address; the feed may have moved",
    406: "the server has no form of it that we can read",
    410: "its publisher has taken it away for good; leave it out of feeds.yaml",
    418: "the server does not want to be asked by us",
    429: "the server finds that we ask too often",
    451: "the server must not show it, for legal reasons",
    500: "the server has a fault of its own",
    502: "the server behind it does not answer",
    503: "the server cannot answer at the moment",
    504: "the server behind it does not answer in time",
    511: "the network that we are in asks for a login first (RFC 6585 §6)",
    999: "the server does not let programs like this one read it",
}


def named(status: int) -> str:
    """Name a status by its number and its phrase."""
    phrase = HTTPStatus(status).phrase if status in _KNOWN else ""
    return f"HTTP {status} {phrase}".rstrip()


def in_words(exchange: Exchange) -> str:
    """Say what an answer without a document means: a gate for browsers first, for it hides behind many a status."""
    from aggregator.pipeline.pages import gate  # only for what is no feed

    status, headers = exchange.status, exchange.headers
    if status in _GATED and (found := gate(headers, exchange.body)):
        return f"{named(status)}: {found}"
    if status == 410 and exchange.hops:
        return f"{named(status)}: what it leads to is gone for good, the address itself need not be"
    words = _credentials(exchange) if status in (401, 407) else _WORDS.get(status, "")
    if not words and (status >= 500 or status < 300):
        words = _WORDS[500] if status >= 500 else "an answer without a document"
    return f"{named(status)}: {words}" if words else named(status)


def _credentials(exchange: Exchange) -> str:
    asking = exchange.request.asking
    if exchange.status == 407:
        return PROXY_LOGIN
    if asking is None or not (asking.username or asking.headers):
        return "it asks who we are; give the feed `username` and `password_env` in feeds.yaml"
    if not exchange.at_home:
        there = exchange.place.origin
        return f"not sent what is secret, for it led away to {there}; write its new address into feeds.yaml"
    return "the server does not accept who we say we are; look at the feed's `username`, `password_env` and headers"
