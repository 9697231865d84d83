"""News as it comes: a week of eight newsrooms and five days of nine, with events that were read by hand.

Of the week (April 2020) were read all members of the 67 stories that had five and more under the rules of before, and
of 45 smaller ones; it was in view when bounds were chosen. Of the five days (February 2026) every entry was read; no
bound was chosen by them. Entries that nobody has read are served as well, and count neither for nor against.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

from aggregator.model import Fetched, Known
from aggregator.pipeline.intake import read
from bench.eval.desk import NOW, Told, placed
from bench.eval.figures import Figure, interval
from bench.eval.news_labels import DAYS_ALONE, DAYS_EVENTS, WEEK_ALONE, WEEK_EVENTS
from bench.eval.stories import f1
from bench.eval.wire import week

_NEWSROOMS = ("006", "008", "014", "016", "066", "080", "096", "146", "170")
_FIRST, _LAST = datetime(2026, 1, 1, tzinfo=UTC), NOW - timedelta(days=30)  # older: archives; younger: no date
_LARGEST = 25


def measure(corpus: Path) -> Iterator[Figure]:
    """Give BCubed precision, recall and F1 of what was read, and how pure the largest stories are."""
    yield from _figures("week of eight newsrooms", week(corpus), WEEK_EVENTS, WEEK_ALONE, (0.77, 0.72, 0.80))
    yield from _figures("five days of nine newsrooms", days(corpus), DAYS_EVENTS, DAYS_ALONE, (0.94, 0.95, 0.93))


def days(corpus: Path) -> list[Told]:
    """Every dated entry of nine feeds that were captured on one day, in the order of publication."""
    found: list[Told] = []
    for name in _NEWSROOMS:
        (path,) = (corpus / "feeds" / "real").glob(f"{name}-*")
        feed = f"https://{name}.example/feed"
        for entry in read(Fetched(feed, feed, 200, {}, path.read_bytes()), Known(), now=NOW).new:
            if _FIRST < entry.published < _LAST:
                found.append(Told(feed, entry.title, entry.text, entry.url, at=entry.published))
    return sorted(found, key=lambda one: one.at)


def labels(events: str, alone: str) -> dict[str, str]:
    """Give the event of each entry that was read, both by hashes; an event is called after its first."""
    told = [event.split() for event in events.split("/")]
    return {mark: event[0] for event in told for mark in event} | {mark: mark for mark in alone.split()}


def _figures(
    data: str, told: Sequence[Told], events: str, alone: str, goals: tuple[float, float, float]
) -> Iterator[Figure]:
    known = labels(events, alone)
    stories = {
        mark: entry.story for one, entry in zip(told, placed(told), strict=True) if (mark := _mark(one)) in known
    }
    units = _units(stories, known)
    entries = [entry for unit in units for entry in unit]
    low, high = interval(units, f1)
    name = f"{data} ({len(entries)} entries read)"
    yield Figure("news", name, "BCubed F1", f1(units), goals[0], low, high, errors=tuple(_mixed(told, stories, known)))
    for n, measured in enumerate(("precision", "recall")):
        yield Figure("news", name, measured, sum(entry[n] for entry in entries) / len(entries), goals[1 + n])
    yield Figure("news", name, f"purity of the {_LARGEST} largest stories", _purity(stories, known), goals[1] - 0.07)


def _mark(one: Told) -> str:
    return f"{crc32(one.url.encode()):08x}"


def _units(stories: dict[str, int], known: dict[str, str]) -> list[list[tuple[float, float]]]:
    """The precision and recall of each entry, by event."""
    of_story, of_event = Counter(stories.values()), Counter(known[mark] for mark in stories)
    both = Counter((known[mark], story) for mark, story in stories.items())
    units: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for mark, story in stories.items():
        event = known[mark]
        units[event].append((both[event, story] / of_story[story], both[event, story] / of_event[event]))
    return list(units.values())


def _largest(stories: dict[str, int]) -> list[list[str]]:
    members: dict[int, list[str]] = defaultdict(list)
    for mark, story in stories.items():
        members[story].append(mark)
    return sorted(members.values(), key=lambda marks: (-len(marks), marks))[:_LARGEST]


def _purity(stories: dict[str, int], known: dict[str, str]) -> float:
    """Say which part of the members of the largest stories are of the event that most of their story are of."""
    largest = _largest(stories)
    most = sum(max(Counter(known[mark] for mark in marks).values()) for marks in largest)
    return most / sum(map(len, largest))


def _mixed(told: Sequence[Told], stories: dict[str, int], known: dict[str, str]) -> Iterator[str]:
    """Tell each event that is in a large story with others, by a title."""
    titles = {_mark(one): one.title for one in told}
    for marks in _largest(stories):
        events = {known[mark]: titles[mark][:50] for mark in marks}
        if len(events) > 1:
            yield f"{len(marks)} entries: " + " | ".join(list(events.values())[:8])
