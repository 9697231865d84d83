"""What servers ask of us that are met while a person looks: kept for all who ask later, and told."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.cli.terminal import Terminal, moment
from aggregator.errors import FetchError, WorkspaceError
from aggregator.jobs.waits import keep_waits
from aggregator.model import FeedState
from aggregator.pipeline.backoff import WAIT_CAP
from aggregator.pipeline.cadence import words


def keep(screen: Terminal, busy: Mapping[str, FetchError], *, now: datetime) -> None:
    """Keep who was told to come later, by address; a full disk costs nothing else."""
    if busy:
        with suppress(WorkspaceError), screen.opened(writing=True) as app:
            keep_waits(app, busy, now=now)


def wait_of(state: FeedState | None, zone: ZoneInfo, *, now: datetime) -> str:
    """Say that a feed is not asked because its server told us to wait; empty when it may be."""
    if state is None or state.wait_until is None or state.wait_until <= now:
        return ""
    until = moment(state.wait_until, zone)
    cut = state.fetched is not None and state.wait_until - state.fetched >= WAIT_CAP
    said = f"for more than {words(WAIT_CAP)}; left alone until {until}" if cut else f"until {until}"
    return f"asked us to wait {said}"
