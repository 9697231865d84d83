"""What servers ask for that are met outside a sync: who was told to come later is known to the next sync."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from aggregator.app import App, list_feeds
from aggregator.errors import FetchError
from aggregator.jobs.visits import failed

LEASE = timedelta(minutes=1)


def keep_waits(app: App, errors: Mapping[str, FetchError], *, now: datetime) -> None:
    """Keep of feeds, by address, that they were told to come later, as a sync that met it would.

    A feed that a sync has in hand at this moment is left to it.
    """
    list_feeds(app)
    states = {state.id: state for state in app.store.feeds.all() if state.url in errors}
    tokens = app.store.feeds.claim(states, now=now, seconds=LEASE.total_seconds())
    visits = [failed(states[id], token, errors[states[id].url], now=now) for id, token in tokens.items()]
    app.store.entries.save(visits, authority=app.authority, now=now)
