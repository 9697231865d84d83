"""Compose: freeze one issue of a digest, once a period, or record that there was nothing to tell."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from aggregator.app import App
from aggregator.config import DigestConfig
from aggregator.errors import NotFoundError
from aggregator.model import Issue, IssueState, Letter, Telling
from aggregator.model.value import value
from aggregator.pipeline.copies import fold
from aggregator.when import When

LONGEST_FIRST_WINDOW = timedelta(days=31)

FIRST_WITHIN = timedelta(days=1)
"""So long ago may the moment be for which a digest has its first issue; a longer one waits for the next moment."""

LATE = timedelta(days=3)
"""So long before the last issue an entry may have been seen that comes to a digest late, and is told in its next one.

Where the last issue's own time was longer, it is that: what it would have told is told now. Older ones are no news, so
that a new rule does not bring the archive.
"""


@value(frozen=True, slots=True)
class Period:
    """One number of a digest: its local date, when it is due, and what it tells of (came to it in (since, until]).

    What was first seen by ``earliest`` is not told, whenever it came.
    """

    name: str
    due: datetime
    since: datetime
    until: datetime
    earliest: datetime
    by: datetime | None = None  # count only issues made by then: for a look at the past


def due_periods(app: App, *, now: datetime, late: timedelta | None = None) -> list[tuple[DigestConfig, Period]]:
    """List the digests whose last moment has passed without an issue; ``late`` limits how long ago it may be.

    The first issue of a digest does not bear a date of long ago: it waits for the moment after (``FIRST_WITHIN``).
    """
    found = []
    for digest in wanted_mailings(app, now=now):
        period = current_period(app, digest, now=now)
        if late is not None and now - period.due > late:
            continue
        if app.store.issues.find(digest.name, period.name) is None and not _waits(app, digest, period, now=now):
            found.append((digest, period))
    return found


def _waits(app: App, digest: DigestConfig, period: Period, *, now: datetime) -> bool:
    """Tell whether a digest without an issue or a draft waits for its next moment: it was not there at this one.

    Which moment that was is kept, so that a workspace that is synced rarely does not wait for ever.
    """
    if not _is_long_ago(app, digest, period, now=now):
        return False
    return app.store.meta.once(_passed_over(digest), lambda: period.name) == period.name


def _is_long_ago(app: App, digest: DigestConfig, period: Period, *, now: datetime) -> bool:
    """Tell whether a first issue of a period would bear a date of long ago, and nobody has it in hand."""
    if now - period.due <= FIRST_WITHIN or app.store.issues.last(digest.name, by=period.by):
        return False
    held = app.store.drafts.find(digest.name)
    return held is None or held.period > period.name


def _passed_over(digest: DigestConfig) -> str:
    return f"passed_over_{digest.name}"


def wanted_mailings(app: App, *, now: datetime) -> list[DigestConfig]:
    """List the digests, and of what gathers them for a day or a week those that somebody gets now."""
    mailings = app.config.mailings
    if len(mailings) == len(app.config.digests):
        return list(mailings)
    wanted = app.store.subscribers.frequencies(now)
    return [one for one in mailings if one in app.config.digests or _is_wanted(app, one, wanted)]


def _is_wanted(app: App, mailing: DigestConfig, wanted: Collection[tuple[str, str]]) -> bool:
    name, choices = app.config.audience(mailing.name)
    return any((name, often) in wanted for often in choices)


def current_period(app: App, digest: DigestConfig, *, now: datetime, by: datetime | None = None) -> Period:
    """Name the period that ``now`` lies in: since the last issue (made ``by`` a moment), else one rhythm back.

    It is that of the last issue while this is of a later date, up to the moment that comes: one that was made early, or
    at once between two moments. A date beyond that one is of another ``when:``, and holds up none.
    An issue that reaches beyond ``now`` was made while the clock was wrong: what came before it is told all the same.
    """
    when, zone = When.read(digest.when), app.config.zone
    due = when.latest(now, zone)
    last = app.store.issues.last(digest.name, by=by or now)
    before = when.latest(due - timedelta(minutes=1), zone)
    since = last.until if last else max(min(before, now - timedelta(days=1)), now - LONGEST_FIRST_WINDOW)
    if last is None and (held := app.store.drafts.find(digest.name)):
        since = min(since, datetime.fromisoformat(held.issue.since))  # the first issue ever waited for approval
    earliest = min(last.since, last.until - LATE) if last else since
    name, ahead = (when.period(moment, zone) for moment in (due, when.next(due, zone)))
    if last and name < last.period <= ahead:
        name = last.period
    return Period(name, due, min(since, now), now, min(earliest, now), by)


def pressed_period(app: App, digest: DigestConfig, *, now: datetime) -> Period:
    """Name the period of an issue that is made at once: a first one that would wait bears the date of today."""
    period = current_period(app, digest, now=now)
    if not _is_long_ago(app, digest, period, now=now):
        return period
    return replace(period, name=When.read(digest.when).period(now, app.config.zone))


def next_period(app: App, digest: DigestConfig, *, now: datetime, by: datetime | None = None) -> Period:
    """Name the period of the issue that comes next, with what it would tell now: the first that has none (``by``).

    That is the last moment's while it has none, as long as a first issue need not wait; or one to come. Of those the
    next may have its issue already: it was drafted early and approved.
    """
    period, when, zone = current_period(app, digest, now=now, by=by), When.read(digest.when), app.config.zone
    while _has_issue(app, digest, period) or _would_wait(app, digest, period, now=now):
        due = when.next(period.due, zone)
        period = replace(period, name=when.period(due, zone), due=due)
    return period


def _has_issue(app: App, digest: DigestConfig, period: Period) -> bool:
    found = app.store.issues.find(digest.name, period.name)
    return found is not None and (period.by is None or found.until <= period.by)


def _would_wait(app: App, digest: DigestConfig, period: Period, *, now: datetime) -> bool:
    """Tell the same as ``_waits``, and keep nothing."""
    passed = app.store.meta.get(_passed_over(digest), period.name)
    return passed == period.name and _is_long_ago(app, digest, period, now=now)


def draft(app: App, digest: DigestConfig, period: Period) -> tuple[Issue, Letter] | None:
    """Compose without freezing: the issue and how it reads; None when there is nothing to tell."""
    issue = composed(app, digest, period)
    return fitted(app, digest, issue) if issue else None


def composed(app: App, digest: DigestConfig, period: Period) -> Issue | None:
    """Choose the stories of a period, and write the issue of them; None when there is nothing to tell."""
    return _composed(app, digest, period, news(app, digest, period))


def _composed(app: App, digest: DigestConfig, period: Period, stories: Sequence[Telling]) -> Issue | None:
    from aggregator.pipeline.compose import compose
    from aggregator.pipeline.rank import rank
    from aggregator.pipeline.telling import summed_up

    if not any(one.novelty for one in stories):
        return None
    return compose(
        digest,
        summed_up(rank(stories, now=period.until, size=digest.size, weights=app.weights)),
        topics=app.config.topics,
        period=period.name,
        since=period.since,
        until=period.until,
        now=period.until,
        frame=app.templates.frame(app.config.language),
        zone=app.config.zone,
        home=app.config.home,
    )


def fitted(app: App, digest: DigestConfig, issue: Issue) -> tuple[Issue, Letter]:
    """Write an issue out, without the stories that would make its mail too large."""
    from aggregator.jobs.post import footer_links
    from aggregator.pipeline.compose import fit

    links = footer_links(app, digest, issue.period)
    frame = app.templates.frame(app.config.language)
    return fit(issue, lambda shown: app.templates.letter(shown, links=links), digest=digest, frame=frame)


def news(app: App, digest: DigestConfig, period: Period) -> tuple[Telling, ...]:
    """Gather what may be told: stories of the period that no issue of the digest told, and material news of others."""
    from aggregator.pipeline.story import group
    from aggregator.pipeline.telling import tellings

    coverage = app.store.coverage
    window = {"after": period.since, "until": period.until, "earliest": period.earliest}
    stories = group(fold(coverage.since(topics=digest.topics, **window)), summaries=False)
    told = app.store.issues.told(digest.name, stories, by=period.by)
    late = app.store.issues.untold(digest.name, coverage.late(topics=digest.topics, **window), by=period.by)
    return tellings(stories, since=period.since, told=told, late=late)


def compose_issue(app: App, digest: DigestConfig, period: Period) -> IssueState | None:
    """Freeze the issue of a period with one delivery a recipient, and keep it as files.

    When there is nothing to tell, that is recorded (``skipped``) and the period is over; but None, and nothing is
    recorded, when no feed could be read in all its time: without a network nobody knows whether there is news.
    Headlines that came and say nothing new wait for the next issue's page.
    """
    stories = news(app, digest, period)
    if issue := _composed(app, digest, period, stories):
        return freeze(app, digest, *fitted(app, digest, issue))
    if not any(feed.succeeded and feed.succeeded > period.since for feed in app.store.feeds.all()):
        return None
    until = period.since if stories else period.until
    return app.store.issues.skip(digest.name, period.name, since=period.since, until=until, now=period.until)


def freeze(app: App, digest: DigestConfig, issue: Issue, letter: Letter) -> IssueState:
    """Freeze an issue with one delivery for each who gets it, and keep it as files."""
    from aggregator.jobs.addressing import addressed
    from aggregator.jobs.post import generic
    from aggregator.jobs.shapes import try_shapes, write_shapes

    generic(app, issue, letter)  # what cannot be written must show before it is frozen
    try_shapes(app, digest, issue)
    deliveries, variants = addressed(app, digest, issue, letter)
    state = app.store.issues.freeze(issue, letter, deliveries=deliveries, variants=variants, now=app.clock())
    write_shapes(app, digest, state.period)
    return state


def unwritten(app: App) -> list[tuple[DigestConfig, str]]:
    """List the last issues, by digest and period, without their files: a process died over them, or a disk was full."""
    found = [(digest, app.store.issues.last(digest.name)) for digest in app.config.mailings]
    return [
        (digest, state.period)
        for digest, state in found
        if state and not state.skipped and not app.archive.issue(digest.name, f"{state.period}.eml").is_file()
    ]


def digest_named(app: App, name: str) -> DigestConfig:
    """Find a digest of feeds.yaml; raises NotFoundError that lists those there are."""
    for digest in app.config.mailings:
        if digest.name == name:
            return digest
    names: Sequence[str] = [digest.name for digest in app.config.mailings]
    raise NotFoundError(f"no digest “{name}” in feeds.yaml; there is: {', '.join(names) or 'none'}")
