from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.store import Store
from tests.store.things import NOW, Desk, listings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database of a test lies."""
    return tmp_path / "storage" / "aggregator.db"


@pytest.fixture
def desk(path: Path) -> Iterator[Desk]:
    """A new store with two feeds, a and b."""
    with Store.open(path, now=NOW) as store:
        store.feeds.list(listings("a", "b"), now=NOW)
        yield Desk(store)
