"""Where a job runs: in this process. ``sync`` is the whole river once, job after job."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import field
from datetime import datetime, timedelta
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from aggregator.app import REFUSED, App, list_feeds
from aggregator.config import DigestConfig
from aggregator.errors import AggregatorError
from aggregator.jobs.apart import refresh_apart
from aggregator.jobs.compose import Period, compose_issue, due_periods, unwritten
from aggregator.jobs.curate import Placed, curate, readdress, reword
from aggregator.jobs.deliver import deliver
from aggregator.jobs.deliver import recover as lost_deliveries
from aggregator.jobs.delivered import Delivered
from aggregator.jobs.looks import template_trouble
from aggregator.jobs.publish import Published, publish_all
from aggregator.jobs.refreshed import Progress, Refreshed
from aggregator.jobs.shapes import write_shapes
from aggregator.model import FeedState, IssueState, PruneRow
from aggregator.model.value import value
from aggregator.pipeline.cadence import not_skipped
from aggregator.pipeline.spread import turn

if TYPE_CHECKING:
    from aggregator.jobs.pages import PagesRead

OVERDUE = timedelta(days=1)
CRON_SLACK = timedelta(minutes=2)  # an hourly cron job must not find an hourly feed due in three seconds


@value(frozen=False, slots=True)
class Report:
    """What one sync came to."""

    feeds: int = 0
    due: int = 0
    refreshed: Refreshed = field(default_factory=Refreshed)
    pages: "PagesRead | None" = None
    placed: Placed = field(default_factory=Placed)
    published: Published = field(default_factory=Published)
    issues: list[IssueState] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    uncomposed: dict[str, str] = field(default_factory=dict)  # issues or their files that could not be made, and why
    templates: str = ""  # what is wrong with the user's templates
    held: dict[str, str] = field(default_factory=dict)  # issues that wait for approval: digest → period
    reminded: dict[str, str] = field(default_factory=dict)  # of these, what became of the mail to the editor
    unreminded: dict[str, str] = field(default_factory=dict)  # and what became of an earlier one that did not go out
    delivered: Delivered = field(default_factory=Delivered)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def skipped(self) -> int:
        """How many feeds were not due, or must not be asked."""
        return self.feeds - self.due


def recover(app: App) -> int:
    """Clean up after a process that died, or was of an earlier version; returns the deliveries left unknown.

    Call it under the workspace's lock, before anything else.
    """
    app.store.feeds.release()
    reword(app)
    readdress(app)
    app.store.texts.catch_up()
    app.archive.clean()
    return lost_deliveries(app)


def sync(
    app: App,
    *,
    force: bool = False,
    late: timedelta | None = None,
    spread: bool = False,
    patience: float | None = None,
    progress: Progress = lambda done, of: None,
) -> Report:
    """Do the whole job once: ask due feeds, store, curate, publish, compose due issues, deliver.

    ``force`` asks feeds that are not due, but none whose server told us to wait. ``late`` bounds how long ago an
    issue may have been due; None catches up whatever is missing, once. An issue that cannot be made, for a mistake in
    a template or a reason that no rule foresaw, is named in ``uncomposed`` and costs no other its own, nor any mail.
    ``spread`` lets each due feed wait for its own minute of the hour. ``patience`` is for how many seconds mail is
    sent; what is left then waits for the next run.
    """
    report = Report()
    with _timed(report, "refresh"):
        report.feeds = len(app.config.feeds)
        feeds = partial(_listed, app, force=force, spread=spread)
        report.due, report.refreshed = refresh_apart(app, feeds, progress=progress)
        if report.due:
            from aggregator.jobs.logins import remember

            remember(app, report.refreshed.failures)
    if any(feed.full_text for feed in app.config.feeds):
        from aggregator.jobs.pages import fetch_pages

        with _timed(report, "pages"):
            report.pages = fetch_pages(app)
    with _timed(report, "curate"):
        report.placed = curate(app)
    with _timed(report, "publish"):
        report.templates = template_trouble(app)
        report.published = publish_all(app)
    with _timed(report, "compose"):
        _compose(app, report, late=late)
    with _timed(report, "deliver"):
        app.store.confirmations.tidy(app.clock())
        report.delivered = deliver(app, patience=patience)
    return report


def _listed(app: App, *, force: bool, spread: bool) -> list[FeedState]:
    app.store.feeds.set_right(app.clock())
    list_feeds(app)
    if REFUSED in app.store.meta:
        from aggregator.jobs.logins import try_others

        try_others(app)
    return due_feeds(app, force=force, spread=spread)


def due_feeds(app: App, *, force: bool = False, spread: bool = False) -> list[FeedState]:
    """List the feeds to ask now, those never asked first come first; parameters as in ``sync``.

    Who runs ``sync`` once a day, in an hour that a feed wants to be left alone in, gets it every other day.
    """
    now = app.clock()
    found = app.store.feeds.due(now + CRON_SLACK, force=force)
    if force:
        return [feed for feed in found if feed.wait_until is None or feed.wait_until <= now]
    late = None if spread else now - OVERDUE
    now_open = [feed for feed in found if _is_open(feed, now) or (late and feed.due and feed.due < late)]
    if spread:
        return [feed for feed in now_open if turn(feed) <= now]
    return [feed for feed in now_open if max(feed.wait_until or now, feed.fresh_until or now) <= now]


def _is_open(feed: FeedState, now: datetime) -> bool:
    return not (feed.skip_hours or feed.skip_days) or not_skipped(now, feed.skip_hours, feed.skip_days) == now


def _compose(app: App, report: Report, *, late: timedelta | None) -> None:
    for digest, name in unwritten(app):
        with _named(report, f"{digest.name} {name}"):
            write_shapes(app, digest, name)
    if app.store.drafts.all():
        _freeze_drafts(app, report)
    for digest, period in due_periods(app, now=app.clock(), late=late):
        with _named(report, f"{digest.name} {period.name}"):
            _compose_one(app, digest, period, report)


def _freeze_drafts(app: App, report: Report) -> None:
    from aggregator.jobs.drafting import freeze_draft, to_freeze

    for digest, draft in to_freeze(app):
        with _named(report, f"{digest.name} {draft.period}"):
            if state := freeze_draft(app, digest, draft):
                report.issues.append(state)


@contextmanager
def _named(report: Report, issue: str) -> Iterator[None]:
    """Let what goes wrong cost this issue alone, and name it."""
    try:
        yield
    except AggregatorError as error:
        report.uncomposed[issue] = str(error)
    except Exception as error:
        report.uncomposed[issue] = f"{type(error).__name__}: {error} (please report it)"


def _compose_one(app: App, digest: DigestConfig, period: Period, report: Report) -> None:
    from aggregator.jobs.drafting import in_hand, remind

    draft = in_hand(app, digest, period)
    if draft and draft.state == "held":
        report.held[digest.name] = period.name
        if said := remind(app, digest, draft):
            report.reminded[digest.name] = said
        elif draft.reply and not draft.told:
            report.unreminded[digest.name] = draft.reply
        return
    if draft:
        return  # it was approved, and could not be frozen just now
    state = compose_issue(app, digest, period)
    if state and state.skipped:
        report.empty.append(f"{digest.name} {period.name}")
    elif state:
        report.issues.append(state)


@contextmanager
def _timed(report: Report, stage: str) -> Iterator[None]:
    start = perf_counter()
    yield
    report.seconds[stage] = round(perf_counter() - start, 3)


LETTERS = timedelta(days=31)
"""So long it is kept how an issue reads for each choice of its subscribers, to be sent again."""


def prune(app: App, *, dry_run: bool = False) -> tuple[PruneRow, ...]:
    """Purge what ``keep:`` no longer keeps, leaving tombstones, addresses that never answered, and letters of
    long ago; or only say what.
    """
    keep = app.config.keep
    if not dry_run:
        app.store.subscribers.forget(app.clock())
        app.store.issues.forget_letters(before=app.clock() - LETTERS)
    work = app.store.retention.plan if dry_run else app.store.retention.prune
    return work(now=app.clock(), months=keep.months, at_least=keep.at_least)
