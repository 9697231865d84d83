"""What is remembered of stories while entries are placed: members, where to find them, and the sum of each story."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from aggregator.model import Traits
from aggregator.model.story_traits import EPOCH
from aggregator.pipeline.stories_postings import Postings
from aggregator.pipeline.stories_profile import Profile

REMEMBERED = 10_000
"""So many members are kept from batch to batch; those that came first are looked up anew when they are asked for."""

Entries = Callable[[Sequence[int]], Iterable[Traits]]
Stories = Callable[[Sequence[int]], Mapping[int, Sequence[int]]]
Ripen = Callable[[Sequence[Traits]], None]


class Memory:
    """Entries and stories as far as they were looked up or placed; notes what is to be kept.

    ``entries`` and ``stories`` look up what is stored: the traits of entries, and which are the latest of stories.
    ``ripen`` gives traits their meaning.
    """

    def __init__(self, entries: Entries, stories: Stories, ripen: Ripen) -> None:
        self.postings = Postings()
        self.members: dict[int, Traits] = {}
        self.crowded: set[int] = set()
        """Stories that are known to have more than one member."""
        self._look_up, self._look_up_stories, self._ripen = entries, stories, ripen
        self._profiles: dict[int, Profile] = {}
        self._told: dict[int, list[Traits]] = {}  # the members of each story that are at hand
        self._gone: set[int] = set()
        self.begin()

    def begin(self) -> None:
        """Begin a batch: what was noted before has been kept."""
        if len(self.members) > REMEMBERED:
            self._forget()
        self.merged: list[tuple[int, int]] = []
        self.postings.begin()
        self._leavers: dict[int, tuple[int, ...]] = {}
        self._taken: set[int] = set()

    def _forget(self) -> None:
        """Keep the members that came last, and of all else what belongs to them."""
        kept = list(self.members.values())[-REMEMBERED * 4 // 5 :]
        self.members = {member.entry: member for member in kept}
        self._told = {}
        for member in kept:
            self._told.setdefault(member.story, []).append(member)
        self._profiles = {story: found for story, found in self._profiles.items() if story in self._told}
        self.crowded &= self._profiles.keys()
        self._gone = set()
        self.postings.keep({member.published // EPOCH for member in kept})

    def leave(self, entry: int, story: int, free: Sequence[int]) -> None:
        """Take out an entry that has changed, to be placed anew.

        ``free`` are ids for a story that it may found, the last of them nobody else's; who founds one first has it.
        """
        self.members.pop(entry, None)
        self._profiles.pop(story, None)
        self._leavers[entry] = tuple(free)

    def near(self, entries: Sequence[Traits], *, within: int) -> tuple[list[int], list[Traits]]:
        """List the entries that share most of their telling terms with each of ``entries``, those before it among them.

        Gives pairs, by their first: places in ``entries``, and whom each finds, of those that were published ``within``
        so many microseconds of it. One that was emptied since is like none.
        """
        owners, found = self.postings.find(entries, self._leavers)
        places = {one.entry: place for place, one in enumerate(entries)}
        self.look_up(dict.fromkeys([id for id in found.tolist() if id not in places]))
        who, whom = list[int](), list[Traits]()
        for place, id in zip(owners.tolist(), found.tolist(), strict=True):
            there = places.get(id)
            other = self.members.get(id) if there is None else entries[there] if there < place else None
            if other and other.hashes and -within <= other.published - entries[place].published <= within:
                who.append(place)
                whom.append(other)
        return who, whom

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
                self._know(story, Profile(member for member in members if member.story == story))

    def profile(self, story: int) -> Profile:
        """Give the sum of a story."""
        if story not in self._profiles:
            self.look_up_stories([story])
        return self._profiles[story]

    def ripen(self, traits: Sequence[Traits]) -> None:
        """See to it that traits have a meaning."""
        if unripe := dict.fromkeys([one for one in traits if not one.meaning]):
            self._ripen(list(unripe))

    def found(self, entry: Traits) -> int:
        """Make an entry the first of a story of its own; says its id."""
        story = next(id for id in self._leavers.get(entry.entry, (entry.entry,)) if id not in self._taken)
        self._taken.add(story)
        self._profiles[story] = Profile()
        self.join(entry, story)
        return story

    def join(self, entry: Traits, story: int) -> None:
        """Make an entry a member of a story."""
        self._settle(entry, story)
        self.members[entry.entry] = entry
        self._gone.discard(entry.entry)
        profile = self.profile(story)
        profile.add(entry)
        self._know(story, profile)

    def merge(self, younger: int, older: int) -> None:
        """Make two stories one, under the id of the older."""
        gone, stays = self.profile(younger), self.profile(older)
        del self._profiles[younger]
        for member in self._told.pop(younger):
            self._settle(member, older)
        for member in gone.members:
            stays.add(member)
        self._know(older, stays)
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

    def _know(self, story: int, profile: Profile) -> None:
        self._profiles[story] = profile
        if profile.size > 1:
            self.crowded.add(story)

    def _settle(self, member: Traits, story: int) -> None:
        member.story = story
        self._told.setdefault(story, []).append(member)
