"""What is remembered of stories while entries are placed: members, where to find them, and the sum of each story."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from struct import unpack

import numpy as np
from numpy.typing import NDArray

from aggregator.model import Traits
from aggregator.model.story_traits import EPOCH
from aggregator.pipeline.stories_profile import Profile

TELLING = 10
"""By so many of its terms, the heaviest, an entry is found."""

POSTED = 20
"""So many of the latest entries are found by one term."""

SHARED = 250
"""Of the length of its vector, 1000: the telling terms that an entry shares with one it is compared with."""

NEAR, CLOSEST = 16, 5
"""So many entries are compared with one that is placed; so many members of a story speak for it."""

_SLOTS = 1 << 18

Posting = tuple[int, int]
"""Where entries of an epoch are found by a term: (epoch, term)."""


Entries = Callable[[Sequence[int]], Iterable[Traits]]
Stories = Callable[[Sequence[int]], Mapping[int, Sequence[int]]]


class Memory:
    """Entries and stories as far as they were looked up or placed; notes what is to be kept.

    ``entries`` and ``stories`` look up what is stored: the traits of entries, and which are the latest of stories.
    """

    def __init__(self, entries: Entries, stories: Stories) -> None:
        self.postings: dict[Posting, list[int]] = {}
        self.members: dict[int, Traits] = {}
        self.epochs: dict[int, bool] = {}  # whether anything is stored of them
        self._look_up, self._look_up_stories = entries, stories
        self._profiles: dict[int, Profile] = {}
        self._told: dict[int, list[Traits]] = {}  # the members of each story that are at hand
        self._gone: set[int] = set()
        self._slots: NDArray[np.int64] = np.zeros(_SLOTS, dtype=np.int64)
        self.begin()

    def begin(self) -> None:
        """Begin a batch: what was noted before has been kept."""
        self.merged: list[tuple[int, int]] = []
        self.posted: dict[Posting, None] = {}
        self._leavers: dict[int, tuple[int, ...]] = {}
        self._taken: set[int] = set()

    def unknown(self, wanted: Iterable[Posting]) -> list[Posting]:
        """List the postings that must be looked up: not those of epochs in which nothing was stored before."""
        return [at for at in wanted if at not in self.postings and self.epochs[at[0]]]

    def leave(self, entry: int, story: int, free: Sequence[int]) -> None:
        """Take out an entry that has changed, to be placed anew.

        ``free`` are ids for a story that it may found, the last of them nobody else's; who founds one first has it.
        """
        self.members.pop(entry, None)
        self._profiles.pop(story, None)
        self._leavers[entry] = tuple(free)

    def near(self, entry: Traits) -> list[Traits]:
        """List the entries that share most of its telling terms; one that was emptied since shares none."""
        ids = candidates(entry, self.postings)
        self.look_up(ids)
        return [found for id in ids if (found := self.members.get(id)) and found.hashes]

    def look_up(self, entries: Iterable[int]) -> None:
        """Take in entries that are stored, and remember which are not."""
        if wanted := [id for id in entries if id not in self.members and id not in self._gone]:
            for member in self._look_up(wanted):
                self._take(member)
            self._gone.update(id for id in wanted if id not in self.members)

    def look_up_stories(self, stories: Iterable[int]) -> None:
        """Take in the sums of stories."""
        if wanted := sorted({id for id in stories if id not in self._profiles}):
            told = self._look_up_stories(wanted)
            self.look_up(dict.fromkeys(entry for entries in told.values() for entry in entries))
            for story, entries in told.items():
                members = [found for entry in entries if (found := self.members.get(entry))]
                self._profiles[story] = Profile(member for member in members if member.story == story)

    def profile(self, story: int) -> Profile:
        """Give the sum of a story."""
        if story not in self._profiles:
            self.look_up_stories([story])
        return self._profiles[story]

    def products(
        self, entry: Traits, members: Sequence[Traits]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
        """Multiply the terms of an entry with those of each member, and their meanings.

        In the middle: what the shared term that counts most adds to the product of the terms.
        Terms are told apart by 18 bits of their hashes here: one pair of texts in a hundred shares a term too many.
        """
        mine = np.frombuffer(entry.hashes, dtype="<u4") % _SLOTS
        self._slots[mine] = np.frombuffer(entry.weights, dtype="<u2")
        theirs = np.frombuffer(b"".join([member.hashes for member in members]), dtype="<u4") % _SLOTS
        weights = np.frombuffer(b"".join([member.weights for member in members]), dtype="<u2")
        begins = np.cumsum([0, *[len(member.weights) // 2 for member in members[:-1]]])
        shared = self._slots[theirs] * weights
        terms, most = np.add.reduceat(shared, begins), np.maximum.reduceat(shared, begins)
        self._slots[mine] = 0
        stacked = np.frombuffer(b"".join([member.meaning for member in members]), dtype=np.int8)
        meant = stacked.reshape(len(members), -1).astype(np.float32) @ np.frombuffer(
            entry.meaning, dtype=np.int8
        ).astype(np.float32)
        return terms, most, meant

    def found(self, entry: Traits) -> int:
        """Make an entry the first of a story of its own; says its id."""
        story = next(id for id in self._leavers.get(entry.entry, (entry.entry,)) if id not in self._taken)
        self._taken.add(story)
        self._profiles[story] = Profile()
        self.join(entry, story)
        return story

    def join(self, entry: Traits, story: int) -> None:
        """Make an entry a member of a story, to be found by its telling terms."""
        self._settle(entry, story)
        self.members[entry.entry] = entry
        self._gone.discard(entry.entry)
        self.profile(story).add(entry)
        epoch, again = entry.published // EPOCH, entry.entry in self._leavers
        for hash in telling(entry):
            ids = self.postings.setdefault((epoch, hash), [])
            if again and entry.entry in ids:
                continue
            ids.append(entry.entry)
            del ids[:-POSTED]
            self.posted[epoch, hash] = None

    def merge(self, younger: int, older: int) -> None:
        """Make two stories one, under the id of the older."""
        gone, stays = self.profile(younger), self.profile(older)
        del self._profiles[younger]
        for member in self._told.pop(younger):
            self._settle(member, older)
        for member in gone.members:
            stays.add(member)
        self.merged.append((younger, older))

    def _take(self, stored: Traits) -> None:
        """Keep what was looked up, unless it is being placed anew, in the story that it is in by now."""
        if stored.entry in self._leavers:
            return
        story = stored.story
        for younger, older in self.merged:
            story = older if story == younger else story
        self._settle(stored, story)
        self.members[stored.entry] = stored

    def _settle(self, member: Traits, story: int) -> None:
        member.story = story
        self._told.setdefault(story, []).append(member)


def telling(entry: Traits) -> Sequence[int]:
    """List the hashes of the terms by which an entry is found."""
    size = min(TELLING, len(entry.weights) // 2)
    return unpack(f"<{size}I", entry.hashes[: 4 * size])


def places(entry: Traits) -> list[Posting]:
    """List where entries that are like this one are found: by its telling terms, in its epoch and the next to it."""
    epoch = entry.published // EPOCH
    return [(near, hash) for hash in telling(entry) for near in (epoch - 1, epoch, epoch + 1)]


def candidates(entry: Traits, postings: Mapping[Posting, Sequence[int]]) -> list[int]:
    """Choose the entries that share the most weight of telling terms with this one, the newest of equal ones first."""
    hits: dict[int, int] = {}
    at, weights = places(entry), unpack(f"<{len(entry.weights) // 2}H", entry.weights)
    for n, posting in enumerate(at):
        if ids := postings.get(posting):
            weight = weights[n // 3]
            for id in ids:
                hits[id] = hits.get(id, 0) + weight
    hits.pop(entry.entry, None)
    ranked = sorted(
        [weight << 44 | id for id, weight in hits.items() if weight >= SHARED], reverse=True
    )  # a key would take longer
    return [both & (1 << 44) - 1 for both in ranked[:NEAR]]
