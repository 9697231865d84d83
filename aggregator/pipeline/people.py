"""Offer, Reader × Frame → what the pages and the mail for subscribers show."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from aggregator.model import Frequency, Offer, Reader
from aggregator.pipeline.bounces import COMPLAINED

if TYPE_CHECKING:
    from aggregator.pipeline.frame import Frame  # it loads CLDR, which most runs never need

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
"""The languages that the frame of a mail and the pages may have, each by its own name."""

WEEKS = (1, 2, 3, 4, 6, 8, 12, 26, 52)
OFTEN: tuple[Frequency, ...] = ("each", "daily", "weekly")
TRAP = "website"
"""The field that people do not see, and programs fill in."""

EXAMPLE = "reader@example.org"
"""How a mail address looks."""

Done = Literal[
    "asked", "confirmed", "left", "back", "not-back", "expired", "unknown", "busy", "crowded", "unread", "unwell"
]
"""What a page says is done, or cannot be."""


def voice(frame: "Frame") -> dict[str, Any]:
    """Give what every page speaks with: phrases, its language and direction, and how it writes the date of an issue."""
    return {
        "say": frame.say,
        "listed": frame.listed,
        "dated": frame.dated,
        "lang": frame.language,
        "dir": frame.dir,
    }


def form_values(
    offer: Offer,
    frame: "Frame",
    *,
    wrong: bool = False,
    address: str = "",
    topics: Collection[str] | None = None,
    frequency: str = "",
) -> dict[str, Any]:
    """Give what ``subscribe.html`` shows; ``wrong`` says that the address that was sent is none.

    ``topics`` (None: all) and ``frequency`` are what is chosen when it is shown; what is not on offer is passed over.
    """
    return {
        **voice(frame),
        "offer": offer,
        "often": often(frame),
        "trap": TRAP,
        "trouble": frame.say("no_address", example=EXAMPLE) if wrong else "",
        "address": address,
        "chosen": [name for name, _ in offer.topics if topics is None or name in topics],
        "frequency": frequency if frequency in offer.frequencies else offer.frequencies[0],
    }


def reader_values(reader: Reader, frame: "Frame", *, zone: ZoneInfo) -> dict[str, Any]:
    """Give what the pages behind a link show: ``confirmation.html`` and ``unsubscribe.html``."""
    choice = reader.subscription.choice
    titles = [title for name, title in reader.offer.topics if name in choice.topics]
    until = paused(reader, zone=zone)
    return {
        **voice(frame),
        "title": reader.offer.title,
        "state": reader.subscription.state,
        "who": masked(reader.subscriber.address),
        "topics": titles,
        "often": often(frame)[_sent(reader)] if len(reader.offer.frequencies) > 1 else "",
        "paused": until.isoformat() if until else "",
        "paused_day": frame.day(until, year=True) if until else "",
        "suppressed": bool(reader.subscriber.suppressed),
        "complained": reader.subscriber.suppressed.startswith(COMPLAINED),
        "preferences": reader.preferences,
        "unsubscribe": reader.unsubscribe,
        "others": reader.others,
        "undo": reader.undo,
    }


def preference_values(
    reader: Reader, frame: "Frame", *, zone: ZoneInfo, zones: Sequence[str], saved: bool = False, wrong: bool = False
) -> dict[str, Any]:
    """Give what ``preferences.html`` shows; ``wrong`` says that what was sent is not on offer."""
    own = reader.subscriber.zone
    return {
        **reader_values(reader, frame, zone=zone),
        "saved": saved,
        "offer": reader.offer,
        "chosen": reader.subscription.choice.topics or tuple(name for name, _ in reader.offer.topics),
        "frequency": _sent(reader),
        "lapsed": reader.lapsed,
        "frequencies": often(frame),
        "weeks": WEEKS,
        "languages": LANGUAGES,
        "language_chosen": reader.subscriber.language,
        "zones": zones if own in ("", *zones) else sorted({*zones, own}),  # what is not offered stays chosen
        "zone": own,
        "usual_zone": zone.key,
        "usual_place": frame.place(zone.key),
        "trouble": frame.say("not_saved") if wrong else "",
    }


def done_values(done: Done, frame: "Frame", *, reader: Reader | None = None, zone: ZoneInfo) -> dict[str, Any]:
    """Give what ``done.html`` shows; without a reader nothing of anybody."""
    nobody = {**voice(frame), "title": "", "preferences": "", "undo": False, "others": ()}
    return {**(reader_values(reader, frame, zone=zone) if reader else nobody), "done": done}


def letter_values(
    frame: "Frame", *, site: str, title: str, language: str, home: str, link: str, contact: str
) -> dict[str, Any]:
    """Give what ``confirm.txt`` and ``confirm.html`` show; ``language`` is that of ``site`` and ``title``."""
    return {
        **voice(frame),
        "site": site,
        "title": title,
        "language": language,
        "home": home,
        "link": link,
        "contact": contact,
        "days": 7,
    }


def often(frame: "Frame") -> dict[Frequency, str]:
    """Say how often a digest may come."""
    return {name: frame.say(name) for name in OFTEN}


def _sent(reader: Reader) -> Frequency:
    """Tell how often the digest is sent, which is not as chosen where that is no more."""
    return reader.lapsed.instead if reader.lapsed else reader.subscription.choice.frequency


def paused(reader: Reader, *, zone: ZoneInfo) -> date | None:
    """Tell until which day nothing is sent, in the reader's own time zone; None when there is no pause."""
    until, own = reader.subscription.choice.paused_until, reader.subscriber.zone
    return until.astimezone(ZoneInfo(own) if own else zone).date() if until else None


def masked(address: str) -> str:
    """Write an address so that its owner knows it: a link may have been passed on with a mail."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
