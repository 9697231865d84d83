"""What Curate keeps of an entry to find its story, and what it decides."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from struct import unpack

from aggregator.model.value import value

LATEST = 64
"""A story is known by so many of its latest members."""

POSTED = 20
"""So many of the latest entries are found by one term."""

EPOCH = 96 * 3_600_000_000
"""Microseconds: postings are kept by stretches of time, so that news is found among what was published lately."""


@dataclass(slots=True, eq=False)
class Traits:
    """What an entry is about, compact enough to be kept: so that nobody reads its text again.

    ``hashes`` are those of its terms, four bytes each, the most telling first, odd where the term is a number;
    ``weights`` are two bytes each, a vector of length 1000. ``meaning`` are 256 signed bytes, a vector of length 512;
    most entries are never asked for it, and have none: only what it is made of (``spelt`` and ``parts``).
    """

    entry: int
    published: int  # microseconds since 1970
    mark: int  # fingerprint of what was looked at
    length: int  # words that were looked at
    hashes: bytes
    weights: bytes
    meaning: bytes = b""
    titled: bytes = b""  # hashes of the numbers of its title, and of its names where capitals say something
    story: int = 0
    spelt: tuple[bytes, str] = b"", ""  # hashes of its terms as it says them, and the words as written
    parts: bytes = b""  # what each of these words counts in its meaning: two bytes, in 16ths

    @property
    def said(self) -> dict[int, str]:
        """Each term as it is written, by its hash."""
        hashes, words = self.spelt
        return dict(zip(unpack(f"<{len(hashes) // 4}I", hashes), words.split(" ") if words else (), strict=True))

    @property
    def terms(self) -> dict[int, int]:
        """The weight of each term, by its hash."""
        size = len(self.weights) // 2
        return dict(zip(unpack(f"<{size}I", self.hashes), unpack(f"<{size}H", self.weights), strict=True))


_BITS = 44  # of an entry's number
_NUMBER = re.compile(r"([1-9][0-9]{0,12})(?:\.([1-9][0-9]{0,4}))?", re.ASCII)


def nth_story(entry: int, nth: int) -> int:
    """Give the id of the nth story that an entry founds, counted from 0: its own number, those after it below zero.

    An entry whose text is replaced every day founds one every day: others may still be in those before.
    """
    return entry if nth == 0 else -(entry | (nth - 1) << _BITS)


def founder_of(story: int) -> tuple[int, int]:
    """Say which entry founded a story, and after how many others, as ``nth_story`` counts."""
    return (story, 0) if story > 0 else (-story & (1 << _BITS) - 1, 1 + (-story >> _BITS))


def story_number(story: int) -> str:
    """Write the id of a story as people read and type it: "42", or "42.2" for the second that entry 42 founded."""
    entry, nth = founder_of(story)
    return f"{entry}.{nth + 1}" if nth else str(entry)


def read_story_number(written: str) -> int:
    """Read what ``story_number`` writes; 0 for anything else."""
    found = _NUMBER.fullmatch(written)
    return nth_story(int(found[1]), int(found[2] or 1) - 1) if found else 0


@value(frozen=True, slots=True)
class Placement:
    """The story an entry belongs to (the id of its founder), by which member, how surely, and the words they share."""

    story: int
    like: int = 0
    score: float = 0.0
    why: tuple[str, ...] = ()


@value(frozen=True, slots=True)
class StoryChanges:
    """What placing a batch changed, for the store: traits that are new, postings and counts, stories that were one."""

    traits: tuple[Traits, ...] = ()
    copies: tuple[int, ...] = ()  # entries without traits of their own: they tell the text of another
    postings: Mapping[tuple[int, int], bytes] = field(default_factory=dict)  # (epoch, number) → a part of it, if any
    merged: tuple[tuple[int, int], ...] = ()  # (younger, older), in the order in which it happened
    texts: int = 0
    counts: bytes = b""
