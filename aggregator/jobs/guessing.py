"""Guessing: topics by meaning for a batch of entries, from the model of these rules, learned first where it is due."""

from collections.abc import Callable, Mapping, Sequence

from aggregator.app import App
from aggregator.jobs.training import current, due, train
from aggregator.model import Candidate, Tag
from aggregator.pipeline.meaning import SURE, Model, probabilities, telling, text_of
from aggregator.pipeline.meaning_features import Numbers
from aggregator.pipeline.topics import matches, reading

Guesser = Callable[[Sequence[Candidate], Sequence[Mapping[str, Tag]]], list[dict[str, Tag]]]
"""Entries and the tags they have → the tags that meaning adds to each."""


def guesser(app: App) -> Guesser | None:
    """Make one; None while there is nothing to guess from."""
    model = None if due(app) else current(app)
    if model is None and train(app):  # none yet, or one that another version of the program wrote
        model = current(app)
    if model is None or not any(model.offered):
        return None
    return lambda entries, tagged: _guess(app, model, entries, tagged)


def chances(app: App, model: Model, entries: Sequence[Candidate]) -> Numbers:
    """Give the probability of each topic for each entry. Shape (n, K)."""
    texts = [(entry.title, entry.text[:1500]) for entry in entries]
    vectors = app.vectors.embed([text_of(*text) for text in texts])
    return probabilities(model, texts, vectors)


def _guess(
    app: App, model: Model, entries: Sequence[Candidate], tagged: Sequence[Mapping[str, Tag]]
) -> list[dict[str, Tag]]:
    found = []
    for entry, tags, row in zip(entries, tagged, chances(app, model, entries).tolist(), strict=True):
        sure = [column for column, chance in enumerate(row) if chance >= SURE and model.offered[column]]
        added = [column for column in sure if model.topics[column] not in tags and not _vetoed(app, entry, column)]
        found.append({model.topics[column]: _tag(model, entry, column, row[column]) for column in added})
    return found


def _vetoed(app: App, entry: Candidate, column: int) -> bool:
    """Tell whether a phrase under `not:` keeps an entry out of a topic."""
    excludes = app.rules.excludes[column]
    return bool(excludes) and matches(excludes, reading(entry.title), reading(entry.text))


def _tag(model: Model, entry: Candidate, column: int, chance: float) -> Tag:
    topic, said = model.topics[column], min(round(chance, 2), 0.99)
    words = telling(model, topic, entry.title, entry.text[:1500])
    told = f"; telling words: {', '.join(f'“{word}”' for word in words)}" if words else ""
    return Tag(topic, "meaning", f"probability {said:.2f}{told}", said)
