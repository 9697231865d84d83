"""Place a batch of entries: which are one text, which one event, which topics they have, what is left out."""

from dataclasses import replace

from aggregator.app import App
from aggregator.jobs.comparing import Comparison
from aggregator.jobs.features import Features
from aggregator.jobs.stories import Storyteller
from aggregator.jobs.tagging import Tagger
from aggregator.model import Candidate, Curated, Learned, Placement, StoryChanges
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
        texts = Comparison(self._app, tuple(entry for entry in batch if not entry.settled), said, self._sharing)
        found = {entry.id: _compared(entry, texts.place(entry)) for entry in batch if not entry.settled}
        found |= self._app.store.curation.compared([entry.id for entry in batch if entry.settled])
        rows = []
        tagged = zip(batch, self._tagger.tags(batch, said.tags), said.left_out, strict=True)
        for entry, tags, left_out in tagged:
            rows.append(replace(found[entry.id], tags=tags, dropped=left_out))
        sets = {row.entry: row.text_set for row in rows}
        told, changes = self._teller.tell(batch, sets, said)
        return [_in_story(row, told[row.entry]) for row in rows], texts.learned, changes


def _compared(entry: Candidate, same: Same) -> Curated:
    copy = (same.like, same.score) if same.like else (0, 0.0)
    return Curated(entry.id, same.text_set, same.reason, same_like=copy[0], same_score=copy[1])


def _in_story(row: Curated, found: Placement) -> Curated:
    return replace(row, story=found.story, story_like=found.like, story_score=found.score, story_why=found.why)
