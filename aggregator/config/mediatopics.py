"""The IPTC Media Topics: 1,085 subjects of news with names, definitions and what is narrower than what.

The table beside this file is data of the IPTC under CC BY 4.0 (mediatopics.LICENCE.txt). It is read when a topic of
feeds.yaml has an ``iptc:``, and never else.
"""

import re
from functools import cache
from pathlib import Path

from aggregator.config.wording import got, hint
from aggregator.model.value import value

FORM = "medtop:20000568, or its English name"
TABLE = Path(__file__).with_name("mediatopics.tsv")
_ID = re.compile(r"(?:.*(?:mediatopic/|medtop:))?([0-9]{8})")


@value(frozen=True, slots=True)
class MediaTopic:
    """A subject: its id is eight digits, ``broader`` that of the subject above it, or ""."""

    id: str
    broader: str
    name: str
    definition: str


@cache
def table() -> dict[str, MediaTopic]:
    """Read all subjects, by id."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return {one.id: one for one in (MediaTopic(*line.split("\t")) for line in lines)}


def code(text: str) -> str:
    """Read the eight digits out of ``medtop:20000568``, an address of the NewsCodes server, or the digits alone."""
    found = _ID.fullmatch(text.strip())
    return found[1] if found else ""


def mediatopic(text: str) -> MediaTopic | None:
    """Find a subject by its id or by its English name; None when there is none."""
    if number := code(text):
        return table().get(number)
    named = " ".join(text.casefold().split())
    return next((one for one in table().values() if one.name.casefold() == named), None)


def find(text: str) -> str:
    """Check the ``iptc`` of a topic, and write it as eight digits."""
    if not text:
        return ""
    known = mediatopic(text)
    if known is None:
        names = [one.id for one in table().values()] if code(text) else [one.name for one in table().values()]
        raise ValueError(f"not an IPTC Media Topic like {FORM} {got(text)}{hint(code(text) or text, names)}")
    return known.id


def narrower(number: str) -> frozenset[str]:
    """Give the ids of a subject and of all below it."""
    found, wave = {number}, {number}
    while wave:
        wave = {one.id for one in table().values() if one.broader in wave} - found
        found |= wave
    return frozenset(found)
