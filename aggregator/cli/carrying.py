"""`aggregator feeds import` and `export`: subscription lists in and out."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from aggregator.app import utc_now
from aggregator.cli.incoming import bytes_of
from aggregator.cli.outgoing import put
from aggregator.cli.sheet import Sheet
from aggregator.cli.terminal import Terminal
from aggregator.config.editing import add
from aggregator.fetch import Guard, foreseen_refusal
from aggregator.pipeline.addresses import key
from aggregator.pipeline.opml import MOST_BYTES, LeftOut, Opml, Subscribed, read_opml, write_opml
from aggregator.pipeline.opml_topics import topic_name
from aggregator.pipeline.wording import counted


def bring_in(screen: Terminal, file: Path, *, topics: bool, dry_run: bool, show: bool) -> dict[str, Any]:
    """Add the feeds of a subscription list to feeds.yaml, and the topics they need; tell what was left out."""
    sheet = Sheet.open(screen)
    name = "stdin" if str(file) == "-" else file.name
    listed = read_opml(bytes_of(file, most=MOST_BYTES), name=name)
    known = [
        LeftOut(f.line, f.url, f"is there already, in {sheet.place(f.url)}") for f in listed.feeds if sheet.place(f.url)
    ]
    fresh = [feed for feed in listed.feeds if not sheet.place(feed.url)]
    names = _names(sheet, listed) if topics else {}
    fresh = [replace(f, topics=tuple(dict.fromkeys(names[t] for t in f.topics)) if topics else ()) for f in fresh]
    used = {topic for feed in fresh for topic in feed.topics}
    there = {topic.name for topic in sheet.settings.topics}
    new = {names[t]: title for t, title in listed.topics.items() if topics and names[t] in used - there}
    if fresh:
        data = add(sheet.data, [_keys(feed) for feed in fresh], new, name=sheet.path.name)
        sheet.save(screen, data, dry_run=dry_run, show=show)
    _foretell(screen, sheet, fresh, name=name)
    left_out = sorted((*listed.left_out, *known), key=lambda one: one.line)
    for one in left_out:
        screen.say(f"{name}:{one.line}: {one.address or 'an outline'}: {one.reason}")
    mended = f"; {name} was not well-formed and was repaired" if listed.repaired else ""
    verb = "would be added" if dry_run else "added"
    came = f"{counted(len(fresh), 'feed')} and {counted(len(new), 'topic')} {verb}"
    screen.say(f"{came}, {counted(len(left_out), 'outline')} left out{mended}")
    return {"added": [asdict(feed) for feed in fresh], "topics": new, "left_out": left_out, "repaired": listed.repaired}


def _foretell(screen: Terminal, sheet: Sheet, feeds: Sequence[Subscribed], *, name: str) -> None:
    """Say which feeds of a list feeds.yaml takes, but will not be asked as things are."""
    guard = Guard.opening(sheet.settings.fetch.allow_networks)
    for feed in feeds:
        if refusal := foreseen_refusal(feed.url, guard=guard, proxied=bool(sheet.settings.defaults.proxy)):
            screen.say(f"{name}:{feed.line}: {feed.url}: will not be asked: {refusal}")


def carry_out(screen: Terminal, file: Path | None, *, opml: bool, as_json: bool) -> None:
    """Write the feeds of feeds.yaml: addresses one a line, OPML, or JSON."""
    with screen.opened() as app:
        states = {state.url: state for state in app.store.feeds.all()}
        settings = app.config
    known = [(feed, states.get(feed.url)) for feed in settings.feeds]
    feeds = [
        Subscribed(feed.url, feed.title or (state.title if state else ""), feed.topics, state.home if state else "")
        for feed, state in known
    ]
    if as_json:
        screen.json(feeds=[{"url": f.url, "title": f.title, "home": f.home, "topics": f.topics} for f in feeds])
        return
    data = "".join(f"{feed.url}\n" for feed in feeds).encode()
    if opml:
        local = [feed.url for feed in feeds if feed.url.startswith("file:")]
        for url in local:
            screen.warn(f"{url}: left out, a file of this workspace is nothing to other programs")
        titles = {topic.name: topic.title for topic in settings.topics}
        web = [feed for feed in feeds if feed.url not in local]
        data = write_opml(web, titles, title=settings.title, now=utc_now())
    if put(file, data):
        screen.say(f"{counted(len(feeds), 'feed')} written to {file}")


def _names(sheet: Sheet, listed: Opml) -> dict[str, str]:
    """Lead the topics of a list to those that feeds.yaml has under the same name or title."""
    there = {topic.name for topic in sheet.settings.topics}
    titles = {topic_name(topic.title): topic.name for topic in reversed(sheet.settings.topics)}
    every = dict.fromkeys(name for feed in listed.feeds for name in feed.topics) | listed.topics
    return {
        name: name if name in there else titles.get(topic_name(title or name), titles.get(name, name))
        for name, title in every.items()
    }


def _keys(feed: Subscribed) -> dict[str, object]:
    given: dict[str, object] = {"title": feed.title, "topics": feed.topics}
    title_is_address = key(feed.title) == key(feed.url)
    return {"url": feed.url} | {n: v for n, v in given.items() if v and not (n == "title" and title_is_address)}
