"""digest approve, discard: what becomes of a draft."""

from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.asked import terminal
from aggregator.cli.sending import Name, code, delivered, outcome
from aggregator.cli.terminal import Terminal
from aggregator.errors import LockedError, NotFoundError, TemplateError

if TYPE_CHECKING:
    from aggregator.app import App
    from aggregator.config import DigestConfig

Seen = Annotated[
    str, typer.Argument(metavar="DRAFT", help="The draft that you looked at (1f3c9e5a); of another nothing is done.")
]


def register(commands: typer.Typer) -> None:
    """Add the commands of this file to those of `digest`."""
    for command in (approve, discard):
        commands.command()(command)


def approve(
    context: typer.Context,
    name: Name,
    seen: Seen = "",
    on_time: Annotated[bool, typer.Option("--on-time", help="Send it at the digest's own time, not now.")] = False,
) -> None:
    """Send the draft of an issue as it stands; name the DRAFT that you looked at, and no other is sent."""
    from aggregator.jobs.compose import digest_named
    from aggregator.jobs.drafting import approve, draft_of

    screen = terminal(context)
    with screen.beside() as app:
        digest = digest_named(app, name)
        found = draft_of(app, digest)
        approve(app, found, on_time=on_time, seen=seen)
        if on_time:
            screen.say(f"{name} {found.period} is approved and goes out at its time ({digest.when})")
            return
        try:
            _freeze(screen, app, digest)
        except LockedError as error:
            screen.say(f"{name} {found.period} is approved{_by_others(error.holder)}")
            return
        except TemplateError:
            screen.warn(f"{name} {found.period} stays approved: mend this template, and the next sync sends it")
            raise
        report = delivered(screen, app, name)
        screen.say(outcome(app, name, found.period, report.sent, made=True))
    raise typer.Exit(code(report))


def _by_others(holder: str) -> str:
    """Say who sends what was approved, and when, while another process works in the workspace."""
    if ", aggregator run," in holder:
        return f"; `aggregator run` sends it with its next round, within a minute as a rule ({holder})"
    return (
        f", but not sent yet: at work here is {holder}.\n"
        "The next `aggregator sync` sends it, or this command once more when that has finished"
    )


def _freeze(screen: Terminal, app: "App", digest: "DigestConfig") -> None:
    """Make an issue of what is approved, under the workspace's lock; sending needs none."""
    from aggregator import workers
    from aggregator.jobs.drafting import freeze_draft

    with screen.locked("digest approve"):
        workers.recover(app)
        draft = app.store.drafts.find(digest.name)  # none any more: who had the lock before has sent it
        if draft is None:
            return
        state = freeze_draft(app, digest, draft)
        if state is None:
            raise NotFoundError(
                f"{draft.digest} {draft.period} was changed in the meantime: look at it, approve it again"
            )
        screen.say(f"{state.digest} {state.period}: “{state.subject}”")


def discard(context: typer.Context, name: Name, seen: Seen = "") -> None:
    """Throw a draft away; the issue is composed anew when its time comes."""
    from aggregator.jobs.compose import digest_named
    from aggregator.jobs.drafting import discard

    screen = terminal(context)
    with screen.beside() as app:
        found = app.store.drafts.find(name)  # also of a digest that feeds.yaml has no more
        if found is None:
            raise NotFoundError(f"there is no draft of “{digest_named(app, name).name}”")
        discard(app, found, seen=seen)
        screen.say(f"the draft of {name} is gone")
