"""Every page and mail for subscribers with values of each kind, to try templates on."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aggregator.model import Choice, Consent, Lapsed, Offer, Other, Reader, Subscriber, Subscription, SubscriptionWord
from aggregator.pipeline.bounces import COMPLAINED
from aggregator.pipeline.frame import Frame
from aggregator.pipeline.people import (
    Done,
    done_values,
    form_values,
    letter_values,
    preference_values,
    reader_values,
    voice,
)

HOME = "https://news.example.org/"
LINK = f"{HOME}confirm/token"
ZONE = ZoneInfo("Europe/Berlin")
ZONES = ("Asia/Tokyo", "Europe/Berlin", "UTC")
OFFER = Offer("sample", "Sample", (("one", "One"), ("two", "Two")), ("each", "weekly"))
_SHAPES = (("atom", "Atom"), ("rss", "RSS"))
_OF_READERS: tuple[Done, ...] = ("confirmed", "left", "back", "not-back")
_OF_NOBODY: tuple[Done, ...] = ("asked", "expired", "unknown", "busy", "crowded", "unread", "unwell")


def samples(
    frame: Frame, *, offer: Offer = OFFER, site: str = "Sample", language: str = "en"
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give (template, values) of each, spoken by ``frame``; ``offer`` and ``site`` are named in ``language``."""
    around = {"site": site, "language": language, "outputs": [_output(site)], "root": "../"}
    for name, values in (*_of_the_site(frame, offer), *_of_nobody(frame, offer), *_of_readers(frame, offer)):
        yield name, {**around, **values}
    for contact in ("", "desk@example.org"):
        named = {"site": site, "title": offer.title, "language": language, "home": HOME, "link": LINK}
        values = letter_values(frame, **named, contact=contact)
        yield "confirm.txt", values
        yield "confirm.html", values


def _output(title: str) -> dict[str, Any]:
    links = [{"path": f"feeds/all.{end}", "label": label, "type": f"application/{end}+xml"} for end, label in _SHAPES]
    return {"name": "all", "title": title, "formats": links}


def _of_the_site(frame: Frame, offer: Offer) -> Iterator[tuple[str, dict[str, Any]]]:
    issued = {"name": offer.digest, "title": offer.title, "periods": ("2026-11-23", "2026-11-20")}
    issued["subscribe"] = offer.digest
    yield "missing.html", voice(frame)
    for digest in (issued, {**issued, "periods": (), "subscribe": ""}):
        yield "index.html", {**voice(frame), "digests": [digest]}
        yield "issues.html", {**voice(frame), **digest}


def _of_nobody(frame: Frame, offer: Offer) -> Iterator[tuple[str, dict[str, Any]]]:
    for wrong in (False, True):
        yield "subscribe.html", form_values(offer, frame, wrong=wrong, address="reader@example" if wrong else "")
    for done in _OF_NOBODY:
        yield "done.html", done_values(done, frame, zone=ZONE)


def _of_readers(frame: Frame, offer: Offer) -> Iterator[tuple[str, dict[str, Any]]]:
    for reader in _readers(offer):
        yield "confirmation.html", reader_values(reader, frame, zone=ZONE)
        yield "unsubscribe.html", reader_values(reader, frame, zone=ZONE)
        for wrong in (False, True):
            values = preference_values(reader, frame, zone=ZONE, zones=ZONES, saved=not wrong, wrong=wrong)
            yield "preferences.html", values
        for done in _OF_READERS:
            yield "done.html", done_values(done, frame, reader=reader, zone=ZONE)


def _readers(offer: Offer) -> Iterator[Reader]:
    asked = datetime(2026, 1, 1, 6, tzinfo=UTC)
    who = Subscriber(1, "0123456789ab", "reader@example.org", "reader@example.org", asked)
    returned = {"confirmed": "5.1.1 no such mailbox", "left": COMPLAINED}
    states: tuple[SubscriptionWord, ...] = ("pending", "confirmed", "left")
    others = tuple(Other(f"other-{state}", "Other", state, "token") for state in states)
    paused = Choice((offer.topics[0][0],), "weekly", asked + timedelta(weeks=2))
    for choice in (Choice(), paused):
        for state in states:
            wish = Subscription(1, offer.digest, state, choice, Consent(asked, "form"))
            others_of = others if choice.topics else ()
            lapse = Lapsed(("gone",), "daily") if choice.topics else None
            whose = replace(who, suppressed=returned.get(state, "")) if choice.topics else who
            yield Reader(whose, wish, offer, "token", "token", others_of, undo=state == "left", lapsed=lapse)
