"""`aggregator feeds add`: find, let choose, refuse what is there, write."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import typer

from aggregator.app import utc_now
from aggregator.cli.finding import MOST, Finder, Found
from aggregator.cli.sheet import Sheet
from aggregator.cli.terminal import Terminal, printable
from aggregator.config.addresses import feed_address, without_user
from aggregator.config.editing import add, lines
from aggregator.errors import ConfigError, FeedError, NotFoundError
from aggregator.pipeline.addresses import key
from aggregator.pipeline.wording import counted

_ANY = "https://feeds.invalid/"
"""Stands for the feed to add until it is found (RFC 2606 §2)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person says about the feeds to add; ``asks`` when there is one to answer questions."""

    topics: tuple[str, ...] = ()
    title: str = ""
    every: str = ""
    asks: bool = False

    def keys(self, url: str) -> dict[str, object]:
        """Write a feed as feeds.yaml does."""
        given = {"title": self.title, "topics": tuple(dict.fromkeys(self.topics)), "every": self.every}
        return {"url": url} | {name: value for name, value in given.items() if value}


@dataclass(slots=True)
class Outcome:
    """What came of it: feeds added, feeds that a page named besides, and addresses refused with the reason."""

    added: list[dict[str, Any]] = field(default_factory=list)
    others: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, str]] = field(default_factory=list)


def add_feeds(screen: Terminal, urls: Sequence[str], wish: Wish, *, dry_run: bool, show: bool) -> Outcome:
    """Add what the addresses lead to; raises ConfigError when feeds.yaml would have mistakes, and changes nothing."""
    sheet, outcome = Sheet.open(screen), Outcome()
    _check(sheet, wish, urls)
    chosen: list[Found] = []
    with screen.opened() as app, Finder(app, now=utc_now()) as finder:
        for url in urls:
            try:
                chosen += _choose(screen, finder, sheet, url, wish, outcome, [key(found.url) for found in chosen])
            except (FeedError, ValueError) as error:
                outcome.refused.append({"url": without_user(url), "reason": str(error)})
                screen.warn(f"{without_user(url)}: {error}")
    if chosen:
        _write(screen, sheet, chosen, wish, outcome, dry_run=dry_run, show=show)
    return outcome


def _check(sheet: Sheet, wish: Wish, urls: Sequence[str]) -> None:
    """Refuse what cannot be written before any server is asked."""
    known = [topic.name for topic in sheet.settings.topics]
    for name in wish.topics:
        if name not in known:
            raise NotFoundError(f"no topic “{name}” in {sheet.path.name}; there is: {', '.join(known) or 'none'}")
    if wish.title and len(urls) > 1:
        raise typer.BadParameter("--title is for one feed; add them one by one")
    try:
        add(sheet.data, [wish.keys(_ANY)], {}, name=sheet.path.name)
    except ConfigError as error:
        shown = without_user(urls[0]) if urls else "URL"
        option = re.compile(rf"\S+:\d+:\d+: feeds\[{len(sheet.settings.feeds)}\]\.(?=\w+: )")  # it stands nowhere yet
        problems = (option.sub("--", problem, count=1).replace(_ANY, shown) for problem in error.problems)
        raise ConfigError(tuple(problems)) from error


def _choose(
    screen: Terminal, finder: Finder, sheet: Sheet, url: str, wish: Wish, outcome: Outcome, taken: list[str]
) -> list[Found]:
    """Return the feeds to add for one address; raises ValueError for what is there already."""
    _refuse_known(sheet, url if "://" in url else f"https://{url}", taken)
    found = finder.find(url)
    fresh = [one for one in found if not sheet.place(one.url) and key(one.url) not in taken]
    if not fresh:
        _refuse_known(sheet, found[0].url, taken)
    unsure = len(fresh) > 1 or fresh[0].guessed or fresh[0].named
    if unsure:
        _tell(screen, url, fresh)
    picked = _picked(screen, fresh) if wish.asks and unsure else fresh[:1]
    outcome.others += [asdict(one) for one in fresh if one not in picked]
    for one in picked:
        feed_address(one.url)
    return picked


def _tell(screen: Terminal, url: str, found: list[Found]) -> None:
    """List what there is to choose from, and how it came to be."""
    if found[0].guessed:
        screen.warn(f"{url} is a page that names no feed; this one was found at a habitual address of its host:")
    elif found[0].named:
        screen.say(f"{url} names {found[0].named} feeds; the first {MOST} were looked at:")
    else:
        screen.say(f"{url} names {counted(len(found), 'feed')}:")
    for number, one in enumerate(found, 1):
        screen.say(f"  {number}. {one.line()}")


def _refuse_known(sheet: Sheet, url: str, taken: list[str]) -> None:
    if place := sheet.place(url):
        raise ValueError(f"is there already, in {place}")
    if key(url) in taken:
        raise ValueError("was named twice")


def _picked(screen: Terminal, found: list[Found]) -> list[Found]:
    """Ask which of several feeds are meant: numbers with commas, 0 for none."""
    while True:
        answer = typer.prompt("Which? (1,2 …; 0 for none)", default="1", err=True)
        numbers = [part.strip() for part in str(answer).split(",")]
        if all(part.isascii() and part.isdigit() and int(part) <= len(found) for part in numbers):
            return [found[int(part) - 1] for part in dict.fromkeys(numbers) if int(part)]
        screen.warn(f"write numbers between 0 and {len(found)}")


def _write(
    screen: Terminal, sheet: Sheet, chosen: list[Found], wish: Wish, outcome: Outcome, *, dry_run: bool, show: bool
) -> None:
    new = add(sheet.data, [wish.keys(one.url) for one in chosen], {}, name=sheet.path.name)
    sheet.save(screen, new, dry_run=dry_run, show=show)
    places = lines(new)[-len(chosen) :]
    if len(places) < len(chosen):
        raise ConfigError((f"{sheet.path.name}: the new feeds are not where they should be",))
    for one, line in zip(chosen, places, strict=True):
        outcome.added.append({**asdict(one), "line": line})
        screen.say(printable(f"{'would be added' if dry_run else 'added'} in {sheet.path.name}:{line}: {one.line()}"))
