"""Tagging: which topics entries have, by words, feed and category, by meaning, and by what a person said last."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from aggregator.app import App
from aggregator.model import Candidate, Tag
from aggregator.pipeline.topics import Rules

if TYPE_CHECKING:
    from aggregator.jobs.guessing import Guesser

BY_HAND = "a person said so (`aggregator topics fix`)"


class Tagger:
    """Tags batches of entries; what is learned is loaded, or made, at the first batch that needs it."""

    def __init__(self, app: App) -> None:
        self._app, self._learns = app, app.by_meaning
        self._guess: Guesser | None = None
        if self._learns:
            from aggregator.jobs.guessing import guesser  # numpy and the vectors: only where topics have a meaning

            self._guess = guesser(app)

    def tags(self, entries: Sequence[Candidate], by_rules: Sequence[tuple[Tag, ...]]) -> list[tuple[Tag, ...]]:
        """Give the tags of each entry, in the order of feeds.yaml; what a person said wins.

        ``by_rules`` are those that its feed, its categories and its words give it.
        """
        app = self._app
        if not self._guess and not self._learns:
            return list(by_rules)
        found = [{one.topic: one for one in tags} for tags in by_rules]
        if self._guess:
            for tags, guessed in zip(found, self._guess(entries, found), strict=True):
                tags |= guessed
        said = app.store.learning.corrections([entry.id for entry in entries]) if self._learns else {}
        return [ordered(tags, said.get(entry.id, {}), app.rules) for entry, tags in zip(entries, found, strict=True)]


def ordered(tags: Mapping[str, Tag], said: Mapping[str, bool], rules: Rules) -> tuple[Tag, ...]:
    """Apply what a person said, and put the tags in the order of feeds.yaml."""
    if not said and len(tags) < 2:
        return tuple(tags.values())
    wanted = {topic: Tag(topic, "correction", BY_HAND) for topic, has in said.items() if has}
    kept = {**{topic: one for topic, one in tags.items() if said.get(topic, True)}, **wanted}
    return tuple(kept[topic.name] for topic in rules.topics if topic.name in kept)
