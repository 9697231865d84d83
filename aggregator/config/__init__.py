"""feeds.yaml → Config, with every mistake named as feeds.yaml:LINE:COL.

text → document (values, and where each stands) → sections (each checked) + checks (between sections) → Config

What reads a file costs more to import than most runs take, and a file that did not change is not read again: it is
loaded when first named.
"""

from typing import TYPE_CHECKING

from aggregator.config.asking import unset_secrets
from aggregator.config.mailing import DkimConfig, MailConfig
from aggregator.config.models import (
    Config,
    DigestConfig,
    FeedConfig,
    FeedDefaults,
    FetchConfig,
    OutputConfig,
    Retention,
    TopicConfig,
)

if TYPE_CHECKING:
    from aggregator.config.reading import load, placed_in, read
    from aggregator.config.schemas import schema, shown

__all__ = [
    "Config",
    "DigestConfig",
    "DkimConfig",
    "FeedConfig",
    "FeedDefaults",
    "FetchConfig",
    "MailConfig",
    "OutputConfig",
    "Retention",
    "TopicConfig",
    "load",
    "placed_in",
    "read",
    "schema",
    "shown",
    "unset_secrets",
]


def __getattr__(name: str) -> object:
    if name in ("load", "placed_in", "read"):
        from aggregator.config import reading

        return getattr(reading, name)
    if name in ("schema", "shown"):
        from aggregator.config import schemas

        return getattr(schemas, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
