"""One request on its way: what the address asked now says, read as it comes in and cut at the limits."""

from aggregator.fetch.codings import UNREADABLE, Opener, compression, opener
from aggregator.fetch.limits import Limits, in_words
from aggregator.fetch.places import Place, place
from aggregator.fetch.wording import request_lines
from aggregator.model import Request, Validators

STOP = 0
"""What libcurl takes as "no more": not the number of bytes it offered."""

_SINGLE = frozenset(
    {
        *("age", "content-length", "content-type", "date", "etag", "expires"),
        *("last-modified", "location", "retry-after"),
    }
)
ANY = "*"
"""No ETag: back in If-None-Match it asks for nothing that there is (RFC 9110 §13.1.2), and gets a 304 for ever."""

_GLANCE = 65_536  # of a body that is no document: enough to say what it is, and to use the connection again


class Exchange:
    """A request, where it is now, and what came back from there; raises Refused for an address that is none."""

    __slots__ = (
        "address",
        "came",
        "chunks",
        "cookie",
        "fault",
        "headers",
        "home",
        "hops",
        "limits",
        "lines",
        "most",
        "opened",
        "opener",
        "permanent",
        "place",
        "read",
        "refusal",
        "request",
        "seconds",
        "size",
        "status",
        "took",
    )

    def __init__(self, request: Request, *, limits: Limits) -> None:
        self.request = request
        self.limits = limits
        self.permanent = True  # so far every redirect was for good
        self.hops: list[str] = []
        self.cookie = False  # whether one was set on the way
        self.seconds = 0.0
        self.took = 0.0  # of that, where it is now
        self.home = place(request.url)
        self._arrive(self.home, address=request.url)

    def _arrive(self, where: Place, *, address: str) -> None:
        self.place = where
        self.address = address  # as validators know it
        self.status = 0
        self.headers: dict[str, str] = {}
        self.lines: list[bytes] = []  # of the header, as they come in
        self.chunks: list[bytes] = []
        self.fault = ""  # a limit that was broken
        self.refusal = ""  # what the guard said
        self.opened = False  # whether it let any address through, of several
        self.read = False  # whether the header was
        self.opener: Opener | None = None  # of a body that is compressed
        self.came = 0  # bytes of the body
        self.size = 0  # decompressed
        self.most = self.limits.body

    def move(self, where: Place, *, permanent: bool) -> None:
        """Go on to where a redirect leads."""
        self.hops.append(self.place.url)
        self.cookie = self.cookie or "set-cookie" in self.headers
        self.permanent = self.permanent and permanent
        self._arrive(where, address=where.url)

    @property
    def at_home(self) -> bool:
        """Say whether the address asked now has the origin that feeds.yaml names: what is secret is for no other."""
        here, home = self.place, self.home
        return here is home or (here.scheme, here.host, here.port) == (home.scheme, home.host, home.port)

    @property
    def validators(self) -> Validators | None:
        """The validators that belong to the address asked now, and to no other (RFC 9110 §8.8)."""
        known = self.request.validators
        return known if known is not None and known.url == self.address and known.etag != ANY else None

    @property
    def asked_for_news(self) -> bool:
        """Say whether only what is new is asked for, which an ETag tells (RFC 3229 §10.5.3)."""
        known = self.validators
        return known is not None and bool(known.etag) and not self.request.whole

    @property
    def request_headers(self) -> list[bytes]:
        """The header lines to send."""
        return request_lines(self.validators, self.request.asking, at_home=self.at_home, news=self.asked_for_news)

    @property
    def body(self) -> bytes:
        """What came, decompressed."""
        return b"".join(self.chunks)

    def take_body(self, chunk: bytes) -> int | None:
        """Take bytes of the body and decompress them; only of a success more than a glance is kept."""
        if not self.read and self.read_head():
            return STOP
        self.came += len(chunk)
        if self.opener is not None:
            try:
                chunk = self.opener.read(chunk, self.most - self.size + 1)
            except ValueError:
                return self._stop(UNREADABLE)
        self.size += len(chunk)
        self.chunks.append(chunk)
        return self._stop(self._too_large()) if max(self.came, self.size) > self.most else None

    def forget(self) -> None:
        """Let go of the body; the handle still refers to the exchange until it is used again."""
        self.chunks.clear()
        self.opener = None

    def read_head(self) -> bool:
        """Read the header, whose lines are all there; say whether it breaks a limit, which ``fault`` then names.

        1xx come before the real answer (RFC 9110 §15.2), trailers after the body (§6.5.1): they count, and that is all.
        """
        self.read = True
        limits, lines = self.limits, self.lines
        if sum(map(len, lines)) > limits.header:
            self.fault = f"the answer's header is larger than {in_words(limits.header)}"
        elif len(lines) > limits.header_lines:
            self.fault = f"the answer's header has more than {limits.header_lines} lines"
        else:
            self._answer(lines)
        return bool(self.fault)

    def _answer(self, lines: list[bytes]) -> None:
        start = 0
        for end, line in enumerate(lines):
            if line not in (b"\r\n", b"\n"):
                continue
            self.status = int(lines[start].split(None, 2)[1]) if end > start else 0  # libcurl has checked it
            if self.status >= 200:
                self.headers = _fields(lines[start + 1 : end])
                break
            start = end + 1
        coding, fault = compression(self.headers.get("content-encoding", ""))
        self.opener = opener(coding) if coding else None
        if self.status >= 300:
            self.most = _GLANCE
            return
        length = self.headers.get("content-length", "")
        self.fault = self._too_large() if length.isdecimal() and int(length[:18]) > self.most else fault

    def _too_large(self) -> str:
        return f"the answer is larger than {in_words(self.limits.body)}"

    def _stop(self, fault: str) -> int:
        if self.status < 300:  # else it is no document that was cut
            self.fault = fault
        return STOP


def _fields(lines: list[bytes]) -> dict[str, str]:
    """Read lines by lower-case name: lists join with a comma (RFC 9110 §5.3), of single values the first counts."""
    found: dict[str, str] = {}
    for line in lines:
        raw, colon, rest = line.decode("latin-1").partition(":")
        name, value = raw.lower(), rest.strip(" \t\r\n")
        if not colon or (name in found and name in _SINGLE) or (name == "etag" and value == ANY):
            continue
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found
