"""One request on its way: what the address asked now says, read as it comes in and cut at the limits."""

from aggregator.fetch.limits import Limits, in_words
from aggregator.fetch.places import Place, place
from aggregator.model import Request, Validators

ACCEPT = (
    b"Accept: application/atom+xml, application/rss+xml, application/feed+json;q=0.9, "
    b"application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1"
)
STOP = 0
"""What libcurl takes as "no more": not the number of bytes it offered."""

_ENCODINGS = frozenset({"gzip", "x-gzip", "deflate", "br"})
_SINGLE = frozenset({"content-length", "content-type", "date", "etag", "expires", "last-modified", "location"})
_DRAINED = 65_536  # of a body that nobody reads, so that the connection can be used again


class Exchange:
    """A request, where it is now, and what came back from there; raises Refused for an address that is none."""

    def __init__(self, request: Request, *, limits: Limits) -> None:
        self.request = request
        self.limits = limits
        self.permanent = True  # so far every redirect was for good
        self.hops: list[str] = []
        self.seconds = 0.0
        self._arrive(place(request.url), address=request.url)

    def _arrive(self, where: Place, *, address: str) -> None:
        self.place = where
        self.address = address  # as validators know it
        self.status = 0
        self.headers: dict[str, str] = {}
        self.chunks: list[bytes] = []
        self.fault = ""  # a limit that was broken
        self.refusal = ""  # what the guard said
        self._lines: list[bytes] = []
        self._size = 0
        self._header = 0

    def move(self, where: Place, *, permanent: bool) -> None:
        """Go on to where a redirect leads."""
        self.hops.append(self.place.url)
        self.permanent = self.permanent and permanent
        self._arrive(where, address=where.url)

    @property
    def validators(self) -> Validators | None:
        """The validators that belong to the address asked now, and to no other (RFC 9110 §8.8)."""
        known = self.request.validators
        return known if known is not None and known.url == self.address else None

    @property
    def request_headers(self) -> list[bytes]:
        """The header lines to send, validators byte for byte."""
        lines, known = [ACCEPT], self.validators
        if known is not None and known.etag:
            lines.append(b"If-None-Match: " + known.etag.encode("latin-1", "replace"))
        if known is not None and known.last_modified:
            lines.append(b"If-Modified-Since: " + known.last_modified.encode("latin-1", "replace"))
        return lines

    @property
    def body(self) -> bytes:
        """What came, decompressed."""
        return b"".join(self.chunks)

    def take_header(self, line: bytes) -> int | None:
        """Take one line of the header; the empty one ends it."""
        self._header += len(line)
        if self._header > self.limits.header:
            return self._stop(f"the answer's header is larger than {in_words(self.limits.header)}")
        if line.strip(b"\r\n"):
            self._lines.append(line)
            return None
        return None if self.status else self._head(self._lines)  # with a status it ends the trailers of the body

    def take_body(self, chunk: bytes) -> int | None:
        """Take decompressed bytes of the body; only that of a success is kept."""
        self._size += len(chunk)
        if self.status >= 300:
            return STOP if self._size > _DRAINED else None
        if self._size > self.limits.body:
            return self._stop(f"the answer is larger than {in_words(self.limits.body)}")
        self.chunks.append(chunk)
        return None

    def _head(self, lines: list[bytes]) -> int | None:
        status = int(lines[0].split(None, 2)[1])  # libcurl has checked the status line
        if status < 200:  # 1xx comes before the real answer (RFC 9110 §15.2)
            self._lines = []
            return None
        self.status, self.headers = status, _fields(lines[1:])
        if status >= 300:
            return None
        if fault := _encoding_fault(self.headers.get("content-encoding", "")):
            return self._stop(fault)
        length = self.headers.get("content-length", "")
        if length.isdecimal() and int(length[:18]) > self.limits.body:
            return self._stop(f"the answer is larger than {in_words(self.limits.body)}")
        return None

    def _stop(self, fault: str) -> int:
        self.fault = fault
        return STOP


def _fields(lines: list[bytes]) -> dict[str, str]:
    """Read lines by lower-case name: lists join with a comma (RFC 9110 §5.3), of single values the first counts."""
    found: dict[str, str] = {}
    for line in lines:
        raw, colon, rest = line.decode("latin-1").partition(":")
        name, value = raw.lower(), rest.strip(" \t\r\n")
        if not colon or (name in found and name in _SINGLE):
            continue
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _encoding_fault(value: str) -> str:
    """Refuse what was not asked for: a few hundred bytes compressed twice can become gigabytes."""
    codings = [coding for part in value.split(",") if (coding := part.strip().lower()) not in ("", "identity")]
    if len(codings) > 1:
        return "the answer is compressed more than once, which is refused"
    if codings and codings[0] not in _ENCODINGS:
        return f"the answer is compressed in a way that was not asked for ({codings[0][:20]!r})"
    return ""
