"""`aggregator check`: the files of the workspace; with --online, and in `aggregator feeds check`, its feeds."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from aggregator import config
from aggregator.app import App, database_of, find_workspace, utc_now
from aggregator.cli.outlook import must_be_possible
from aggregator.cli.terminal import Terminal
from aggregator.cli.waits import keep, wait_of
from aggregator.config import Config, MailConfig
from aggregator.config.editing import lines
from aggregator.cores import Cores, MachineError
from aggregator.errors import ConfigError, FetchError, HostPausedError, SetupError
from aggregator.fetch import Guard, foreseen_refusal
from aggregator.model import FeedState, Fetched
from aggregator.pipeline.discover import Sight, look
from aggregator.pipeline.replacing import Move, replacing
from aggregator.pipeline.wording import NAMES_A_FEED, counted, format_name, in_zone
from aggregator.templates import Templates

STALE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Finding:
    """What asking one feed showed: ok, moved, stale, empty, not (a feed, read, asked), unreachable, gone or waiting."""

    url: str
    state: str
    detail: str
    moved_to: str = ""
    links: tuple[str, ...] = ()  # feeds that the page at the address names

    @property
    def fine(self) -> bool:
        """Whether there is nothing to do about it."""
        return self.state in ("ok", "waiting")


def check_files(screen: Terminal) -> tuple[Config, tuple[str, ...]]:
    """Check feeds.yaml and the templates; raises ConfigError or TemplateError with every mistake.

    What costs single feeds only is returned, a line each: secrets that are not set, addresses that will not be asked.
    """
    workspace = find_workspace(screen.root)
    settings = config.load(workspace.config)
    Templates(workspace.templates).check()
    if settings.database:
        must_be_possible(workspace.config, database_of(workspace, settings))
    if settings.mail:
        try:
            _try_secrets(settings.mail)
        except ConfigError as error:
            raise ConfigError(tuple(config.placed_in(workspace.config, one) for one in error.problems)) from error
    if costly := tuple(_costly(workspace.config, settings)):
        return settings, costly
    held = [counted(len(getattr(settings, f"{noun}s")), noun) for noun in ("feed", "topic", "output", "digest")]
    screen.say(f"{workspace.config}: {', '.join(held)}: no mistakes")
    return settings, ()


def _try_secrets(mail: MailConfig) -> None:
    mail.password()
    if mail.dkim:
        from aggregator.mail import Signer

        Signer(mail.dkim).check()


def _costly(file: Path, settings: Config) -> Iterator[str]:
    guard = Guard.opening(settings.fetch.allow_networks)
    for line, feed in zip(lines(file.read_bytes()), settings.feeds, strict=True):
        where = f"{file.name}:{line}: {feed.url}"
        yield from config.unset_secrets([(where, feed)])
        if refusal := foreseen_refusal(feed.url, guard=guard, proxied=bool(feed.proxy)):
            yield f"{where}: will not be asked: {refusal}"


def check_feeds(
    screen: Terminal, settings: Config, *, only: Collection[str] = (), show: bool, told: Collection[str] = ()
) -> list[Finding]:
    """Ask every feed once, or ``only`` those, and store of it only who was told to come later.

    ``show`` what came of it, for people; ``told`` are the lines that say already what is not asked, and why.
    """
    now = utc_now()
    wanted = [feed.url for feed in settings.feeds if not only or feed.url in only]
    busy: dict[str, FetchError] = {}
    with screen.opened() as app:
        known = {state.url: state for state in app.store.feeds.all()}
        unasked = {url: found for url in wanted if (found := _unasked(known.get(url), settings, now=now))}
        findings = list(unasked.values())
        states = [known.get(url) or FeedState(0, url) for url in wanted if url not in unasked]
        with screen.progress("asking feeds") as progress:
            for done, finding in enumerate(_ask(app, states, busy, now=now), 1):
                findings.append(finding)
                progress(done, len(states))
    keep(screen, busy, now=now)
    findings = _with_edits(screen, findings)
    if show:
        zone = settings.zone
        _tell(screen, [replace(one, detail=in_zone(one.detail, zone)) for one in findings if not _known(one, told)])
    return sorted(findings, key=lambda finding: finding.url)


def _unasked(state: FeedState | None, settings: Config, *, now: datetime) -> Finding | None:
    """Say why a feed is not asked at all, where it is not."""
    if state and state.gone:
        return Finding(state.url, "gone", "for good (410): it is never asked again; take it out")
    if state and (said := wait_of(state, settings.zone, now=now)):
        return Finding(state.url, "waiting", said)
    return None


def _known(finding: Finding, told: Collection[str]) -> bool:
    return finding.state == "not asked" and any(f": {finding.url}: " in line for line in told)


def _ask(app: App, states: list[FeedState], busy: dict[str, FetchError], *, now: datetime) -> Iterator[Finding]:
    """Ask at the addresses of feeds.yaml, for what has changed since it was read; ``busy`` takes who wants time."""
    requests = [app.request(replace(state, id=number, adopted="")) for number, state in enumerate(states)]
    answers: dict[str, Fetched] = {}
    with app.client() as client, Cores() as cores:
        for request, outcome in client.fetch_many([replace(one, whole=True) for one in requests], now=now):
            if isinstance(outcome, FetchError):
                state = _no_answer(outcome)
                if outcome.asks_for_time:
                    busy[request.url] = outcome
                yield Finding(request.url, state, outcome.reason.removeprefix(f"{state}: "))
            elif outcome.status == 304:
                yield _unchanged(states[request.id], outcome, now=now)
            else:
                answers[request.url] = outcome
                cores.submit(request.url, look, outcome, now=now, url=request.url)
        for url, sight in cores.drain():
            yield examine(url, answers.pop(url), sight, now=now)


def _no_answer(error: FetchError) -> str:
    if isinstance(error, SetupError | HostPausedError):
        return "not asked"
    if error.asks_for_time:
        return "waiting"
    return "gone" if error.status == 410 and error.permanent else "unreachable"


def examine(url: str, answer: Fetched, sight: Sight | Exception, *, now: datetime) -> Finding:
    """Say what one answer shows, given what was read of it."""
    if isinstance(sight, Exception):
        return Finding(url, "not read" if isinstance(sight, MachineError) else "not a feed", str(sight))
    document = sight.document
    if document is None:
        links = tuple(link.url for link in sight.links[:8])
        what = sight.reason.replace(", not a feed", "", 1)  # the state says so
        others = [link for link in links if not what.endswith(f"{NAMES_A_FEED}{link}")]
        more = "and" if len(others) < len(links) else "the page names"
        named = f"; {more}: {', '.join(others)}" if others else ""
        return Finding(url, "not a feed", what + named, links=links)
    held = f"{format_name(document.feed.format)}, {counted(len(document.seen), 'entry', 'entries')}"
    well = Finding(url, "ok", f"{held}, “{document.feed.title}”")
    return _ailing(url, answer, len(document.seen), document.newest, now=now) or well


def _unchanged(state: FeedState, answer: Fetched, *, now: datetime) -> Finding:
    """Say what a 304 shows, by what is stored of the feed."""
    held = f"{format_name(state.format)}, {counted(state.entries, 'entry', 'entries')} stored"
    since = f" since {state.succeeded:%Y-%m-%d %H:%M} UTC" if state.succeeded else ""
    well = Finding(state.url, "ok", f"unchanged{since}: {held}, “{state.title}”")
    return _ailing(state.url, answer, state.entries, state.newest, now=now) or well


def _ailing(url: str, answer: Fetched, entries: int, newest: datetime | None, *, now: datetime) -> Finding | None:
    if answer.moved_to:
        return Finding(url, "moved", f"for good, to {answer.moved_to}", moved_to=answer.moved_to)
    if not entries:
        return Finding(url, "empty", "a feed without entries")
    if newest and now - newest > STALE:
        return Finding(url, "stale", f"the newest entry is of {newest:%Y-%m-%d}")
    return None


def _with_edits(screen: Terminal, findings: list[Finding]) -> list[Finding]:
    """Give what moved the exact edit to make."""
    moves = {finding.url: Move(finding.moved_to) for finding in findings if finding.moved_to}
    if not moves:
        return findings
    from aggregator.cli.sheet import Sheet

    sheet = Sheet.open(screen)
    edits = replacing(moves, dict(zip((feed.url for feed in sheet.settings.feeds), sheet.lines, strict=True)))
    return [
        replace(finding, detail=f"{finding.detail}; {sheet.place(finding.url)}: {edits[finding.url]}")
        if finding.url in edits
        else finding
        for finding in findings
    ]


def _tell(screen: Terminal, findings: list[Finding]) -> None:
    for finding in sorted(findings, key=lambda finding: (finding.fine, finding.url)):
        if not finding.fine or not screen.quiet:
            screen.show(f"{finding.url}: {finding.state}: {finding.detail}")
