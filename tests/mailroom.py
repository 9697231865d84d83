"""A workspace with an issue that is frozen and waits for its subscribers; no feed is asked for it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from aggregator.app import App, open_app, utc_now
from aggregator.jobs.addressing import addressed
from aggregator.jobs.deliver import deliver
from aggregator.jobs.delivered import Delivered
from aggregator.jobs.post import footer_links
from aggregator.model import Choice, Consent, DeliveryState, Issue, IssueState, Subscriber, Subscription
from tests.newsroom import issue, news
from tests.workspaces import Clock

STORIES = 20
DAY = date(2026, 1, 1)
_SETTINGS = """title: Bench
home: https://news.example.org/
contact: desk@example.org
topics:
  geopolitics: {{title: Geopolitics, words: [treaty]}}
  economy: {{title: Economy, words: [bank]}}
  science: {{title: Science, words: [telescope]}}
digests: [{{name: morning, title: Morning briefing, when: daily 07:00{digest}}}]
{mail}
"""
_MAIL = 'mail: {{from: "Bench <desk@example.org>", smtp: "smtp://127.0.0.1:{port}"{more}}}'


def furnish(folder: Path, *, port: int, mail: str = "rate: 10000", digest: str = "") -> None:
    """Write a feeds.yaml; ``mail`` and ``digest`` are more keys of these, ``port`` 0 is no mail server."""
    folder.mkdir(parents=True, exist_ok=True)
    section = _MAIL.format(port=port, more=f", {mail}" if mail else "") if port else ""
    text = _SETTINGS.format(digest=f", {digest}" if digest else "", mail=section)
    (folder / "feeds.yaml").write_text(text, encoding="utf-8")


def people(
    app: App,
    number: int,
    *,
    choices: Sequence[Choice] = (Choice(),),
    language: str = "",
    zones: Sequence[str] = ("",),
) -> None:
    """Enter so many confirmed subscribers of the digest, with these choices and time zones in turn."""
    now = app.clock()
    rows = []
    for one in range(number):
        address = f"reader{one}@example.org"
        wanted = Subscription(0, "morning", "confirmed", choices[one % len(choices)], Consent(now, "import"), now)
        rows.append((Subscriber(0, "", address, address, now, language, zones[one % len(zones)]), wanted))
    app.store.subscribers.keep(rows)


def freeze(app: App, *, number: int = 0, stories: int = STORIES, title: str = "") -> IssueState:
    """Freeze an issue for all of them, that of the day with this number; ``title`` is that of its first story."""
    composed = _composed(app, f"{DAY + timedelta(days=number)}", stories)
    if title:
        first, *rest = composed.sections
        lines = (replace(first.lines[0], title=title), *first.lines[1:])
        composed = replace(composed, sections=(replace(first, lines=lines), *rest))
    (digest,) = app.config.digests
    letter = app.templates.letter(composed, links=footer_links(app, digest, composed.period))
    deliveries, variants = addressed(app, digest, composed, letter)
    return app.store.issues.freeze(composed, letter, deliveries=deliveries, variants=variants, now=app.clock())


def _composed(app: App, period: str, stories: int) -> Issue:
    return replace(issue(news(stories), size=stories, home=app.config.home), period=period)


@dataclass
class Mailroom:
    """A workspace with an issue on its way; each look and each run opens it anew, as a new process would."""

    folder: Path
    clock: Clock = field(default_factory=lambda: Clock(utc_now()))

    @contextmanager
    def app(self) -> Iterator[App]:
        """Open the workspace."""
        with open_app(self.folder, clock=self.clock) as app:
            yield app

    def deliver(self, *, pressing: bool = False, patience: float | None = None) -> Delivered:
        """Send what is waiting."""
        with self.app() as app:
            return deliver(app, pressing=pressing, patience=patience)

    def rows(self) -> dict[str, DeliveryState]:
        """List the deliveries of the only issue by the name before the @."""
        with self.app() as app:
            (state,) = app.store.issues.all()
            return {row.recipient.partition("@")[0]: row for row in app.store.issues.deliveries(state.id)}

    def states(self) -> list[str]:
        """List how far they are."""
        return [row.state for row in self.rows().values()]


def mailroom(folder: Path, *, port: int, subscribers: int = 3, mail: str = "rate: 10000", digest: str = "") -> Mailroom:
    """Make a workspace with an issue for so many subscribers."""
    furnish(folder, port=port, mail=mail, digest=digest)
    room = Mailroom(folder)
    with room.app() as app:
        people(app, subscribers)
        freeze(app)
    return room
