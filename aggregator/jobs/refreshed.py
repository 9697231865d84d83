"""What a refresh came to."""

from collections.abc import Callable
from dataclasses import field

from aggregator.model import Reject
from aggregator.model.value import value

Progress = Callable[[int, int], None]
"""Is told of how many feeds something came, and how many are asked."""


@value(frozen=False, slots=True)
class Refreshed:
    """What a refresh came to: counts of feeds and entries, and what went wrong, by address."""

    asked: int = 0
    fetched: int = 0
    unchanged: int = 0
    new: int = 0
    updated: int = 0
    fenced: int = 0
    postponed: set[int] = field(default_factory=set)  # feeds not asked: for what another one is, or was told
    unasked: set[int] = field(default_factory=set)  # feeds not asked: feeds.yaml or the environment is to be mended
    failures: dict[str, str] = field(default_factory=dict)
    rejects: dict[str, tuple[Reject, ...]] = field(default_factory=dict)
    outage: bool = False

    @property
    def failed(self) -> int:
        """How many feeds could not be read."""
        return len(self.failures)

    @property
    def done(self) -> int:
        """How many feeds something came of."""
        return self.fetched + self.unchanged + len(self.postponed) + self.failed

    def add(self, other: "Refreshed") -> None:
        """Count what another process did as well."""
        for count in ("fetched", "unchanged", "new", "updated", "fenced"):
            setattr(self, count, getattr(self, count) + getattr(other, count))
        self.postponed |= other.postponed
        self.unasked |= other.unasked
        self.failures |= other.failures
        self.rejects |= other.rejects
