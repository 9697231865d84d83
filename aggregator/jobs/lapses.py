"""What subscribers chose and feeds.yaml has no more: what is sent instead, and to how many."""

from collections import Counter
from collections.abc import Iterable

from aggregator.config import Config
from aggregator.config.rhythms import available
from aggregator.model import Lapsed, Subscriber, Subscription
from aggregator.pipeline.wording import counted

SENT = {"each": "each issue", "daily": "it daily", "weekly": "it weekly"}


def lapsed(config: Config, wish: Subscription) -> Lapsed | None:
    """Say what of a choice is no more; None when nothing is, some topics of it are left, or the digest is gone."""
    digest = next((one for one in config.digests if one.name == wish.digest), None)
    if digest is None:
        return None
    chosen, often = wish.choice.topics, wish.choice.frequency
    there = {topic.name for topic in digest.among(config.topics)}
    topics = chosen if not there.intersection(chosen) else ()
    instead = available(often, digest.frequency)
    return Lapsed(topics, None if instead == often else often, instead) if topics or instead != often else None


def told(config: Config, people: Iterable[tuple[Subscriber, tuple[Subscription, ...]]]) -> tuple[str, ...]:
    """Say of how many confirmed subscriptions something is no more, a line for each digest and lapse."""
    found: Counter[str] = Counter()
    for wish in (wish for _, wishes in people for wish in wishes if wish.state == "confirmed"):
        lapse = lapsed(config, wish)
        if lapse and lapse.frequency:
            found[f"of {wish.digest} chose {lapse.frequency}, which it has no more: sent {SENT[lapse.instead]}"] += 1
        if lapse and lapse.topics:
            names = ", ".join(lapse.topics)
            found[f"of {wish.digest} chose topics that are no more ({names}): sent all of it"] += 1
    return tuple(f"{counted(number, 'subscriber')} {words}" for words, number in sorted(found.items()))
