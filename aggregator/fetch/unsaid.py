"""What a server says again of the secrets that it was sent is taken out of its answer, before anybody reads it."""

import html
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from urllib.parse import quote, quote_plus

from aggregator.errors import FetchError
from aggregator.model import Fetched, Request

MASK = "***"

_GLANCE = 64  # bytes that tell UTF-16


def unsaid(request: Request, answer: Fetched | FetchError) -> Fetched | FetchError:
    """Give an answer without the secrets of its request, as they are and as texts and addresses write them.

    What stands in the address of the feed is no secret. A header that holds one is left out, since validators go back
    as they came or not at all; an address that does is none to keep for later.
    """
    secrets = request.asking.secrets if request.asking is not None else ()
    forms = _forms([secret for secret in secrets if secret not in request.url])
    if not forms:
        return answer
    if isinstance(answer, FetchError):
        answer.reason = _masked(answer.reason, forms)
        answer.args = (answer.reason,)
        return answer
    where = _masked(answer.final_url, forms)
    led = where != answer.final_url
    lost = ("etag", "last-modified") if led else ()  # they belong to an address that cannot be named
    headers = {name: value for name, value in answer.headers.items() if name not in lost and _is_clean(value, forms)}
    moved = answer.moved_to if _is_clean(answer.moved_to, forms) else ""
    return replace(answer, final_url=where, headers=headers, body=_cleaned(answer.body, forms), moved_to=moved)


def _forms(secrets: Sequence[str]) -> list[str]:
    """Write secrets in all ways in which a document or an address may hold them, the longest first."""
    ways = (str, html.escape, lambda text: html.escape(text, quote=False), lambda text: json.dumps(text)[1:-1])
    found = {way(secret) for secret in secrets for way in ways}
    for secret in secrets:
        raw = secret.encode("utf-8", "surrogateescape")
        found |= {quote(raw, safe=""), quote(raw), quote_plus(raw)}
    return sorted(found, key=len, reverse=True)


def _masked(text: str, forms: Sequence[str]) -> str:
    for form in forms:
        text = text.replace(form, MASK)
    return text


def _is_clean(value: str, forms: Sequence[str]) -> bool:
    """Tell whether a header, whose bytes are written as latin-1, or an address holds no secret."""
    raw = value.encode("latin-1", "replace")
    return not any(form.encode("utf-8", "surrogateescape") in raw for form in forms) and _masked(value, forms) == value


def _cleaned(body: bytes, forms: Sequence[str]) -> bytes:
    codings = ("utf-16-le", "utf-16-be") if b"\0" in body[:_GLANCE] else ("utf-8", "latin-1")
    for coding in codings:
        mask = MASK.encode(coding)
        for form in forms:
            if coding != "latin-1" or not form.isascii():  # which utf-8 has found
                body = body.replace(_written(form, coding) or mask, mask)
    return body


def _written(text: str, coding: str) -> bytes:
    """Write a text, empty where it cannot be; what the environment held as other bytes went out as it was."""
    with suppress(UnicodeEncodeError):
        return text.encode(coding, "surrogateescape" if coding == "utf-8" else "strict")
    return b""
