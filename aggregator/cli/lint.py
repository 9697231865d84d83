"""`aggregator check`: the files of the workspace, and with --online every feed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator import config
from aggregator.app import App, find_workspace, utc_now
from aggregator.cli.terminal import Terminal
from aggregator.config import Config
from aggregator.cores import Cores
from aggregator.errors import ConfigError, FetchError
from aggregator.model import Fetched, Intake, Known
from aggregator.pipeline import intake
from aggregator.templates import Templates

STALE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Finding:
    """What asking one feed showed: ok, moved, stale, empty, not a feed, unreachable or gone."""

    url: str
    state: str
    detail: str


def check_files(screen: Terminal) -> Config:
    """Check feeds.yaml and the templates; raises ConfigError or TemplateError with every mistake."""
    workspace = find_workspace(screen.root)
    settings = config.load(workspace.config)
    Templates(workspace.templates).check()
    if settings.mail:
        settings.mail.password()
    if missing := config.unset_secrets((feed.url, feed) for feed in settings.feeds):
        raise ConfigError(missing)
    screen.say(
        f"{workspace.config}: {len(settings.feeds)} feeds, {len(settings.topics)} topics, "
        f"{len(settings.outputs)} outputs, {len(settings.digests)} digests: no mistakes"
    )
    return settings


def check_feeds(screen: Terminal, settings: Config) -> list[Finding]:
    """Ask every feed once, without storing anything of it."""
    now = utc_now()
    with screen.opened() as app:
        waiting = {f.url: f.wait_until for f in app.store.feeds.all() if f.wait_until and f.wait_until > now}
        findings = [
            Finding(url, "waiting", f"asked us to wait until {at:%Y-%m-%d %H:%M} UTC") for url, at in waiting.items()
        ]
        urls = [feed.url for feed in settings.feeds if feed.url not in waiting]
        with screen.progress("asking feeds") as progress:
            for done, finding in enumerate(_ask(app, urls, now=now), 1):
                findings.append(finding)
                progress(done, len(urls))
    _tell(screen, findings)
    return sorted(findings, key=lambda finding: finding.url)


def _ask(app: App, urls: list[str], *, now: datetime) -> Iterator[Finding]:
    requests = [app.request(number, url) for number, url in enumerate(urls)]
    answers: dict[str, Fetched] = {}
    with app.client() as client, Cores() as cores:
        for request, outcome in client.fetch_many(requests, now=now):
            if isinstance(outcome, FetchError):
                yield Finding(request.url, "gone" if outcome.status == 410 else "unreachable", outcome.reason)
            else:
                answers[request.url] = outcome
                cores.submit(request.url, intake.read, outcome, Known(), url=request.url, now=now)
        for url, document in cores.drain():
            yield examine(url, answers.pop(url), document, now=now)


def examine(url: str, answer: Fetched, document: Intake | Exception, *, now: datetime) -> Finding:
    """Say what one answer shows, given what was read of it."""
    if isinstance(document, Exception):
        return Finding(url, "not a feed", str(document))
    if answer.moved_to:
        return Finding(url, "moved", f"for good, to {answer.moved_to}: write that into feeds.yaml")
    if not document.seen:
        return Finding(url, "empty", "a feed without entries")
    if document.newest and now - document.newest > STALE:
        return Finding(url, "stale", f"the newest entry is of {document.newest:%Y-%m-%d}")
    return Finding(url, "ok", f"{document.feed.format}, {len(document.seen)} entries, “{document.feed.title}”")


def _tell(screen: Terminal, findings: list[Finding]) -> None:
    for finding in sorted(findings, key=lambda finding: (finding.state == "ok", finding.url)):
        line = f"{finding.url}: {finding.state}: {finding.detail}"
        if finding.state == "ok":
            screen.say(line)
        else:
            screen.warn(line)
