"""Training: learn topics on this machine, from what words, feeds, categories and people say of stored entries."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from aggregator.app import App
from aggregator.jobs.readiness import FEWEST
from aggregator.model import Candidate
from aggregator.model.value import value
from aggregator.pipeline.addresses import canonical
from aggregator.pipeline.meaning import Model, packed, text_of, unpacked
from aggregator.pipeline.meaning_features import Numbers
from aggregator.pipeline.meaning_learn import Examples, learn
from aggregator.pipeline.meaning_signs import labels, nearness, nothing, together, votes
from aggregator.pipeline.topics import filed_under

NAME = "topics"
SAMPLE = 4_000
"""A model is made of so many entries, the newest: what a topic is about changes, and time is bounded."""

FEW = 5
"""A topic with fewer examples is not given by meaning."""

AGAIN = 2_000
"""So many of the newest entries are placed anew when a model was learned; older ones keep the topics they have."""

CORRECTED = 3.0  # what a person said weighs as much as so many examples
CORRECTIONS = 2_000


@value(frozen=True, slots=False)
class Trained:
    """What training came to: examples of each topic, and addresses under `like:` that are not stored."""

    entries: int
    examples: Mapping[str, int]
    offered: Mapping[str, bool]
    unknown: tuple[str, ...] = ()


def due(app: App) -> bool:
    """Tell whether a model is to be made: there is none of these rules, or a quarter more entries came since.

    Between 200 and 2,000 new entries it always is.
    """
    found, newest = app.store.learning.freshness(NAME), app.store.learning.newest()
    if newest < FEWEST:
        return False
    if found is None or found[0] != app.rules.version:
        return True
    return newest - found[1] >= max(200, min(found[1] // 4, 2_000))


def current(app: App) -> Model | None:
    """Give the model of these rules; None when there is none yet."""
    found = app.store.learning.model(NAME)
    return unpacked(found[2]) if found and found[0] == app.rules.version else None


def train(app: App) -> Trained | None:
    """Make the model and keep it; None when there are too few entries, or no topic."""
    entries = app.store.learning.recent(SAMPLE)
    if len(entries) < FEWEST or not app.rules.topics:
        return None
    examples, unknown = gather(app, entries)
    topics = [topic.name for topic in app.rules.topics]
    model = learn(examples, topics, version=app.rules.version, until=entries[-1].id)
    model = replace(model, offered=_offered(app, model))
    app.store.learning.keep(NAME, packed(model), rules=model.version, until=model.until, again=AGAIN, now=app.clock())
    counts = dict(zip(topics, model.examples, strict=True))
    return Trained(len(entries), counts, dict(zip(topics, model.offered, strict=True)), unknown)


def gather(app: App, entries: Sequence[Candidate]) -> tuple[Examples, tuple[str, ...]]:
    """Make examples of entries and of what people said; also names addresses under `like:` that are not stored."""
    said = _said(app)
    texts = [(entry.title, entry.text[:1500]) for entry in entries]
    gone = [texts_of for entry, texts_of in _purged(app, {entry.id for entry in entries}).items()]
    liked, unknown = _liked(app)
    stored = {entry.id: None for entry in entries}
    texts, numbers = [*texts, *gone], [*stored, *(id for id in said if id not in stored)]
    vectors = app.vectors.embed([text_of(*text) for text in texts])
    known, plain, firm = _labelled(app, entries, texts, vectors, liked)
    weights = np.ones(len(texts), np.float32)
    for row, id in enumerate(numbers):
        for topic, wanted in said.get(id, {}).items():
            known[row, topic], weights[row], plain[row], firm[row] = float(wanted), CORRECTED, 0, 1
    return Examples(texts, vectors, known, weights, plain, firm), unknown


def _said(app: App) -> dict[int, dict[int, bool]]:
    """Give corrections as entry → column of the topic → has it, and count what `like:` names as said."""
    columns = {topic.name: column for column, topic in enumerate(app.rules.topics)}
    found: dict[int, dict[int, bool]] = {}
    for one in app.store.learning.corrected(limit=CORRECTIONS):
        if one.topic in columns:
            found.setdefault(one.entry, {})[columns[one.topic]] = one.wanted
    return found


def _purged(app: App, stored: set[int]) -> dict[int, tuple[str, str]]:
    """Give the texts of corrected entries that are not among those of the sample, by entry."""
    columns = {topic.name for topic in app.rules.topics}
    corrected = app.store.learning.corrected(limit=CORRECTIONS)
    return {one.entry: (one.title, one.text) for one in corrected if one.entry not in stored and one.topic in columns}


def _liked(app: App) -> tuple[list[list[tuple[str, str]]], tuple[str, ...]]:
    """Give for each topic the texts that `like:` names, and the addresses that are not stored."""
    unknown, liked = [], []
    for topic in app.rules.topics:
        found = {address: app.store.entries.find(address, key=canonical(address)) for address in topic.like}
        unknown += [address for address, entries in found.items() if not entries]
        liked.append([(one.entry.title, one.entry.text[:1500]) for entries in found.values() for one in entries[:1]])
    return liked, tuple(unknown)


def _labelled(
    app: App,
    entries: Sequence[Candidate],
    texts: Sequence[tuple[str, str]],
    vectors: Numbers,
    liked: Sequence[Sequence[tuple[str, str]]],
) -> tuple[Numbers, Numbers, Numbers]:
    """Say of each text which topics it has, whether nothing speaks for any, and whether more than words say so.

    Shapes (n, K), (n,) and (n,).
    """
    rules = app.rules
    near = nearness(vectors, _anchors(app, liked))
    counted = np.array([votes(rules, *text) for text in texts], np.float32)
    worded = [bool(topic.words) for topic in rules.topics]
    signs = labels(counted, near, worded)
    has = np.zeros(signs.shape, np.bool_)
    feeds = {url: [topic.name in feed.topics for topic in rules.topics] for url, feed in app.feeds.items()}
    none = [False] * len(rules.topics)
    for row, entry in enumerate(entries):
        has[row] |= np.array(feeds.get(entry.url, none)) | np.array(filed_under(entry, rules))
    for column, examples in enumerate(liked):
        for row, text in enumerate(texts):
            has[row, column] |= text in examples
    firm: Numbers = np.asarray(has.any(axis=1), np.float32)
    has |= signs == 1
    known = np.where(has.any(axis=1, keepdims=True), has, np.nan).astype(np.float32)
    plain = nothing(counted, near, worded) & ~has.any(axis=1)
    return known, plain.astype(np.float32), firm


def _anchors(app: App, liked: Sequence[Sequence[tuple[str, str]]]) -> Numbers:
    """Make a vector of what each topic is about: its sentence, its words together, its examples; zeros without any."""
    rows = []
    for topic, examples in zip(app.rules.topics, liked, strict=True):
        about = f"{topic.title}. {topic.about}" if topic.about.strip() else ""
        said = [text for text in (about, together(topic.words), *(text_of(*text) for text in examples)) if text]
        rows.append(app.vectors.embed(said or [""]).mean(axis=0))
    return np.array(rows, np.float32)


def _offered(app: App, model: Model) -> tuple[bool, ...]:
    corrected = {one.topic for one in app.store.learning.corrected(limit=CORRECTIONS)}
    rows = zip(app.rules.topics, model.examples, strict=True)
    return tuple((topic.by_meaning or topic.name in corrected) and count >= FEW for topic, count in rows)
