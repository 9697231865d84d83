"""Fetched → ParsedFeed: the fast path, feedparser for what that declines, and our own reader for JSON Feed."""

import json
from dataclasses import replace

from aggregator.errors import ParseError
from aggregator.model import Fetched, ParsedFeed
from aggregator.pipeline.jsonfeed import read_json
from aggregator.pipeline.parse_fast import fast
from aggregator.pipeline.parse_source import in_utf8, refused, unpacked

CAP = 500
"""Entries read of one document; real feeds hold 10 to 100."""

_BLANK = b"\xef\xbb\xbf \t\r\n"


def parse(fetched: Fetched) -> ParsedFeed:
    """Return the document as its publisher wrote it, at most ``CAP`` entries of it.

    Raises ParseError when it is no RSS, RDF, Atom or JSON feed: the reason says what it is instead. A document that
    is broken or cut short, but recognised, gives what can be read of it.
    """
    body = in_utf8(unpacked(fetched.body))
    if body is not fetched.body:
        fetched = replace(fetched, body=body)
    start = body.lstrip(_BLANK)[:1]
    if not start:
        raise ParseError(fetched.url, "an empty answer, not a feed")
    if start in (b"{", b"["):
        return _json(fetched)
    return fast(fetched, cap=CAP) or _by_feedparser(fetched)


def parse_lightly(fetched: Fetched) -> ParsedFeed | None:
    """Return the document if the fast path takes it as it is; None for everything else."""
    return fast(fetched, cap=CAP) if fetched.body.lstrip(_BLANK).startswith(b"<") else None


def _json(fetched: Fetched) -> ParsedFeed:
    try:
        return read_json(fetched.body, cap=CAP, base=fetched.final_url)
    except (ValueError, RecursionError) as error:
        broken = isinstance(error, json.JSONDecodeError | RecursionError)
        raise refused(fetched, f"broken JSON ({error})" if broken else str(error)) from error


def _by_feedparser(fetched: Fetched) -> ParsedFeed:
    """Import feedparser only when it is needed: it costs a worker 0.1 s and 20 MB."""
    from aggregator.pipeline.parse_reference import reference

    return reference(fetched, cap=CAP)
