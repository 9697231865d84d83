"""How many forms are taken from one network: so many in a span of time, whatever comes of them.

A network is known by a keyed hash alone (``pipeline/asking``), and no longer than the bounds need it.
"""

import sqlite3
from datetime import datetime, timedelta

from aggregator.store.driver import number

NETWORK_MOST, NETWORK_SPAN = 5, timedelta(hours=1)
"""So many forms may be sent from one network in so much time."""

_FROM = "SELECT count(*) FROM confirmation WHERE network = ? AND network != '' AND asked > ? AND asked <= ?"


def recent(connection: sqlite3.Connection, network: str, now: datetime) -> int:
    """Count, inside a transaction, the last hour's forms from a network; "" is the editor's own hand, and has none."""
    span = (network, number(now - NETWORK_SPAN), number(now))
    count: int = connection.execute(_FROM, span).fetchone()[0]
    return count


def is_crowded(connection: sqlite3.Connection, network: str, now: datetime) -> bool:
    """Tell, inside a transaction, whether no more is taken from a network."""
    return recent(connection, network, now) >= NETWORK_MOST
