"""entries, explain: what is stored, and why it is where it is."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from aggregator.cli.asked import AsJson, read_moment, terminal
from aggregator.cli.terminal import Terminal, moment
from aggregator.errors import NotFoundError
from aggregator.model import StoredEntry
from aggregator.model.story_traits import story_number
from aggregator.pipeline.addresses import canonical

if TYPE_CHECKING:
    from aggregator.app import App

WIDTHS = {"title": 30}


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(entries)
    app.command()(explain)


def entries(
    context: typer.Context,
    topic: Annotated[str, typer.Option(help="Only entries with this topic.")] = "",
    feed: Annotated[str, typer.Option(help="Only entries of this feed (its address, or a part of it).")] = "",
    since: Annotated[str, typer.Option(help="First seen at or after this time (2026-11-20T07:00).")] = "",
    until: Annotated[str, typer.Option(help="First seen before this time.")] = "",
    text: Annotated[str, typer.Option(help="Only entries that hold all these words.")] = "",
    limit: Annotated[int, typer.Option("-n", "--limit", help="At most so many, the newest first.", min=1)] = 50,
    as_json: AsJson = False,
) -> None:
    """List stored entries, the newest first."""
    screen = terminal(context)
    with screen.opened() as app:
        zone = app.config.zone
        check_topic(topic, [known.name for known in app.config.topics])
        found = app.store.entries.search(
            topic=topic,
            feed=feed,
            since=read_moment(since, zone) if since else None,
            until=read_moment(until, zone) if until else None,
            text=text,
            limit=limit + 1,  # one more tells that there are more
        )
        if not found:
            _say_why(screen, app, feed, narrowed=bool(topic or feed or since or until or text))
    more, found = len(found) > limit, found[:limit]
    if as_json:
        screen.json(entries=[facts(entry) for entry in found], more=more)
        return
    columns = ("id", f"published\n({zone})", "feed", "title", "topics")
    screen.table(columns, [cells(entry, zone) for entry in found], wrap=WIDTHS)
    if more:
        screen.say(f"the newest {limit}; `-n {4 * limit}` shows more")


def _say_why(screen: Terminal, app: "App", feed: str, *, narrowed: bool) -> None:
    """Say why there is nothing to list."""
    named = [f"{state.url}\n{state.title}".casefold() for state in app.store.feeds.all()]
    if feed and named and not any(feed.casefold() in names for names in named):
        screen.warn(f"no feed has “{feed}” in its address or title: see `aggregator feeds`")
    else:
        screen.say("no entry matches" if narrowed else "no entries yet: `aggregator sync` asks the feeds")


def check_topic(name: str, topics: Sequence[str]) -> None:
    """Refuse a topic that feeds.yaml does not know; "" is no topic and fine."""
    if name and name not in topics:
        raise NotFoundError(f"no topic “{name}” in feeds.yaml; there is: {', '.join(topics) or 'none'}")


def cells(stored: StoredEntry, zone: ZoneInfo) -> tuple[str, ...]:
    """Write one entry as a row."""
    topics = ", ".join(tag.topic for tag in stored.tags)
    published = moment(stored.entry.published, zone, named=False)
    return str(stored.id), published, stored.source.title or stored.source.publisher, stored.entry.title, topics


def explain(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(help="An entry's id, address or permanent id.")],
    as_json: AsJson = False,
) -> None:
    """Tell all that was decided about an entry: identity, copies, story, topics, score, outputs and issues, and why."""
    from aggregator.app import utc_now
    from aggregator.cli.trace import trace
    from aggregator.cli.trace_facts import evidence
    from aggregator.jobs.explain import explain as explained

    screen = terminal(context)
    with screen.opened() as app:
        found = app.store.entries.find(reference, key=canonical(reference))
        if not found:
            raise NotFoundError(f"no entry “{reference}”: give an id from `aggregator entries`, or an address")
        gathered = [explained(app, entry, now=utc_now()) for entry in found]
        traces = [trace(one, app.config.zone) for one in gathered]
    if as_json:
        pairs = zip(gathered, traces, strict=True)
        screen.json(entries=[facts(one.stored) | evidence(one, said) for one, said in pairs])
        return
    for number, steps in enumerate(traces):
        screen.steps(steps, apart=number > 0)


def facts(stored: StoredEntry) -> dict[str, object]:
    """Give one entry for programs; ids are text, times UTC."""
    entry = stored.entry
    return {
        "id": str(stored.id),
        "uid": stored.set_uid or stored.uid,
        "feed": stored.source.url,
        "guid": entry.guid,
        "url": entry.url,
        "title": entry.title,
        "author": entry.author,
        "published": entry.published,
        "published_from": entry.published_from,
        "first_seen": stored.first_seen,
        "updated": entry.updated,
        "topics": [tag.topic for tag in stored.tags],
        "story": story_number(stored.story) if stored.story else None,
        "duplicate_of": str(stored.text_set) if stored.is_copy else None,
    }
