"""What is remembered of stories while entries are placed: members, where to find them, and the sum of each story."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aggregator.model import Traits
from aggregator.pipeline.shingles_parts import distinct
from aggregator.pipeline.stories_members import ALONE, CROWDED, UNKNOWN, Members, Rows
from aggregator.pipeline.stories_postings import Postings
from aggregator.pipeline.stories_profile import Profile

REMEMBERED = 14_000
"""So many members are kept when there are a third more: those that were met last."""

Entries = Callable[[Sequence[int]], Iterable[Traits]]
Stories = Callable[[Sequence[int]], Mapping[int, Sequence[int]]]
Crowded = Callable[[Sequence[int]], Collection[int]]
Ripen = Callable[[Sequence[Traits]], None]


class Near(NamedTuple):
    """Entries, by the row of the first of them, and pairs: the places of who looks, which rise, and rows of others."""

    first: int
    who: NDArray[np.int64]
    whom: Rows


class Memory:
    """Entries and stories as far as they were looked up or placed; notes what is to be kept.

    ``entries`` and ``stories`` look up what is stored: the traits of entries, and which are the latest of stories;
    ``crowded`` says which of some stories have more than one. ``ripen`` gives traits their meaning.
    """

    def __init__(self, entries: Entries, stories: Stories, crowded: Crowded, ripen: Ripen) -> None:
        self.postings, self.members = Postings(), Members()
        self._look_up, self._look_up_stories, self._look_up_crowded = entries, stories, crowded
        self._ripen = ripen
        self._profiles: dict[int, Profile] = {}
        self._gone: set[int] = set()  # entries that are not stored
        self.begin()

    def begin(self) -> None:
        """Begin a batch: what was noted before has been kept."""
        self.members.begin()
        if len(self.members) > REMEMBERED * 4 // 3:
            self.members.keep(REMEMBERED)
            self._profiles, self._gone = {}, set()
        self.merged: list[tuple[int, int]] = []
        self.postings.begin()
        self._crowded: set[int] = set()  # stories that have more than one member by now
        self._leavers: dict[int, tuple[int, ...]] = {}
        self._terms: dict[Traits, dict[int, int]] = {}
        self._taken: set[int] = set()

    def leave(self, entry: int, story: int, free: Sequence[int]) -> None:
        """Take out an entry that has changed, to be placed anew.

        ``free`` are ids for a story that it may found, the last of them nobody else's; who founds one first has it.
        """
        self.members.drop(entry)
        self._profiles.pop(story, None)
        self._leavers[entry] = tuple(free)

    def near(self, entries: Sequence[Traits], *, within: int) -> Near:
        """List the members that share most of their telling terms with each of ``entries``, those before it among them.

        Of those that were published ``within`` so many microseconds of it. One that was emptied since is like none.
        """
        first = self._enter(entries)
        who, found = self.postings.find(entries, self._leavers)
        ids, which = np.unique(found, return_inverse=True)
        whom, mine = self._at_hand(ids)[which], first + who
        published = self.members["published"]
        later = (whom >= mine) & (whom < first + len(entries))
        there = (whom >= 0) & ~later & (self.members["terms"][whom] > 0)
        near = np.flatnonzero(there & (np.abs(published[whom] - published[mine]) <= within))
        self.members.meet(whom[near])
        return Near(first, who[near], whom[near])

    def _enter(self, entries: Sequence[Traits]) -> int:
        """Take in entries that are to be placed; one that never was has a story of its own until it joins another."""
        first = self.members.add(entries)
        own = first + np.flatnonzero([one.entry not in self._leavers for one in entries])
        self.members["story"][own], self.members["others"][own] = self.members["entry"][own], ALONE
        return first

    def _at_hand(self, entries: NDArray[np.int64]) -> Rows:
        """Say where those of ``entries`` stand that there are; stored ones are taken in, those placed anew are not."""
        rows = self.members.rows(entries)
        if wanted := [id for id in entries[rows < 0].tolist() if id not in self._gone and id not in self._leavers]:
            stored = list(self._look_up(wanted))
            for one in stored:
                one.story = self._by_now(one.story)
            self.members.add(stored)
            self._gone.update(set(wanted) - {one.entry for one in stored})
            rows = self.members.rows(entries)
        return rows

    def _by_now(self, story: int) -> int:
        """Give the story that a stored one has become part of."""
        for younger, older in self.merged:
            story = older if story == younger else story
        return story

    def meet(self, rows: Rows) -> None:
        """Find out of members that are placed whether their stories have others, and take in the sums of these."""
        stories, others = self.members["story"], self.members["others"]
        unknown = rows[(others[rows] == UNKNOWN) & (stories[rows] != 0)]
        if asked := distinct(stories[unknown]).tolist():
            crowded = sorted({*self._look_up_crowded(asked), *self._crowded.intersection(asked)})
            others[unknown] = np.where(np.isin(stories[unknown], crowded), CROWDED, ALONE)
        self._look_up_sums(distinct(stories[rows[others[rows] == CROWDED]]).tolist())

    def _look_up_sums(self, stories: Iterable[int]) -> None:
        if wanted := [story for story in stories if story not in self._profiles]:
            told = self._look_up_stories(wanted)
            rows = self._at_hand(np.array(sorted({id for ids in told.values() for id in ids}), dtype=np.int64))
            rows = distinct(rows[rows >= 0])
            of = self.members["story"][rows]
            for story in told:
                self._profiles[story] = Profile(map(self.members.at, rows[of == story].tolist()))

    def profile(self, story: int) -> Profile:
        """Give the sum of a story."""
        if story not in self._profiles:
            rows = np.flatnonzero(self.members["story"] == story)
            if (self.members["others"][rows] == ALONE).any():
                self._profiles[story] = Profile(map(self.members.at, rows.tolist()))
            else:
                self._look_up_sums([story])
        return self._profiles[story]

    def terms(self, one: Traits) -> Mapping[int, int]:
        """Give the terms of an entry: those that were asked for in this batch are at hand."""
        if (found := self._terms.get(one)) is None:
            found = self._terms[one] = one.terms
        return found

    def tell(self, entries: Sequence[Traits]) -> None:
        """Tell entries that are placed which story each of them is in by now."""
        rows = self.members.rows(np.array([one.entry for one in entries], dtype=np.int64))
        for one, story in zip(entries, self.members["story"][rows].tolist(), strict=True):
            one.story = story

    def ripen(self, traits: Iterable[Traits]) -> None:
        """See to it that traits have a meaning."""
        if unripe := list(dict.fromkeys([one for one in traits if not one.meaning])):
            self._ripen(unripe)
            self.members.means(unripe)

    def ripen_rows(self, rows: Rows) -> None:
        """See to it that members have a meaning."""
        rows = distinct(rows)
        self.ripen(map(self.members.at, rows[~self.members.ripe(rows)].tolist()))

    def found(self, row: int, entry: int) -> int:
        """Make an entry the first of a story of its own; says its id."""
        if (own := self._leavers.get(entry)) is None:
            return entry  # as noted when it came
        story = next(id for id in own if id not in self._taken)
        self._taken.add(story)
        self._profiles.pop(story, None)
        self.members["story"][row], self.members["others"][row] = story, ALONE
        return story

    def join(self, row: int, story: int) -> None:
        """Make an entry a member of a story."""
        profile = self.profile(story)
        profile.add(self.members.at(row), self.terms)
        self.members["story"][row], self.members["others"][row] = story, CROWDED
        if story not in self._crowded:
            self._know(story, profile)

    def merge(self, younger: int, older: int) -> None:
        """Make two stories one, under the id of the older."""
        gone, stays = self.profile(younger), self.profile(older)
        for member in gone.members:
            stays.add(member, self.terms)
        stories = self.members["story"]
        stories[stories == younger] = older
        self._profiles.pop(younger, None)
        self._know(older, stays)
        self.merged.append((younger, older))

    def _know(self, story: int, profile: Profile) -> None:
        self._profiles[story] = profile
        self._crowded.add(story)
        self.members["others"][self.members["story"] == story] = CROWDED
