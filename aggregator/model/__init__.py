"""The values that flow through the house: one frozen type for each stage of life.

Request → Fetched → ParsedFeed → Draft → Entry → StoredEntry → Folded → Issue → Letter → Message
"""

from aggregator.model.entry import Draft, Entry, Intake, Known, Unread
from aggregator.model.kept import Candidate, FeedFigures, FeedState, Folded, Outcome, Source, StoredEntry, Tag, Visit
from aggregator.model.ledger import Curated, DeliveryState, DeliveryWord, IssueState, Listing, PruneRow, Saved
from aggregator.model.mailed import Issue, Letter, Line, Message, Section
from aggregator.model.published import Category, Enclosure, Markup, ParsedEntry, ParsedFeed, Reject, Stamp
from aggregator.model.story import News, Quote, Story
from aggregator.model.story_traits import Placement, StoryChanges, Traits
from aggregator.model.web import Asking, Fetched, Request, Validators
from aggregator.model.words import WORDS, Criterion, DateSource, Format, Reach

__all__ = [
    "WORDS",
    "Asking",
    "Candidate",
    "Category",
    "Criterion",
    "Curated",
    "DateSource",
    "DeliveryState",
    "DeliveryWord",
    "Draft",
    "Enclosure",
    "Entry",
    "FeedFigures",
    "FeedState",
    "Fetched",
    "Folded",
    "Format",
    "Intake",
    "Issue",
    "IssueState",
    "Known",
    "Letter",
    "Line",
    "Listing",
    "Markup",
    "Message",
    "News",
    "Outcome",
    "ParsedEntry",
    "ParsedFeed",
    "Placement",
    "PruneRow",
    "Quote",
    "Reach",
    "Reject",
    "Request",
    "Saved",
    "Section",
    "Source",
    "Stamp",
    "StoredEntry",
    "Story",
    "StoryChanges",
    "Tag",
    "Traits",
    "Unread",
    "Validators",
    "Visit",
]
