"""The frame of an issue: its own words, dates, numbers and plural forms in one language."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, get_timezone_location
from babel.numbers import format_decimal

from aggregator.model.value import value

Words = Mapping[str, str | Mapping[str, str]]
"""A phrase by its key; a phrase that counts has a form for each plural category of its language (CLDR)."""

WEEK = 7

RIGHT_TO_LEFT = ("ar", "arc", "ckb", "dv", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi")

_FACT = re.compile(r"\{(\w+)\}")


@value(frozen=True, slots=False)
class Frame:
    """What an issue says by itself. ``language`` is the tag that was asked for (RFC 5646); en where it has no words.

    ``spoken`` is the tag of the words, de: dates and plural forms follow them, so that no line mixes two languages.
    """

    language: str
    spoken: str
    words: Words

    @cached_property
    def locale(self) -> Locale:
        """The rules of the words' language (Unicode CLDR)."""
        return locale_of(self.spoken) or Locale("en")

    @property
    def dir(self) -> Literal["ltr", "rtl"]:
        """The way that its lines run."""
        return reads(self.language)

    def say(self, key: str, **facts: object) -> str:
        """Write a phrase with its facts; ``n`` chooses the plural form. Raises KeyError when there is no such phrase.

        Facts are texts or numbers; they are put in as they are, whatever braces they have themselves.
        """
        phrase = self.words[key]
        if not isinstance(phrase, str):
            form = self.locale.plural_form(_number(facts.get("n")))
            phrase = phrase.get(form, phrase["other"])
        return _FACT.sub(lambda found: self._fact(found, facts), phrase)

    def listed(self, names: tuple[str, ...], more: int = 0) -> str:
        """Write names in a row, and how many there are besides."""
        others = (self.say("and_others", n=more),) if more else ()
        return self.say("comma").join((*names, *others))

    def long_date(self, day: date) -> str:
        """Write a date as on a front page: Monday, 23 November 2026."""
        return self._numerals(format_date(day, str(self.words.get("date", "full")), locale=self.locale))

    def dated(self, period: str) -> str:
        """Write the date that an issue is called by (``YYYY-MM-DD``); another name stays as it is."""
        try:
            return self.long_date(date.fromisoformat(period))
        except ValueError:
            return period

    def day(self, day: date, *, year: bool = False) -> str:
        """Write a date without its weekday: 23 November."""
        pattern = self.words.get("day_of_year" if year else "day")
        if pattern:
            return self._numerals(format_date(day, str(pattern), locale=self.locale))
        return self._numerals(format_skeleton("yMMMMd" if year else "MMMMd", day, fuzzy=True, locale=self.locale))

    def day_before(self, day: date, *, seen_from: date) -> str:
        """Name a day that has passed: a weekday within the week, else the date."""
        if 0 < (seen_from - day).days < WEEK:
            return format_date(day, "EEEE", locale=self.locale)
        return self.day(day, year=day.year != seen_from.year)

    def moment(self, local: datetime, *, day: date) -> str:
        """Name a moment as seen from the issue's day: a time today, a weekday this week, else the date."""
        age = (day - local.date()).days
        clock = self._numerals(f"{local.hour:02}:{local.minute:02}")
        if age == 0:
            return clock
        if abs(age) < WEEK:  # in a reader's own zone it may be tomorrow
            return self.say("moment", day=format_date(local.date(), "EEEE", locale=self.locale), time=clock)
        return self.day(local.date(), year=local.year != day.year)

    def place(self, zone: str) -> str:
        """Name the city that a time zone is called by: Berlin."""
        return str(get_timezone_location(ZoneInfo(zone), locale=self.locale, return_city=True)) if "/" in zone else zone

    def _fact(self, found: re.Match[str], facts: Mapping[str, object]) -> str:
        fact = facts[found[1]]
        return self._numerals(format_decimal(fact, locale=self.locale)) if isinstance(fact, int) else f"{fact}"

    def _numerals(self, text: str) -> str:
        digits = str(self.words.get("digits", ""))
        return text.translate({48 + n: digit for n, digit in enumerate(digits)}) if digits else text


def reads(language: str) -> Literal["ltr", "rtl"]:
    """Tell which way a language is written by its tag, as the attribute ``dir`` names it."""
    return "rtl" if language.split("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


def locale_of(language: str) -> Locale | None:
    """Read a language tag as far as CLDR knows it: pt-BR, else pt; None for a language that it does not know."""
    parts = language.split("-")
    for end in range(len(parts), 0, -1):
        try:
            return Locale.parse("_".join(parts[:end]))
        except (UnknownLocaleError, ValueError):
            continue
    return None


def is_pattern(text: str) -> bool:
    """Tell whether a text is a pattern that a date can be written with (UTS #35); text in it stands between quotes."""
    try:
        return bool(format_date(date(2026, 11, 23), text, locale="en"))
    except (AttributeError, KeyError, ValueError):  # Babel asks a date for its hour, or knows no such letter or width
        return False


def relations(language: str) -> tuple[str, ...]:
    """List the tags whose words a language uses, from the widest to its own: zh, zh-Hant, zh-TW for zh-TW."""
    known = locale_of(language)
    base = language.split("-")[0]
    written = f"{base}-{known.script}" if known and known.script else base
    return tuple(dict.fromkeys((base, written, language)))


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
