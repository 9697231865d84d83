"""Deliveries to subscribers for tests: sent, and waiting for what comes back."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from aggregator.model import Letter
from aggregator.store import Store
from tests.newsroom import issue, news
from tests.store.things import NOW


def delivered_to(store: Store, path: Path, *addresses: str, issues: int = 1, subscribed: bool = True) -> list[int]:
    """Freeze issues whose deliveries to ``addresses`` are sent; gives the numbers of the deliveries, in that order."""
    found = []
    for number in range(1, issues + 1):
        frozen = replace(issue(news(1)), period=f"2026-11-{number:02}")
        names = [(address, f"<{number}.{place}@example.org>") for place, address in enumerate(addresses)]
        state = store.issues.freeze(frozen, Letter("h", "t"), deliveries=names, now=NOW)
        for delivery in store.issues.deliveries(state.id):
            store.issues.claim(delivery.id, now=NOW)
            store.issues.settle(delivery.id, "sent", reply="250 OK", now=NOW)
            found.append(delivery.id)
    if subscribed:
        belong(store, path, *addresses)
    return found


def belong(store: Store, path: Path, *addresses: str) -> None:
    """Make subscribers of whom issues were sent to."""
    people = [(store.subscribers.enter(address, now=NOW).id, address) for address in addresses]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany("UPDATE delivery SET subscriber_id = ? WHERE recipient = ?", people)
