"""Logins that did not serve: a feed that failed with one is asked at once when the environment has another one for it.

Which one it was is known by a slow hash alone, salted with this workspace's secret: who has the database must work for
every guess as for the hash of a password.
"""

import json
from collections.abc import Collection
from functools import lru_cache
from hashlib import scrypt

from aggregator.app import REFUSED, App
from aggregator.pipeline.backoff import BARRED


def try_others(app: App) -> None:
    """Let the feeds be due at once for which the environment holds something else than what they failed with."""
    salt = app.secret
    met = [(url, mark, app.feeds[url].given()) for url, mark in _known(app).items() if url in app.feeds]
    met = [one for one in met if one[-1] and _is_put_off(app, one[0])]
    if others := [url for url, mark, given in met if _mark(salt, given) != mark]:
        app.store.feeds.retry(others)


def remember(app: App, failed: Collection[str]) -> None:
    """Keep with what the feeds were asked that ``failed`` just now, and forget it of those that are well again."""
    known, marks = _known(app), {}
    for url in sorted({*known, *failed}):
        given = app.feeds[url].given() if url in app.feeds else ()
        state = app.store.feeds.find(url) if given else None
        if state and (state.outcome == "failed" or state.due_reason == BARRED):
            marks[url] = _mark(app.secret, given) if url in failed else known[url]
    if marks and marks != known:
        app.store.meta[REFUSED] = json.dumps(marks)
    elif known and not marks:
        del app.store.meta[REFUSED]


def _is_put_off(app: App, url: str) -> bool:
    """Tell whether another login would let a feed be asked sooner: not one that is due, or that its server put off."""
    state = app.store.feeds.find(url)
    return bool(state and state.due and state.due > app.clock() and state.wait_until is None)


def _known(app: App) -> dict[str, str]:
    known: dict[str, str] = json.loads(app.store.meta.get(REFUSED, "{}"))
    return known


@lru_cache(maxsize=1000)  # a process that runs for long meets each minute what it met before
def _mark(salt: bytes, given: tuple[str, ...]) -> str:
    words = "\n".join(given).encode("utf-8", "surrogateescape")  # each is one line
    return scrypt(words, salt=salt, n=2**14, r=8, p=1, dklen=16).hex()
