"""What comes back of mail: what a report says, and what is made of it."""

from datetime import datetime
from typing import Literal

from aggregator.model.people import BounceWord
from aggregator.model.value import value

Action = Literal["failed", "delayed", "delivered", "relayed", "expanded"]
"""What became of a message for one recipient (RFC 3464 §2.3.3)."""

ReportWord = Literal["delivery", "complaint", "none"]
"""What a message that came back is: a report of a delivery, a person's complaint, or neither."""


@value(frozen=True, slots=True)
class Notice:
    """What a report says of one recipient. ``final`` and ``original`` are addresses, or empty when it names none."""

    action: Action
    status: str = ""  # RFC 3463, like 5.1.1; empty when it says none
    diagnostic: str = ""  # in the words of a mail server, on one line
    final: str = ""
    original: str = ""


@value(frozen=True, slots=True)
class MailReport:
    """A message that came back, read.

    ``sent_to`` are the addresses that may be the return path it was sent to, the likeliest first. ``why_none`` says
    why it is no report, and ``automatic`` whether no person wrote it. ``fingerprint`` is the same each time it is read.
    """

    word: ReportWord
    sent_to: tuple[str, ...]
    fingerprint: str
    notices: tuple[Notice, ...] = ()
    why_none: str = ""
    automatic: bool = True


@value(frozen=True, slots=True)
class Diagnosis:
    """What a report comes to for one delivery; no ``kind``: nothing, and ``why_none`` says why."""

    kind: BounceWord | None
    status: str = ""
    diagnostic: str = ""
    why_none: str = ""


@value(frozen=True, slots=True)
class Addressee:
    """Whom a delivery was for; ``subscriber`` is 0 for who stands in ``to:``."""

    delivery: int
    subscriber: int
    recipient: str
    digest: str
    period: str


@value(frozen=True, slots=True)
class Returned:
    """A bounce as it is listed: whose it is, of which issue."""

    came: datetime
    recipient: str
    kind: str
    status: str
    diagnostic: str
    digest: str
    period: str
    subscriber: int
    suppressed: str
