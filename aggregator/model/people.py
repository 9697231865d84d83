"""People who subscribe: who they are, what they chose, and what came back from them."""

from datetime import datetime
from typing import Literal

from aggregator.model.value import value

SubscriptionWord = Literal["pending", "confirmed", "left"]
"""How far a subscription is: asked for, meant, over."""

Frequency = Literal["each", "daily", "weekly"]
"""How often a subscriber gets mail of a digest: each issue, or what a day or a week came to."""

Via = Literal["form", "editor", "import"]
"""By what way a subscription came."""

BounceWord = Literal["permanent", "transient", "delayed", "refused", "complaint"]
"""What a report says: the address is no good, it was not this time, it is still tried, the server will have none of our
mail (ours to mend, never the subscriber's fault), or the reader calls it unwanted."""

Asked = Literal["queued", "later", "asked", "confirmed", "changed", "suppressed", "crowded"]
"""What asking for a digest came to: its mail is queued, or for tomorrow; there was one; no need, or another choice;
no use; too many."""


def mailbox_of(address: str) -> str:
    """Write an address as addresses are compared: without regard to case, which hardly any mail server tells apart.

    In small letters, not folded: groß@example.org is not gross@example.org.
    """
    return address.lower()


@value(frozen=True, slots=True)
class Subscriber:
    """A person who asked for digests; ``uid`` stands in links, ``mailbox`` is the address as it is compared."""

    id: int
    uid: str
    address: str
    mailbox: str
    joined: datetime
    language: str = ""  # of the frame; empty: as the digest
    zone: str = ""  # empty: as feeds.yaml
    suppressed: str = ""  # why nothing is sent any more; empty: it is
    suppressed_at: datetime | None = None  # since when; where it is sent again: since then


@value(frozen=True, slots=True)
class Choice:
    """What a subscriber chose of a digest; no topics: all of them."""

    topics: tuple[str, ...] = ()
    frequency: Frequency = "each"
    paused_until: datetime | None = None


@value(frozen=True, slots=True)
class Consent:
    """How a subscription came: when it was asked for, where, and under which version of the text."""

    asked: datetime
    via: Via
    form: str = ""
    wording: str = ""


@value(frozen=True, slots=True)
class Subscription:
    """That a subscriber wants a digest."""

    subscriber: int
    digest: str
    state: SubscriptionWord
    choice: Choice
    consent: Consent
    confirmed: datetime | None = None
    left: datetime | None = None


@value(frozen=True, slots=True)
class Offer:
    """What may be chosen of a digest: topics as (name, title), and frequencies, the first unless another is named."""

    digest: str
    title: str
    topics: tuple[tuple[str, str], ...] = ()
    frequencies: tuple[Frequency, ...] = ("each",)


Taken = Literal["asked", "busy", "crowded"]
"""What became of a form: taken, or not, because too much waits or because its network has sent its share."""


@value(frozen=True, slots=True)
class Wanted:
    """What somebody wrote into the form of a digest, nothing of it checked; ``page`` is the form as they saw it."""

    digest: str
    address: str
    topics: tuple[str, ...]
    frequency: str
    host: str  # where the request came from
    page: str


@value(frozen=True, slots=True)
class Preferred:
    """What somebody wrote into the page of their preferences; ``pause`` is in weeks, None: as it is."""

    topics: tuple[str, ...]
    frequency: str
    pause: int | None
    language: str
    zone: str


@value(frozen=True, slots=True)
class Other:
    """Another digest that a reader wants or wanted; ``preferences`` is the token of its page."""

    digest: str
    title: str
    state: SubscriptionWord
    preferences: str


@value(frozen=True, slots=True)
class Lapsed:
    """What of a choice feeds.yaml has no more: all of its topics, so that everything is sent, or its frequency.

    ``instead`` is how often the digest is sent now; ``frequency`` is None when that is as chosen.
    """

    topics: tuple[str, ...] = ()
    frequency: Frequency | None = None
    instead: Frequency = "each"


@value(frozen=True, slots=True)
class Reader:
    """How somebody who followed a link stands: to the digest of the link, and to the others.

    ``preferences`` and ``unsubscribe`` are tokens for the digest. ``undo`` says whether leaving can be taken back.
    """

    subscriber: Subscriber
    subscription: Subscription
    offer: Offer
    preferences: str
    unsubscribe: str
    others: tuple[Other, ...] = ()
    undo: bool = False
    lapsed: Lapsed | None = None


@value(frozen=True, slots=True)
class Confirmation:
    """A mail that asks whether a subscription is meant, on its way; not before ``due``, where that is set."""

    id: int
    subscriber: Subscriber
    digest: str
    message_id: str
    attempts: int
    asked: datetime
    due: datetime | None = None


@value(frozen=True, slots=True)
class Bounce:
    """What a mail server reported of a delivery, or a person of a mail. ``status`` as in RFC 3463, like 5.1.1."""

    subscriber: int
    delivery: int
    kind: BounceWord
    status: str
    diagnostic: str
    report: str  # a fingerprint: the same report counts once
    came: datetime
