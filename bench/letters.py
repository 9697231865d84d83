"""Letters: what it costs to freeze an issue of which no two subscribers chose the same topics."""

import random
import resource
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from aggregator.app import App, open_app
from aggregator.jobs.addressing import addressed
from aggregator.jobs.compose import fitted
from aggregator.model import Choice, Issue
from aggregator.pipeline.compose import compose
from aggregator.pipeline.rank import rank
from bench.goals import markdown
from tests.mailroom import people
from tests.newsroom import BERLIN, NOW, Text, news, stories

TOPICS = [f"topic{number}" for number in range(16)]
_SETTINGS = """title: Bench
home: https://news.example.org/
contact: desk@example.org
topics: {{{topics}}}
digests: [{{name: morning, when: daily 07:00, size: 500}}]
"""


@dataclass(frozen=True)
class Frozen:
    """One issue: how many letters it has, and what they took."""

    stories: int
    letters: int
    seconds: float
    megabytes: float  # that the database grew by
    memory_mb: int  # the most that the process had


def freezings(*, choices: int, sizes: tuple[int, ...] = (20, 60)) -> Iterator[Frozen]:
    """Freeze an issue of each size for so many subscribers with a choice of their own."""
    for size in sizes:
        with TemporaryDirectory(prefix="bench-") as name:
            yield _frozen(Path(name), size, choices)


def letters_table(found: list[Frozen]) -> str:
    """Write a row for each issue."""
    head = ("stories", "letters", "seconds", "MB in the database", "MB of memory")
    return markdown(
        head,
        [
            (str(one.stories), f"{one.letters:,}", f"{one.seconds:.0f}", f"{one.megabytes:.1f}", str(one.memory_mb))
            for one in found
        ],
    )


def _frozen(folder: Path, size: int, choices: int) -> Frozen:
    (folder / "feeds.yaml").write_text(_SETTINGS.format(topics=", ".join(f"{one}: {{}}" for one in TOPICS)))
    with open_app(folder) as app:
        many = (some for count in (8, 7, 9) for some in combinations(TOPICS, count))
        wanted = [Choice(some) for some in islice(many, choices)]
        people(app, len(wanted), choices=wanted)
        database = folder / "storage" / "aggregator.db"
        app.store.subscribers._lane.fold()
        before, start = database.stat().st_size, time.monotonic()
        (digest,) = app.config.digests
        issue, letter = fitted(app, digest, _issue(app, size))
        deliveries, variants = addressed(app, digest, issue, letter)
        app.store.issues.freeze(issue, letter, deliveries=deliveries, variants=variants, now=app.clock())
        seconds = time.monotonic() - start
        app.store.subscribers._lane.fold()
        grown = (database.stat().st_size - before) / 1e6
    return Frozen(size, len(variants), seconds, grown, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def _issue(app: App, size: int) -> Issue:
    """Compose an issue of stories that share no sentence, each of one topic."""
    draw = random.Random(size)

    def words(count: int) -> str:
        return " ".join("".join(draw.choices("aeioulnrstdm", k=draw.randint(2, 10))) for _ in range(count))

    texts: list[Text] = [(words(9), words(40), TOPICS[number % len(TOPICS)]) for number in range(size)]
    return compose(
        app.config.digests[0],
        rank(stories(news(size, texts=texts)), now=NOW, size=500),
        topics=app.config.topics,
        period="2026-11-23",
        since=NOW,
        until=NOW,
        now=NOW,
        frame=app.templates.frame("en"),
        zone=BERLIN,
        home=app.config.home,
    )
