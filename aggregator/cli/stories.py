"""stories: which events are told by whom, and one of them with all its entries."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from aggregator.cli.asked import AsJson, read_moment, terminal
from aggregator.cli.entries import check_topic
from aggregator.cli.terminal import moment
from aggregator.errors import NotFoundError
from aggregator.model.story_traits import story_number
from aggregator.pipeline.wording import counted

if TYPE_CHECKING:
    from aggregator.app import App
    from aggregator.model import Story

commands = typer.Typer(help="List the stories, the newest first; show one with its entries.")
_NAMED = 3  # publishers in a row of the list


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(commands, name="stories")


@commands.callback(invoke_without_command=True)
def stories(
    context: typer.Context,
    topic: Annotated[str, typer.Option(help="Only stories with an entry of this topic.")] = "",
    since: Annotated[
        str, typer.Option(help="Only stories with an entry seen at or after this time (2026-11-20).")
    ] = "",
    several: Annotated[bool, typer.Option("--several", help="Only stories that several publishers tell.")] = False,
    limit: Annotated[int, typer.Option("-n", "--limit", help="At most so many, the newest first.", min=1)] = 50,
    as_json: AsJson = False,
) -> None:
    """List the stories, the newest first: title, who tells it in words of their own, entries, and when the newest."""
    if context.invoked_subcommand:
        return
    screen = terminal(context)
    with screen.opened() as app:
        zone = app.config.zone
        check_topic(topic, [known.name for known in app.config.topics])
        after = read_moment(since, zone) if since else None
        found, more = _stories(app, topic, after, limit=limit, several=several)
    if as_json:
        from aggregator.cli.trace_facts import story_facts

        screen.json(stories=[story_facts(story) | {"newest": newest(story)} for story in found], more=more)
        return
    if not found:
        screen.say("no story matches" if topic or since or several else "no stories yet: `aggregator sync` asks feeds")
    columns = ("id", f"newest\n({zone})", "publishers", "entries", "title", "told by")
    screen.table(columns, [_cells(story, zone) for story in found], wrap={"title": 30}, narrow=(0, 2, 4))
    if more:
        screen.say(f"the newest {limit}; `-n {4 * limit}` shows more")


@commands.command(context_settings={"ignore_unknown_options": True})  # "-9" is no option, and no story either
def show(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(help="A story's number or permanent id, or an entry's.")],
    as_json: AsJson = False,
) -> None:
    """Show one story: what it says, who tells it in words of their own, and who copies whom."""
    from aggregator.pipeline.copies import fold
    from aggregator.pipeline.story import group

    screen = terminal(context)
    with screen.opened() as app:
        found = group(fold(app.store.coverage.find(reference)))
        zone = app.config.zone
    if not found:
        raise NotFoundError(f"no story “{reference}”: give a number from `aggregator stories`, or an entry's")
    if as_json:
        from aggregator.cli.trace_facts import story_facts

        screen.json(stories=[story_facts(story) | {"newest": newest(story)} for story in found])
        return
    for number, story in enumerate(found):
        screen.steps(dict(_steps(story, zone)), apart=number > 0)


def newest(story: "Story") -> datetime:
    """Say when the newest entry of a story was published."""
    return max(member.entry.published for text in story.texts for member in text.members)


def _stories(
    app: "App", topic: str, after: datetime | None, *, limit: int, several: bool
) -> tuple[list["Story"], bool]:
    """Read as many as are wanted, and tell whether there are more; of which only some are wanted, enough are read."""
    from aggregator.pipeline.copies import fold
    from aggregator.pipeline.story import group

    asked = limit + 1
    while True:
        entries = app.store.coverage.latest(topics=[topic] if topic else (), stories=asked, after=after)
        found = group(fold(entries), summaries=False)
        wanted = [story for story in found if story.coverage > 1 or not several]
        if len(wanted) > limit or len(found) < asked or not several:
            return sorted(wanted[:limit], key=newest, reverse=True), len(wanted) > limit
        asked *= 4


def _cells(story: "Story", zone: ZoneInfo) -> tuple[str, ...]:
    names = list(story.publishers[:_NAMED])
    more = [f"{len(story.publishers) - _NAMED} more"] if len(story.publishers) > _NAMED else []
    entries = str(sum(len(text.members) for text in story.texts))
    when = moment(newest(story), zone, named=False)
    return story_number(story.id), when, str(story.coverage), entries, story.title, ", ".join([*names, *more])


def _steps(story: "Story", zone: ZoneInfo) -> Iterator[tuple[str, list[str]]]:
    yield "story", [f"{story_number(story.id)} {story.title}"]
    yield "identity", [f"{story.uid} for ever in what we publish"]
    entries = sum(len(text.members) for text in story.texts)
    told = f"told by {counted(story.coverage, 'publisher')} in {counted(entries, 'entry', 'entries')}"
    yield "coverage", [f"{told}, the newest {moment(newest(story), zone)}"]
    yield "summary", [f"{quote.sentence} — {quote.publisher}" for quote in story.summary] or ["its texts are too short"]
    yield "entries", list(_members(story, zone))


def _members(story: "Story", zone: ZoneInfo) -> Iterator[str]:
    """A line for each text, and one below it for each copy."""
    for text in story.texts:
        for member in text.members:
            copy = f"· copy of {text.lead.id}: " if member is not text.lead else ""
            when = moment(member.entry.published, zone)
            yield f"{copy}{member.id} {when}, {member.source.title or member.source.publisher}: {member.entry.title}"
