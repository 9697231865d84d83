"""Place a batch of entries: which are one text, which one event, which topics they have, what is left out."""

from dataclasses import replace

from aggregator.app import App
from aggregator.jobs.comparing import Comparison
from aggregator.jobs.features import Foresight
from aggregator.jobs.stories import Storyteller
from aggregator.jobs.tagging import Tagger
from aggregator.model import Candidate, Curated, Learned, Placement, StoryChanges


class Placing:
    """Places batch after batch; what was loaded for one serves the next."""

    def __init__(self, app: App, foresight: Foresight) -> None:
        self._app, self._foresight = app, foresight
        self._tagger, self._teller = Tagger(app), Storyteller(app)

    def place(self, batch: tuple[Candidate, ...]) -> tuple[list[Curated], Learned, StoryChanges]:
        """Decide on each entry of a batch, and say what is to be kept of what that teaches."""
        said = self._foresight.of(batch)
        texts = Comparison(self._app, batch, said)
        rows = []
        tagged = zip(batch, self._tagger.tags(batch, said.tags), said.left_out, strict=True)
        for entry, tags, left_out in tagged:
            same = texts.place(entry)
            copy = (same.like, same.score) if same.like else (0, 0.0)
            rows.append(Curated(entry.id, same.text_set, same.reason, tags, left_out, *copy))
        sets = {row.entry: row.text_set for row in rows}
        told, changes = self._teller.tell(batch, sets, said, self._foresight.vocabulary)
        return [_in_story(row, told[row.entry]) for row in rows], texts.learned, changes


def _in_story(row: Curated, found: Placement) -> Curated:
    return replace(row, story=found.story, story_like=found.like, story_score=found.score, story_why=found.why)
