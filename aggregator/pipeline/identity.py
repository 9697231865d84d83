"""What tells entries apart, and what tells that one has changed. Every function here carries a version."""

import json
import re
from collections.abc import Mapping
from hashlib import blake2b

from aggregator.model import Criterion, ParsedEntry
from aggregator.pipeline.addresses import untracked

LONGEST_GUID = 2000
"""Longer guids are hashed; an index of the database holds them."""

_BLANKS = re.compile(r"[\t-\r\x1c-\x1f\x85]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def identity(parsed: ParsedEntry, url: str, criterion: Criterion) -> str:
    """Return the guid under which an entry is stored, as ``criterion`` has it; ``url`` is where it leads.

    A missing guid is made from the entry's address, a missing address from its title and text. Parameters that say
    where a click came from do not count: they change with every reading.
    """
    if criterion == "guid" and parsed.guid and len(parsed.guid) <= LONGEST_GUID:
        return storable(parsed.guid)
    address = untracked(url) if parsed.url else ""
    if criterion == "content":
        return _content(parsed)
    name = parsed.guid or address
    if criterion == "guid+url" and parsed.guid and address:
        name = f"{parsed.guid} {address}"
    if not name:
        return _content(parsed)
    return storable(name) if len(name) <= LONGEST_GUID else _hash({"guid": name})


def storable(name: str) -> str:
    """Return a name as every database holds it and a terminal may show it: no controls, no lone surrogates.

    A name that came back from the store in another form than it went in would be unheard of at every reading.
    """
    if name.isprintable():
        return name
    return _CONTROLS.sub("\ufffd", _BLANKS.sub(" ", name)).encode("utf-8", "replace").decode()


def _content(parsed: ParsedEntry) -> str:
    return _hash(
        {"title": parsed.title.value, "summary": parsed.summary.value, "content": parsed.content.value}
        if parsed.title.value or parsed.summary.value or parsed.content.value
        else {"guid": parsed.guid, "url": parsed.url, "files": " ".join(one.url for one in parsed.enclosures)}
    )


def _hash(facts: dict[str, str]) -> str:
    text = _CANONICAL.encode({name: value for name, value in facts.items() if value})
    return "hash:1:" + blake2b(text.encode(), digest_size=16).hexdigest()


def fingerprint(parsed: ParsedEntry, url: str) -> str:
    """Return the mark of what was published, which changes when the publisher changes the entry.

    Dates are left out, because many publishers touch them at every reading; empty facts are, so that a fact added
    later does not make every stored entry look changed.
    """
    facts = {
        "title": parsed.title.value,
        "url": url,
        "author": parsed.author,
        "summary": parsed.summary.value,
        "content": parsed.content.value,
        "categories": _listed(sorted(f"{one.term}\n{one.scheme}\n{one.label}" for one in parsed.categories)),
        "enclosures": _listed([f"{one.url}\n{one.type}\n{one.length}" for one in parsed.enclosures]),
    }
    return _digest(facts)


def _listed(facts: list[str]) -> str:
    return "".join(f"{len(fact)}:{fact}" for fact in facts)


def _digest(facts: Mapping[str, str]) -> str:
    """Hash names and values, each value after its length, so that no two different sets of facts read alike."""
    text = "".join(f"{name} {len(value)}:{value}" for name, value in facts.items() if value)
    return "2:" + blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
