"""Place a batch of entries: which are one text, which one event, which topics they have, what is left out."""

from dataclasses import replace

from aggregator.app import App
from aggregator.config import FeedConfig
from aggregator.jobs.comparing import Comparison
from aggregator.jobs.stories import Storyteller
from aggregator.jobs.tagging import Tagger
from aggregator.model import Candidate, Curated, Learned, Placement, StoryChanges
from aggregator.pipeline.duplicates import Same
from aggregator.pipeline.topics import evidence, pattern, reading


class Placing:
    """Places batch after batch; what was loaded for one serves the next."""

    def __init__(self, app: App) -> None:
        self._app, self._tagger, self._teller = app, Tagger(app), Storyteller(app)

    def place(self, batch: tuple[Candidate, ...]) -> tuple[list[Curated], Learned, StoryChanges]:
        """Decide on each entry of a batch, and say what is to be kept of what that teaches."""
        texts = Comparison(self._app, tuple(entry for entry in batch if not entry.settled))
        found = {entry.id: _compared(entry, texts.place(entry)) for entry in batch if not entry.settled}
        found |= self._app.store.curation.compared([entry.id for entry in batch if entry.settled])
        rows = []
        for entry, tags in zip(batch, self._tagger.tags(batch), strict=True):
            rows.append(replace(found[entry.id], tags=tags, dropped=dropped(entry, self._app.feeds.get(entry.url))))
        told, changes = self._teller.tell(batch, {row.entry: row.text_set for row in rows})
        return [_in_story(row, told[row.entry]) for row in rows], texts.learned, changes


def _compared(entry: Candidate, same: Same) -> Curated:
    copy = (same.like, same.score) if same.like else (0, 0.0)
    return Curated(entry.id, same.text_set, same.reason, same_like=copy[0], same_score=copy[1])


def _in_story(row: Curated, found: Placement) -> Curated:
    return replace(row, story=found.story, story_like=found.like, story_score=found.score, story_why=found.why)


def dropped(entry: Candidate, feed: FeedConfig | None) -> str:
    """Say why ``keep:`` or ``drop:`` of its feed leaves an entry out; empty when it stays in."""
    if feed is None or not (feed.keep or feed.drop):
        return ""
    title, text = reading(entry.title), reading(entry.text)
    if said := evidence([pattern(word) for word in feed.drop], title, text):
        return f"drop: {said}"
    if feed.keep and not evidence([pattern(word) for word in feed.keep], title, text):
        return "keep: none of its words found"
    return ""
