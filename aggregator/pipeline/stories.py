"""Which entries are about one event: each joins the story of entries that are like it, or founds one.

What was tried, and what it came to, is told in docs/decisions/0017-stories.md. Everything here is reckoned in whole
numbers until the last step, so that the order in which sums are made changes nothing.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import log, sqrt

import numpy as np

from aggregator.model import Placement, Traits
from aggregator.model.story_traits import EPOCH
from aggregator.pipeline.stories_memory import Memory
from aggregator.pipeline.stories_names import FORM, as_named
from aggregator.pipeline.stories_pairs import products
from aggregator.pipeline.stories_postings import AT_ONCE
from aggregator.pipeline.stories_profile import Profile, dot

WINDOW, DAY = EPOCH, 24 * 3_600_000_000
"""Microseconds between the publication of an entry and that of a member it may join."""

TERMS, MEANING = 0.8, 0.2
"""What shared terms and a shared meaning count."""

_SHORT, _LONG, _RISE = 9, 60, 0.75  # words of a bare headline, and of all that is looked at
_JOIN = 0.13, 0.29  # from this likeness on an entry joins: of bare headlines, of texts
_AGE = 0.15  # so much more of it is asked for each day, after the first, that a story has lasted
_MERGE = 0.17, 0.50  # from this on two stories that an entry bridges are one
_MOST = 0.4  # so much of what the shared term that counts most adds does not count: one name makes no event
_ANOTHER = 0.8  # what likeness counts for titles that name other numbers …
_SERIES, _APART = 0.3, DAY / 2  # … and when they are of one form and not of the same hours: number after number
_NEAR, _DRAWN = 0.05, 0.75  # members that are less like it are none; one must be, by this part of the bound
_WHY = 6  # shared words that are told
_CLOSEST = 5  # members of a story that speak for it


Alike = list[tuple[Traits, float]]
"""Entries that another one is compared with, and how alike they are."""


def likeness(one: Traits, other: Traits) -> float:
    """Say how alike two entries are, 0 to 1.

    Less when their titles name other numbers (day 3 is not day 4), and when they are of one form and name others. It
    fades to nothing while ``WINDOW`` passes between them.
    """
    return _likenesses([one], [0], [other])[0]


def place(entries: Sequence[Traits], memory: Memory) -> list[Placement]:
    """Find the story of each entry among what ``memory`` holds, and put it there; those before it are there by then.

    It joins the story to which it is most alike by two measures at once: its likeness to the nearest members (the mean
    of five), without whom no story draws it, and to the middle of the story. When it would join two stories and these
    are alike as well, the younger becomes part of the older, whose id they keep.
    """
    found: list[Placement] = []
    for start in range(0, len(entries), AT_ONCE):
        part = entries[start : start + AT_ONCE]
        found += [_placed(entry, near, memory) for entry, near in zip(part, _near(part, memory), strict=True)]
    return found


def _near(entries: Sequence[Traits], memory: Memory) -> list[Alike]:
    """What each entry is compared with; whom any of them is like enough, that story is looked up."""
    who, whom = memory.near(entries, within=WINDOW)
    alike: list[Alike] = [[] for _ in entries]
    for n, other, how in zip(who, whom, _likenesses(entries, who, whom), strict=True):
        if how >= _NEAR:
            alike[n].append((other, how))
    memory.look_up_stories({other.story for near in alike for other, how in near if how >= _JOIN[0] * _DRAWN})
    return alike


def _placed(entry: Traits, near: Alike, memory: Memory) -> Placement:
    least = _DRAWN * between(_JOIN, entry.length * _SHORT)
    if not near or max([how for _, how in near]) < least:
        return Placement(memory.found(entry))
    alike: dict[int, list[tuple[float, int]]] = {}
    for other, how in near:
        alike.setdefault(other.story, []).append((how, -other.entry))
    drawn = {id: found for id, found in alike.items() if max(found)[0] >= least}
    terms = entry.terms
    scored = [(_score(entry, terms, memory.profile(id), found), -id) for id, found in drawn.items()]
    joined = sorted([one for one in scored if one[0]], reverse=True)
    if not joined:
        return Placement(memory.found(entry))
    score, story = joined[0][0], -joined[0][1]
    _, like = max(alike[story])
    why = _why(entry.said, terms, memory.members[-like].terms)
    memory.join(entry, story)
    for _, bridged in joined[1:]:
        story = _merged(story, -bridged, memory)
    return Placement(story, -like, round(min(score, 1.0), 4), why)


@lru_cache(maxsize=8192)
def between(bounds: tuple[float, float], squared: int) -> float:
    """Give the bound for texts of so many words, squared: from bare headlines to texts, by the logarithm."""
    part = log(min(max(sqrt(squared), _SHORT), _LONG) / _SHORT) / log(_LONG / _SHORT)
    risen: float = part**_RISE
    return bounds[0] + (bounds[1] - bounds[0]) * risen


def _score(entry: Traits, terms: dict[int, int], profile: Profile, found: list[tuple[float, int]]) -> float:
    """The mean of an entry's likeness to the nearest five members and its cosine with the story's sum; 0: too little.

    A story of one member is as like as that member. The longer a story has lasted, the more it takes to join it.
    """
    bound = between(_JOIN, int(entry.length * profile.length))
    if profile.size == 1:
        return found[0][0] if found[0][0] >= bound else 0.0
    lasted = abs(entry.published - profile.began) / DAY
    nearest = sorted((how for how, _ in found), reverse=True)[:_CLOSEST]
    if nearest[0] < bound * _DRAWN:
        return 0.0
    members = sum(nearest) / min(_CLOSEST, profile.size)
    score = 0.5 * members + 0.5 * _hybrid(dot(terms, profile.terms), profile.meant(entry)) / _norm(profile)
    return score if score >= bound * (1 + _AGE * max(0.0, lasted - 1)) else 0.0


def _likenesses(entries: Sequence[Traits], who: Sequence[int], whom: Sequence[Traits]) -> list[float]:
    """How alike pairs are: of ``entries`` those at the places ``who``, in rising order, and ``whom``."""
    if not who:
        return []
    terms, most, meant = products(entries, who, whom)
    mine = np.array([one.published for one in entries])[who]
    apart = np.abs(np.array([other.published for other in whom]) - mine)
    mixed = (terms - _MOST * most) * (TERMS / 1_000_000) + meant * (MEANING / 262_144)
    alike: list[float] = (mixed * np.maximum(1 - apart / WINDOW, 0)).tolist()
    series = ((terms >= FORM * 1_000_000) & (apart >= _APART)).tolist()
    for at, (n, other) in enumerate(zip(who, whom, strict=True)):
        if other.numbers and entries[n].numbers:
            alike[at] *= _numbered(entries[n], other, series[at])
    return as_named(entries, who, whom, alike, terms.tolist())


def _merged(story: int, other: int, memory: Memory) -> int:
    one, two = memory.profile(story), memory.profile(other)
    shared = _hybrid(dot(one.terms, two.terms), one.meant_with(two)) / (_norm(one) * _norm(two))
    if shared < between(_MERGE, int(one.length * two.length)):
        return story
    older, younger = sorted((story, other), key=abs)
    memory.merge(younger, older)
    return older


def _hybrid(terms: int, meaning: float) -> float:
    return TERMS * terms / 1_000_000 + MEANING * meaning / 262_144


def _norm(profile: Profile) -> float:
    return sqrt(max(_hybrid(*profile.squared), 1e-9))


def _numbered(one: Traits, other: Traits, series: bool) -> float:
    """What the numbers of their titles leave of a likeness: either has some that the other has not."""
    if one.numbers <= other.numbers or other.numbers <= one.numbers:
        return 1.0
    return _SERIES if series else _ANOTHER


def _why(said: Mapping[int, str], terms: dict[int, int], theirs: dict[int, int]) -> tuple[str, ...]:
    both = [(weight * theirs[hash], hash) for hash, weight in terms.items() if hash in theirs]
    return tuple(said[hash] for _, hash in sorted(both, reverse=True)[:_WHY])
