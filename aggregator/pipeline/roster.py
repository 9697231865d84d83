"""Subscribers ⇄ CSV: one line a subscription, safe to open in a spreadsheet, read whole or not at all."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar, get_args
from zoneinfo import ZoneInfo

from aggregator.config.addresses import reader_address
from aggregator.config.names import SLUG
from aggregator.config.wording import got, hint
from aggregator.errors import RosterError
from aggregator.model import (
    Choice,
    Consent,
    Frequency,
    Offer,
    Subscriber,
    Subscription,
    SubscriptionWord,
    Via,
    mailbox_of,
)
from aggregator.model.value import value
from aggregator.pipeline.people import LANGUAGES
from aggregator.pipeline.roster_cells import read_lines, unmarked, write_lines

COLUMNS = (
    *("address", "digest", "state", "topics", "frequency", "paused_until", "language", "zone", "joined", "asked"),
    *("confirmed", "left", "via", "form", "wording", "suppressed", "suppressed_at"),
)
_ALSO = ("email", "e-mail", "email address", "mail")

Word = TypeVar("Word", bound=str)
Row = tuple[Subscriber, Subscription]


@value(frozen=True, slots=True)
class Roster:
    """What a file holds; ``passed_over`` are the names of columns that say nothing to us.

    ``warnings`` name lines that say nothing new, and those with a digest, a topic or a frequency that feeds.yaml does
    not have (any more). These are kept as they are, so that a copy comes back as it was; what is sent then is what a
    choice that is no more falls back to, and of a digest that is gone nothing.
    """

    people: tuple[Row, ...]
    passed_over: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@value(frozen=True, slots=True)
class Usual:
    """What holds for a line that does not say otherwise: digest, state and time; and which digests there are."""

    offers: Mapping[str, Offer]
    now: datetime
    form: str  # the name of the file
    digest: str = ""
    state: SubscriptionWord | None = None


def write_roster(rows: Iterable[Row]) -> bytes:
    """Write a line for each subscription, in UTF-8; times are ISO 8601 in UTC, topics stand between blanks."""
    return write_lines([COLUMNS, *(_cells(who, wish) for who, wish in rows)])


def read_roster(data: bytes, usual: Usual, *, name: str) -> Roster:
    """Read a file with a head line, of which only ``address`` must be there; cells between commas, semicolons or tabs.

    Where a column is called like ``email``, one called ``address`` is where somebody lives. Raises RosterError with
    every line that cannot be read: then nothing of the file is to be used.
    """
    lines = read_lines(data, known=("address", *_ALSO), name=name)
    head = _head(lines[0][1] if lines else ())
    if "address" not in head:
        raise RosterError(
            (f"{name}:1: has no column `address` or `email` in its first line; there may be: {', '.join(COLUMNS)}",)
        )
    found: dict[tuple[str, str], tuple[int, Row]] = {}
    problems: list[str] = []
    warnings: list[str] = []
    for number, cells in lines[1:]:
        try:
            odd = _entered(_row(_named(head, cells), usual), found, number, usual.offers)
        except ValueError as error:
            problems.append(f"{name}:{number}: {error}")
        else:
            warnings += [f"{name}:{number}: {words}" for words in odd]
    if problems:
        raise RosterError(tuple(problems))
    people = tuple(row for _, row in found.values())
    return Roster(people, tuple(column for column in head if column and column not in COLUMNS), tuple(warnings))


def _entered(
    row: Row, found: dict[tuple[str, str], tuple[int, Row]], number: int, offers: Mapping[str, Offer]
) -> Sequence[str]:
    """Enter a line once, and say what is odd about it; raises ValueError where it speaks against another."""
    who, wish = row
    line, first = found.setdefault((mailbox_of(who.address), wish.digest), (number, row))
    if line == number:
        return tuple(_odd(wish, offers))
    if first != (replace(who, address=first[0].address), wish):
        raise ValueError(f"the same address and digest as in line {line}, but not the same words")
    return (f"the same as line {line}, passed over",)


def _head(words: Sequence[str]) -> list[str]:
    """Name the columns: the first that is called like mail is the address."""
    names = [word.strip().lower() for word in words]
    mail = next((place for place, name in enumerate(names) if name in _ALSO), None)
    if mail is None:
        return names
    return [
        "address" if place == mail else "postal address" if name == "address" else name
        for place, name in enumerate(names)
    ]


def _named(head: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """Give the cells of a line by their columns; raises ValueError for what stands in none."""
    over = [cell for cell in cells[len(head) :] if cell.strip()]
    if over:
        raise ValueError(f"has more cells than the first line has columns {got(over[0])}; quote a cell with commas")
    return dict(zip(head, map(unmarked, cells), strict=False))


def _row(cells: Mapping[str, str], usual: Usual) -> Row:
    address = reader_address(cells.get("address", "").strip())
    recorded = bool(cells.get("via") and cells.get("asked"))
    offer = _offer(cells.get("digest", "") or usual.digest, usual, recorded=recorded)
    state = _word(cells.get("state", ""), get_args(SubscriptionWord), usual.state, "state")
    asked = _moment(cells.get("asked", "")) or usual.now
    who = Subscriber(
        0,
        "",
        address,
        "",
        _moment(cells.get("joined", "")) or asked,
        _word(cells.get("language", ""), LANGUAGES, "", "language"),
        _zone(cells.get("zone", "")),
        cells.get("suppressed", ""),
        _moment(cells.get("suppressed_at", "")),
    )
    via: Via = _word(cells.get("via", ""), get_args(Via), "import", "via")
    consent = Consent(asked, via, cells.get("form", "") or ("" if recorded else usual.form), cells.get("wording", ""))
    confirmed, left = _moment(cells.get("confirmed", "")), _moment(cells.get("left", ""))
    if state == "confirmed":
        confirmed = confirmed or asked
    return who, Subscription(0, offer.digest, state, _choice(cells, offer), consent, confirmed, left)


def _offer(name: str, usual: Usual, *, recorded: bool) -> Offer:
    """Find the digest of a line; one that is gone is taken with the record of a consent, as `export` writes it."""
    if not name:
        raise ValueError("names no digest; write a column `digest`, or say --digest")
    if name in usual.offers:
        return usual.offers[name]
    if not (recorded and re.fullmatch(SLUG, name)):
        raise ValueError(_no_digest(name, usual.offers))
    return Offer(name, name)


def _no_digest(name: str, offers: Mapping[str, Offer]) -> str:
    return f"no such digest in feeds.yaml {got(name)}{hint(name, offers)}"


def _choice(cells: Mapping[str, str], offer: Offer) -> Choice:
    often: Frequency = _word(cells.get("frequency", ""), get_args(Frequency), offer.frequencies[0], "frequency")
    return Choice(tuple(cells.get("topics", "").split()), often, _moment(cells.get("paused_until", "")))


def _odd(wish: Subscription, offers: Mapping[str, Offer]) -> Iterator[str]:
    """Say what of a choice is not on offer; of a digest with one topic nothing is chosen, and so nothing is odd."""
    choice, offer = wish.choice, offers.get(wish.digest)
    if offer is None:
        yield f"{_no_digest(wish.digest, offers)}, kept all the same"
        return
    names = [name for name, _ in offer.topics]
    for topic in choice.topics if names else ():
        if topic not in names:
            yield f"no such topic of {offer.digest}, kept all the same {got(topic)}{hint(topic, names)}"
    if choice.frequency not in offer.frequencies:
        yield f"{offer.digest} cannot be had so often, kept all the same {got(choice.frequency)}"


def _word(text: str, known: Iterable[Word], otherwise: Word | None, column: str) -> Word:
    for word in known:
        if text == word:
            return word
    if text:
        raise ValueError(f"{column}: must be one of {', '.join(known)} {got(text)}")
    if otherwise is None:
        raise ValueError(f"has no {column}; write a column `{column}`, or say --confirmed of people who have agreed")
    return otherwise


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        value = datetime.fromisoformat(text)
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"not a time like 2026-11-20T07:00:00Z {got(text)}") from None


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key if text else ""
    except (OSError, ValueError, LookupError):
        raise ValueError(f"zone: not a time zone like Europe/Berlin {got(text)}") from None


def _cells(who: Subscriber, wish: Subscription) -> Sequence[str]:
    choice, consent = wish.choice, wish.consent
    moments = (who.joined, consent.asked, wish.confirmed, wish.left)
    return (
        *(who.address, wish.digest, wish.state, " ".join(choice.topics), choice.frequency, _iso(choice.paused_until)),
        *(who.language, who.zone, *map(_iso, moments)),
        *(consent.via, consent.form, consent.wording, who.suppressed, _iso(who.suppressed_at)),
    )


def _iso(value: datetime | None) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z") if value else ""
