"""What tells entries apart, and what tells that one has changed. Every function here carries a version."""

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from hashlib import blake2b, sha256
from urllib.parse import urlsplit

from aggregator.model import Category, Criterion, Draft, ParsedEntry
from aggregator.pipeline.addresses import ascii_host, untracked

LONGEST_GUID = 2000
"""Longer guids are hashed; an index of the database holds them."""

_BLANKS = re.compile(r"[\t-\r\x1c-\x1f\x85]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def identity(parsed: ParsedEntry, url: str, criterion: Criterion) -> str:
    """Return the guid under which an entry is stored, as ``criterion`` has it; ``url`` is where it leads.

    A missing guid is made from the entry's address, a missing address from its title, text and file. Parameters that
    say where a click came from do not count: they change with every reading.
    """
    if criterion == "guid" and parsed.guid and len(parsed.guid) <= LONGEST_GUID:
        return storable(parsed.guid)
    address = untracked(_as_ever(url, parsed.url)) if parsed.url else ""
    if criterion == "content":
        return _content(parsed)
    name = parsed.guid or address
    if criterion == "guid+url" and parsed.guid and address:
        name = f"{parsed.guid} {address}"
    if not name:
        return _content(parsed)
    return storable(name) if len(name) <= LONGEST_GUID else _hash({"guid": name})


def _as_ever(url: str, written: str) -> str:
    """Give an address with its host as IDNA 2003 wrote it (ß as ss): guids that are made of it stay what they are."""
    with suppress(ValueError):
        host = "" if written.isascii() else urlsplit(written).hostname or ""
        if not host.isascii():
            return url.replace(f"//{ascii_host(host)}", f"//{host.encode('idna').decode()}", 1)
    return url


def storable(name: str) -> str:
    """Return a name as every database holds it and a terminal may show it: no controls, no lone surrogates.

    A name that came back from the store in another form than it went in would be unheard of at every reading.
    """
    if name.isprintable():
        return name
    return _CONTROLS.sub("\ufffd", _BLANKS.sub(" ", name)).encode("utf-8", "replace").decode()


def _content(parsed: ParsedEntry) -> str:
    return by_words(parsed, file=_file(parsed))


def by_words(parsed: ParsedEntry, *, file: str = "") -> str:
    """Return the guid that an entry's title and text make, with a file where it has one; all were without it once."""
    words = {"title": parsed.title.value, "summary": parsed.summary.value, "content": parsed.content.value}
    if any(words.values()):
        return _hash(words | {"file": file})
    return _hash({"guid": parsed.guid, "url": parsed.url, "files": " ".join(one.url for one in parsed.enclosures)})


def _file(parsed: ParsedEntry) -> str:
    """Return the file that an entry is there for, which is no picture, "" if there is none.

    An episode may be called as all the others are. Its query does not count: some servers sign one anew for every
    reading.
    """
    files = (one for one in parsed.enclosures if not one.type.startswith("image/") and one.url != parsed.image)
    return next((one.url.partition("?")[0] for one in files), "")


def _hash(facts: dict[str, str]) -> str:
    return "hash:" + _digest({name: value for name, value in facts.items() if value})


def fingerprint(parsed: ParsedEntry, url: str) -> str:
    """Return the mark of what was published, which changes when the publisher changes the entry.

    Dates are left out, because many publishers touch them at every reading; empty facts are, so that a fact added
    later does not make every stored entry look changed.
    """
    facts = (
        ("author", parsed.author),
        ("content", parsed.content.value),
        ("summary", parsed.summary.value),
        ("title", parsed.title.value),
        ("url", url),
    )
    told = [f"{name} {len(value)} {value}\n" for name, value in facts if value]
    for term, scheme, label in _in_order(parsed.categories):
        told.append(f"category {len(term)} {len(scheme)} {len(label)} {term}{scheme}{label}\n")
    for one in parsed.enclosures:
        told.append(f"file {len(one.url)} {len(one.type)} {one.url}{one.type} {one.length}\n")
    return "2:" + sha256("".join(told).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def is_mark_of(mark: str, draft: Draft) -> bool:
    """Tell whether a stored fingerprint, perhaps one of an earlier version, is that of what was read now."""
    return mark == draft.fingerprint or (mark.startswith("1:") and mark == _fingerprint_1(draft.parsed, draft.url))


def _fingerprint_1(parsed: ParsedEntry, url: str) -> str:
    """The first version, which quoted everything as JSON."""
    facts = {
        "author": parsed.author,
        "categories": _in_order(parsed.categories),
        "content": parsed.content.value,
        "enclosures": [[one.url, one.type, one.length] for one in parsed.enclosures],
        "summary": parsed.summary.value,
        "title": parsed.title.value,
        "url": url,
    }
    return _digest({name: value for name, value in facts.items() if value})


def _in_order(categories: Sequence[Category]) -> list[tuple[str, str, str]]:
    return sorted([(one.term, one.scheme, one.label) for one in categories]) if categories else []


def _digest(facts: object) -> str:
    return "1:" + blake2b(_CANONICAL.encode(facts).encode(), digest_size=16).hexdigest()
