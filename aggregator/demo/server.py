"""The sample feeds over loopback HTTP, with dates that are always fresh and validators that hold.

The samples are feed documents with marks like ``{{rfc822 3h20m}}`` and ``{{rfc3339 45m}}``: the moment so long before
``now``, in the form that the format wants.
"""

import gzip
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from hashlib import blake2b
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources

MEDIA_TYPES: Mapping[str, str] = {
    "courier.rss": "application/rss+xml; charset=utf-8",
    "harbour.atom": "application/atom+xml; charset=utf-8",
    "loft.json": "application/feed+json",
    "tideline.rdf": "application/rdf+xml",
    "bote.atom": "application/atom+xml; charset=utf-8",
    "ledger.xml": "application/xml",
}
_MARK = re.compile(r"\{\{(rfc822|rfc3339) (?:(\d+)h)?(?:(\d+)m)?\}\}")


@contextmanager
def serve(*, now: datetime) -> Iterator[str]:
    """Serve the samples on a free port of 127.0.0.1 for the length of the block; give the base address, ending "/".

    Dates count back from ``now`` (aware), once: a document stays the same bytes for the server's whole life.
    """
    samples = {f"/{name}": _sample(name, now=now) for name in MEDIA_TYPES}
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, samples)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="demo", daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


def feeds_yaml(base_url: str) -> str:
    """Write the demo workspace's feeds.yaml for samples served at ``base_url``."""
    return _text("feeds.yaml").replace("{{base_url}}", base_url)


@dataclass(frozen=True, slots=True)
class _Sample:
    """A document as it is served, with one strong ETag for its bytes and one for them packed (RFC 9110 §8.8.3)."""

    plain: bytes
    packed: bytes
    tag: str
    modified: str
    media_type: str


class _Handler(BaseHTTPRequestHandler):
    """Answer GET and HEAD for the samples; validators that come back are compared byte for byte."""

    protocol_version = "HTTP/1.1"

    def __init__(self, samples: Mapping[str, _Sample], *args: object) -> None:
        self._samples = samples
        super().__init__(*args)  # type: ignore[arg-type]  # the three that socketserver gives

    def do_GET(self) -> None:
        """Send a sample, or that the client has it already."""
        sample = self._samples.get(self.path)
        if sample is None:
            return self.send_error(HTTPStatus.NOT_FOUND)
        packed = "gzip" in self.headers.get("Accept-Encoding", "")
        tag = f'"{sample.tag}-gzip"' if packed else f'"{sample.tag}"'
        known = self._has_it_already(tag, modified=sample.modified)
        body = b"" if known else sample.packed if packed else sample.plain
        self.send_response(HTTPStatus.NOT_MODIFIED if known else HTTPStatus.OK)
        self.send_header("ETag", tag)
        self.send_header("Last-Modified", sample.modified)
        self.send_header("Vary", "Accept-Encoding")
        if not known:
            self._describe(body, media_type=sample.media_type, packed=packed)
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    do_HEAD = do_GET

    def _has_it_already(self, tag: str, *, modified: str) -> bool:
        wanted = self.headers.get("If-None-Match")
        if wanted is not None:
            return wanted == tag
        return self.headers.get("If-Modified-Since") == modified

    def _describe(self, body: bytes, *, media_type: str, packed: bool) -> None:
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        if packed:
            self.send_header("Content-Encoding", "gzip")

    def log_message(self, format: str, *args: object) -> None:
        """Keep the terminal for the program."""


def _sample(name: str, *, now: datetime) -> _Sample:
    text = _text(name)
    newest = min(_ago(mark) for mark in _MARK.finditer(text))
    body = _MARK.sub(lambda mark: _date(mark, now=now), text).encode()
    return _Sample(
        plain=body,
        packed=gzip.compress(body, mtime=0),
        tag=blake2b(body, digest_size=16).hexdigest(),
        modified=format_datetime((now - newest).astimezone(UTC), usegmt=True),
        media_type=MEDIA_TYPES[name],
    )


def _text(name: str) -> str:
    return (resources.files("aggregator.demo") / "samples" / name).read_text(encoding="utf-8")


def _date(mark: re.Match[str], *, now: datetime) -> str:
    moment = (now - _ago(mark)).astimezone(UTC).replace(microsecond=0)
    return format_datetime(moment) if mark[1] == "rfc822" else moment.isoformat().replace("+00:00", "Z")


def _ago(mark: re.Match[str]) -> timedelta:
    return timedelta(hours=int(mark[2] or 0), minutes=int(mark[3] or 0))
