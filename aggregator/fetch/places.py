"""An address as text → a Place that may be asked, or a Refused with the reason: pure."""

import re
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from aggregator.model.value import value

_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
_KEPT = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"<>')
_STANDARD = {"http": 80, "https": 443}
# What nearly every address looks like, and every program reads alike: it needs no closer look.
_ORDINARY = re.compile(r"(https?)://([a-z0-9._-]*[a-z0-9])(?::([1-9][0-9]{1,4}))?(/[!#-;=?-\[\]-_a-z~%]*)?")


class Refused(ValueError):
    """An address is not asked; the text says why, after a subject such as "the address"."""


@value(frozen=True, slots=True)
class Place:
    """Where a request goes. ``url`` is ASCII, complete, and has neither user nor fragment.

    ``host`` is without the dot that a complete name may end in (RFC 1034 §3.1): with it or without, it is one host.
    """

    url: str
    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        """Scheme, host and, where it is not the usual one, port, as people write them."""
        return "/".join(self.url.split("/", 3)[:3])

    def is_served_with(self, other: "Place") -> bool:
        """Say whether both are one host, and one port of it; http and https count as one, on their usual ports."""
        return self.host == other.host and (self.port == other.port or {self.port, other.port} == {80, 443})


def place(url: str) -> Place:
    """Read an http(s) address; raises Refused for what is none, or is written to be misread.

    Programs disagree on backslashes, control characters and ``user@`` in addresses, and a guard lives on agreement
    with the client behind it, so these are refused, not repaired.
    """
    return _ordinary(url) or _closer(url)


def _ordinary(url: str) -> Place | None:
    found = _ORDINARY.fullmatch(url)
    if found is None or "#" in url:
        return None
    scheme, host, written, tail = found.groups()
    port = int(written) if written else _STANDARD[scheme]
    if port > 65_535 or (written and port == _STANDARD[scheme]):
        return None
    return Place(url if tail else url + "/", scheme, host, port)


def _closer(url: str) -> Place:
    parts = _split(url.strip(" "))
    if parts.scheme not in _STANDARD:
        raise Refused(f"has the scheme {parts.scheme!r}, not http or https" if parts.scheme else "has no scheme")
    if "@" in parts.netloc:
        raise Refused("carries a user name or password")
    host = _host(parts)
    port = _port(parts)
    netloc = f"[{host}]" if ":" in host else host
    netloc += f":{port}" if port != _STANDARD[parts.scheme] else ""
    tail = _ascii(parts.path or "/") + (f"?{_ascii(parts.query)}" if parts.query else "")
    return Place(f"{parts.scheme}://{netloc}{tail}", parts.scheme, host.removesuffix("."), port)


def redirected(origin: Place, location: str) -> Place:
    """Read a Location header (its bytes as latin-1, RFC 9110 §10.2.2) against the address that sent it."""
    raw = location.encode("latin-1")
    try:
        target = raw.decode("utf-8")
    except UnicodeDecodeError:
        target = quote(raw, safe=_KEPT)
    try:
        joined = urljoin(origin.url, target)
    except ValueError as error:
        raise Refused(f"cannot be read: {error}") from error
    found = place(joined)
    if origin.scheme == "https" and found.scheme == "http":
        raise Refused("goes from https back to http")
    return found


def _ascii(text: str) -> str:
    return quote(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), safe=_KEPT)


def _split(url: str) -> SplitResult:
    if any(ch < " " or ch == "\x7f" or ch == "\\" for ch in url):
        raise Refused("holds a backslash or a control character")
    try:
        return urlsplit(url)
    except ValueError as error:
        raise Refused(f"cannot be read: {error}") from error


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    try:
        host = host if host.isascii() else _in_ascii(host)
    except UnicodeError as error:
        raise Refused("has a host name that cannot be written in ASCII") from error
    if not _HOST.fullmatch(host) or host == ".":
        raise Refused("has no host name" if host in ("", ".") else "has a host name with characters that none can have")
    return host


def _in_ascii(host: str) -> str:
    from aggregator.pipeline.addresses import ascii_host  # few hosts need it

    return ascii_host(host)


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError as error:
        raise Refused("has a port that is none") from error
    if port == 0:
        raise Refused("has a port that is none")
    return port or _STANDARD[parts.scheme]
