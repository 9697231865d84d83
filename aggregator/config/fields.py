"""The kinds of values that feeds.yaml holds, each checked and explained in its own words."""

import re
from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from aggregator.config.addresses import (
    contact_address,
    feed_address,
    home_address,
    mail_address,
    mail_sender,
    reader_address,
)
from aggregator.config.names import SLUG, language_tag
from aggregator.config.wording import got, hint
from aggregator.config.zones import zone_hint
from aggregator.model import SUBJECT_WORDS
from aggregator.when import FORMS, When

LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$"
EVERY = r"^(auto|[0-9]{1,5}[mhd])$"
WEB = r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s@/?#]+([/?#]\S*)?$"
FEED = r"^([Hh][Tt][Tt][Pp][Ss]?://[^\s@/?#]+([/?#]\S*)?|file:[^/~].*)$"
_IN_BRACES = re.compile(r"\{([A-Za-z_]+)\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_SHORTEST, _LONGEST = timedelta(minutes=5), timedelta(days=30)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def _line(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be empty")
    if len(text) > 200:
        raise ValueError(f"longer than 200 characters {got(text)}")
    if _CONTROL.search(text):
        raise ValueError(f"must be one line without control characters {got(text)}")
    return text.strip()


def _subject(text: str) -> str:
    """Check a subject: a word in braces that nothing fills would be mailed as it stands."""
    line = _line(text)
    for word in _IN_BRACES.findall(line):
        if word not in SUBJECT_WORDS:
            there = ", ".join(f"{{{one}}}" for one in SUBJECT_WORDS)
            raise ValueError(f"may say {there} {got('{' + word + '}')}{hint(word, SUBJECT_WORDS)}")
    return line


def _slug(text: str) -> str:
    if not re.match(SLUG, text) or text.endswith("\n"):
        raise ValueError(f"a name has 1 to 64 of a-z, 0-9 and - {got(text)}")
    return text


def _word(text: str) -> str:
    """Check one word of a list: a word, a phrase, or ``prefix*`` with at least two characters before the star."""
    word = _line(text)
    if "*" in word[:-1] or (word.endswith("*") and len(word) < 3):
        raise ValueError(f"a `*` stands at the end, after at least two letters {got(text)}")
    if not any(sign.isalnum() for sign in word):
        raise ValueError(f"has no letter and no digit {got(text)}")
    return word


def _language(text: str) -> str:
    if not re.fullmatch(LANGUAGE.strip("^$"), text):
        raise ValueError(f"not a language like en, de or pt-BR {got(text)}")
    return language_tag(text)


def _timezone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (OSError, ValueError, LookupError):  # a folder of the database, an escape from it, an unknown name
        raise ValueError(f"not a time zone like Europe/Berlin {got(text)}{zone_hint(text)}") from None
    return text


def _every(value: object) -> object:
    """Read ``30m``, ``2h``, ``1d`` or ``auto`` (None); between five minutes and thirty days."""
    if value is None or isinstance(value, timedelta):
        return value
    if not isinstance(value, str) or not re.fullmatch(EVERY.strip("^$"), value):
        raise ValueError(f"must be like 30m, 2h, 1d, or auto {got(value)}")
    if value == "auto":
        return None
    span = timedelta(**{_UNITS[value[-1]]: int(value[:-1])})
    if not _SHORTEST <= span <= _LONGEST:
        raise ValueError(f"must be between 5m and 30d {got(value)}")
    return span


def _rule(value: object) -> object:
    """Unwrap ``{words: [...]}``."""
    if isinstance(value, tuple):
        return value
    if not isinstance(value, dict) or set(value) != {"words"}:
        stray = next((str(key) for key in value if key != "words"), "") if isinstance(value, dict) else ""
        raise ValueError(f"must be {{words: […]}} {got(value)}" + (hint(stray, ["words"]) if stray else ""))
    if not isinstance(value["words"], list):
        raise ValueError(f"must be {{words: […]}}, with a list {got(value['words'])}")
    return value["words"]


def _when(text: str) -> str:
    if len(text) > 80:
        raise ValueError(f"is too long; write {FORMS}")
    try:
        return str(When.read(text))
    except ValueError as error:
        raise ValueError(f"{error} {got(text)}") from None


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError:
        pass
    try:
        whole = ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"not a network like 127.0.0.0/8 {got(text)}") from None
    raise ValueError(f"not the first address of a network {got(text)}; did you mean `{whole}`?")


def _spacing(value: object) -> object:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 60):
        return value
    raise ValueError(f"must be a number of seconds, 0 to 60 {got(value)}")


def _weight(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0.1 <= value <= 10:
        return float(value)
    raise ValueError(f"must be a number, 0.1 to 10 {got(value)}")


def _database(text: str) -> str:
    scheme, mark, _ = text.partition("://")
    if mark and scheme != "sqlite":  # never quoted: it may hold a password
        raise ValueError(f'a database is the path of a file, or sqlite:///PATH (got "{scheme[:20]}://…")')
    return text


def _bounces(text: str) -> str:
    """Check a mailbox that gets an extension of up to 24 characters; RFC 5321 §4.5.3.1.1 allows 64 octets before @."""
    local = text.rpartition("@")[0]
    if len(local) > 40:
        raise ValueError(f"has more than 40 characters before the @; they become local+NUMBER.MARK {got(text)}")
    return text


def _optional(check: Callable[[str], str]) -> AfterValidator:
    """Check what is there; the empty text stands for nothing."""
    return AfterValidator(lambda text: check(text) if text else "")


def _pattern(pattern: str, **more: object) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, **more})


Line = Annotated[str, AfterValidator(_line), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 200})]
Text = Annotated[str, _optional(_line), WithJsonSchema({"type": "string", "maxLength": 200})]
Subject = Annotated[str, _optional(_subject), WithJsonSchema({"type": "string", "maxLength": 200})]
Slug = Annotated[str, AfterValidator(_slug), _pattern(SLUG)]
Word = Annotated[str, AfterValidator(_word), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": 200})]
Language = Annotated[str, AfterValidator(_language), _pattern(LANGUAGE)]
Timezone = Annotated[str, AfterValidator(_timezone), WithJsonSchema({"type": "string", "examples": ["Europe/Berlin"]})]
FeedAddress = Annotated[str, AfterValidator(feed_address), _pattern(FEED)]
Home = Annotated[str, _optional(home_address), _pattern(WEB)]
Contact = Annotated[str, _optional(contact_address), WithJsonSchema({"type": "string", "minLength": 3})]
FeedLanguage = Annotated[str, _optional(_language), _pattern(LANGUAGE)]
MailAddress = Annotated[str, AfterValidator(mail_address), _pattern(r"^[^\s@]+@[^\s@]+$")]
ReaderAddress = Annotated[str, AfterValidator(reader_address), _pattern(r"^[^\s@]+@[^\s@]+$")]
Bounces = Annotated[MailAddress, AfterValidator(_bounces)]
Sender = Annotated[str, AfterValidator(_line), AfterValidator(mail_sender), _pattern(r"@")]
Every = Annotated[timedelta | None, BeforeValidator(_every), _pattern(EVERY, examples=["auto", "30m", "2h", "1d"])]
Moment = Annotated[str, AfterValidator(_when), _pattern(r"\d:\d\d$", examples=["daily 07:00", "mon-fri 07:00"])]
Network = Annotated[str, AfterValidator(_network), WithJsonSchema({"type": "string", "examples": ["127.0.0.0/8"]})]
Database = Annotated[str, _optional(_line), AfterValidator(_database), WithJsonSchema({"type": "string"})]
_WORDS = {"type": "object", "required": ["words"], "additionalProperties": False}
_LIST = {"type": "array", "items": {"type": "string", "minLength": 1}}
Rule = Annotated[tuple[Word, ...], BeforeValidator(_rule), WithJsonSchema({**_WORDS, "properties": {"words": _LIST}})]
Spacing = Annotated[
    float | None, BeforeValidator(_spacing), WithJsonSchema({"type": "number", "minimum": 0, "maximum": 60})
]
Size = Annotated[int, Field(strict=True, ge=1, le=500)]
Weight = Annotated[float, BeforeValidator(_weight), WithJsonSchema({"type": "number", "minimum": 0.1, "maximum": 10})]
