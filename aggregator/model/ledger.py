"""What goes into the store's books and comes out of them: listings, placements, issues, deliveries, prunings."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Literal

from aggregator.model.kept import Tag
from aggregator.model.value import value

DeliveryWord = Literal["pending", "sending", "sent", "deferred", "failed", "unknown", "dropped"]
"""How far a delivery is.

``unknown``: it may have arrived, and is not sent again by itself; ``dropped``: it was not sent because its subscriber
left, paused, or must not be written to, by the time it would have been.
"""


@value(frozen=True, slots=True)
class Listing:
    """A feed as feeds.yaml names it: what is configured here comes before what the document says."""

    url: str
    title: str = ""
    publisher: str = ""


@value(frozen=True, slots=True)
class Saved:
    """What saving one visit came to; ``fenced``: another worker holds the feed by now, so nothing was written."""

    feed: int
    new: int = 0
    updated: int = 0
    ignored: int = 0  # changes of markup alone, beyond the cap
    fenced: bool = False


@value(frozen=True, slots=True)
class Curated:
    """Where Curate places an entry: its text set and why, its topics, and why it is left out (empty: it is not).

    ``text_set`` 0 means that the entry founds its own set, ``story`` 0 that it was compared with none.
    ``same_like`` and ``story_like`` name the member that decided, 0 for who came first; scores are from 0 to 1.
    """

    entry: int
    text_set: int = 0
    same_as: str = ""
    tags: tuple[Tag, ...] = ()
    dropped: str = ""
    same_like: int = 0
    same_score: float = 0.0
    story: int = 0
    story_like: int = 0
    story_score: float = 0.0
    story_why: tuple[str, ...] = ()


@value(frozen=True, slots=True)
class Sought:
    """An entry whose copies are sought by its keys: hashes of 32 bits, of runs of its words."""

    entry: int
    published: datetime
    keys: Sequence[int]


@value(frozen=True, slots=True)
class Learned:
    """What a batch taught about texts: keys by which its entries are found, as they are kept."""

    runs: Mapping[int, bytes] = field(default_factory=dict)  # of each entry that was compared, eight bytes each
    keys: Mapping[tuple[int, int], bytes] = field(default_factory=dict)  # (fortnight, number) → a part of them, if any


NOTHING_LEARNED = Learned()


@value(frozen=True, slots=True)
class IssueState:
    """An issue in the ledger; ``skipped``: there was nothing to tell. ``entries`` counts what it tells."""

    id: int
    digest: str
    period: str
    since: datetime
    until: datetime
    frozen: datetime
    skipped: bool = False
    entries: int = 0
    subject: str = ""


@value(frozen=True, slots=True)
class DeliveryState:
    """One issue on its way to one recipient; ``reply`` is the server's last word, ``due`` when to try again."""

    id: int
    issue: int
    recipient: str
    message_id: str
    state: DeliveryWord = "pending"
    attempts: int = 0
    due: datetime | None = None
    reply: str = ""
    changed: datetime | None = None
    subscriber: int = 0  # 0: an address of `to:`
    letter: int = 0  # 0: the issue as it was composed


@value(frozen=True, slots=True)
class Packed:
    """A letter as it is kept (pipeline/packing); text is that of an earlier program, which kept it as it is."""

    html: bytes | str
    text: bytes | str


@value(frozen=True, slots=True)
class Variant:
    """An issue as some of its subscribers chose it; ``key`` names the choice, and its letter holds marks for links."""

    key: str
    subject: str
    letter: Packed


@value(frozen=True, slots=True)
class Addressed:
    """Who is to get an issue, under which Message-ID, in which variant (empty: the issue as it was composed)."""

    recipient: str
    message_id: str
    subscriber: int = 0
    variant: str = ""


@value(frozen=True, slots=True)
class Claimed:
    """Deliveries that one sender has for itself, and in how many seconds the first may go and each after it.

    ``full``: no more may go out within this hour.
    """

    deliveries: tuple[DeliveryState, ...] = ()
    first: float = 0.0
    every: float = 0.0
    full: bool = False


@value(frozen=True, slots=True)
class Pace:
    """How fast mail may go, by all processes together: messages a second (None: at once), and in any hour."""

    rate: float | None = None
    per_hour: int | None = None


@value(frozen=True, slots=True)
class PruneRow:
    """What retention would remove, or removed, of one feed."""

    url: str
    entries: int  # stored
    held: int  # of these, in the feed's last document
    purgeable: int
    oldest: datetime | None = None  # first seen, of what is purgeable
