"""Which of the copies of a text stands for it, and why."""

import re
from collections.abc import Collection, Iterable, Sequence

from aggregator.model import StoredEntry
from aggregator.pipeline.addresses import publisher_of

FULLER = 2.0  # a copy with twice the text stands for the text, although it came later
ORIGINAL, UNKNOWN, SYNDICATED = range(3)
"""What is known of a copy: its own publisher wrote it, nothing, or that it is somebody else's."""

_BEGIN, _END = 160, 400
"""Credits stand in the first and the last characters of a text."""

_DATELINE = re.compile(r"\(([A-Z][\w.&' -]{1,30}|(?:awp|dpa|epd|kna|ots|sda|sid)(?=[)/])(?:/\w+)?)\)\s*(?:\.?[-–—:]|$)")
_CREDIT = re.compile(
    r"(?:\b(?:source|quelle|fuente)\s*:|"
    r"\b(?:appeared|published|posted)\s+(?:first|originally)\s+(?:on|in|at|by)\b|"
    r"\b(?:first|originally)\s+(?:appeared|published|posted)\s+(?:on|in|at|by)\b)\s*([^\n.,;|]{2,60})",
    re.IGNORECASE,
)
_OTHER_NAMES = {
    "ap": ("apnews", "associatedpress", "theassociatedpress"),
    "associatedpress": ("apnews", "ap"),
    "theassociatedpress": ("apnews", "ap"),
    "afp": ("agencefrancepresse",),
    "dpa": ("dpainternational",),
    "pa": ("pamedia", "pressassociation"),
    "upi": ("unitedpressinternational",),
}
"""Agencies under the names by which they sign and by which their sites are called."""


def leading(members: Sequence[StoredEntry]) -> tuple[StoredEntry, str]:
    """Choose who stands for a text among its copies, given as they arrived; says why in words.

    The copy of the original publisher does, before one of which nothing is known, before one that is somebody else's;
    of those one with at least twice as much of the text as those before it; else the earliest.
    """
    named = [(*credits(member.entry.text), *member.entry.credit.split()) for member in members]
    sites = [publisher_of(member.entry.url) for member in members]
    linked = {site for site, member in zip(sites, members, strict=True) if site != member.source.publisher}
    everyone = dict.fromkeys(name for names in named for name in names)
    origins = [_origin(*each, linked=linked, everyone=everyone) for each in zip(members, named, sites, strict=True)]
    best = min(origin for origin, _ in origins)
    considered = [(member, why) for member, (origin, why) in zip(members, origins, strict=True) if origin == best]
    lead, why = considered[0]
    fuller = ""
    for member, said in considered[1:]:
        if len(member.entry.text) >= FULLER * max(len(lead.entry.text), 1):
            lead, why, fuller = member, said, "it has at least twice as much of the text as those before it"
    parts = [why] if why else []
    if best == UNKNOWN and len(considered) < len(members):
        parts.append("the others are somebody else's text")
    if fuller or len(considered) > 1 or best == UNKNOWN:
        parts.append(fuller or "it came first")
    return lead, "; ".join(part for part in parts if part)


def _origin(
    member: StoredEntry, named: Sequence[str], where: str, *, linked: Collection[str], everyone: Iterable[str]
) -> tuple[int, str]:
    """Say whether a member is its own publisher's text, as far as credits and addresses of the copies tell.

    ``named`` are its own credits, ``everyone`` those of all copies; ``where`` is the site it links to, ``linked`` are
    those that a copy of another publisher links to.
    """
    if any(_is(name, member) for name in named):
        return ORIGINAL, "its text names its own publisher as the source"
    publisher = member.source.publisher
    if named:
        return SYNDICATED, ""
    if publisher and publisher in linked:
        return ORIGINAL, "a copy links to its site"
    if any(_is(name, member) for name in everyone):
        return ORIGINAL, "a copy names its publisher as the source"
    return (SYNDICATED if where and publisher and where != publisher else UNKNOWN), ""


def lost_credit(text: str, kept: str) -> str:
    """Name whom a text credits where that was cut from what is ``kept`` of it, as ``Entry.credit`` has it."""
    return " ".join(name for name in credits(text) if name not in credits(kept))


def credits(text: str) -> tuple[str, ...]:
    """Gather whom a text names as its source: "(Reuters) –", "Source: X", "first appeared on X"."""
    ends = text if len(text) <= _BEGIN + _END else f"{text[:_BEGIN]}\n{text[-_END:]}"
    agencies = [name.partition("/")[0] for name in _DATELINE.findall(text[:_BEGIN])]  # "(dpa/tmn)" is dpa
    found = [*agencies, *_CREDIT.findall(ends)]
    return tuple(dict.fromkeys(name for name in map(_letters, found) if name))


def _is(name: str, member: StoredEntry) -> bool:
    """Tell whether a name in letters is that of an entry's publisher: of its feed's title, or of its domain."""
    label = _letters(member.source.publisher.split(".")[0])
    names = {label, _letters(member.source.publisher), _letters(member.source.title)} - {""}
    begins = len(label) >= 4 and (name.startswith(label) or (len(name) >= 4 and label.startswith(name)))
    return begins or bool(names.intersection((name, *_OTHER_NAMES.get(name, ()))))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold().removeprefix("www.").removeprefix("https://")))
