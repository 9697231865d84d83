"""What a form sends → its fields: both body types, and no more of them than a form of ours can have."""

from collections.abc import AsyncGenerator
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

MOST_BYTES = 16_384
"""A form of ours with 100 topics has 3 kB."""

MOST_FIELDS = 600

_URLENCODED = ("application/x-www-form-urlencoded", "", "text/plain")

FormData = dict[str, list[str]]
"""The values of each field, in order."""


async def read_form(request: Request) -> FormData:
    """Read the body, urlencoded or multipart (RFC 8058 §3.1 allows both); another type is an empty form.

    Without a type, or as plain text, it is taken for urlencoded: some mail programs send their one click like that.

    Raises HTTPException: 413 for more than ``MOST_BYTES``, 400 for what cannot be read.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await _body(request)
    if kind in _URLENCODED:
        return _gathered(_pairs(body.strip()))
    if kind == "multipart/form-data":
        return _gathered(await _parts(request, body))
    return {}


async def _body(request: Request) -> bytes:
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MOST_BYTES:
                raise HTTPException(413)
    except ClientDisconnect:
        raise HTTPException(400) from None
    return body


def _pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:  # not ASCII, or too many
        raise HTTPException(400) from None


async def _parts(request: Request, body: bytes) -> list[tuple[str, str]]:
    async def whole() -> AsyncGenerator[bytes]:
        yield body

    try:
        parser = MultiPartParser(
            request.headers, whole(), max_files=0, max_fields=MOST_FIELDS, max_part_size=MOST_BYTES
        )
        found = await parser.parse()
    except (MultiPartException, LookupError, ValueError):  # of a character set that is none, too
        raise HTTPException(400) from None
    return [(name, text) for name, text in found.multi_items() if isinstance(text, str)]


def _gathered(pairs: list[tuple[str, str]]) -> FormData:
    form: FormData = {}
    for name, text in pairs:
        form.setdefault(name, []).append(text)
    return form
