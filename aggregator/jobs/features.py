"""What entries say, each by itself: read batch by batch, one ahead, by a twin of this process where many wait.

Deciding where an entry belongs needs all that came before it; cutting it into words, hashing them and finding its
topics does not. So a twin does that for the next batch while this process decides on the last one. What it does may
always be done here instead, with the same result.
"""

import gc
import marshal
from collections.abc import Iterator, Mapping, Sequence
from pickle import PickleBuffer
from types import TracebackType
from typing import Any, Self

from aggregator.app import App
from aggregator.config import FeedConfig
from aggregator.model import Candidate, Tag
from aggregator.model.value import value
from aggregator.pipeline import furniture
from aggregator.pipeline.shingles import TITLE, parted, spoken
from aggregator.pipeline.shingles_keys import KEYED, keys
from aggregator.pipeline.stories_bags import Bags, mark, read
from aggregator.pipeline.stories_words import Vocabulary
from aggregator.pipeline.topics import evidence, pattern, reading, tag
from aggregator.spare import give_back, part_large
from aggregator.store.curation import candidates
from aggregator.twin import Twin, possible

MANY = 2000
"""Entries that are worth a twin: fewer do not pay for it."""

_NEXT = "the next batch"
_OFTEN = 4  # batches after which memory that is not used is given back
_TOGETHER = 100  # texts whose words are at hand at once


@value(frozen=True, slots=True)
class Features:
    """What the entries of a batch say; ``told`` gives the place in ``bags`` of those that have changed.

    ``keys`` are those of texts that are to be compared, by entry, without what their feeds repeat; ``repeated`` says
    what that is, by feed, of those that repeat anything. ``tags`` are in the order of the batch, and so is
    ``left_out``: why ``keep:`` or ``drop:`` leaves an entry out.
    """

    repeated: dict[int, frozenset[int]]
    keys: dict[int, list[int]]
    tags: list[tuple[Tag, ...]]
    left_out: list[str]
    told: dict[int, int]
    bags: Bags


Batch = tuple[tuple[Candidate, ...], Features]
"""Entries, and what they say."""


class Foresight:
    """Gives batch after batch of what waits, with what it says."""

    def __init__(self, app: App, *, limit: int) -> None:
        self._app, self._limit = app, limit
        self._vocabulary = Vocabulary()
        self._twin: Twin | None = None
        self._batches = 0

    def __enter__(self) -> Self:
        if possible() and self._app.store.curation.waits(MANY):
            self._app.store.rest()
            gc.collect()
            give_back()  # else both would keep it
            part_large()
            try:
                self._twin = Twin(self._work)
                self._twin.offer(_NEXT)
            except OSError:  # no more processes or memory for this user
                self._alone()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._alone()

    def batch(self) -> Batch | None:
        """Give the entries that are next, and what they say; None when no more wait."""
        curation, rules = self._app.store.curation, self._app.rules.version
        if not (queue := curation.queue(rules, limit=self._limit)):
            return None
        found = self._ahead(self._twin) if self._twin else None
        if found and [(entry.id, entry.stamp) for entry in found[0]] == queue:
            return curation.as_placed(found[0]), found[1]
        if self._twin:  # it is given up, or other entries wait by now, or they say something else
            self._alone()
        batch = curation.pending(rules, limit=self._limit)
        return (batch, features(self._app, batch, self._vocabulary)) if batch else None

    def _alone(self) -> None:
        """Go on without a twin."""
        if self._twin:
            self._twin.end()
        self._twin = None

    def _ahead(self, twin: Twin) -> Batch | None:
        """Take what the twin has read, and let it read on while we decide: one batch ahead, and never two."""
        asked = twin.offer(_NEXT)
        self._batches += 1
        if self._batches % _OFTEN == 0:
            give_back()
        found: tuple[bytes, Features] | None = twin.answer()
        if not asked:  # where a pipe holds one page alone, there is room now
            twin.offer(_NEXT)
        return (candidates(marshal.loads(found[0])), found[1]) if found else None

    def _work(self, messages: Iterator[Any]) -> Iterator[tuple[PickleBuffer, Features]]:
        """What the twin does, a batch for each message."""
        after = None
        for _ in messages:
            rows = self._app.store.curation.rows(after=after, limit=self._limit)
            if not rows:
                return
            batch = candidates(rows)
            after = batch[-1]
            yield PickleBuffer(marshal.dumps(rows)), features(self._app, batch, self._vocabulary)
            del rows, batch  # two would be at hand else


def features(app: App, batch: Sequence[Candidate], vocabulary: Vocabulary) -> Features:
    """Read what the entries of a batch say, of up to 1,024."""
    feeds = [app.feeds.get(entry.url) for entry in batch]
    known = app.store.stories.placed([entry.id for entry in batch if entry.story])
    told = [entry for entry in batch if entry.id not in known or known[entry.id][0] != mark(entry)]
    compared = [entry for entry in batch if not entry.settled]
    repeated = app.store.texts.repeated({entry.feed for entry in compared})
    parts = [compared[start : start + _TOGETHER] for start in range(0, len(compared), _TOGETHER)]
    return Features(
        repeated=repeated,
        keys={entry.id: found for part in parts for entry, found in zip(part, _keys(part, repeated), strict=True)},
        tags=[tag(one, app.rules, fixed=feed.topics if feed else ()) for one, feed in zip(batch, feeds, strict=True)],
        left_out=[dropped(one, feed) for one, feed in zip(batch, feeds, strict=True)],
        told={entry.id: place for place, entry in enumerate(told)},
        bags=read(told, vocabulary),
    )


def own_text(entry: Candidate, repeated: Mapping[int, frozenset[int]]) -> str:
    """Give what an entry says itself: without what its feed repeats."""
    return furniture.without(entry.text, repeated[entry.feed]) if entry.feed in repeated else entry.text


def _keys(entries: Sequence[Candidate], repeated: Mapping[int, frozenset[int]]) -> list[list[int]]:
    own = [(entry.title, own_text(entry, repeated)) for entry in entries]
    return keys([(spoken(title, most=TITLE), parted(text, most=KEYED)) for title, text in own])


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
