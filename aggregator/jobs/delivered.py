"""What a run of the post came to."""

from dataclasses import field
from typing import TYPE_CHECKING

from aggregator.model.value import value

if TYPE_CHECKING:
    from aggregator.jobs.confirmations import Confirmed


@value(frozen=False, slots=True)
class Delivered:
    """How many messages went out, and what became of the others, by recipient."""

    sent: int = 0
    deferred: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    dropped: dict[str, str] = field(default_factory=dict)  # not sent any more, and why
    waiting: dict[str, str] = field(default_factory=dict)  # deferred before, and not due yet
    asked: "Confirmed | None" = None  # what became of the mails that ask whether a subscription is meant
    interrupted: int = 0  # what dead processes were sending: it is unknown now
    left: int = 0  # could go in the next run; also what was deferred because the server wants no mail
    why_left: str = ""

    @property
    def eventful(self) -> bool:
        """Whether anything became of a message in this run; that some still wait is no news."""
        return any((self.sent, self.deferred, self.failed, self.unknown, self.dropped, self.interrupted))

    def add(self, other: "Delivered") -> None:
        """Take in what another sender did."""
        self.sent += other.sent
        for word in ("deferred", "failed", "unknown", "dropped"):
            getattr(self, word).update(getattr(other, word))
