"""Members of stories that were not met lately, put away in half of the room: to unpack one beats looking it up."""

from struct import Struct

from aggregator.model import Traits

PUT_AWAY = 12_000
"""So many members at most; of more those that were put away the longest time ago are let go."""

_FACTS = Struct("<qqIHHHHB")
"""Story, publication, merges before, words; how many terms, bytes of names and of meaning; whether it is alone."""


class Attic:
    """Members by their ids; what became of their stories meanwhile is told when they are looked for.

    Who was taken out stays as it was, so that nothing need be packed when it is put away again.
    """

    def __init__(self) -> None:
        self._packed: dict[int, bytes] = {}
        self._meant: set[int] = set()
        self._merged: dict[int, list[tuple[int, int]]] = {}
        self._merges = 0

    def merge(self, younger: int, older: int) -> None:
        """Note that a story has become part of an older one."""
        self._merged.setdefault(younger, []).append((self._merges, older))
        self._merges += 1

    def put(self, member: Traits, *, alone: bool) -> None:
        """Put a member away; ``alone``: its story has no other."""
        entry, data = member.entry, self._packed.pop(member.entry, None)
        if data is None or (member.meaning and entry not in self._meant):
            sizes = len(member.weights) // 2, len(member.titled), len(member.meaning)
            facts = _FACTS.pack(member.story, member.published, self._merges, member.length, *sizes, alone)
            data = b"".join((facts, member.hashes, member.weights, member.titled, member.meaning))
            if member.meaning:
                self._meant.add(entry)
        self._packed[entry] = data
        if len(self._packed) > PUT_AWAY:
            self.drop(next(iter(self._packed)))

    def drop(self, entry: int) -> None:
        """Let a member go."""
        self._packed.pop(entry, None)
        self._meant.discard(entry)

    def find(self, entry: int) -> tuple[Traits, bool] | None:
        """Give a member, and say whether it was alone when it was packed."""
        if (data := self._packed.get(entry)) is None:
            return None
        story, published, since, length, terms, titled, meaning, alone = _FACTS.unpack_from(data)
        weights = _FACTS.size + 4 * terms
        names = weights + 2 * terms
        means = names + titled
        vector = data[_FACTS.size : weights], data[weights:names]
        found = Traits(entry, published, 0, length, *vector, data[means : means + meaning], data[names:means])
        found.story = self._by_now(story, since)
        return found, bool(alone)

    def _by_now(self, story: int, since: int) -> int:
        """Give the story that this one has become part of; an id may be given anew after that."""
        if story not in self._merged:
            return story
        while later := [one for one in self._merged.get(story, ()) if one[0] >= since]:
            since, story = later[0][0] + 1, later[0][1]
        return story
