"""A workspace on disk for stories about jobs: real files, a real database, a clock that the test sets."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from aggregator import workers
from aggregator.app import App, open_app
from aggregator.model import FeedState
from aggregator.vectors import Vectors

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # a Monday
VECTORS = Vectors()
"""What texts are about: files that nothing changes, read once and not with each workspace that is opened."""


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        """Move on by a timedelta's keywords."""
        self.now += timedelta(**span)


@dataclass
class Desk:
    """A workspace folder and its clock; every ``sync`` opens it anew, as a new process would."""

    root: Path
    clock: Clock

    @contextmanager
    def app(self) -> Iterator[App]:
        """Open the workspace."""
        with open_app(self.root, clock=self.clock) as app:
            vars(app)["vectors"] = VECTORS
            yield app

    def sync(self, *, force: bool = False) -> workers.Report:
        """Run the whole job once."""
        with self.app() as app:
            workers.recover(app)
            return workers.sync(app, force=force)

    def outputs(self) -> dict[str, bytes]:
        """Read every output file."""
        return {path.name: path.read_bytes() for path in (self.root / "storage" / "outputs").iterdir()}


def desk(root: Path, *feeds: str, extra: str = "") -> Desk:
    """Make a workspace that reads ``feeds`` (YAML list items) from loopback addresses; ``extra`` is more YAML."""
    lines = [
        "title: Test Desk",
        "home: https://desk.example.org/",
        "fetch: {allow_networks: [127.0.0.0/8]}",
        "feeds:",
        *(f"  - {feed}" for feed in feeds),
        extra,
    ]
    root.mkdir(parents=True, exist_ok=True)
    (root / "feeds.yaml").write_text("\n".join(lines), encoding="utf-8")
    return Desk(root, Clock())


def rss(*items: str, title: str = "Example Feed", more: str = "") -> bytes:
    """Write an RSS 2.0 document around ``items``."""
    head = f"<title>{title}</title><link>https://example.com/</link><description>d</description>{more}"
    return f'<rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'.encode()


def item(
    number: int, *, title: str = "", text: str = "", at: datetime | None = START, link: str = "", guid: str = ""
) -> str:
    """Write one RSS item; its texts differ from those of any other number."""
    date = f"<pubDate>{format_datetime(at)}</pubDate>" if at else ""
    title, link = title or f"Headline {number}", link or f"https://example.com/{number}"
    text = text or f"What happened in matter {number}, told in a sentence of its own."
    return (
        f"<item><guid isPermaLink='false'>{guid or f'guid-{number}'}</guid>{date}"
        f"<title>{title}</title><link>{link}</link><description>{text}</description></item>"
    )


def state_of(here: Desk, url: str) -> FeedState:
    """What is known of a feed."""
    with here.app() as app:
        found = app.store.feeds.find(url)
    assert found
    return found
