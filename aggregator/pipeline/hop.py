"""What crosses to a worker: the work by name, so that who hands it over need not load the parsers."""

from collections.abc import Sequence
from datetime import datetime

from aggregator.model import Intake, Unread


def read_all(documents: Sequence[Unread], *, now: datetime) -> list[Intake | Exception]:
    """Read several documents, as ``intake.read_all`` does."""
    from aggregator.pipeline import intake

    return intake.read_all(documents, now=now)
