"""Rehearsal: what another feeds.yaml would have made of the entries that are stored; nothing is written."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from aggregator.app import App, rules_of
from aggregator.config import Config, FeedConfig, OutputConfig
from aggregator.jobs.features import dropped
from aggregator.jobs.tagging import ordered
from aggregator.model import Candidate, StoredEntry, Tag
from aggregator.model.value import value
from aggregator.pipeline.topics import Rules, tag


@value(frozen=True, slots=False)
class Move:
    """An entry that would gain or lose a place: under a topic, or in an output."""

    entry: StoredEntry
    kind: str  # topic or output
    name: str
    gains: bool
    why: str  # evidence of the topic; why an output takes it, or no longer does


@value(frozen=True, slots=False)
class _Side:
    """One of the two feeds.yaml, ready to be asked."""

    config: Config
    rules: Rules
    feeds: Mapping[str, FeedConfig]

    def tags(self, stored: StoredEntry, said: Mapping[str, bool]) -> dict[str, Tag]:
        """Tag an entry; what was found by meaning stays where the topic still goes by meaning."""
        feed = self.feeds.get(stored.source.url)
        found = {one.topic: one for one in tag(_seen(stored), self.rules, fixed=feed.topics if feed else ())}
        meant = {topic.name for topic in self.config.topics if topic.by_meaning}
        kept = {one.topic: one for one in stored.tags if one.via == "meaning" and one.topic in meant}
        return {one.topic: one for one in ordered({**kept, **found}, said, self.rules)}

    def outputs(self, stored: StoredEntry, topics: Mapping[str, Tag]) -> dict[str, str]:
        """Name the outputs that the entry is for, and why; whether it is new enough for its places is not asked."""
        if stored.reach == "none" or self.left_out(stored):
            return {}
        outputs = self.config.outputs
        return {out.name: _ground(out, topics) for out in outputs if not out.topics or {*out.topics} & {*topics}}

    def left_out(self, stored: StoredEntry) -> str:
        """Say why ``keep:`` or ``drop:`` of its feed leaves the entry out; empty when it stays in."""
        return dropped(_seen(stored), self.feeds.get(stored.source.url))

    def absence(self, stored: StoredEntry, name: str) -> str:
        """Say why the entry is not in an output that another feeds.yaml puts it in."""
        if name not in [out.name for out in self.config.outputs]:
            return "there is no such output"
        return self.left_out(stored) or "it has none of its topics"


def _side(config: Config) -> _Side:
    return _Side(config, rules_of(config), {feed.url: feed for feed in config.feeds})


def rehearse(app: App, before: Config, *, since: datetime | None, limit: int) -> tuple[int, tuple[Move, ...]]:
    """Compare ``before`` with the workspace's feeds.yaml on the newest entries; says of how many."""
    stored = app.store.entries.search(since=since, limit=limit)
    old, new = _side(before), _side(app.config)
    said = app.store.learning.corrections([one.id for one in stored])
    moves: list[Move] = []
    for one in stored:
        had, has = (side.tags(one, said.get(one.id, {})) for side in (old, new))
        moves += _moves(one, "topic", _evidence(had), _evidence(has))
        was, now = old.outputs(one, had), new.outputs(one, has)
        lost = {name: f"now {new.absence(one, name)}" for name in was.keys() - now.keys()}
        gained = {name: f"{now[name]}; before, {old.absence(one, name)}" for name in now.keys() - was.keys()}
        moves += _moves(one, "output", lost, gained)
    return len(stored), tuple(moves)


def _moves(entry: StoredEntry, kind: str, had: Mapping[str, str], has: Mapping[str, str]) -> list[Move]:
    """List what is in one and not in the other; both give names and why."""
    lost = [Move(entry, kind, name, False, had[name]) for name in sorted(had.keys() - has.keys())]
    return lost + [Move(entry, kind, name, True, has[name]) for name in sorted(has.keys() - had.keys())]


def _evidence(tags: Mapping[str, Tag]) -> dict[str, str]:
    return {topic: f"by {tag.via}: {tag.evidence}" for topic, tag in tags.items()}


def _ground(output: OutputConfig, tags: Mapping[str, Tag]) -> str:
    """Say why an output takes an entry."""
    evidence = _evidence(tags)
    said = [f"{topic} {evidence[topic]}" for topic in output.topics if topic in evidence]
    return ", ".join(said) or "it takes every topic"


def _seen(stored: StoredEntry) -> Candidate:
    """The entry as Curate sees it."""
    entry, source = stored.entry, stored.source
    facts = (entry.title, entry.text, entry.categories, entry.key, entry.words, entry.published)
    return Candidate(stored.id, entry.guid, source.id, source.url, *facts)


def summed(moves: Sequence[Move]) -> dict[tuple[str, str], tuple[int, int]]:
    """Count for each topic and output how many entries it would gain, and lose."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for move in moves:
        gained, lost = found.get((move.kind, move.name), (0, 0))
        found[move.kind, move.name] = (gained + move.gains, lost + (not move.gains))
    return dict(sorted(found.items(), reverse=True))
