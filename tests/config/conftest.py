from collections.abc import Callable
from textwrap import dedent

import pytest

from aggregator.config import read
from aggregator.errors import ConfigError


@pytest.fixture
def problems() -> Callable[[str], list[str]]:
    """Read a file with mistakes and give them, each without the name of the file."""

    def refused(text: str) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            read(dedent(text).encode(), "feeds.yaml")
        assert all(line.startswith("feeds.yaml:") for line in caught.value.problems)
        return [line.removeprefix("feeds.yaml:") for line in caught.value.problems]

    return refused
