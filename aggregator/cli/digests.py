"""digest preview, show, list: the issues of a digest; ``drafts`` changes, ``approving`` and ``sending`` send them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from aggregator.cli.asked import AsJson, read_moment, terminal
from aggregator.cli.outgoing import put
from aggregator.cli.terminal import Terminal, moment

if TYPE_CHECKING:
    from aggregator.app import App
    from aggregator.config import DigestConfig
    from aggregator.model import DeliveryState, DraftedIssue, Issue, Letter

REASONS = 12
"""So many states of an issue's deliveries are shown, with what a server said: it may have a word for each."""

HELD = {
    "held": "waits for you: `aggregator digest approve {name}`, or `edit`",
    "approved": "is approved, and goes out with the next sync",
    "timed": "is approved, and goes out at its time",
    "freezing": "is being sent",
}
"""How far a draft is, in words."""

commands = typer.Typer(no_args_is_help=True, help="Preview, edit, approve, send, show and list the issues of a digest.")
Name = Annotated[str, typer.Argument(help="The digest's name in feeds.yaml.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file, those that send, and those of the editor's hand."""
    from aggregator.cli import approving, drafts, resending, sending

    sending.register(commands)
    resending.register(commands)
    drafts.register(commands)
    approving.register(commands)
    app.add_typer(commands, name="digest")


@commands.command()
def preview(
    context: typer.Context,
    name: Name,
    at: Annotated[str, typer.Option(help="As if it were this time (2026-11-20T07:00).")] = "",
    mail: Annotated[bool, typer.Option("--mail", help="The mail, not the page on the web.")] = False,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the draft, or the issue that comes next, with what it would tell now or at another time; nothing is sent."""
    from aggregator.app import utc_now
    from aggregator.jobs.compose import digest_named, draft, next_period
    from aggregator.jobs.drafting import draft_in_hand
    from aggregator.jobs.edited import as_edited

    screen = terminal(context)
    with screen.opened() as app:
        digest = digest_named(app, name)
        now = read_moment(at, app.config.zone) if at else utc_now()
        period = next_period(app, digest, now=now, by=now)
        held = None if at else draft_in_hand(app, digest)
        drafted = as_edited(app, digest, held) if held else draft(app, digest, period)
        path = _write_preview(app, digest, *drafted, mail=mail) if drafted else None
        if as_json:
            now_told = {"period": period.name, "since": period.since, "until": period.until}
            screen.json(**{**now_told, **_previewed(held, drafted)}, path=path)
        elif drafted is None:
            screen.say(f"nothing new since {moment(period.since, app.config.zone)}: no issue would be made")
        else:
            shown, first = _previewed(held, drafted), datetime.fromisoformat(drafted[0].since)
            what = f"draft {shown['draft']} of {shown['period']}" if held else f"issue of {shown['period']}"
            screen.say(f"{what}, subject: {drafted[0].subject}\nfrom {moment(first, app.config.zone)} on")
            screen.show(str(path))
    if open_it and path:
        typer.launch(str(path))


def _previewed(held: "DraftedIssue | None", drafted: "tuple[Issue, Letter] | None") -> dict[str, object]:
    """Give the facts of an issue as it is shown; a draft has a mark, and tells of the time in which it was composed."""
    from aggregator.config.sheet import mark

    if drafted is None:
        return {"draft": None, "issue": None}
    issue, seen = drafted[0], mark(held) if held else None
    window = {"since": datetime.fromisoformat(issue.since), "until": datetime.fromisoformat(issue.until)}
    return {"period": issue.period, "draft": seen, **window, "issue": issue}


def _write_preview(app: "App", digest: "DigestConfig", issue: "Issue", letter: "Letter", *, mail: bool) -> Path:
    """Write the page of a drafted issue, and the mail beside it; says where the one that is wanted lies."""
    from aggregator.jobs.shapes import page_of

    page = app.archive.write_preview(f"{digest.name}.html", page_of(app, digest, issue).encode())
    sent = app.archive.write_preview(f"{digest.name}.mail.html", letter.html.encode())
    return sent if mail else page


@commands.command()
def show(
    context: typer.Context,
    name: Name,
    period: Annotated[str, typer.Argument(help="Which issue, as `digest list` names it; by default the last.")] = "",
    text: Annotated[bool, typer.Option("--text", help="The text of the mail (so it is without an option).")] = False,
    html: Annotated[bool, typer.Option("--html", help="The HTML of the mail.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="As Markdown.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print an issue as it was frozen."""
    from aggregator.jobs.compose import digest_named
    from aggregator.jobs.shapes import archive_links, frozen

    screen = terminal(context)
    if sum((text, html, markdown, as_json)) > 1:
        raise typer.BadParameter("choose one of --text, --html, --markdown and --json")
    with screen.opened() as app:
        digest = digest_named(app, name)
        issue, letter = frozen(app, digest, period)
        if as_json:
            screen.json(issue=issue)
        elif markdown:
            print(app.templates.markdown(issue, links=archive_links(app, digest, issue.period)), end="")
        elif html:
            put(None, letter.html.encode())  # it says itself that it is UTF-8
        else:
            print(letter.text, end="")


@commands.command("list")
def list_issues(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The digest's name in feeds.yaml; all when left out.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the issues that were made, with what became of their deliveries, and the drafts that wait."""
    from aggregator.jobs.compose import digest_named

    screen = terminal(context)
    with screen.opened() as app:
        issues = app.store.issues.all(name)
        if name and not issues:
            digest_named(app, name)  # one that is no more has its issues still
        sent = app.store.issues.deliveries_by_issue(name)
        rows = [(issue, sent.get(issue.id, ())) for issue in issues]
        zone = app.config.zone
        drafts = [draft for draft in app.store.drafts.all() if name in ("", draft.digest)]
        returned = app.store.bounces.no_good(address for digest in app.config.digests for address in digest.to)
    if as_json:
        made = [{"issue": issue, "deliveries": deliveries} for issue, deliveries in rows]
        screen.json(issues=made, drafts=[_drafted(one) for one in drafts])
        return
    if not rows:
        screen.say(f"no issue of {name} was made yet" if name else "no issue was made yet")
    cells = []
    for issue, deliveries in rows:
        counts = _counts([_state(delivery, zone) for delivery in deliveries])
        composed = moment(issue.frozen, zone, named=False)
        cells.append((issue.digest, issue.period, composed, issue.subject or "nothing new", counts))
    screen.table(("digest", "period", f"composed\n({zone})", "subject", "deliveries"), cells, wrap={"subject": 30})
    _warn(screen, drafts, returned)


def _drafted(draft: "DraftedIssue") -> dict[str, object]:
    from aggregator.config.sheet import mark

    facts = {"digest": draft.digest, "period": draft.period, "draft": mark(draft)}
    return {**facts, "state": draft.state, "made": draft.made}


def _counts(states: Iterable[str]) -> str:
    """Count what became of deliveries; of many reasons those that were given most."""
    counted = Counter(states)
    shown = counted if len(counted) <= REASONS else dict(counted.most_common(REASONS))
    others = counted.total() - sum(shown.values())
    return ", ".join(
        [*(f"{many} {state}" for state, many in shown.items()), *[f"{others} others: see --json"] * (others > 0)]
    )


def _warn(screen: Terminal, drafts: Iterable["DraftedIssue"], returned: Mapping[str, str]) -> None:
    """Say which drafts there are, which mail to the editor did not go out, and which of ``to:`` came back."""
    for draft in drafts:
        name = f"{draft.digest} {draft.period}"
        screen.say(f"{name} {HELD[draft.state].format(name=draft.digest)}")
        if draft.reply and not draft.told:
            screen.warn(f"{name}: the mail to the editor was {draft.reply}")
    for address, said in returned.items():
        screen.warn(f"{address} stands in `to:` of feeds.yaml, and mail to it came back ({said}): take it out there")


def _state(delivery: "DeliveryState", zone: ZoneInfo) -> str:
    """Say how far a delivery is, and why it is not further."""
    if delivery.state == "deferred":
        return f"deferred until {moment(delivery.due, zone)}: {delivery.reply}"
    return (
        f"{delivery.state}: {delivery.reply}" if delivery.state in ("failed", "unknown", "dropped") else delivery.state
    )
