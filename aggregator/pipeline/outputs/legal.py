"""What may stand in XML and JSON: the last border before a document leaves the house."""

import re
from datetime import UTC, datetime

from aggregator.pipeline.addresses import absolute

# XML 1.0 §2.2 forbids these; the C1 controls and DEL it only discourages, but validators and Gmail do not like them.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BLANK = re.compile("[ \t\n\r\u2028\u2029]+")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_TOKEN = r"[A-Za-z0-9!#$&^_.+-]+"
_MEDIA_TYPE = re.compile(rf"{_TOKEN}/{_TOKEN}( *; *{_TOKEN}=({_TOKEN}|\"[^\"]*\"))*")


def markup(text: str) -> str:
    """Drop what XML cannot carry, and bring line ends into one form (XML 1.0 §2.11)."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ILLEGAL.sub("", text)


def plain(text: str) -> str:
    """Make one line of text: nothing illegal, no line breaks, no blanks at the ends."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return _BLANK.sub(" ", _ILLEGAL.sub("", text)).strip()


def iri(text: str) -> str:
    """Give an absolute IRI back (RFC 3987 §2.2), anything else as an empty string."""
    text = plain(text)
    return text if _IRI.fullmatch(text) else ""


def language(tag: str) -> str:
    """Give a well-formed language tag back (RFC 5646 §2.1), anything else as an empty string."""
    return tag if _LANGUAGE.fullmatch(tag) else ""


def address(url: str) -> str:
    """Give a web address back in ASCII and without credentials (RFC 3986 §7.5); empty when it is none."""
    return absolute(url) if url else ""


def media_type(text: str) -> str:
    """Give a well-formed media type back (RFC 6838 §4.2), anything else as an empty string."""
    return text if _MEDIA_TYPE.fullmatch(text) else ""


def moment(time: datetime) -> datetime:
    """Bring a time to UTC and whole seconds. Raises ValueError when it says no time zone."""
    if time.tzinfo is None:
        raise ValueError(f"the time {time.isoformat()} says no time zone")
    return time.astimezone(UTC).replace(microsecond=0)


def stamp(time: datetime) -> str:
    """Write a time as RFC 3339 has it, with a Z."""
    return moment(time).isoformat().replace("+00:00", "Z")
