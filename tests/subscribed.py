"""Deliveries to subscribers for tests: sent, and waiting for what comes back."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from aggregator.model import Letter
from aggregator.store import Store
from tests.newsroom import issue, news
from tests.store.things import NOW

SENT = """
    INSERT INTO delivery
        (issue_id, recipient, message_id, state, attempts, reply, changed, subscriber_id, letter_id, owner)
    VALUES (?, ?, ?, 'sent', 1, '250 OK', 0, 0, 0, '')
"""


def delivered_to(store: Store, path: Path, *addresses: str, issues: int = 1, subscribed: bool = True) -> list[int]:
    """Freeze issues whose deliveries to ``addresses`` are sent; gives the numbers of the deliveries, in that order."""
    found = []
    for number in range(1, issues + 1):
        frozen = replace(issue(news(1)), period=f"2026-11-{number:02}")
        state = store.issues.freeze(frozen, Letter("h", "t"), deliveries=(), now=NOW)
        rows = [(state.id, address, f"<{number}.{place}@example.org>") for place, address in enumerate(addresses)]
        with closing(sqlite3.connect(path)) as connection, connection:
            found += [connection.execute(SENT, row).lastrowid or 0 for row in rows]
    if subscribed:
        belong(store, path, *addresses)
    return found


def belong(store: Store, path: Path, *addresses: str) -> None:
    """Make subscribers of whom issues were sent to."""
    people = [(store.subscribers.enter(address, now=NOW).id, address) for address in addresses]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany("UPDATE delivery SET subscriber_id = ? WHERE recipient = ?", people)
