"""Place entries in stories: load what they may be like, let the river decide, gather what is to be kept."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count

from aggregator.app import App
from aggregator.jobs.features import Features
from aggregator.model import Candidate, Placement, StoryChanges, Traits
from aggregator.model.story_traits import nth_story
from aggregator.pipeline.stories import place
from aggregator.pipeline.stories_meaning import Meanings
from aggregator.pipeline.stories_memory import Memory
from aggregator.pipeline.stories_traits import Reader

_NOBODY: frozenset[int] = frozenset()
_UNSPELT = b"", ""


class Storyteller:
    """Places one batch after the other; what it remembers saves looking it up, and decides nothing."""

    def __init__(self, app: App) -> None:
        self._store = app.store.stories
        self._reader: Reader | None = None
        self._meanings = Meanings(app.vectors.of_words)
        self._fresh: list[Traits] = []
        self._memory = Memory(self._store.traits, self._store.members, self._store.crowded, self._ripen)

    def tell(
        self, batch: Sequence[Candidate], sets: Mapping[int, int], said: Features
    ) -> tuple[dict[int, Placement], StoryChanges]:
        """Say for each entry of a batch how it is placed, and what that changes; ``sets`` gives the text set of each.

        Within the batch it goes by the date of publication. A copy of a text is in the story of the text. An entry
        whose title and text have not changed since it was placed stays where it is.
        """
        self._begin()
        told = self._store.of_sets({sets[entry.id] for entry in batch if sets[entry.id] != entry.id})
        told = dict(told) | {e.id: 0 for e in batch if sets[e.id] == e.id}
        copies = {e.id for e in batch if sets[e.id] != e.id and sets[e.id] in told}
        known = self._store.placed([entry.id for entry in batch if entry.story])
        same = known.keys() - said.told.keys() - copies
        kept = {id: known[id][1] for id in sorted(same)}
        new = [entry for entry in batch if entry.id not in copies and entry.id not in kept]
        moved = known.keys() - kept.keys() | {entry.id for entry in new if entry.story}
        self._let_go([entry for entry in batch if entry.id in moved], sets)
        new.sort(key=lambda entry: (entry.published, entry.id))
        traits = self._read(new, said, known.keys())
        self._look_up(traits)
        found = zip(traits, place(traits, self._memory), strict=True)
        placed = {one.entry: _in(one.story, placement) for one, placement in found}
        placed |= {id: replace(placement, story=self._now(placement.story)) for id, placement in kept.items()}
        placed |= {id: self._copy(sets[id], placed, told) for id in sorted(copies)}
        self._fresh = traits
        return placed, self._changes(traits, copies)

    def _begin(self) -> None:
        for one in self._fresh:  # what they mean is made of is kept by now
            one.spelt, one.parts = _UNSPELT, b""
        self._memory.begin()

    def _ripen(self, traits: Sequence[Traits]) -> None:
        """Give traits their meaning; what it is made of is looked up of those that are remembered without it."""
        bare = [one for one in traits if not one.parts]
        made = {row[0]: row[1:] for row in self._store.recipes({one.entry for one in bare})} if bare else {}
        for one in bare:
            if one.entry in made:
                one.meaning, one.parts, words = made[one.entry]
                one.spelt = b"", words
        self._meanings.ripen(traits)
        for one in bare:
            one.spelt, one.parts = _UNSPELT, b""

    def _read(self, entries: Sequence[Candidate], said: Features, again: Collection[int]) -> list[Traits]:
        if not entries:
            return []
        if self._reader is None:
            texts, counts = self._store.counts()
            self._reader = Reader(texts=texts, counts=counts)
        return self._reader.read(entries, said.bags.of([said.told[entry.id] for entry in entries]), again=again)

    def _look_up(self, traits: Sequence[Traits]) -> None:
        """Look up all at once where entries are found that the batch will be compared with."""
        postings = self._memory.postings
        if unasked := postings.unasked(traits):
            postings.learn(self._store.postings(unasked))

    def _let_go(self, changed: Sequence[Candidate], sets: Mapping[int, int]) -> None:
        """Take entries that have changed out of their stories; an id that others still use is theirs."""
        others = {entry.text_set for entry in changed} - sets.keys()
        stay = self._store.of_founders(others).keys() | {id for id, text_set in sets.items() if id == text_set}
        gone = ({entry.text_set for entry in changed} - stay) | {entry.id for entry in changed}
        own = [nth_story(entry.id, nth) for entry in changed for nth in (0, 1)]
        used = self._store.in_use({*own, *(entry.story for entry in changed)})
        for entry in changed:
            mine = [] if used.get(entry.story, _NOBODY) - gone else [entry.story]
            self._memory.leave(entry.id, entry.story, [*mine, *self._own(entry.id, gone, used)])

    def _own(self, entry: int, gone: set[int], used: Mapping[int, frozenset[int]]) -> Iterator[int]:
        """List the ids of its own that an entry may found a story under, up to one that nobody uses."""
        for nth in count():
            id = nth_story(entry, nth)
            users = (used if nth < 2 else self._store.in_use([id])).get(id, _NOBODY)
            if not users - gone:
                yield id
            if not users:
                return

    def _copy(self, text_set: int, placed: Mapping[int, Placement], told: Mapping[int, int]) -> Placement:
        story = placed[text_set].story if text_set in placed else self._now(told[text_set])
        return Placement(story, text_set, 1.0)

    def _now(self, story: int) -> int:
        """Give the id that a story has by now: it may have become part of an older one."""
        for younger, older in self._memory.merged:
            story = older if story == younger else story
        return story

    def _changes(self, traits: Sequence[Traits], copies: set[int]) -> StoryChanges:
        memory = self._memory
        return StoryChanges(
            traits=tuple(traits),
            copies=tuple(sorted(copies)),
            postings=memory.postings.posted,
            merged=tuple(memory.merged),
            texts=self._reader.texts if self._reader else 0,
            counts=self._reader.counts if self._reader else b"",
        )


def _in(story: int, found: Placement) -> Placement:
    """Give a placement in the story that its own has become part of, nearly always itself."""
    return found if found.story == story else replace(found, story=story)
