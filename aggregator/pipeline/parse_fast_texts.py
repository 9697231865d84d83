"""What feedparser makes of the text of an element, where it is sure; everything else is declined."""

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from html.entities import entitydefs
from urllib.parse import urljoin

from aggregator.model import Stamp
from aggregator.pipeline.dates import FIRST, read_date
from aggregator.pipeline.parse_bases import LEAD
from aggregator.pipeline.parse_fast_names import Declined, names

TEXT, HTML = "text/plain", "text/html"
_KINDS = {"text": TEXT, "plain": TEXT, TEXT: TEXT, "html": HTML, HTML: HTML}

_C1 = {chr(code): meant for code in range(0x80, 0xA0) if (meant := bytes([code]).decode("cp1252", "ignore"))}

_CLOSED, _ENTITY = re.compile(r"</\w+>"), re.compile(r"&#?\w+;")
_TAG, _NAMED = re.compile(r"</?(\w+)"), re.compile(r"&(\w+);")
TAGS = names(
    "a abbr b big blockquote br center cite code dd del div dl dt em figure font h1 h2 h3 h4 h5 h6 hr i img "
    "ins kbd li ol p pre q s small span strike strong sub sup table tbody td th tr tt u ul video"
)
"""Elements that feedparser takes for a sign of HTML."""

_USUAL = re.compile(  # read alike without a closer look: no month ends before the 29th
    r"[A-Z][a-z][a-z], (?!00|29)[012]\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) 20\d\d "
    r"(?!2[4-9])[012]\d:[0-5]\d:[0-5]\d (?:GMT|[+-][01]\d[0-5]\d)"
    r"|20\d\d-(?!00|1[3-9])[01]\d-(?!00|29)[012]\d"
    r"T(?!2[4-9])[012]\d:[0-5]\d:[0-5]\d(?:\.\d{3})?(?:Z|[+-][01]\d:[0-5]\d)",
    re.ASCII,
)
_MAIL = re.compile(
    r"(?:[A-Z][a-z]{2}, )?([0-3]?\d) ([A-Z][a-z]{2}) (\d{4}) "
    r"(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)? (?:[A-Z]{1,4}|[+-][01]\d[0-5]\d)",
    re.ASCII,
)
_ISO = re.compile(
    r"(\d{4})-(\d\d)-([0-3]\d)(?:[T ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-][01]\d:?[0-5]\d)?)?",
    re.ASCII,
)
_SHORT = frozenset({"Feb", "02", "Apr", "Jun", "Sep", "Nov", "04", "06", "09", "11"})
_MONTHS = (
    frozenset({"Jan", "Mar", "May", "Jul", "Aug", "Oct", "Dec", "01", "03", "05", "07", "08", "10", "12"}) | _SHORT
)
_PLAIN_BASE = re.compile(r"https?://[\w.-]+(?::\d+)?(?:/\S*)?", re.ASCII)
_NO_DAYS = frozenset({"0", "00", *map(str, range(32, 40))})
_UNREAD = FIRST


def mended(text: str) -> str:
    """Return a text as feedparser stores it: UTF-8 that was encoded twice, and C1 characters, are put right."""
    if text.isascii():
        return text
    with suppress(UnicodeError):  # no such mistake was made
        text = text.encode("iso-8859-1").decode()
    for sign, meant in _C1.items():  # looking for each of them takes a hundredth of what translating takes
        if sign in text:
            text = text.replace(sign, meant)
    return text


def kind(attributes: Mapping[str, str], default: str) -> str:
    """Return the type of a text construct, which is text or HTML. Raises Declined for XHTML, base64 and the rest."""
    named = attributes.get("type")
    found = default if named is None else _KINDS.get(named.lower())
    if found is None or "mode" in attributes:
        raise Declined(f"a text of type {named}")
    return found


def guessed(value: str, named: str) -> str:
    """Return the type of a text in RSS, where what calls itself plain may be HTML."""
    if named != TEXT or not ("&" in value or "</" in value):
        return named
    if not (_CLOSED.search(value) or _ENTITY.search(value)):
        return TEXT
    if not TAGS.issuperset(tag.lower() for tag in _TAG.findall(value)):
        raise Declined("a plain text that may be HTML")
    return HTML if all(name in entitydefs for name in _NAMED.findall(value)) else TEXT


def address(text: str, base: str) -> str:
    """Return an address as feedparser keeps it, joined to ``xml:base``. Raises Declined for what it would repair."""
    if ":///" in text:
        raise Declined("an address with three slashes")
    return _joined(base, text) if base else text


def placed(attributes: dict[str, str], base: str) -> dict[str, str]:
    """Return the attributes of a file or a picture, of which the addresses are joined to ``xml:base``."""
    own = {name: value.strip() for name in LEAD if (value := attributes.get(name, "")).strip()} if base else {}
    return attributes | {name: address(value, base) for name, value in own.items()} if own else attributes


def based(base: str, own: str) -> str:
    """Return what addresses hang on inside an element with ``xml:base``. Raises Declined where it is no plain one.

    feedparser joins the base to itself for every element inside: it must be one that this does not change.
    """
    found = _joined(base, own) if base else own
    if not _PLAIN_BASE.fullmatch(found) or ":///" in own or _joined(found, found) != found:
        raise Declined("an odd xml:base")
    return found


def _joined(base: str, own: str) -> str:
    try:
        return urljoin(base, own)
    except ValueError:
        raise Declined("an address that cannot be joined to xml:base") from None


@lru_cache(maxsize=500)  # an entry of Atom has the same date twice
def date(text: str) -> str:
    """Return the text of a date that is certainly read the same with feedparser and without. Raises Declined if not."""
    if not text or _USUAL.fullmatch(text):
        return text
    if found := _MAIL.fullmatch(text):
        day, month, year = found.groups()
    elif found := _ISO.fullmatch(text):
        year, month, day = found.groups()
    else:
        raise Declined("a date of an odd form")
    if month not in _MONTHS or not ("1971" <= year < "2100" or year == "0001"):  # 1: what Go writes for no date
        raise Declined("a date of an odd form")
    doubtful = year == "0001" or day in _NO_DAYS or (day > "28" and month in _SHORT)
    if doubtful and read_date(Stamp(text, _UNREAD)) is _UNREAD:
        raise Declined("a date that never was")
    return text
