"""An issue in the editor's hand: composed and held, until it is approved."""

from datetime import datetime
from typing import Literal

from aggregator.model.mailed import Issue
from aggregator.model.value import value

DraftWord = Literal["held", "approved", "timed"]
"""How far a draft is: waiting for the editor, to be sent at once, or to be sent at its time."""


@value(frozen=True, slots=True)
class EditedLine:
    """A story that the editor tells, by its entry; a pinned one stays when the issue gets too large."""

    entry: int
    pin: bool = False
    note: str = ""


@value(frozen=True, slots=True)
class Edits:
    """What the editor made of a draft: the stories to tell, in this order. No subject: the digest's own."""

    stories: tuple[EditedLine, ...]
    subject: str = ""
    note: str = ""
    dropped: tuple[int, ...] = ()  # entries that the editor took out: they stay out when it is composed anew


@value(frozen=True, slots=True)
class DraftedIssue:
    """A draft of an issue. ``issue`` has every story there is to choose from, also those beyond the digest's size."""

    digest: str
    period: str
    issue: Issue
    edits: Edits
    made: datetime
    state: DraftWord = "held"
    told: datetime | None = None  # when the editor was mailed that it waits
