"""What servers ask for that are met outside a sync: who was told to come later is known to the next sync."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from aggregator.app import App, list_feeds
from aggregator.errors import FetchError
from aggregator.jobs.visits import failed

LEASE = timedelta(minutes=1)


def keep_waits(app: App, errors: Mapping[str, FetchError], *, now: datetime) -> None:
    """Keep of feeds, by address, that they were told to come later, as a sync that met it would.

    One that feeds.yaml does not name is kept beside the others. A feed that a sync has in hand at this moment is left
    to it, and an address that a feed moved to is left free for that one.
    """
    list_feeds(app)
    moves = {address for state in app.store.feeds.all() for address in (state.adopted, state.moved_to)}
    app.store.feeds.meet(errors.keys() - moves, now=now)
    states = {state.id: state for state in app.store.feeds.all() if state.url in errors}
    tokens = app.store.feeds.claim(states, now=now, seconds=LEASE.total_seconds())
    visits = [failed(states[id], token, errors[states[id].url], now=now) for id, token in tokens.items()]
    app.store.entries.save(visits, authority=app.authority, now=now)
