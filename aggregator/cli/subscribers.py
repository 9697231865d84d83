"""subscribers add, list, show, remove, erase, pause, release, import, export: who gets the digests."""

import sys
from typing import Annotated

import typer

from aggregator.cli.asked import AsJson, terminal
from aggregator.cli.people import TOLD, person, rows, tell_person
from aggregator.cli.rosters import OneDigest, export, import_
from aggregator.errors import AggregatorError
from aggregator.model import mailbox_of
from aggregator.pipeline.wording import counted

commands = typer.Typer(no_args_is_help=True, help="See, add and remove who gets the digests.")
Address = Annotated[str, typer.Argument(help="The subscriber's mail address.")]
_WHEN_FOLDED = "it goes with the next `erase`, or when no program has the database open"
NO_ONE = "nobody subscribes yet"


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    commands.command("import")(import_)
    commands.command()(export)
    app.add_typer(commands, name="subscribers")


@commands.command()
def add(
    context: typer.Context,
    addresses: Annotated[list[str], typer.Argument(metavar="ADDRESS…", help="Mail addresses.")],
    digest: Annotated[str, typer.Option("--digest", help="The digest's name in feeds.yaml.")],
    topic: Annotated[list[str] | None, typer.Option("-t", "--topic", help="Only these topics.")] = None,
    frequency: Annotated[str, typer.Option("--frequency", help="each, daily, weekly; the digest's first.")] = "",
    confirmed: Annotated[bool, typer.Option("--confirmed", help="They have agreed already: ask nobody.")] = False,
    note: Annotated[str, typer.Option("--note", help="How they agreed, for the record.")] = "",
    as_json: AsJson = False,
) -> None:
    """Add subscribers; each is asked by mail first, unless you say --confirmed."""
    from aggregator.jobs import register as book

    screen = terminal(context)
    outcome: dict[str, str] = {}
    with screen.beside() as app:
        offer = book.offer_named(app, digest)
        choice = book.choice_of(offer, topic or (), frequency)
        named = [name for name, given in (("topics", topic), ("frequency", frequency)) if given]
        for address in addresses:
            try:
                outcome[address] = book.add(app, offer, address, choice, agreed=confirmed, note=note, named=named)
            except AggregatorError as error:
                if error.exit_code == 2:
                    raise
                outcome[address] = f"{error}"
    if as_json:
        screen.json(digest=digest, subscribers=outcome)
    for address, word in outcome.items():
        (screen.say if word in TOLD else screen.warn)(f"{address}: {TOLD.get(word, word)}")
    bad = [word for word in outcome.values() if word not in TOLD or word == "suppressed"]
    raise typer.Exit(1 if bad else 0)


@commands.command("list")
def list_all(context: typer.Context, digest: OneDigest = "", as_json: AsJson = False) -> None:
    """List the subscribers, what each wants, and why nothing is sent to some."""
    from aggregator.jobs.lapses import lapsed
    from aggregator.jobs.register import offer_named

    screen = terminal(context)
    with screen.opened() as app:
        found = app.store.subscribers.all(offer_named(app, digest).digest if digest else "")
        people = [(who, [(wish, lapsed(app.config, wish)) for wish in wishes]) for who, wishes in found]
        zone, now = app.config.zone, app.clock()
    if as_json:
        screen.json(subscribers=[person(who, wishes) for who, wishes in people])
        return
    if not people:
        screen.say(f"nobody subscribes to {digest} yet" if digest else NO_ONE)
    head = ("address", "digest", "state", "how often", "topics", f"since\n({zone})")
    cells = [row for who, wishes in people for row in rows(who, wishes, digest=digest, zone=zone, now=now)]
    screen.table(head, cells, wrap={"address": 24}, narrow=(0, 1, 2))


@commands.command()
def show(context: typer.Context, address: Address, as_json: AsJson = False) -> None:
    """Show all that is known of a subscriber: choices, consent, what was sent, what came back."""
    from aggregator.jobs.lapses import lapsed
    from aggregator.jobs.register import found

    screen = terminal(context)
    with screen.opened() as app:
        who = found(app, address)
        wishes = [(wish, lapsed(app.config, wish)) for wish in app.store.subscribers.subscriptions(who.id)]
        bounces, sent = app.store.subscribers.bounces_of(who.id), app.store.subscribers.sent_to(who.id)
        asked, zone = app.store.subscribers.asked_of(who.id), app.config.zone
    if as_json:
        mails = [{"digest": d, "state": state, "reply": said, "changed": at} for d, state, said, at in asked]
        deliveries = [{"digest": d, "period": p, "state": state, "changed": at} for d, p, state, at in sent]
        screen.json(
            subscriber={**person(who, wishes), "confirmations": mails, "bounces": bounces, "deliveries": deliveries}
        )
    else:
        tell_person(screen, who, wishes, bounces, sent, asked, zone=zone)


@commands.command()
def remove(context: typer.Context, address: Address, digest: OneDigest = "", as_json: AsJson = False) -> None:
    """End a subscription, or all of a subscriber; the record of it stays, `erase` forgets."""
    from aggregator.jobs import register as book

    screen = terminal(context)
    with screen.beside() as app:
        ended = book.remove(app, book.found(app, address), digest)
    if as_json:
        screen.json(address=address, ended=ended)
    screen.say(f"{address}: {counted(ended, 'subscription')} ended")


@commands.command()
def erase(
    context: typer.Context,
    address: Address,
    yes: Annotated[
        bool, typer.Option("-y", "--yes", "--no-input", help="Ask nothing; a must without a terminal.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Forget a subscriber wholly; what was sent to them is counted without a name."""
    from aggregator.jobs.register import found

    screen = terminal(context)
    with screen.beside() as app:
        who = found(app, address)
        if not (yes or _sure(who.address)):
            raise typer.Exit(1)
        app.store.subscribers.erase(who.id)
        folded = app.store.subscribers.fold()
        listed = [digest.name for digest in app.config.digests if who.mailbox in map(mailbox_of, digest.to)]
    if as_json:
        screen.json(address=who.address, erased=True, log_emptied=folded, listed=listed)
    screen.say(f"{who.address}: erased")
    if not folded:
        screen.warn(f"{app.workspace.database.name}-wal was being read and has the address still: {_WHEN_FOLDED}")
    for name in listed:
        screen.warn(f"{who.address} stands in `to` of {name} in feeds.yaml, and is sent it still: take it out there")


def _sure(address: str) -> bool:
    """Ask whether somebody is meant to be forgotten; raises BadParameter where nobody can answer."""
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"{address} would be forgotten for good, and nobody can be asked here: say --yes")
    return typer.confirm(f"Forget {address} for good?")


@commands.command()
def pause(
    context: typer.Context,
    address: Address,
    weeks: Annotated[int, typer.Option("--weeks", min=0, max=52, help="For how long; 0 goes on at once.")],
    digest: OneDigest = "",
    as_json: AsJson = False,
) -> None:
    """Send a subscriber nothing for some weeks."""
    from aggregator.jobs import register as book

    screen = terminal(context)
    with screen.beside() as app:
        paused = book.pause(app, book.found(app, address), digest, weeks)
    if as_json:
        screen.json(address=address, weeks=weeks, subscriptions=paused)
    what = f"paused for {counted(weeks, 'week')}" if weeks else "sent again"
    screen.say(f"{address}: {counted(paused, 'subscription')} {what}")


@commands.command()
def release(context: typer.Context, address: Address, as_json: AsJson = False) -> None:
    """Send again to a subscriber whose mail came back, or who complained and thought better of it."""
    from aggregator.jobs.register import found

    screen = terminal(context)
    with screen.beside() as app:
        who = found(app, address)
        released = app.store.subscribers.release(who.id, app.clock())
    if as_json:
        screen.json(address=who.address, released=released, reason=who.suppressed)
    screen.say(f"{who.address}: sent to again" if released else f"{who.address}: nothing stood in the way")
