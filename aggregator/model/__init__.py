"""The values that flow through the house: one frozen type for each stage of life.

Request → Fetched → ParsedFeed → Draft → Entry → StoredEntry → Folded → Story → Telling → Issue → Letter → Message
"""

from aggregator.model.entry import Cut, Draft, Entry, Intake, Known, Unread
from aggregator.model.kept import (
    Candidate,
    Correction,
    FeedFigures,
    FeedState,
    Folded,
    Outcome,
    Source,
    StoredEntry,
    Tag,
    Visit,
)
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
from aggregator.model.mailed import Cover, Issue, Letter, Line, Message, Said, Section
from aggregator.model.pages import Article, FullText, Page, PageOutcome, Robots, Teaser
from aggregator.model.published import Category, Enclosure, Markup, ParsedEntry, ParsedFeed, Reject, Stamp
from aggregator.model.story import News, Quote, Story
from aggregator.model.story_traits import Placement, StoryChanges, Traits
from aggregator.model.telling import Part, Ranked, Ranking, Telling, Told
from aggregator.model.web import Asking, Fetched, Request, Validators
from aggregator.model.words import KEYS, WORDS, Criterion, DateSource, Format, Reach

__all__ = [
    "KEYS",
    "WORDS",
    "Article",
    "Asking",
    "Candidate",
    "Category",
    "Correction",
    "Cover",
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
    "News",
    "Outcome",
    "Page",
    "PageOutcome",
    "ParsedEntry",
    "ParsedFeed",
    "Part",
    "Placement",
    "PruneRow",
    "Quote",
    "Ranked",
    "Ranking",
    "Reach",
    "Reject",
    "Request",
    "Robots",
    "Said",
    "Saved",
    "Section",
    "Sought",
    "Source",
    "Stamp",
    "StoredEntry",
    "Story",
    "StoryChanges",
    "Tag",
    "Teaser",
    "Telling",
    "Told",
    "Traits",
    "Unread",
    "Validators",
    "Visit",
]
