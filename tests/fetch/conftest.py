"""A client that may ask this machine, with short limits, and the moment at which it asks."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from aggregator.errors import FetchError
from aggregator.fetch import Client, Limits
from aggregator.model import Fetched

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LOOPBACK = ("127.0.0.0/8", "::1/128")

Fetch = Callable[[str], Fetched | FetchError]


@pytest.fixture
def new_client() -> Iterator[Callable[..., Client]]:
    """Make clients that are closed at the end; by default they may ask this machine."""
    with ExitStack() as stack:

        def new(**options: object) -> Client:
            settings = {"user_agent": "aggregator/test", "allow_networks": LOOPBACK, "limits": Limits(total=5.0)}
            return stack.enter_context(Client(**(settings | options)))  # type: ignore[arg-type]

        yield new


@pytest.fixture
def client(new_client: Callable[..., Client]) -> Client:
    """One client that may ask this machine."""
    return new_client()


@pytest.fixture
def fetch(client: Client) -> Fetch:
    """Ask one address for what it holds."""
    return lambda url: client.fetch(url, now=NOW)
