"""feeds: every feed with its health, when it is due next, and why."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from aggregator.cli import subscriptions
from aggregator.cli.terminal import AsJson, moment, terminal
from aggregator.model import FeedState

commands = typer.Typer(help="List the feeds and their health; add, remove, import, export and check them.")
subscriptions.register(commands)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(commands, name="feeds")


@commands.callback(invoke_without_command=True)
def feeds(
    context: typer.Context,
    failing: Annotated[bool, typer.Option("--failing", help="Only those that could not be read last time.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the feeds of feeds.yaml: health, last success, next due and its reason."""
    if context.invoked_subcommand:
        return
    from aggregator.app import utc_now

    screen = terminal(context)
    with screen.opened() as app:
        known = {state.url: state for state in app.store.feeds.all()}
        states = [known.get(feed.url) or FeedState(0, feed.url, feed.title) for feed in app.config.feeds]
        states = [state for state in states if not failing or state.outcome in ("failed", "gone")]
        zone = app.config.zone
    if as_json:
        screen.json(feeds=[facts(state) for state in states])
        return
    cells = [row(state, now=utc_now(), zone=zone) for state in states]
    screen.table(("feed", "health", "entries", "last read", "next due", "why then"), cells, wrap={"feed": 20})


def row(state: FeedState, *, now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """Write one feed as a row."""
    return (
        state.title or state.url,
        health(state, now=now),
        str(state.entries),
        moment(state.succeeded, zone),
        "never" if state.gone else moment(state.due, zone) if state.due else "now",
        state.due_reason or "never asked yet",
    )


def health(state: FeedState, *, now: datetime) -> str:
    """Say in plain words how a feed is."""
    if state.gone:
        return "gone for good"
    if not state.outcome:
        return "new"
    if state.outcome == "failed":
        times = f" ({state.failures} times in a row)" if state.failures > 1 else ""
        return f"failed{times}: {state.error}"
    if state.moved_to:
        return f"ok, but moved for good to {state.moved_to}"
    if state.newest and (now - state.newest).days > 90:
        return f"ok, but silent since {state.newest:%Y-%m-%d}"
    return "ok"


def facts(state: FeedState) -> dict[str, object]:
    """Give one feed for programs."""
    return {
        "id": str(state.id),
        "url": state.url,
        "title": state.title,
        "home": state.home,
        "publisher": state.publisher,
        "format": state.format,
        "outcome": state.outcome,
        "status": state.status,
        "error": state.error,
        "failures": state.failures,
        "fetched": state.fetched,
        "succeeded": state.succeeded,
        "due": state.due,
        "due_reason": state.due_reason,
        "wait_until": state.wait_until,
        "moved_to": state.moved_to,
        "gone": state.gone,
        "entries": state.entries,
        "newest": state.newest,
    }
