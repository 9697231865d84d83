"""Subscribing: what the web and the command line ask for, decided and kept.

ask ─mail with a link─▶ confirm ─▶ prefer, leave ─▶ undo
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aggregator.app import App
from aggregator.config import DigestConfig
from aggregator.config.addresses import reader_address
from aggregator.config.zones import present, renamed
from aggregator.errors import AggregatorError, TokenError
from aggregator.jobs.lapses import lapsed
from aggregator.jobs.post import host
from aggregator.model import (
    Asked,
    Choice,
    Consent,
    Frequency,
    Offer,
    Other,
    Preferred,
    Reader,
    Subscription,
    Via,
    Wanted,
    mailbox_of,
)
from aggregator.pipeline.asking import confirmation_id, network_of, version_of
from aggregator.pipeline.pauses import pause_end
from aggregator.pipeline.people import LANGUAGES
from aggregator.pipeline.tokens import CONFIRM_WITHIN, Purpose, read, sign, written

UNDO_WITHIN = timedelta(days=7)
"""So long after leaving can it be taken back by the link of any mail; later it takes a confirmation again."""

LONGEST_PAUSE = 52
"""Weeks."""


class NoHomeError(AggregatorError):
    """Nobody can confirm anything: without a public address there are no links."""

    exit_code = 2

    def __init__(self) -> None:
        super().__init__(
            "a subscription is confirmed by a link, and links are made from `home`, which feeds.yaml does not have: "
            "write the public address there, or add with --confirmed who has agreed already"
        )


def offers(app: App) -> tuple[Offer, ...]:
    """List the digests that people may subscribe to on the web: none without a public address."""
    return tuple(offer(app, digest) for digest in app.config.digests if digest.subscribe and app.config.home)


def offer(app: App, digest: DigestConfig) -> Offer:
    """Say what may be chosen of a digest."""
    topics = tuple((topic.name, topic.title or topic.name) for topic in digest.among(app.config.topics))
    return Offer(digest.name, digest.title or digest.name, topics if len(topics) > 1 else (), digest.frequency)


def chosen(offered: Offer, topics: Collection[str], frequency: str) -> Choice:
    """Read a choice: what is not on offer is left out, and all topics, or none, are all that there will be."""
    named = tuple(name for name, _ in offered.topics if name in topics)
    often: Frequency = next((one for one in offered.frequencies if one == frequency), offered.frequencies[0])
    return Choice(named if len(named) < len(offered.topics) else (), often)


def ask(
    app: App, offered: Offer, address: str, choice: Choice, *, via: Via, network: str = "", form: str, wording: str = ""
) -> Asked:
    """Enter that somebody wants a digest, and queue the mail that asks them; tells what came of it.

    Raises ValueError for what is no address and NoHomeError where nobody could answer.
    """
    if not app.config.home:
        raise NoHomeError
    consent = Consent(app.clock(), via, form, wording)
    id = confirmation_id(offered.digest, consent.asked, host(app))
    return app.store.confirmations.ask(
        reader_address(address.strip()), offered.digest, choice, consent, network=network, message_id=id
    )


def ask_waiting(app: App, address: str, wish: Subscription, *, not_before: datetime | None = None) -> Asked:
    """Queue the mail for a subscription that came from elsewhere and waits; one confirmed or left here stays so."""
    who = app.store.subscribers.by_mailbox(mailbox_of(address))
    mine = app.store.subscribers.subscriptions(who.id) if who else ()
    if not any(one.digest == wish.digest and one.state == "pending" for one in mine):
        return "confirmed"
    consent = replace(wish.consent, asked=app.clock())
    id = confirmation_id(wish.digest, consent.asked, host(app))
    keep = app.store.confirmations.ask
    facts = (address, wish.digest, wish.choice, consent)
    return keep(*facts, network="", message_id=id, not_before=not_before, replaces=False)


def wanted(app: App, request: Wanted) -> Asked | None:
    """Do what the form of the web asks for; None for what is no address, or no digest with a form."""
    offered = next((one for one in offers(app) if one.digest == request.digest), None)
    if offered is None:
        return None
    network, wording = network_of(request.host, app.secret), version_of(request.page)
    app.archive.write_consent(f"{wording}.html", request.page.encode())
    choice, form = chosen(offered, request.topics, request.frequency), f"{app.config.home}subscribe/{request.digest}"
    try:
        return ask(app, offered, request.address, choice, via="form", network=network, form=form, wording=wording)
    except ValueError:
        return None


def reader(app: App, purpose: Purpose, token: str) -> Reader:
    """Tell how somebody stands who followed a link; raises TokenError, after the same work for every other token."""
    age = CONFIRM_WITHIN if purpose == "confirm" else None
    trouble = TokenError("this link is not one of ours, or not whole")
    try:
        uid, mailing = read(app.secret, purpose, token, app.clock(), age)
        digest = app.config.rhythm(mailing)[0]
    except TokenError as error:
        uid, digest, trouble = "", "", error
    who = app.store.subscribers.by_uid(uid)
    mine = app.store.subscribers.subscriptions(who.id if who else 0)
    subscription = next((_now(one, app) for one in mine if one.digest == digest), None)
    if who is None or subscription is None:
        raise trouble
    if purpose == "confirm":
        subscription = _as_asked(app, subscription, token)
    preferences = sign(app.secret, "preferences", uid, digest, app.clock())
    unsubscribe = sign(app.secret, "unsubscribe", uid, digest, app.clock())
    others = tuple(_other(app, uid, one) for one in mine if one.digest != digest)
    undo = _may_undo(app, subscription)
    lapse = lapsed(app.config, subscription)
    who = replace(who, zone=renamed(who.zone))  # a former name is shown as the present one
    return Reader(who, subscription, known(app, digest), preferences, unsubscribe, others, undo, lapse)


def confirm(app: App, token: str, also: Collection[str] = ()) -> Reader:
    """Take as meant what the mail of a link asked about, and those others that wait and are named in ``also``."""
    found, now, keep = reader(app, "confirm", token), app.clock(), app.store.confirmations.confirm
    keep(found.subscriber.id, found.subscription.digest, written(token), now)
    for other in found.others:
        if other.digest in also and other.state == "pending":
            keep(found.subscriber.id, other.digest, now, now)
    return reader(app, "confirm", token)


def leave(app: App, purpose: Purpose, token: str) -> Reader:
    """End the subscription of a link, and no other; once more changes nothing."""
    found = reader(app, purpose, token)
    app.store.subscribers.leave(found.subscriber.id, found.subscription.digest, app.clock())
    return reader(app, purpose, token)


def undo(app: App, purpose: Purpose, token: str) -> Reader:
    """Take back that somebody left, within ``UNDO_WITHIN``."""
    found = reader(app, purpose, token)
    since = app.clock() - UNDO_WITHIN
    app.store.subscribers.undo(found.subscriber.id, found.subscription.digest, since)
    return reader(app, purpose, token)


def prefer(app: App, token: str, wish: Preferred) -> Reader:
    """Keep what a subscriber chose; raises ValueError for a language or a zone that is not on offer."""
    found = reader(app, "preferences", token)
    zone = renamed(wish.zone)
    if wish.language not in ("", *LANGUAGES) or zone not in ("", found.subscriber.zone, *zones(app)):
        raise ValueError("choose a language and a time zone from the lists")
    paused = found.subscription.choice.paused_until
    if wish.pause is not None:
        weeks = max(0, min(LONGEST_PAUSE, wish.pause))
        own = ZoneInfo(zone or app.config.timezone)
        paused = pause_end(weeks, app.clock(), own) if weeks else None
    choice = chosen(found.offer, wish.topics, wish.frequency)
    kept = Choice(choice.topics, choice.frequency, paused)
    app.store.subscribers.choose(found.subscriber.id, found.subscription.digest, kept)
    app.store.subscribers.settle(found.subscriber.id, language=wish.language, zone=zone)
    return reader(app, "preferences", token)


def zones(app: App) -> tuple[str, ...]:
    """List the time zones that people live in, each once, by its present name, and that of feeds.yaml."""
    return tuple(sorted({renamed(app.config.timezone), *present()}))


def known(app: App, digest: str) -> Offer:
    """Say what may be chosen of a digest, also of one that feeds.yaml no longer has."""
    found = next((one for one in app.config.digests if one.name == digest), None)
    return offer(app, found) if found else Offer(digest, digest)


def _other(app: App, uid: str, one: Subscription) -> Other:
    token = sign(app.secret, "preferences", uid, one.digest, app.clock())
    return Other(one.digest, known(app, one.digest).title, one.state, token)


def _now(one: Subscription, app: App) -> Subscription:
    """Forget a pause that is over."""
    until = one.choice.paused_until
    over = until is not None and until <= app.clock()
    return replace(one, choice=replace(one.choice, paused_until=None)) if over else one


def _as_asked(app: App, one: Subscription, token: str) -> Subscription:
    """Show the subscription that the mail of a link asked about, when it can still be confirmed."""
    found = app.store.confirmations.asked(one.subscriber, one.digest, written(token))
    return replace(one, state="pending", choice=found[0], consent=found[1]) if found else one


def _may_undo(app: App, one: Subscription) -> bool:
    if one.state != "left" or one.confirmed is None or one.left is None:
        return False
    return one.left >= app.clock() - UNDO_WITHIN
