from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.frontdesk import Door, door
from tests.web.newsstand import Site, running


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site for all the tests of a file, which only look."""
    with running(tmp_path_factory.mktemp("storage")) as started:
        yield started


@pytest.fixture
def own_site(tmp_path: Path) -> Iterator[Site]:
    """A site of its own, for a test that publishes."""
    with running(tmp_path / "storage") as started:
        yield started


@pytest.fixture(scope="module")
def opened() -> Iterator[Door]:
    """One door for all the tests of a file, each of which leads it to a workspace of its own."""
    with door() as found:
        yield found
