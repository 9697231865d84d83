"""Teaching: how well topics by meaning do on the workspace's own labels, what would help, and corrections."""

from collections.abc import Mapping, Sequence

from aggregator.app import App
from aggregator.errors import NotFoundError
from aggregator.jobs.guessing import chances
from aggregator.jobs.readiness import not_yet
from aggregator.jobs.training import SAMPLE, current, gather
from aggregator.model import Candidate
from aggregator.model.value import value
from aggregator.pipeline.meaning import SURE
from aggregator.pipeline.meaning_check import Score, scores, telling_words, unseen, unsure


@value(frozen=True, slots=False)
class Checked:
    """How each topic did, and the entries that the rows of its errors stand for."""

    scores: tuple[Score, ...]
    entries: tuple[Candidate, ...]

    def entry(self, row: int) -> Candidate | None:
        """Give the entry of a row; None for one that is no longer among the newest."""
        return self.entries[row] if row < len(self.entries) else None


@value(frozen=True, slots=False)
class Advice:
    """What would help a topic: words (with how many of its stories, and of others, say each), entries to label."""

    topic: str
    words: tuple[tuple[str, int, int], ...]
    label: tuple[tuple[Candidate, float], ...]


def test(app: App) -> Checked:
    """Cross-validate on the labels that words, feeds, categories and people give to the newest entries."""
    entries = app.store.learning.recent(SAMPLE)
    names = [topic.name for topic in app.rules.topics]
    if not entries or not names:
        raise NotFoundError("nothing to test: feeds.yaml needs topics, and `aggregator sync` brings entries")
    examples, _ = gather(app, entries)
    return Checked(scores(examples.known, unseen(examples, names), names), entries)


def suggest(app: App, topics: Sequence[str] = ()) -> tuple[Advice, ...]:
    """Say for each of ``topics`` (none: all) what would help it; needs a model."""
    model = current(app)
    if model is None:
        why = not_yet(app) or "nothing was learned under this feeds.yaml yet: run `aggregator topics train`"
        raise NotFoundError(why)
    entries = app.store.learning.recent(SAMPLE)
    rows = chances(app, model, entries)
    found = []
    for column, topic in enumerate(model.topics):
        if topics and topic not in topics:
            continue
        has = (rows[:, column] >= SURE).tolist()
        words = telling_words(entries, has, app.rules.words[column])
        label = tuple((entries[row], chance) for row, chance in unsure(rows, column))
        found.append(Advice(topic, words, label))
    return tuple(found)


def fix(app: App, entry: int, wanted: Mapping[str, bool]) -> None:
    """Remember what a person says of an entry's topics, and place it anew at once; raises NotFoundError."""
    from aggregator.jobs.curate import curate

    if not app.store.learning.correct(entry, wanted, now=app.clock()):
        raise NotFoundError(f"no entry {entry}")
    curate(app)
