"""bounces: take in what came back of mail, or list it."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aggregator.cli import postbag
from aggregator.cli.asked import AsJson, terminal
from aggregator.cli.incoming import stdin
from aggregator.cli.terminal import TRY_AGAIN, Terminal, moment
from aggregator.errors import AggregatorError, NotFoundError
from aggregator.pipeline.wording import counted

if TYPE_CHECKING:
    from aggregator.app import App
    from aggregator.jobs.bounces import Outcome


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(bounces)


def bounces(
    context: typer.Context,
    source: Annotated[str, typer.Argument(help="A message, an mbox, a Maildir, or - for stdin.")] = "",
    to: Annotated[str, typer.Option(help="The address the message was sent to, where the mail server tells it.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would come of it.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Without SOURCE: so many are listed.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Take in mail that could not be delivered, and complaints; without SOURCE list what has come back.

    An address that is no good gets no more mail, nor one that failed five times in thirty days, nor whoever complains.
    """
    screen = terminal(context)
    if not source:
        _list(screen, limit, as_json=as_json)
        return
    try:
        _tell_all(screen, _taken(screen, source, to=to, dry_run=dry_run), dry_run=dry_run, as_json=as_json)
    except Exception as error:  # whatever it is: a mail server forgets a report that is answered with any other code
        if source != "-":
            raise
        screen.warn(f"error: {error}" if isinstance(error, AggregatorError) else f"error: {error!r}; please report it")
        raise typer.Exit(TRY_AGAIN) from error


def _tell_all(screen: Terminal, outcomes: "list[Outcome]", *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        screen.json(dry_run=dry_run, outcomes=outcomes, counts=_counts(outcomes))
        return
    for outcome in outcomes:
        _tell(screen, outcome, dry_run=dry_run)
    screen.say(_sum(outcomes))


def _taken(screen: Terminal, source: str, *, to: str, dry_run: bool) -> "list[Outcome]":
    """Take everything in, without the workspace's lock: each message is a transaction of its own."""
    from aggregator.app import open_app
    from aggregator.jobs.bounces import take

    logging.getLogger("flufl.bounce").addHandler(logging.NullHandler())  # it prints what its detectors stumble over
    path = Path(source)
    if source != "-" and path.is_dir() and not postbag.is_maildir(path):
        raise NotFoundError(f"{path}: a folder, but no Maildir: it has no new/ and cur/")
    with open_app(screen.root) as app:
        if source == "-":
            return [take(app, data, to=to, dry_run=dry_run) for data in postbag.messages(stdin())]
        if path.is_dir():
            return list(_emptied(app, path, screen.warn, to=to, dry_run=dry_run))
        return [take(app, data, to=to, dry_run=dry_run) for data in postbag.in_file(path)]


def _emptied(app: "App", maildir: Path, warn: Callable[[str], None], *, to: str, dry_run: bool) -> "Iterator[Outcome]":
    """Take in what is not seen yet; reports and answers of machines are then seen, what people wrote is not.

    A file that cannot be read, or was moved meanwhile, is told of and costs no other.
    """
    from aggregator.jobs.bounces import take

    for path in list(postbag.unseen(maildir)):
        try:
            found = list(postbag.in_file(path))[:1]
        except NotFoundError as error:
            warn(f"passed over: {error}")
            continue
        for data in found:
            outcome = take(app, data, to=to, dry_run=dry_run)
            if not dry_run:
                postbag.mark(path, seen=outcome.automatic)
            yield outcome


def _tell(screen: Terminal, outcome: "Outcome", *, dry_run: bool) -> None:
    if outcome.kind is None:
        screen.say(f"ignored: {outcome.ignored}" + (f" ({outcome.recipient})" if outcome.recipient else ""))
        return
    said = " ".join(part for part in (outcome.status, outcome.diagnostic) if part)
    line = f"{outcome.recipient}: {outcome.kind}: {said}" + (" (known)" if outcome.known else "")
    if outcome.suppressed:
        line += "; would get no more mail" if dry_run else "; gets no more mail"
    if outcome.kind == "refused" and not outcome.known:  # ours to mend: told under -q, too
        screen.warn(line)
    else:
        screen.say(line)


def _counts(outcomes: "list[Outcome]") -> dict[str, int]:
    return dict(Counter(outcome.kind or "ignored" for outcome in outcomes))


def _sum(outcomes: "list[Outcome]") -> str:
    counts = ", ".join(f"{number} {kind}" for kind, number in _counts(outcomes).items())
    return f"{counted(len(outcomes), 'message')}{': ' if counts else ''}{counts}"


def _list(screen: Terminal, limit: int, *, as_json: bool) -> None:
    with screen.opened() as app:
        found, zone = app.store.bounces.latest(limit), app.config.zone
    if as_json:
        screen.json(bounces=found)
        return
    if not found:
        screen.say("nothing has come back")
    cells = [
        (
            moment(one.came, zone, named=False),
            one.recipient,
            one.kind,
            one.status,
            one.diagnostic,
            f"{one.digest} {one.period}",
            "stopped" if one.suppressed else "goes on",
        )
        for one in found
    ]
    screen.table((f"came\n({zone})", "recipient", "kind", "status", "said", "issue", "mail"), cells, wrap={"said": 30})
