"""feeds show: one feed, as it is, why, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.asked import AsJson, terminal
from aggregator.cli.terminal import Terminal, moment
from aggregator.errors import NotFoundError
from aggregator.model import FeedFigures, FeedState
from aggregator.pipeline.addresses import publisher_of
from aggregator.pipeline.health import elsewhere, health, last_answer, per_week, share, suggestion, support
from aggregator.pipeline.replacing import replacing
from aggregator.pipeline.wording import counted, format_name, in_zone

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from aggregator.app import App
    from aggregator.config import FeedConfig


@dataclass(frozen=True, slots=True)
class Known:
    """A feed with all that is said of it."""

    state: FeedState
    figures: FeedFigures
    edit: str  # of feeds.yaml, in words; empty when there is nothing to do
    now: datetime

    @property
    def health(self) -> str:
        """How it is, in plain words."""
        return health(self.state, self.figures, now=self.now)

    @property
    def per_week(self) -> float:
        """Entries a week."""
        return per_week(self.figures, now=self.now)

    @property
    def pace(self) -> str:
        """Entries a week, in words; a dash for a feed without any that is not a week old."""
        since = self.state.first_seen
        unknown = not self.per_week and (since is None or self.now - since < timedelta(weeks=1))
        return "–" if unknown else f"{self.per_week:g} a week"

    def due(self, zone: "ZoneInfo", *, named: bool = True) -> str:
        """When it is asked next."""
        state = self.state
        return "never" if state.gone else moment(state.due, zone, named=named) if state.due else "now"


def known_feeds(app: "App") -> list[Known]:
    """Gather the feeds of feeds.yaml, in its order, in a fixed number of queries."""
    now, kept = app.clock(), {state.url: state for state in app.store.feeds.all()}
    figures = app.store.feeds.figures(now=now)
    states = [_named(feed, kept.get(feed.url)) for feed in app.config.feeds]
    edits = _edits(app, states, now=now)
    return [Known(state, figures.get(state.id, FeedFigures()), edits.get(state.url, ""), now) for state in states]


def _edits(app: "App", states: Sequence[FeedState], *, now: datetime) -> dict[str, str]:
    """Say what to edit in feeds.yaml, and where, of the feeds of which there is something to do."""
    name, unknown = app.workspace.config.name, dict.fromkeys(app.feeds, 0)
    moves = {state.url: move for state in states if (move := elsewhere(state))}
    lines = unknown | (_lines(app) if moves else {})
    edits = replacing(moves, lines)
    for state in states:
        said = app.feeds[state.url]
        if state.url not in moves and (edit := suggestion(state, every=said.every, login=said.login, now=now)):
            edits[state.url] = edit
    if edits and not moves:
        lines |= _lines(app)
    return {url: f"{name}:{lines[url]}: {edit}" if lines[url] else f"{name}: {edit}" for url, edit in edits.items()}


def _named(feed: "FeedConfig", kept: FeedState | None) -> FeedState:
    """Give a feed the names that feeds.yaml has for it now, also before the next sync."""
    said = {"title": feed.title, "publisher": feed.publisher}
    state = kept or FeedState(0, feed.url, publisher=publisher_of(feed.url))
    return state.but({name: text for name, text in said.items() if text})


def _lines(app: "App") -> dict[str, int]:
    """Where each feed stands; nothing when the file was changed in the meantime."""
    from aggregator.config.editing import lines

    try:
        found = lines(app.workspace.config.read_bytes())
    except (OSError, ValueError):
        return {}
    urls = [feed.url for feed in app.config.feeds]
    return dict(zip(urls, found, strict=True)) if len(found) == len(urls) else {}


def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="URL", help="Its address, a part of it, or of its title.")],
    as_json: AsJson = False,
) -> None:
    """Show one feed: how it is, when it is asked next and why, what it brings, what to edit."""
    screen = terminal(context)
    with screen.opened() as app:
        found = matching(known_feeds(app), name)
        zone = app.config.zone
        pages = {known.state.id: _pages(app, known.state) for known in found[:1]}
    if not found:
        raise NotFoundError(f"no feed of feeds.yaml has “{name}” in its address or title: see `aggregator feeds`")
    if as_json:
        screen.json(feeds=[facts(known) for known in found])
    elif len(found) == 1:
        _page(screen, found[0], zone, pages=pages[found[0].state.id])
    else:
        screen.say(f"{len(found)} feeds match “{name}”; say more of one of them:")
        for known in found:
            screen.show(f"{known.state.url}  {known.state.title}".rstrip())


def matching(feeds: Sequence[Known], name: str) -> list[Known]:
    """Find feeds by their address, that of today or one they moved to, or else by a part of it or of the title."""
    exact = [known for known in feeds if name in (known.state.url, known.state.adopted)]
    part = name.casefold()
    return exact or [k for k in feeds if part in f"{k.state.url}\n{k.state.adopted}\n{k.state.title}".casefold()]


def _pages(app: "App", state: FeedState) -> str:
    """Say what comes of the pages of its entries; empty where none are asked for."""
    if not app.feeds[state.url].full_text:
        return ""
    counts = app.store.pages.counts(state.id)
    words = {
        "read": "read",
        "waiting": "to be asked",
        "kept": "no better",
        "refused": "not allowed",
        "failed": "failed",
    }
    told = [f"{counts[outcome]} {word}" for outcome, word in words.items() if outcome in counts]
    return f"pages of teasers are fetched: {', '.join(told) or 'none yet'}"


def _page(screen: Terminal, known: Known, zone: "ZoneInfo", *, pages: str) -> None:
    state = known.state
    answers = f"{state.answers_full} whole, {state.answers_unchanged} unchanged, {state.same_bytes} the same again"
    lines = {
        "feed": state.title or state.url,
        "address": state.url,
        "asked at": state.adopted,
        "moving": _moving(state, zone) if state.moved_to != state.adopted else "",
        "home": state.home,
        "format": format_name(state.format),
        "health": in_zone(known.health, zone),
        "last answer": in_zone(_last_answer(state, zone), zone),
        "last read": moment(state.succeeded, zone),
        "failing": _failing(state, zone) if state.failures else "",
        "next due": f"{known.due(zone)}: {in_zone(state.due_reason, zone) or 'never asked yet'}",
        "brings": _brings(known, zone),
        "full text": pages,
        "digests": share(known.figures),
        "validators": support(state),
        "answers": answers,
        **_document(state),
        "to do": known.edit or "nothing",
    }
    for label, text in lines.items():
        if text:
            screen.show(f"{label + ':':<13}{text}")


def _document(state: FeedState) -> dict[str, str]:
    """Say what was left out of its last document, or else what is odd about it."""
    if state.rejected:
        return {"left out": f"{state.rejected} of its last document: {state.reject}"}
    return {"document": state.reject}


def _failing(state: FeedState, zone: "ZoneInfo") -> str:
    times = "once" if state.failures == 1 else f"{state.failures} times in a row"
    return f"{times}, since {moment(state.failing_since, zone)}"


def _last_answer(state: FeedState, zone: "ZoneInfo") -> str:
    if not state.fetched and state.outcome != "unasked":
        return "never asked yet"
    at = f" ({moment(state.fetched, zone)})" if state.outcome != "unasked" else ""
    return f"{last_answer(state)}{at}"


def _brings(known: Known, zone: "ZoneInfo") -> str:
    pace = "not known yet" if known.pace == "–" else f"{known.per_week:g} entries a week"
    return (
        f"{pace}; {counted(known.state.entries, 'entry', 'entries')} stored, newest {moment(known.state.newest, zone)}"
    )


def _moving(state: FeedState, zone: "ZoneInfo") -> str:
    times = "once" if state.moved_count == 1 else f"{state.moved_count} times in a row"
    return f"redirected for good to {state.moved_to} since {moment(state.moved_since, zone)}, {times}"


STATE = (
    *("url", "title", "home", "publisher", "format", "outcome", "status", "error", "failures", "failing_since"),
    *("fetched", "succeeded", "due", "due_reason", "wait_until", "fresh_until", "moved_to", "moved_since", "adopted"),
    *("gone", "entries", "newest", "answers_full", "answers_unchanged", "same_bytes", "rejected", "reject"),
)


def facts(known: Known) -> dict[str, object]:
    """Give one feed for programs, as docs/feeds.md has it: the same words that people read."""
    state, figures = known.state, known.figures
    return {
        "id": str(state.id) if state.id else None,
        **{name: getattr(state, name) for name in STATE},
        "health": known.health,
        "last_answer": last_answer(state),
        "validators": support(state),
        "entries_per_week": known.per_week,
        "told": {"entries": figures.told, "of": figures.told_by_all},
        "suggested_edit": known.edit,
    }
