"""feeds.yaml → Config, with every mistake named as feeds.yaml:LINE:COL.

text → document (values, and where each stands) → models (each section) + checks (between sections) → Config
"""

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
)
from aggregator.config.reading import load, read
from aggregator.config.schemas import schema
from aggregator.config.subjects import TopicConfig

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
    "read",
    "schema",
    "unset_secrets",
]
