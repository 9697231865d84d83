"""Validators and wishes of a feed → the header lines of a request."""

from base64 import b64encode
from collections.abc import Iterator

from aggregator.model import Asking, Validators

ACCEPT = (
    b"Accept: application/atom+xml, application/rss+xml, application/feed+json;q=0.9, "
    b"application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1"
)
_PLAIN = [ACCEPT]


def request_lines(known: Validators | None, asking: Asking | None, *, at_home: bool, news: bool) -> list[bytes]:
    """Write the lines to send: validators byte for byte, a feed's own headers only where it is at home.

    With ``news`` only the new entries are asked for (``A-IM: feed``, RFC 3229 §10.5.3).
    """
    if known is None and asking is None:
        return _PLAIN
    lines = [ACCEPT] if asking is None else list(_wishes(asking, at_home=at_home))
    if known is not None and known.etag:
        lines.append(b"If-None-Match: " + known.etag.encode("latin-1", "replace"))
    if news:
        lines.append(b"A-IM: feed")
    if known is not None and known.last_modified:
        lines.append(b"If-Modified-Since: " + known.last_modified.encode("latin-1", "replace"))
    return lines


def _wishes(asking: Asking, *, at_home: bool) -> Iterator[bytes]:
    own = asking.headers if at_home else ()
    if not any(name.lower() == "accept" for name, _ in own):
        yield ACCEPT
    for name, value in own:
        yield _raw(f"{name}: {value}") if value else _raw(f"{name};")  # libcurl's way to send an empty value
    if asking.user_agent:
        yield _raw(f"User-Agent: {asking.user_agent}")
    if asking.username and at_home:  # RFC 7617 §2
        yield b"Authorization: Basic " + b64encode(_raw(f"{asking.username}:{asking.password}"))


def _raw(text: str) -> bytes:
    """Write UTF-8; what the environment held as other bytes goes out as it was."""
    return text.encode("utf-8", "surrogateescape")
