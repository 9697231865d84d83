from collections.abc import Iterator
from pathlib import Path

import pytest

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
