"""digest draft, edit: the editor's hand; ``approving`` sends what it made."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli.asked import AsJson, terminal
from aggregator.cli.editor import open_editor
from aggregator.cli.incoming import bytes_of
from aggregator.cli.outgoing import put
from aggregator.cli.sending import Name
from aggregator.cli.terminal import Terminal, moment
from aggregator.errors import ConfigError, NotFoundError, WorkspaceError
from aggregator.pipeline.wording import counted

if TYPE_CHECKING:
    from aggregator.app import App
    from aggregator.config import DigestConfig
    from aggregator.model import DraftedIssue


def register(commands: typer.Typer) -> None:
    """Add the commands of this file to those of `digest`."""
    for command in (draft, edit):
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
    from aggregator.config.file import MOST_BYTES
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


def _show(screen: Terminal, draft: "DraftedIssue", *, as_json: bool) -> None:
    """Print the sheet; or all that there is to choose from, also what the sheet has no room for."""
    from aggregator.config.sheet import mark, write_sheet

    if as_json:
        facts = {"digest": draft.digest, "period": draft.period, "draft": mark(draft), "edits": draft.edits}
        screen.json(**facts, stories=draft.issue.offered)
    else:
        put(None, write_sheet(draft).encode())  # as a file, for it comes back as one


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
    from aggregator.config.file import MOST_BYTES
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
