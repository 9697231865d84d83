"""digest draft, edit, approve, discard: the editor's hand."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.editor import open_editor
from aggregator.cli.incoming import bytes_of
from aggregator.cli.sending import Name, code, delivered, outcome
from aggregator.cli.terminal import AsJson, Terminal, moment, terminal
from aggregator.errors import ConfigError, LockedError, NotFoundError, TemplateError, WorkspaceError
from aggregator.pipeline.wording import counted

if TYPE_CHECKING:
    from aggregator.app import App
    from aggregator.config import DigestConfig
    from aggregator.model import DraftedIssue


def register(commands: typer.Typer) -> None:
    """Add the commands of this file to those of `digest`."""
    for command in (draft, edit, approve, discard):
        commands.command()(command)


def draft(
    context: typer.Context,
    name: Name,
    again: Annotated[bool, typer.Option("--again", help="Compose it anew; your order, notes and pins stay.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compose the next issue and hold it: `digest edit` changes it, `digest approve` sends it."""
    from aggregator.jobs.compose import digest_named, next_period
    from aggregator.jobs.drafting import hold

    screen = terminal(context)
    with screen.beside() as app:
        digest = digest_named(app, name)
        period = next_period(app, digest, now=app.clock())
        there = app.store.drafts.find(name)
        if there and there.period == period.name and not again:
            raise NotFoundError(
                f"{name} {there.period} is drafted already: `digest edit {name}`, or compose it --again"
            )
        made = hold(app, digest, period)
        if made is None:
            raise NotFoundError(f"nothing new since {moment(period.since, app.config.zone)}: there is nothing to draft")
        _tell(screen, app, digest, made, as_json=as_json)


def edit(
    context: typer.Context,
    name: Name,
    file: Annotated[str, typer.Option("--file", help="Take the changed sheet from this file (- for input).")] = "",
    shown: Annotated[bool, typer.Option("--show", help="Print the sheet and change nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Change the draft of an issue in your editor ($EDITOR): order, drop, pin, notes, subject."""
    from aggregator.config.document import MOST_BYTES
    from aggregator.jobs.compose import digest_named
    from aggregator.jobs.drafting import draft_of, take_sheet

    screen = terminal(context)
    with screen.beside() as app:
        digest = digest_named(app, name)
        found = draft_of(app, digest)
        if shown:
            _show(screen, found, as_json=as_json)
            return
        if file:
            data = bytes_of(Path(file), most=MOST_BYTES)
            changed = take_sheet(app, found, data, name="sheet" if file == "-" else Path(file).name)
            _mark(screen, Path(file), data, changed)
        else:
            changed = _by_hand(screen, app, found)
        _tell(screen, app, digest, changed, as_json=as_json)


def approve(
    context: typer.Context,
    name: Name,
    seen: Annotated[
        str, typer.Argument(metavar="DRAFT", help="The draft that you looked at (1f3c9e5a); another is not sent.")
    ] = "",
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


def discard(context: typer.Context, name: Name) -> None:
    """Throw a draft away; the issue is composed anew when its time comes."""
    from aggregator.jobs.compose import digest_named
    from aggregator.jobs.drafting import discard

    screen = terminal(context)
    with screen.beside() as app:
        found = app.store.drafts.find(name)  # also of a digest that feeds.yaml has no more
        if found is None:
            raise NotFoundError(f"there is no draft of “{digest_named(app, name).name}”")
        discard(app, found)
        screen.say(f"the draft of {name} is gone")


def _show(screen: Terminal, draft: "DraftedIssue", *, as_json: bool) -> None:
    """Print the sheet; or all that there is to choose from, also what the sheet has no room for."""
    from aggregator.config.sheet import mark, write_sheet

    if as_json:
        facts = {"digest": draft.digest, "period": draft.period, "draft": mark(draft), "edits": draft.edits}
        screen.json(**facts, stories=draft.issue.offered)
    else:
        print(write_sheet(draft), end="")


def _mark(screen: Terminal, file: Path, data: bytes, draft: "DraftedIssue") -> None:
    """Write into a sheet that was taken which draft it is of now, so that it can be changed on and given again."""
    from aggregator.config.saving import replace
    from aggregator.config.sheet import remarked

    marked = remarked(data, draft)
    if marked == data or not file.is_file():  # nothing to say, or what came out of a pipe
        return
    try:
        replace(file, marked, old=data)
    except WorkspaceError as error:
        screen.warn(f"{error}; to give this sheet again, delete its line `draft:` first")


def _by_hand(screen: Terminal, app: "App", draft: "DraftedIssue") -> "DraftedIssue":
    """Open the sheet in the editor until it has no mistakes, or is left as it was; nothing that was typed is lost.

    It lies in storage/previews/, where it stays when this process is killed or the terminal closes.
    """
    from aggregator.config.sheet import write_sheet

    if not sys.stdin.isatty():
        raise NotFoundError(
            "there is no terminal to edit in: use `--show`, change what it prints, and give it by `--file`"
        )
    name, sheet = f"{draft.digest}-{os.getpid()}.yaml", write_sheet(draft).encode()
    path = app.archive.write_preview(name, sheet)
    try:
        changed = _typed(screen, app, draft, path)
    except BaseException:
        if path.is_file() and path.read_bytes() != sheet:
            screen.warn(f"what you typed is in {path}: mend it and give it by `--file {path}`")
        else:
            app.archive.drop_preview(name)
        raise
    app.archive.drop_preview(name)
    return changed


def _typed(screen: Terminal, app: "App", draft: "DraftedIssue", path: Path) -> "DraftedIssue":
    """Let a sheet be written again until it is taken."""
    from aggregator.config.document import MOST_BYTES
    from aggregator.jobs.drafting import take_sheet

    sheet = before = path.read_bytes()
    while True:
        open_editor(path)
        data = bytes_of(path, most=MOST_BYTES)
        if data == sheet:
            screen.say("nothing was changed")
            return draft
        unchanged, before = data == before, data
        try:
            return take_sheet(app, draft, data, name="sheet")
        except ConfigError as error:
            screen.warn(str(error))
            if unchanged or not typer.confirm("Edit it again?", default=True):
                raise


def _tell(screen: Terminal, app: "App", digest: "DigestConfig", draft: "DraftedIssue", *, as_json: bool) -> None:
    """Show what a draft has become, and where it can be looked at."""
    from aggregator.config.sheet import mark
    from aggregator.jobs.edited import as_edited
    from aggregator.pipeline.compose import fits

    issue, letter = as_edited(app, digest, draft)
    path = app.archive.write_preview(f"{digest.name}.html", letter.html.encode())
    if as_json:
        facts = {"digest": digest.name, "period": draft.period, "draft": mark(draft), "state": draft.state}
        screen.json(**facts, issue=issue, path=path)
        return
    stories = counted(len(issue.lines), "story", "stories")
    approving = f"digest approve {digest.name} {mark(draft)}"
    screen.say(f"{digest.name} {draft.period}: {stories}, “{issue.subject}”; held until `{approving}`")
    if missing := len(draft.edits.stories) - len(issue.lines):
        screen.warn(
            f"the mail would be too long: {counted(missing, 'story', 'stories')} of your sheet out; `pin` keeps one"
        )
    if not fits(letter):
        size = counted(len(letter.html.encode()) // 1000, "kB", "kB")
        screen.warn(f"the mail is too long, {size}: some readers see only its beginning; take out a story or a `pin`")
    screen.show(str(path))
