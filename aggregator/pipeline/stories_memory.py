"""What is remembered of stories while entries are placed: members, where to find them, and the sum of each story."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from aggregator.model import Traits
from aggregator.pipeline.stories_attic import Attic
from aggregator.pipeline.stories_postings import Postings
from aggregator.pipeline.stories_profile import Profile

REMEMBERED = 4_000
"""About so many members are kept from batch to batch; what was not met lately is put away."""

Entries = Callable[[Sequence[int]], Iterable[Traits]]
Stories = Callable[[Sequence[int]], Mapping[int, Sequence[int]]]
Crowded = Callable[[Sequence[int]], Collection[int]]
Ripen = Callable[[Sequence[Traits]], None]


@dataclass(slots=True)
class _Shelf:
    """What was met in a stretch of time."""

    members: dict[int, Traits] = field(default_factory=dict)
    told: dict[int, list[Traits]] = field(default_factory=dict)  # members of each story, but for who founded it
    profiles: dict[int, Profile | Traits] = field(default_factory=dict)  # of a story of one: that one
    gone: set[int] = field(default_factory=set)  # entries that are not stored


class _Ids:
    """Ids of stories, a bit each; those below zero, which are few, are not kept."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, story: int) -> None:
        place, bit = divmod(max(story, 0), 8)
        self._bits.extend(bytes(max(0, place + 1 - len(self._bits))))
        self._bits[place] |= 1 << bit

    def __contains__(self, story: int) -> bool:
        place, bit = divmod(story, 8)
        return story > 0 and place < len(self._bits) and bool(self._bits[place] >> bit & 1)


class Memory:
    """Entries and stories as far as they were looked up or placed; notes what is to be kept.

    ``entries`` and ``stories`` look up what is stored: the traits of entries, and which are the latest of stories;
    ``crowded`` says which of some stories have more than one. ``ripen`` gives traits their meaning.
    """

    def __init__(self, entries: Entries, stories: Stories, crowded: Crowded, ripen: Ripen) -> None:
        self.postings = Postings()
        self.crowded: set[int] = set()
        """Stories that are known to have more than one member."""
        self._founded = _Ids()  # stories of which it would be known
        self._look_up, self._look_up_stories, self._look_up_crowded = entries, stories, crowded
        self._ripen = ripen
        self._now, self._before, self._attic = _Shelf(), _Shelf(), Attic()
        self.begin()

    def begin(self) -> None:
        """Begin a batch: what was noted before has been kept."""
        if len(self._now.members) > REMEMBERED // 2:
            for member in self._before.members.values():
                profile = self._before.profiles.get(member.story) or self._now.profiles.get(member.story)
                self._attic.put(member, alone=isinstance(profile, Traits))
            self._now, self._before = _Shelf(), self._now
        self.merged: list[tuple[int, int]] = []
        self.postings.begin()
        self._leavers: dict[int, tuple[int, ...]] = {}
        self._taken: set[int] = set()

    def member(self, entry: int) -> Traits | None:
        """Give an entry that is at hand."""
        found = self._now.members.get(entry)
        if found is None and (found := self._before.members.pop(entry, None)):
            self._now.members[entry] = found
            self._settle(found, found.story)
        if found is None and (put := self._attic.find(entry)):
            found, alone = put
            self._now.members[entry] = found
            self._settle(found, found.story)
            if alone and found.story not in self.crowded and not self._known(found.story):
                self._now.profiles[found.story] = found
        return found

    def leave(self, entry: int, story: int, free: Sequence[int]) -> None:
        """Take out an entry that has changed, to be placed anew.

        ``free`` are ids for a story that it may found, the last of them nobody else's; who founds one first has it.
        """
        for shelf in (self._now, self._before):
            shelf.members.pop(entry, None)
            shelf.profiles.pop(story, None)
        self._attic.drop(entry)
        self._leavers[entry] = tuple(free)

    def near(self, entries: Sequence[Traits], *, within: int) -> tuple[list[int], list[Traits]]:
        """List the entries that share most of their telling terms with each of ``entries``, those before it among them.

        Gives pairs, by their first: places in ``entries``, and whom each finds, of those that were published ``within``
        so many microseconds of it. One that was emptied since is like none.
        """
        owners, found = self.postings.find(entries, self._leavers)
        places = {one.entry: place for place, one in enumerate(entries)}
        at_hand = self._at_hand(dict.fromkeys([id for id in found.tolist() if id not in places]))
        who, whom = list[int](), list[Traits]()
        for place, id in zip(owners.tolist(), found.tolist(), strict=True):
            there = places.get(id)
            other = at_hand.get(id) if there is None else entries[there] if there < place else None
            if other and other.hashes and -within <= other.published - entries[place].published <= within:
                who.append(place)
                whom.append(other)
        return who, whom

    def _at_hand(self, entries: Iterable[int]) -> dict[int, Traits]:
        """Give those of ``entries`` that there are; stored ones are taken in."""
        found = {id: self.member(id) for id in entries}
        missing = [id for id, member in found.items() if member is None]
        if wanted := [id for id in missing if id not in self._now.gone and id not in self._before.gone]:
            for member in self._look_up(wanted):
                self._take(member)
            found |= {id: self._now.members.get(id) for id in wanted}
            self._now.gone.update(id for id in wanted if found[id] is None)
        return {id: member for id, member in found.items() if member}

    def meet(self, members: Iterable[Traits]) -> None:
        """Take in the stories of members that are placed: most have no other, and these are their sums."""
        unknown = {one.story: one for one in members if one.story and not self._known(one.story)}
        crowded = unknown.keys() & self.crowded
        if asked := sorted(story for story in unknown.keys() - crowded if story not in self._founded):
            crowded |= set(self._look_up_crowded(asked))
        self._now.profiles |= {story: one for story, one in unknown.items() if story not in crowded}
        self.look_up_stories(crowded)

    def look_up_stories(self, stories: Iterable[int]) -> None:
        """Take in the sums of stories."""
        if wanted := sorted({id for id in stories if not self._known(id)}):
            told = self._look_up_stories(wanted)
            found = self._at_hand(dict.fromkeys(entry for entries in told.values() for entry in entries))
            for story, entries in told.items():
                members = [found[entry] for entry in entries if entry in found]
                self._know(story, Profile(member for member in members if member.story == story))

    def profile(self, story: int) -> Profile:
        """Give the sum of a story."""
        found = self._known(story)
        if isinstance(found, Traits):
            found = self._now.profiles[story] = Profile([found])
        if found is None:
            self.look_up_stories([story])
            return self.profile(story)
        return found

    def ripen(self, traits: Sequence[Traits]) -> None:
        """See to it that traits have a meaning."""
        if unripe := dict.fromkeys([one for one in traits if not one.meaning]):
            self._ripen(list(unripe))

    def found(self, entry: Traits) -> int:
        """Make an entry the first of a story of its own; says its id."""
        own = self._leavers.get(entry.entry)
        story = entry.entry if own is None else next(id for id in own if id not in self._taken)
        self._taken.add(story)
        self._founded.add(story)
        self._now.profiles[story] = entry
        self._enter(entry, story)
        return story

    def join(self, entry: Traits, story: int) -> None:
        """Make an entry a member of a story."""
        self._enter(entry, story)
        profile = self.profile(story)
        profile.add(entry)
        self._know(story, profile)

    def merge(self, younger: int, older: int) -> None:
        """Make two stories one, under the id of the older."""
        gone, stays = self.profile(younger), self.profile(older)
        for shelf in (self._now, self._before):
            shelf.profiles.pop(younger, None)
            told = shelf.told.pop(younger, [])
            if (founder := shelf.members.get(younger)) and founder.story == younger:
                told.append(founder)
            for member in told:
                self._settle(member, older)
        for member in gone.members:
            stays.add(member)
        self._know(older, stays)
        self.merged.append((younger, older))
        self._attic.merge(younger, older)

    def _known(self, story: int) -> Profile | Traits | None:
        found = self._now.profiles.get(story)
        if found is None and (found := self._before.profiles.pop(story, None)):
            self._now.profiles[story] = found
        return found

    def _know(self, story: int, profile: Profile) -> None:
        self._now.profiles[story] = profile
        if profile.size > 1:
            self.crowded.add(story)

    def _enter(self, entry: Traits, story: int) -> None:
        self._settle(entry, story)
        self._now.members[entry.entry] = entry
        self._now.gone.discard(entry.entry)
        self._before.gone.discard(entry.entry)

    def _take(self, stored: Traits) -> None:
        """Keep what was looked up, unless it is being placed anew, in the story that it is in by now."""
        if stored.entry in self._leavers:
            return
        story = stored.story
        for younger, older in self.merged:
            story = older if story == younger else story
        self._settle(stored, story)
        self._now.members[stored.entry] = stored

    def _settle(self, member: Traits, story: int) -> None:
        member.story = story
        if story != member.entry:
            self._now.told.setdefault(story, []).append(member)
