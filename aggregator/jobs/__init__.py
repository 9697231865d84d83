"""The jobs: load, decide (in the pipeline), save. Each is a frozen, JSON-able value; ``workers.run`` carries it out.

Refresh(feeds)            ask feeds, read their documents on all cores, save what is new
Curate()                  new entries in order of arrival: duplicates, topics
Publish(output)           one output in all its formats, written only when its bytes change
Compose(digest, period)   freeze one issue, or record that there was nothing to tell
Deliver(issue)            one issue on its way to each of its recipients
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refresh:
    """Ask these feeds (row ids), as one batch."""

    feeds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Curate:
    """Place every entry that is new, changed, or was placed under older rules."""


@dataclass(frozen=True, slots=True)
class Publish:
    """Write one output."""

    output: str


@dataclass(frozen=True, slots=True)
class Compose:
    """Compose the issue of a digest for a period (its local date)."""

    digest: str
    period: str


@dataclass(frozen=True, slots=True)
class Deliver:
    """Send what is waiting of one issue (row id)."""

    issue: int


Job = Refresh | Curate | Publish | Compose | Deliver
