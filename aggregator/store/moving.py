"""Feeds whose address in feeds.yaml was changed to the one they had moved to: the same feeds under a new address."""

import sqlite3
from collections.abc import Mapping, Set
from typing import Any

from aggregator.store import meta


def renamed(connection: sqlite3.Connection, known: Mapping[str, Any], named: Set[str]) -> dict[str, Any]:
    """Rename the feeds that feeds.yaml (``named``) lists at their new address and no longer at the old one.

    ``known`` are rows of feed by address: the id first, ``adopted`` and ``moved_to`` last; given back by the address
    they have from now on. An address that is known already is no feed's new one, but for one at which nothing was ever
    read and that nobody lists: somebody was told to wait there.
    """
    moves: dict[str, str] = {}
    met = {url for (url,) in connection.execute(_ONLY_MET)}
    taken = known.keys() - met
    for url, row in known.items():
        if url in named:
            continue
        targets = [target for target in row[-2:] if target in named and target not in taken and target not in moves]
        if targets:
            moves[targets[0]] = url
    if not moves:
        return dict(known)
    connection.executemany("DELETE FROM feed WHERE url = ?", [(target,) for target in moves if target in met])
    connection.executemany(_RENAME, [(target, known[url][0]) for target, url in moves.items()])
    meta.bump(connection)
    left = set(moves.values())
    return {url: row for url, row in known.items() if url not in left} | {to: known[url] for to, url in moves.items()}


_ONLY_MET = "SELECT url FROM feed WHERE NOT listed AND succeeded IS NULL AND entries = 0"
_RENAME = "UPDATE feed SET url = ?, moved_to = '', moved_since = NULL, moved_count = 0, adopted = '' WHERE id = ?"
