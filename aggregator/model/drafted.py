"""An issue in the editor's hand: composed and held, until it is approved."""

from datetime import datetime
from typing import Literal

from aggregator.model.mailed import Issue
from aggregator.model.value import value

DraftWord = Literal["held", "approved", "timed", "freezing"]
"""How far a draft is: waiting for the editor, to be sent at once, or at its time; being made an issue."""


@value(frozen=True, slots=True)
class EditedLine:
    """A story in the editor's hand; a pinned one stays when the issue gets too large.

    In its draft it goes by its entry, the one that speaks for the story. Composed anew, another may speak for it: then
    it is known by any text it has, or by its story.
    """

    entry: int
    pin: bool = False
    note: str = ""
    text_set: int = 0
    story: int = 0


@value(frozen=True, slots=True)
class Edits:
    """What the editor made of a draft: the stories to tell, in this order. No subject: the digest's own."""

    stories: tuple[EditedLine, ...]
    subject: str = ""
    note: str = ""
    dropped: tuple[EditedLine, ...] = ()  # what the editor took out: not published, and out when it is composed anew


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
    attempts: int = 0  # so many mails to the editor did not go out
    remind_at: datetime | None = None  # when the next is tried; None after an attempt: never
    reply: str = ""  # why the last did not go out
