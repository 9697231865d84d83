"""What a feed is asked under: validators of what we have, and less than that for a server that stumbles over them."""

from typing import Any

from aggregator.model import NO_CONDITIONS, FeedState, Fetched, Validators

STUMBLES = frozenset({400, 412, 501})
"""A server that cannot do with our conditions may say so with these."""

PATIENT = 100
"""So many documents at most, also the same ones, are sent whole before one that stumbled gets conditions again."""


def asked_less(state: FeedState, status: int) -> dict[str, Any]:
    """Ask a server that may have stumbled over our conditions without ``A-IM`` next, and then without any.

    When it fails all the same, they were not what it stumbled over.
    """
    known = state.validators
    if status not in STUMBLES or known is None:
        return {}
    if known == NO_CONDITIONS:
        return {"validators": None}
    return {"validators": NO_CONDITIONS} if state.whole or not known.etag else {"whole": True}


def learned(state: FeedState, answer: Fetched) -> Validators | None:
    """A document replaces both validators, also by nothing; a 304 may renew them (RFC 9110 §15.4.5).

    Those of a 206 are of the whole (§15.3.7), and what came may be a part: with a 304 to them the rest would stay away.
    """
    if state.validators == NO_CONDITIONS and (state.answers_full + state.same_bytes + 1) % PATIENT:
        return NO_CONDITIONS
    if answer.status == 206:
        return None
    etag, modified = answer.headers.get("etag", ""), answer.headers.get("last-modified", "")
    if answer.status == 304 and state.validators:
        old = state.validators
        return Validators(answer.final_url, etag or old.etag, modified or old.last_modified)
    return Validators(answer.final_url, etag, modified) if etag or modified else None
