"""The file itself, before anything is made of its bytes."""

from pathlib import Path

from aggregator.errors import ConfigError

MOST_BYTES = 4_000_000


def bytes_of(path: Path) -> bytes:
    """Read a feeds.yaml, or a byte more of it than one may have; ConfigError when it is not there or not to be read."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError((f"{path.name}: there is no such file in {path.parent}",)) from None
    except OSError as error:
        raise ConfigError((f"{path.name}: cannot be read: {error.strerror}",)) from error
