"""The register: what an editor does with subscribers by hand."""

from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta
from zoneinfo import ZoneInfo

from aggregator.app import App
from aggregator.config.addresses import reader_address
from aggregator.errors import AggregatorError, NotFoundError
from aggregator.jobs import subscribing
from aggregator.jobs.compose import digest_named
from aggregator.model import Asked, Choice, Consent, Offer, Subscriber, Subscription, mailbox_of
from aggregator.pipeline.pauses import pause_end
from aggregator.pipeline.roster import Roster, Usual, read_roster

ASKED_A_DAY = 200
"""So many people of a list are asked for their confirmation a day: more at once looks like spam to a mail server."""


def offer_named(app: App, name: str) -> Offer:
    """Find what may be chosen of a digest; raises NotFoundError for a name that feeds.yaml does not have."""
    base, often = app.config.rhythm(name)
    if often != "each":
        raise NotFoundError(f"{name} is {base}, {often}: say --digest {base} --frequency {often}")
    return subscribing.offer(app, digest_named(app, name))


def choice_of(offer: Offer, topics: Collection[str], frequency: str) -> Choice:
    """Read what an editor chose; raises NotFoundError for what the digest does not have."""
    names = [name for name, _ in offer.topics]
    for topic in topics:
        if topic not in names:
            raise NotFoundError(f"{offer.digest} has no choice of “{topic}”; there is: {', '.join(names) or 'none'}")
    if frequency and frequency not in offer.frequencies:
        allowed = ", ".join(offer.frequencies)
        raise NotFoundError(f"{offer.digest} cannot be had {frequency}; `frequency` in feeds.yaml allows: {allowed}")
    return subscribing.chosen(offer, topics, frequency)


def found(app: App, address: str) -> Subscriber:
    """Find a subscriber, however the address is written; raises NotFoundError."""
    typed = address.strip()
    who = app.store.subscribers.by_mailbox(mailbox_of(typed))
    with suppress(ValueError):  # what is no address is looked for as it was typed, and no further
        who = who or app.store.subscribers.by_mailbox(mailbox_of(reader_address(typed)))
    if who is None:
        raise NotFoundError(f"no subscriber {address}; see `aggregator subscribers list`")
    return who


def add(
    app: App, offer: Offer, address: str, choice: Choice, *, agreed: bool, note: str, named: Collection[str] = ()
) -> Asked:
    """Add a subscriber: asked by mail, or at once when the editor knows that they have ``agreed`` (``note`` says how).

    For who has agreed and is subscribed already, ``named`` says what of the choice is changed: ``topics``,
    ``frequency``; and a note is the new record. Raises AggregatorError for what is no address.
    """
    try:
        written = reader_address(address.strip())
    except ValueError as error:
        raise AggregatorError(f"{error}") from None
    if not agreed:
        return subscribing.ask(app, offer, written, choice, via="editor", form=note)
    consent, what = Consent(app.clock(), "editor", note), (*named, *(("consent",) if note else ()))
    return app.store.subscribers.agree(written, offer.digest, choice, consent, named=what)


def wishes(app: App, who: Subscriber, digest: str = "") -> tuple[Subscription, ...]:
    """List what a subscriber wants, of one digest if named; raises NotFoundError when that is nothing."""
    mine = tuple(one for one in app.store.subscribers.subscriptions(who.id) if not digest or one.digest == digest)
    if not mine:
        raise NotFoundError(f"{who.address} has no subscription{f' of {digest}' if digest else ''}")
    return mine


def remove(app: App, who: Subscriber, digest: str = "") -> int:
    """End a subscriber's subscriptions, of one digest if named; returns how many."""
    now = app.clock()
    return sum(app.store.subscribers.leave(who.id, one.digest, now) for one in wishes(app, who, digest))


def pause(app: App, who: Subscriber, digest: str, weeks: int) -> int:
    """Send nothing for some weeks, of one digest if named; 0 goes on at once. Returns of how many."""
    own = ZoneInfo(who.zone or app.config.timezone)
    until = pause_end(weeks, app.clock(), own) if weeks else None
    return sum(app.store.subscribers.pause(who.id, one.digest, until) for one in wishes(app, who, digest))


def bring(app: App, roster: Roster) -> tuple[int, int, int]:
    """Keep people from a file, and ask those who wait, ``ASKED_A_DAY`` a day; who was here stays as they are.

    Returns how many subscribers and how many subscriptions are new, and how many people are asked. Raises NoHomeError
    where nobody could answer; nothing is kept then.
    """
    waiting = _waiting(app, roster)
    new = app.store.subscribers.keep(roster.people)
    asked = 0
    for who, wish in waiting:
        later = app.clock() + timedelta(days=asked // ASKED_A_DAY) if asked >= ASKED_A_DAY else None
        asked += subscribing.ask_waiting(app, who.address, wish, not_before=later) in ("queued", "later")
    return *new, asked


def rehearse(app: App, roster: Roster) -> tuple[int, int, int]:
    """Count what ``bring`` would say of a file, and change nothing: who is new, and who of them would be asked."""
    waiting = _waiting(app, roster)
    here = {who.mailbox: {wish.digest for wish in wishes} for who, wishes in app.store.subscribers.all()}
    listed = {(mailbox_of(who.address), wish.digest) for who, wish in roster.people}
    new = {(mailbox, digest) for mailbox, digest in listed if digest not in here.get(mailbox, ())}
    asked = sum((mailbox_of(who.address), wish.digest) in new for who, wish in waiting)
    return len({mailbox for mailbox, _ in new} - here.keys()), len(new), asked


def _waiting(app: App, roster: Roster) -> list[tuple[Subscriber, Subscription]]:
    """List who of a file is to be asked; raises NoHomeError where nobody could answer."""
    there = {digest.name for digest in app.config.digests}
    asked_for = [(who, wish) for who, wish in roster.people if wish.state == "pending" and wish.digest in there]
    waiting = [(who, wish) for who, wish in asked_for if not who.suppressed]
    if waiting and not app.config.home:
        raise subscribing.NoHomeError
    return waiting


def read_people(app: App, data: bytes, *, name: str, digest: str, agreed: bool) -> Roster:
    """Read people from a file; raises RosterError, and NotFoundError for a digest that is not there."""
    if digest:
        offer_named(app, digest)
    offers = {one.name: subscribing.offer(app, one) for one in app.config.digests}
    usual = Usual(offers, app.clock(), name, digest, "confirmed" if agreed else None)
    return read_roster(data, usual, name=name)
