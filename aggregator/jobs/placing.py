"""Place a batch of entries: which are one text, which one event, which topics they have, what is left out."""

from aggregator.app import App
from aggregator.jobs.comparing import Comparison
from aggregator.jobs.features import Features
from aggregator.jobs.stories import Storyteller
from aggregator.jobs.tagging import Tagger
from aggregator.model import Candidate, Curated, Learned, Placement, StoryChanges, Tag
from aggregator.pipeline.duplicates import Same
from aggregator.pipeline.shingles_sharing import Sharing


class Placing:
    """Places batch after batch; what was loaded for one serves the next."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._tagger, self._teller = Tagger(app), Storyteller(app)
        texts = app.store.texts
        self._sharing = Sharing(texts.keys, texts.waiting, texts.held)

    def place(self, batch: tuple[Candidate, ...], said: Features) -> tuple[list[Curated], Learned, StoryChanges]:
        """Decide on each entry of a batch by what it says; and say what is to be kept of what that teaches."""
        compared = tuple([entry for entry in batch if not entry.settled])
        texts = Comparison(self._app, compared, said, self._sharing)
        same = {entry.id: texts.place(entry) for entry in compared}
        before = self._app.store.curation.compared([entry.id for entry in batch if entry.settled])
        sets = {id: found.text_set for id, found in same.items()}
        sets |= {id: found.text_set for id, found in before.items()}
        told, changes = self._teller.tell(batch, sets, said)
        rows = [
            _decided(entry.id, same[entry.id], tags, left_out, told[entry.id])
            if entry.id in same
            else _again(before[entry.id], tags, left_out, told[entry.id])
            for entry, tags, left_out in zip(batch, self._tagger.tags(batch, said.tags), said.left_out, strict=True)
        ]
        return rows, texts.learned, changes


def _decided(entry: int, same: Same, tags: tuple[Tag, ...], left_out: str, found: Placement) -> Curated:
    like, score = (same.like, same.score) if same.like else (0, 0.0)
    story = found.story, found.like, found.score, found.why
    return Curated(entry, same.text_set, same.reason, tags, left_out, like, score, *story)


def _again(row: Curated, tags: tuple[Tag, ...], left_out: str, found: Placement) -> Curated:
    """Decide on an entry whose text is compared with none, since it has not changed."""
    story = found.story, found.like, found.score, found.why
    return Curated(row.entry, row.text_set, row.same_as, tags, left_out, row.same_like, row.same_score, *story)
