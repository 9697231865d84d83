"""What a story's score is made of: each part a factor of its own, with its reason in words. See docs/ranking.md."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from math import log2, prod
from statistics import median

from aggregator.model import Folded, Part, StoredEntry, Telling
from aggregator.model.value import value
from aggregator.pipeline.wording import counted

BURST = timedelta(hours=6)
"""Publishers that come within so much of each other come at once: what everybody reports before the next meal."""

COPIED, AT_ONCE = 0.25, 0.25
"""What a doubling of copies, and of publishers at once, is worth beside a doubling of publishers, which is 1."""

_YOUNG, _OLD = timedelta(hours=6), timedelta(days=14)


@value(frozen=True, slots=True)
class Weights:
    """What the editor holds of feeds (by address) and topics (by name); 1 where nothing is said."""

    feeds: Mapping[str, float] = field(default_factory=dict)
    topics: Mapping[str, float] = field(default_factory=dict)


def parts(telling: Telling, *, now: datetime, half: timedelta, weights: Weights) -> tuple[Part, ...]:
    """Say what speaks for a story now; ``half`` is the age at which it counts half.

    Recency and coverage always, the others where they make a difference. Only what is fresh counts: of a story that
    was told before, what came since.
    """
    alone = len(telling.fresh) == 1 and not telling.fresh[0].others  # as most are
    told = (_ALONE,) if alone else (_coverage(telling), _pace(telling))
    feed = (_feed_weight(telling, weights.feeds),) if weights.feeds else ()
    topic = (_topic_weight(telling, weights.topics),) if weights.topics else ()
    again = (_novelty(telling),) if telling.told else ()
    found = (_recency(telling, now=now, half=half), *told, *feed, *topic, *again)
    return (*found[:2], *(part for part in found[2:] if part.value != 1))


def score(parts: Sequence[Part]) -> float:
    """Multiply the parts; rounded, so that no machine's last digit decides which of two equal stories leads."""
    return _rounded(prod(part.value for part in parts), digits=6)


def half_life(tellings: Sequence[Telling], *, now: datetime) -> timedelta:
    """Say at which age a story with news counts half: at that of the middle of the pile.

    But within six hours and two weeks.

    So a daily and a monthly digest both have a scale.
    """
    middle = median([age(telling, now=now).total_seconds() for telling in tellings if telling.novelty] or [0])
    return min(max(timedelta(seconds=middle), _YOUNG), _OLD)


def age(telling: Telling, *, now: datetime) -> timedelta:
    """Say how old a story is: as old as the newest of its fresh texts. A copy does not make its text younger."""
    return max(now - max(_moment(text) for text in telling.fresh), timedelta())


def in_words(age: timedelta) -> str:
    """Write an age for people: ``12 minutes``, ``3 hours``, ``2 days``."""
    minutes = int(age.total_seconds() // 60)
    for unit, length in (("day", 1440), ("hour", 60)):
        if minutes >= 2 * length:
            return f"{minutes // length} {unit}s"
    return counted(minutes, "minute")


def _recency(telling: Telling, *, now: datetime, half: timedelta) -> Part:
    old = age(telling, now=now)
    return Part("recency", _rounded(half / (half + old)), f"{in_words(old)} old; at {in_words(half)} it is half")


def _coverage(telling: Telling) -> Part:
    """One, and one more for each doubling of the publishers with words of their own; copies are a weaker sign."""
    own = len(_reporters(telling))
    copies = len(_copiers(telling))
    said = f"told by {counted(own, 'publisher')}" + " in words of their own" * (own > 1)
    said += f", copied by {copies}" if copies else ""
    return Part("coverage", _rounded(1 + log2(own) + COPIED * log2(1 + copies)), said)


_ALONE = Part("coverage", 1.0, "told by 1 publisher")


def _pace(telling: Telling) -> Part:
    """The most publishers within ``BURST``: wherever it lies, so that one who came long before takes nothing away."""
    came = sorted(_reporters(telling).items(), key=lambda item: (item[1], item[0]))
    moments = [moment for _, moment in came]
    most = max(sum(start <= moment <= start + BURST for moment in moments) for start in moments)
    return Part("pace", _rounded(1 + AT_ONCE * log2(most)), f"{most} of them within {in_words(BURST)}")


def _feed_weight(telling: Telling, weights: Mapping[str, float]) -> Part:
    """The heaviest feed that tells it counts: a light one takes nothing away from what others tell as well."""
    said = {m.source.url: m for text in telling.fresh for m in text.members}
    url = max(sorted(said), key=lambda url: weights.get(url, 1.0))
    return Part("feed", weights.get(url, 1.0), f"weight of the feed {said[url].source.title or url} (feeds.yaml)")


def _topic_weight(telling: Telling, weights: Mapping[str, float]) -> Part:
    topics = {tag.topic for text in telling.fresh for member in text.members for tag in member.tags}
    heaviest = max(sorted(topics), key=lambda topic: weights.get(topic, 1.0), default="")
    return Part("topic", weights.get(heaviest, 1.0), f"weight of the topic {heaviest} (feeds.yaml)")


def _novelty(telling: Telling) -> Part:
    said = f"told in the issue of {telling.told}; {'this part' if telling.novelty else 'nothing'} of it is new"
    return Part("novelty", _rounded(telling.novelty), said)


def _reporters(telling: Telling) -> dict[str, datetime]:
    """Each publisher with a text of its own, and when the first of these came."""
    found: dict[str, datetime] = {}
    for text in telling.fresh:
        name, moment = publisher(text.lead), _moment(text)
        found[name] = min(moment, found.get(name, moment))
    return found


def _copiers(telling: Telling) -> set[str]:
    """Who carries a text of another publisher, whether or not it has one of its own besides."""
    return {publisher(m) for text in telling.fresh for m in text.others if publisher(m) != publisher(text.lead)}


def publisher(entry: StoredEntry) -> str:
    """Name who tells an entry; a feed without a publisher is one itself."""
    return entry.source.publisher or entry.source.url


def _moment(text: Folded) -> datetime:
    return min(member.entry.published for member in text.members)


def _rounded(value: float, digits: int = 4) -> float:
    return float(f"{value:.{digits}g}")
