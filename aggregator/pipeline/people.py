"""Offer, Reader → what the pages and the mail for subscribers show."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from aggregator.model import (
    Choice,
    Consent,
    Frequency,
    Lapsed,
    Offer,
    Other,
    Reader,
    Subscriber,
    Subscription,
    SubscriptionWord,
)
from aggregator.pipeline.bounces import COMPLAINED

LANGUAGES: Mapping[str, str] = {
    "ar": "العربية",
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fa": "فارسی",
    "fr": "Français",
    "he": "עברית",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "nl": "Nederlands",
    "pl": "Polski",
    "pt": "Português",
    "ru": "Русский",
    "uk": "Українська",
    "zh": "中文",
}
"""The languages that the frame of a mail may have, each by its own name."""

WEEKS = (1, 2, 3, 4, 6, 8, 12, 26, 52)
OFTEN = {"each": "Each issue", "daily": "Once a day", "weekly": "Once a week"}
TRAP = "website"
"""The field that people do not see, and programs fill in."""

Done = Literal["asked", "confirmed", "left", "back", "not-back", "expired", "unknown", "busy"]
"""What a page says is done, or cannot be."""


_OF_READERS: tuple[Done, ...] = ("confirmed", "left", "back", "not-back")
_OF_NOBODY: tuple[Done, ...] = ("asked", "expired", "unknown", "busy")


def form_values(
    offer: Offer, *, trouble: str = "", address: str = "", topics: Collection[str] | None = None, frequency: str = ""
) -> dict[str, Any]:
    """Give what ``subscribe.html`` shows; ``trouble`` is what was wrong with the address that was sent.

    ``topics`` (None: all) and ``frequency`` are what is chosen when it is shown; what is not on offer is passed over.
    """
    return {
        "offer": offer,
        "often": OFTEN,
        "trap": TRAP,
        "trouble": trouble,
        "address": address,
        "chosen": [name for name, _ in offer.topics if topics is None or name in topics],
        "frequency": frequency if frequency in offer.frequencies else offer.frequencies[0],
    }


def reader_values(reader: Reader, *, zone: ZoneInfo, now_saved: bool = False) -> dict[str, Any]:
    """Give what the pages behind a link show: ``confirmation.html`` and ``unsubscribe.html``."""
    choice = reader.subscription.choice
    titles = [title for name, title in reader.offer.topics if name in choice.topics]
    return {
        "title": reader.offer.title,
        "state": reader.subscription.state,
        "who": masked(reader.subscriber.address),
        "topics": titles,
        "often": OFTEN[_sent(reader)] if len(reader.offer.frequencies) > 1 else "",
        "paused": paused(reader, zone=zone),
        "suppressed": bool(reader.subscriber.suppressed),
        "complained": reader.subscriber.suppressed.startswith(COMPLAINED),
        "preferences": reader.preferences,
        "unsubscribe": reader.unsubscribe,
        "others": reader.others,
        "undo": reader.undo,
        "saved": now_saved,
    }


def preference_values(
    reader: Reader, *, zone: ZoneInfo, zones: Sequence[str], saved: bool = False, trouble: str = ""
) -> dict[str, Any]:
    """Give what ``preferences.html`` shows."""
    return {
        **reader_values(reader, zone=zone, now_saved=saved),
        "offer": reader.offer,
        "chosen": reader.subscription.choice.topics or tuple(name for name, _ in reader.offer.topics),
        "frequency": _sent(reader),
        "lapsed": reader.lapsed,
        "frequencies": OFTEN,
        "weeks": WEEKS,
        "languages": LANGUAGES,
        "language_chosen": reader.subscriber.language,
        "zones": zones,
        "zone": reader.subscriber.zone,
        "usual_zone": zone.key,
        "trouble": trouble,
    }


def done_values(done: Done, *, reader: Reader | None = None, zone: ZoneInfo) -> dict[str, Any]:
    """Give what ``done.html`` shows; without a reader nothing of anybody."""
    nobody = {"title": "", "preferences": "", "undo": False, "others": ()}
    return {**(reader_values(reader, zone=zone) if reader else nobody), "done": done}


def letter_values(*, site: str, title: str, language: str, home: str, link: str, contact: str) -> dict[str, Any]:
    """Give what ``confirm.txt`` and ``confirm.html`` show."""
    return {
        "site": site,
        "title": title,
        "language": language,
        "home": home,
        "link": link,
        "contact": contact,
        "days": 7,
    }


def _sent(reader: Reader) -> Frequency:
    """Tell how often the digest is sent, which is not as chosen where that is no more."""
    return reader.lapsed.instead if reader.lapsed else reader.subscription.choice.frequency


def paused(reader: Reader, *, zone: ZoneInfo) -> str:
    """Write until when nothing is sent, as a date in the reader's own time zone; empty when there is no pause."""
    until, own = reader.subscription.choice.paused_until, reader.subscriber.zone
    return until.astimezone(ZoneInfo(own) if own else zone).date().isoformat() if until else ""


def masked(address: str) -> str:
    """Write an address so that its owner knows it: a link may have been passed on with a mail."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def samples() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every page and mail for subscribers with values of each kind, to try templates on."""
    frame = {"site": "Sample", "language": "en", "outputs": [], "root": "../"}
    zone = ZoneInfo("UTC")
    offer = Offer("sample", "Sample", (("one", "One"), ("two", "Two")), ("each", "weekly"))
    for trouble in ("", "What is wrong."):
        yield "subscribe.html", {**frame, **form_values(offer, trouble=trouble)}
    for reader in _readers(offer):
        yield "confirmation.html", {**frame, **reader_values(reader, zone=zone)}
        yield "unsubscribe.html", {**frame, **reader_values(reader, zone=zone)}
        yield "preferences.html", {**frame, **preference_values(reader, zone=zone, zones=("UTC",), saved=True)}
        for done in _OF_READERS:
            yield "done.html", {**frame, **done_values(done, reader=reader, zone=zone)}
    for done in _OF_NOBODY:
        yield "done.html", {**frame, **done_values(done, zone=zone)}
    link = "https://news.example.org/confirm/token"
    for contact in ("", "desk@example.org"):
        home = "https://news.example.org/"
        values = letter_values(site="Sample", title="Sample", language="en", home=home, link=link, contact=contact)
        yield "confirm.txt", values
        yield "confirm.html", values


def _readers(offer: Offer) -> Iterator[Reader]:
    asked = datetime(2026, 1, 1, 6, tzinfo=UTC)
    who = Subscriber(1, "0123456789ab", "reader@example.org", "reader@example.org", asked)
    states: tuple[SubscriptionWord, ...] = ("pending", "confirmed", "left")
    others = tuple(Other(f"other-{state}", "Other", state, "token") for state in states)
    paused = Choice(("one",), "weekly", asked + timedelta(weeks=2))
    for choice in (Choice(), paused):
        for state in states:
            wish = Subscription(1, "sample", state, choice, Consent(asked, "form"))
            others_of = others if choice.topics else ()
            lapse = Lapsed(("gone",), "daily") if choice.topics else None
            yield Reader(who, wish, offer, "token", "token", others_of, undo=state == "left", lapsed=lapse)
