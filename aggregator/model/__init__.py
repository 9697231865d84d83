"""The values that flow through the house: one frozen type for each stage of life.

Request → Fetched → ParsedFeed → Draft → Entry → StoredEntry → Folded → Issue → Letter → Message
"""

from aggregator.model.entry import Cut, Draft, Entry, Intake, Known, Unread
from aggregator.model.kept import Candidate, FeedFigures, FeedState, Folded, Outcome, Source, StoredEntry, Tag, Visit
from aggregator.model.ledger import (
    Curated,
    DeliveryState,
    DeliveryWord,
    IssueState,
    Learned,
    Listing,
    PruneRow,
    Saved,
    Sought,
)
from aggregator.model.mailed import Issue, Letter, Line, Message, Section
from aggregator.model.pages import Article, FullText, Page, PageOutcome, Robots, Teaser
from aggregator.model.published import Category, Enclosure, Markup, ParsedEntry, ParsedFeed, Reject, Stamp
from aggregator.model.web import Asking, Fetched, Request, Validators
from aggregator.model.words import KEYS, WORDS, Criterion, DateSource, Format, Reach

__all__ = [
    "KEYS",
    "WORDS",
    "Article",
    "Asking",
    "Candidate",
    "Category",
    "Criterion",
    "Curated",
    "Cut",
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
    "FullText",
    "Intake",
    "Issue",
    "IssueState",
    "Known",
    "Learned",
    "Letter",
    "Line",
    "Listing",
    "Markup",
    "Message",
    "Outcome",
    "Page",
    "PageOutcome",
    "ParsedEntry",
    "ParsedFeed",
    "PruneRow",
    "Reach",
    "Reject",
    "Request",
    "Robots",
    "Saved",
    "Section",
    "Sought",
    "Source",
    "Stamp",
    "StoredEntry",
    "Tag",
    "Teaser",
    "Unread",
    "Validators",
    "Visit",
]
