"""A resource and a request's headers → the answer: conditional, compressed, cacheable.

Pure: no file, no socket, no clock. RFC 9110 (semantics) and RFC 9111 (caching) are the sources of its rules.
"""

import gzip
import re
from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import blake2b
from types import MappingProxyType

from aggregator.httpdate import read_http_date
from aggregator.model.value import value

_ENTITY_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_LANGUAGE = re.compile(rb'<html\s[^>]*?\blang="([A-Za-z0-9-]+)"')
_HEAD = 1024  # bytes of a page that begin it
_WORTH_PACKING = 256  # below this gzip's own frame eats what it saves


@value(frozen=True, slots=True)
class Resource:
    """What an address stands for: bytes, their media type, and when they last changed (aware UTC) if that is known."""

    body: bytes
    media_type: str
    modified: datetime | None = None
    status: int = 200
    cache: str = "public, max-age=300"
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@value(frozen=True, slots=True)
class Answer:
    """What goes over the wire: status, headers with lower-case names, and the bytes (none for HEAD and 304)."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def decide(headers: Mapping[str, str], resource: Resource, *, method: str = "GET") -> Answer:
    """Choose the representation and whether the client has it already (RFC 9110 §12.5.3, §13.2.2).

    ``headers`` has lower-case names; lines of the same name are joined by commas. The strong ETag belongs to the
    bytes sent, so the gzip variant has its own (§8.8.3.3).
    """
    packed = len(resource.body) >= _WORTH_PACKING and accepts_gzip(headers.get("accept-encoding", ""))
    tag = entity_tag(resource.body, packed=packed)
    shared = {"etag": tag, "cache-control": resource.cache, "vary": "Accept-Encoding", **resource.headers}
    if resource.modified is not None:
        shared["last-modified"] = format_datetime(resource.modified.astimezone(UTC), usegmt=True)
    if resource.status == 200 and _has_it_already(headers, tag, modified=resource.modified):
        return Answer(304, shared, b"")
    body = gzip.compress(resource.body, 6, mtime=0) if packed else resource.body
    full = {**shared, "content-type": resource.media_type, "content-length": str(len(body))}
    if spoken := _spoken(resource):
        full["content-language"] = spoken
    if packed:
        full["content-encoding"] = "gzip"
    return Answer(resource.status, full, b"" if method == "HEAD" else body)


def entity_tag(body: bytes, *, packed: bool) -> str:
    """Name these bytes: the same bytes have the same strong ETag, in every process and for ever."""
    return f'"{blake2b(body, digest_size=16).hexdigest()}{"-gzip" if packed else ""}"'


def _spoken(resource: Resource) -> str:
    """Read what language a page says that it speaks, so that its header says the same (RFC 9110 §8.5)."""
    found = _LANGUAGE.search(resource.body, 0, _HEAD) if resource.media_type.startswith("text/html") else None
    return found[1].decode() if found else ""


def accepts_gzip(header: str) -> bool:
    """Read an Accept-Encoding field: is gzip wanted at least as much as the plain bytes (RFC 9110 §12.5.3)?"""
    weights = dict(_weighted(part) for part in header.lower().split(",") if part.strip())
    wanted = weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0)))
    return wanted > 0 and wanted >= weights.get("identity", 0.0)


def _weighted(part: str) -> tuple[str, float]:
    name, _, parameter = part.partition(";")
    key, _, value = parameter.partition("=")
    if key.strip() != "q":
        return name.strip(), 1.0
    try:
        return name.strip(), float(value)
    except ValueError:  # a weight that cannot be read asks for nothing
        return name.strip(), 0.0


def _has_it_already(headers: Mapping[str, str], tag: str, *, modified: datetime | None) -> bool:
    """If-None-Match decides alone where it is given; If-Modified-Since only without it (RFC 9110 §13.1.3)."""
    wanted = headers.get("if-none-match")
    if wanted is not None:
        return wanted.strip() == "*" or tag in _ENTITY_TAG.findall(wanted)
    since = read_http_date(headers.get("if-modified-since", ""))
    return since is not None and modified is not None and modified.replace(microsecond=0) <= since
