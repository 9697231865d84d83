"""The texts of one batch of Curate, each compared with those that were placed before it."""

from aggregator.app import App
from aggregator.jobs.features import Features, own_text
from aggregator.model import Candidate, Sought
from aggregator.pipeline.duplicates import Same, same_text
from aggregator.pipeline.likeness import Spoken
from aggregator.pipeline.shingles_sharing import Sharing

AT_HAND = 200
"""So many texts are kept cut into words, those that were compared last: many entries are shown the same ones."""


class Comparison:
    """What is looked up for a whole batch at once, and what it teaches; ``place`` its entries in their order."""

    def __init__(self, app: App, pending: tuple[Candidate, ...], said: Features, sharing: Sharing) -> None:
        self._store = app.store
        self._spoken: dict[int, Spoken] = {}
        self._repeated = dict(said.repeated)
        self._exact = app.store.curation.matches(pending)
        sought = [Sought(one.id, one.published, said.keys[one.id]) for one in pending]
        self._near, self.learned = sharing.near(sought, before={one.id for one in pending if one.text_set})
        self._others = self._load(pending)
        same = [other for others in self._exact.values() for other in others]
        self._sets = {other.id: other.text_set for other in [*self._others.values(), *same] if other.text_set}
        self._scores: dict[int, float] = {}
        for one in pending:
            self._sets.pop(one.id, None)

    def place(self, entry: Candidate) -> Same:
        """Find the text set of an entry; those after it can be its copies from now on."""
        near = [self._others[other] for other in self._near.get(entry.id, ()) if other in self._others]
        same = same_text(
            entry,
            self._exact.get(entry.id, ()),
            sets=self._sets,
            near=near,
            scores=self._scores,
            spoken=self._as_spoken,
        )
        if entry.text_set == entry.id:
            same = self._founding(entry.id, same)
        self._sets[entry.id] = same.text_set
        if same.like:
            self._scores[entry.id] = same.score
        return same

    def _founding(self, entry: int, same: Same) -> Same:
        """Keep the founder of a set what it is while its new text is still like a copy; else these have another."""
        if same.text_set == entry and same.like:
            return Same(entry)
        if heir := self._store.curation.part(entry):
            self._sets |= {other: heir for other, text_set in self._sets.items() if text_set == entry}
        return same

    def _load(self, pending: tuple[Candidate, ...]) -> dict[int, Candidate]:
        """The entries that share keys with those of the batch: they themselves, and others from the store."""
        found = {one.id: one for one in pending}
        wanted = {other for others in self._near.values() for other in others} - found.keys()
        found.update(self._store.curation.placed(wanted) if wanted else {})
        missing = {one.feed for one in found.values()} - {one.feed for one in pending}
        self._repeated |= self._store.texts.repeated(missing) if missing else {}
        return found

    def _as_spoken(self, one: Candidate) -> Spoken:
        found = self._spoken.pop(one.id, None)
        if found is None:
            found = Spoken(one.title, own_text(one, self._repeated), one.feed, address=one.key)
        self._spoken[one.id] = found
        if len(self._spoken) > AT_HAND:
            del self._spoken[next(iter(self._spoken))]
        return found
