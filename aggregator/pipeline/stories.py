"""Which entries are about one event: each joins the story of entries that are like it, or founds one.

What was tried, and what it came to, is told in docs/decisions/0017-stories.md. Everything here is reckoned in whole
numbers until the last step, so that the order in which sums are made changes nothing.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from aggregator.model import Placement, Traits
from aggregator.pipeline.stories_likeness import DAY, MEANING, ROUNDED, TERMS, WINDOW, Pairs
from aggregator.pipeline.stories_members import ALONE, CROWDED, Members
from aggregator.pipeline.stories_memory import Memory
from aggregator.pipeline.stories_postings import AT_ONCE
from aggregator.pipeline.stories_profile import Profile, dot

_SHORT, _LONG, _RISE = 9, 60, 0.75  # words of a bare headline, and of all that is looked at
_JOIN = 0.13, 0.29  # from this likeness on an entry joins: of bare headlines, of texts
_AGE = 0.15  # so much more of it is asked for each day, after the first, that a story has lasted
_MERGE = 0.17, 0.50  # from this on two stories that an entry bridges are one
_NEAR, _DRAWN = 0.05, 0.75  # members that are less like it are none; one must be, by this part of the bound
_WHY = 6  # shared words that are told
_HASH = 32  # bits of a term
_CLOSEST = 5  # members of a story that speak for it
_MANY = 3  # so many others that an entry may join one by one: all it is compared with are looked at together
_UNASKED = -1.0  # less than any likeness
_HAIR = 1e-9  # what is reckoned in another way may differ by so little

Alike = tuple[float, int, int, int]
"""How like a member is; its entry, negated, so that the older is the greater of equal ones; its row; and its story."""


def likeness(one: Traits, other: Traits) -> float:
    """Say how alike two entries are that have a meaning, 0 to 1."""
    members = Members()
    members.add(list(dict.fromkeys((one, other))))
    mine, theirs = (members.rows(np.array([entry.entry])) for entry in (one, other))
    return float(Pairs(members, mine, theirs).alike(np.array([0]))[0])


def place(entries: Sequence[Traits], memory: Memory) -> list[Placement]:
    """Find the story of each entry among what ``memory`` holds, and put it there; those before it are there by then.

    It joins the story to which it is most alike by two measures at once: its likeness to the nearest members (the mean
    of five), without whom no story draws it, and to the middle of the story. When it would join two stories and these
    are alike as well, the younger becomes part of the older, whose id they keep.
    """
    found: list[Placement] = []
    for start in range(0, len(entries), AT_ONCE):
        found += _Near(entries[start : start + AT_ONCE], memory).place()
    memory.tell(entries)
    return found


class _Near:
    """Entries that are placed together, and what each of them is compared with.

    Most entries found a story: that their terms are too little alike for anything else is seen before it is known what
    they mean, which takes longer to tell than all the rest.
    """

    def __init__(self, entries: Sequence[Traits], memory: Memory) -> None:
        self._entries, self._memory, self._members = entries, memory, memory.members
        self._first, who, whom = memory.near(entries, within=WINDOW)
        self._pairs = Pairs(memory.members, self._first + who, whom, least=_NEAR)
        who, self._whom = self._pairs.mine - self._first, self._pairs.theirs
        self._begins = np.searchsorted(who, np.arange(len(entries) + 1)).tolist()
        self._live, self._hot, bounds = self._matter()
        memory.meet(self._whom[self._live])
        self._alike = np.full(len(who), _UNASKED)
        asked = np.flatnonzero((np.bincount(who[self._hot], minlength=len(entries)) >= _MANY)[who] | self._hot)
        self._ask(asked)
        enough = asked[self._alike[asked] >= bounds[asked] - _HAIR]
        warm = np.concatenate((enough, np.flatnonzero(self._crowded(slice(None)))))
        self._warm, self._joined = set(who[warm].tolist()), False
        rest = np.flatnonzero(np.isin(who, who[warm]) & (self._alike == _UNASKED))
        self._ask(rest[self._members.ripe(self._pairs.mine[rest]) & self._members.ripe(self._whom[rest])])

    def place(self) -> list[Placement]:
        """Place them in their order."""
        return [self._placed(n, entry) for n, entry in enumerate(self._entries)]

    def _matter(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.float64]]:
        """Tell of pairs whether they may matter where the other is one of many, and whether where it is alone.

        And how like they must be there.
        """
        lengths, most = self._members["length"].astype(np.int64), self._pairs.most
        mine = lengths[self._pairs.mine]
        live = most >= _DRAWN * _between(_JOIN, mine * _SHORT) - _HAIR
        bounds = _between(_JOIN, mine * lengths[self._whom])
        return live, live & (most >= bounds - _HAIR), bounds

    def _ask(self, places: NDArray[np.int64]) -> None:
        """Find out how alike these pairs are."""
        if len(places):
            self._memory.ripen_rows(np.concatenate((self._pairs.mine[places], self._whom[places])))
            self._alike[places] = self._pairs.alike(places)

    def _placed(self, n: int, entry: Traits) -> Placement:
        memory, row = self._memory, self._first + n
        if not self._may_join(n):
            return Placement(memory.found(row, entry.entry))
        terms = memory.terms(entry)
        alike = self._like(n, terms)
        least = _DRAWN * between(_JOIN, entry.length * _SHORT)
        drawn = [(story, found) for story, found in alike.items() if found[0][0] >= least]
        scored = [(_score(entry, terms, story, found, memory), -story) for story, found in drawn]
        joined = sorted([one for one in scored if one[0]], reverse=True)
        if not joined:
            return Placement(memory.found(row, entry.entry))
        score, story = joined[0][0], -joined[0][1]
        _, like, other, _ = alike[story][0]
        why = _why(entry, terms, memory.terms(self._members.at(other)))
        memory.join(row, story)
        for _, bridged in joined[1:]:
            story = _merged(story, -bridged, memory)
        self._joined = True
        return Placement(story, -like, round(min(score, 1.0), 4), why)

    def _may_join(self, n: int) -> bool:
        """Tell whether anything is near enough to an entry, whatever it means, for a look at the stories."""
        mine = self._mine(n)
        return n in self._warm or (self._joined and mine.start < mine.stop and bool(self._crowded(mine).any()))

    def _crowded(self, which: slice) -> NDArray[np.bool_]:
        """Tell of pairs that may matter whether the story of the other has others by now."""
        crowded: NDArray[np.bool_] = self._members["others"][self._whom[which]] == CROWDED
        return self._live[which] & crowded

    def _mine(self, n: int) -> slice:
        """Say which pairs are those of an entry."""
        return slice(self._begins[n], self._begins[n + 1])

    def _like(self, n: int, terms: Mapping[int, int]) -> dict[int, list[Alike]]:
        """Say how like an entry is to the members of each story that may draw it, in falling order."""
        near = np.arange(*self._begins[n : n + 2])
        if _UNASKED in (alike := self._alike[near].tolist()):
            near = self._drawing(n, terms, near)
            self._ask(near[self._alike[near] == _UNASKED])
            alike = self._alike[near].tolist()
        rows = self._whom[near]
        entries, stories = (-self._members["entry"][rows]).tolist(), self._members["story"][rows].tolist()
        found: dict[int, list[Alike]] = {}
        for one in sorted(zip(alike, entries, rows.tolist(), stories, strict=True), reverse=True):
            if one[0] >= _NEAR:
                found.setdefault(one[3], []).append(one)
        return found

    def _drawing(self, n: int, terms: Mapping[int, int], near: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give those of some pairs of an entry whose stories may draw it, whatever it means."""
        stories, most = self._members["story"][self._whom[near]], self._pairs.most[near]
        alone = self._members["others"][self._whom[near]] == ALONE
        drawing: NDArray[np.bool_] = alone & self._hot[near]
        for story in set(stories[self._live[near] & ~alone].tolist()):
            mine, profile = stories == story, self._memory.profile(story)
            drawing[mine] = _may_score(self._entries[n], terms, profile, np.sort(most[mine])[::-1].tolist())
        return near[drawing]


@lru_cache(maxsize=8192)
def between(bounds: tuple[float, float], squared: int) -> float:
    """Give the bound for texts of so many words, squared: from bare headlines to texts, by the logarithm."""
    part = log(min(max(sqrt(squared), _SHORT), _LONG) / _SHORT) / log(_LONG / _SHORT)
    risen: float = part**_RISE
    return bounds[0] + (bounds[1] - bounds[0]) * risen


def _between(bounds: tuple[float, float], squared: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give these bounds for many at once."""
    parts = np.log(np.clip(np.sqrt(squared), _SHORT, _LONG) / _SHORT) / log(_LONG / _SHORT)
    return bounds[0] + (bounds[1] - bounds[0]) * parts**_RISE


def _may_score(entry: Traits, terms: Mapping[int, int], profile: Profile, most: Sequence[float]) -> bool:
    """Tell whether ``_score`` may be anything; ``most`` are the likenesses of members at most, in falling order."""
    bound = between(_JOIN, int(entry.length * profile.length)) - _HAIR
    if profile.size == 1:
        return most[0] >= bound
    if most[0] < bound * _DRAWN:
        return False
    return _mixed(most, _middle(terms, profile), profile) >= bound * _aged(entry, profile)


def _middle(terms: Mapping[int, int], profile: Profile) -> float:
    """The cosine of an entry with a story's sum at most, whatever they mean: the sum may be longer or shorter."""
    shared = TERMS * dot(terms, profile.terms) / 1_000_000
    squared = TERMS * profile.squared / 1_000_000
    longest = profile.size * ROUNDED
    length = min(longest, ROUNDED * squared / shared) if shared > 0 else longest  # where the quotient is greatest
    return (shared + MEANING * ROUNDED * length) / sqrt(max(squared + MEANING * length**2, 1e-9))


def _score(entry: Traits, terms: Mapping[int, int], story: int, found: Sequence[Alike], memory: Memory) -> float:
    """The mean of an entry's likeness to the nearest five members and its cosine with the story's sum; 0: too little.

    A story of one member is as like as that member. The longer a story has lasted, the more it takes to join it.
    """
    profile = memory.profile(story)
    bound = between(_JOIN, int(entry.length * profile.length))
    if profile.size == 1:
        return found[0][0] if found[0][0] >= bound else 0.0
    if found[0][0] < bound * _DRAWN:
        return 0.0
    if profile.unripe and not _may_score(entry, terms, profile, [one[0] for one in found]):
        return 0.0
    memory.ripen(profile.unripe)
    middle = _hybrid(dot(terms, profile.terms), profile.meant(entry)) / _norm(profile)
    score = _mixed([one[0] for one in found[:_CLOSEST]], middle, profile)
    return score if score >= bound * _aged(entry, profile) else 0.0


def _mixed(nearest: Sequence[float], middle: float, profile: Profile) -> float:
    return 0.5 * (sum(nearest[:_CLOSEST]) / min(_CLOSEST, profile.size)) + 0.5 * middle


def _aged(entry: Traits, profile: Profile) -> float:
    return 1 + _AGE * max(0.0, abs(entry.published - profile.began) / DAY - 1)


def _merged(story: int, other: int, memory: Memory) -> int:
    one, two = memory.profile(story), memory.profile(other)
    memory.ripen([*one.unripe, *two.unripe])
    shared = _hybrid(dot(one.terms, two.terms), int(one.meaning @ two.meaning)) / (_norm(one) * _norm(two))
    if shared < between(_MERGE, int(one.length * two.length)):
        return story
    older, younger = sorted((story, other), key=abs)
    memory.merge(younger, older)
    return older


def _hybrid(terms: int, meaning: float) -> float:
    return TERMS * terms / 1_000_000 + MEANING * meaning / 262_144


def _norm(profile: Profile) -> float:
    return sqrt(max(_hybrid(profile.squared, int(profile.meaning @ profile.meaning)), 1e-9))


def _why(entry: Traits, terms: Mapping[int, int], theirs: Mapping[int, int]) -> tuple[str, ...]:
    both = [weight * theirs[hash] << _HASH | hash for hash, weight in terms.items() if hash in theirs]
    both.sort(reverse=True)
    said = entry.said
    return tuple([said[one & (1 << _HASH) - 1] for one in both[:_WHY]])
