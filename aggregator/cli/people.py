"""What `aggregator subscribers` shows of people."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from aggregator.cli.terminal import Terminal, moment
from aggregator.model import Bounce, Lapsed, Subscriber, Subscription

TOLD = {
    "queued": "a mail that asks them goes out with the next sync",
    "later": "asked today about another digest; the mail about this one goes out tomorrow",
    "asked": "asked already; at most one such mail a day goes to an address",
    "confirmed": "subscribed",
    "changed": "subscribed before; what you said anew of topics, frequency or note is kept",
    "suppressed": "nothing is sent there: see `aggregator subscribers show`, and `release`",
    "crowded": "too many at once",
}
"""What became of an address, in words."""


Wish = tuple[Subscription, Lapsed | None]
"""What somebody wants, and what of it is no more."""


def person(who: Subscriber, wishes: Iterable[Wish]) -> dict[str, object]:
    """Give a subscriber for programs."""
    facts = ("address", "language", "zone", "joined", "suppressed", "suppressed_at")
    return {**{name: getattr(who, name) for name in facts}, "subscriptions": [_wish(*wish) for wish in wishes]}


def rows(
    who: Subscriber, wishes: Iterable[Wish], *, digest: str, zone: ZoneInfo, now: datetime
) -> list[tuple[str, ...]]:
    """Give the lines of a table: address, digest, state, how often, topics, since when."""
    return [
        (
            who.address,
            wish.digest,
            state(who, wish, zone=zone, now=now),
            frequency(wish, lapse),
            topics(wish, lapse),
            moment(wish.left or wish.confirmed or wish.consent.asked, zone, named=False),
        )
        for wish, lapse in wishes
        if digest in ("", wish.digest)
    ]


def frequency(wish: Subscription, lapse: Lapsed | None) -> str:
    """Say how often a digest is sent."""
    return f"{lapse.instead} ({lapse.frequency} is no more)" if lapse and lapse.frequency else wish.choice.frequency


def topics(wish: Subscription, lapse: Lapsed | None) -> str:
    """Say what of a digest is sent."""
    chosen = ", ".join(wish.choice.topics)
    return f"all ({chosen}: no more)" if lapse and lapse.topics else chosen or "all"


def state(who: Subscriber, wish: Subscription, *, zone: ZoneInfo, now: datetime) -> str:
    """Say how far a subscription is, and why nothing is sent although it is confirmed."""
    paused = wish.choice.paused_until
    if who.suppressed:
        return f"suppressed: {who.suppressed}"
    if wish.state == "confirmed" and paused and paused > now:
        return f"paused until {moment(paused, zone, named=False)}"
    return wish.state


def tell_person(
    screen: Terminal,
    who: Subscriber,
    wishes: Iterable[Wish],
    bounces: Sequence[Bounce],
    sent: Sequence[tuple[str, str, str, datetime]],
    asked: Sequence[tuple[str, str, str, datetime]],
    *,
    zone: ZoneInfo,
) -> None:
    """Show one subscriber to people."""
    came = [f"{moment(one.came, zone)} {one.kind} {one.status} {one.diagnostic}".rstrip() for one in bounces]
    mails = [f"{digest} {period}: {word}, {moment(at, zone)}" for digest, period, word, at in sent[:10]]
    mails += [f"and {len(sent) - 10} more"] if len(sent) > 10 else []
    asking = [
        f"{digest}: {word}, {moment(at, zone)}" + (f": {said}" if said and word != "sent" else "")
        for digest, word, said, at in asked
    ]
    steps = {
        "address": [who.address],
        "joined": [moment(who.joined, zone)],
        "suppressed": [f"{moment(who.suppressed_at, zone)}: {who.suppressed}"] if who.suppressed else [],
        "language": [who.language] if who.language else [],
        "time zone": [who.zone] if who.zone else [],
        **{wish.digest: _lines(wish, lapse, zone) for wish, lapse in wishes},
        "asked": asking,
        "sent": mails,
        "came back": came,
    }
    screen.steps({name: lines for name, lines in steps.items() if lines})


def _lines(wish: Subscription, lapse: Lapsed | None, zone: ZoneInfo) -> list[str]:
    choice, consent = wish.choice, wish.consent
    by = f" by {consent.form}" if consent.form else ""
    version = f", text {consent.wording}" if consent.wording else ""
    return [
        f"{wish.state}, {frequency(wish, lapse)}, topics: {topics(wish, lapse)}",
        *([f"paused until {moment(choice.paused_until, zone)}"] if choice.paused_until else []),
        f"asked {moment(consent.asked, zone)}, {consent.via}{by}{version}",
        *([f"confirmed {moment(wish.confirmed, zone)}"] if wish.confirmed else []),
        *([f"left {moment(wish.left, zone)}"] if wish.left else []),
    ]


def _wish(wish: Subscription, lapse: Lapsed | None) -> dict[str, object]:
    choice, consent = wish.choice, wish.consent
    return {
        "digest": wish.digest,
        "state": wish.state,
        "topics": choice.topics,
        "frequency": choice.frequency,
        "lapsed": lapse,
        "paused_until": choice.paused_until,
        "asked": consent.asked,
        "via": consent.via,
        "form": consent.form,
        "wording": consent.wording,
        "confirmed": wish.confirmed,
        "left": wish.left,
    }
