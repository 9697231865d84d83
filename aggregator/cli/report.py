"""What a sync came to, for programs and for people."""

from dataclasses import asdict
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aggregator.cli.terminal import Terminal
from aggregator.jobs.readiness import not_yet
from aggregator.pipeline.wording import counted, in_zone

if TYPE_CHECKING:
    from aggregator.app import App
    from aggregator.jobs.delivered import Delivered
    from aggregator.workers import Report

SOME_FEEDS_FAILED, TRY_LATER = 3, 75
SYNC_ALL = "`aggregator sync --force` asks all of them now"
NAMED = 20
"""So many recipients are named of each state, and feeds when most failed at once; who has thousands wants no list."""


def summary(report: "Report") -> dict[str, object]:
    """Give the numbers of a sync for programs."""
    refreshed, delivered = report.refreshed, report.delivered
    return {
        "feeds": feed_counts(report),
        "entries": {
            "new": refreshed.new,
            "updated": refreshed.updated,
            "duplicate": report.placed.duplicates,
            "rejected": sum(map(len, refreshed.rejects.values())),
        },
        **({"pages": asdict(report.pages)} if report.pages else {}),
        "outputs": {"written": report.published.written, "unwritten": report.published.unwritten},
        "issues": {
            "composed": [f"{i.digest} {i.period}" for i in report.issues],
            "empty": report.empty,
            "uncomposed": report.uncomposed,
            "held": report.held,
        },
        "templates": report.templates,
        "messages": asdict(delivered),
        "failures": refreshed.failures,
        "outage": refreshed.outage,
        "seconds": report.seconds,
    }


def feed_counts(report: "Report") -> dict[str, int]:
    """Count the feeds by what became of them."""
    refreshed = report.refreshed
    return {
        "configured": report.feeds,
        "due": report.due,
        "fetched": refreshed.fetched,
        "unchanged": refreshed.unchanged,
        "failed": refreshed.failed,
        "postponed": len(refreshed.postponed),
        "skipped": report.skipped,
    }


def exit_code(report: "Report") -> int:
    """Choose the exit code: feeds that failed come before mail that must wait."""
    if report.refreshed.failed:
        return SOME_FEEDS_FAILED
    delivered = report.delivered
    if delivered.deferred or delivered.waiting or delivered.left:
        return TRY_LATER
    broken = report.uncomposed or report.templates or report.published.unwritten
    return 1 if delivered.failed or delivered.unknown or broken else 0


def _put_off(report: "Report") -> str:
    """Count the feeds that were not asked: their host wants to be left alone, or another one is asked for both."""
    count = len(report.refreshed.postponed)
    return f", {count} put off" if count else ""


def tell(screen: Terminal, app: "App", report: "Report", *, again: str = SYNC_ALL) -> None:
    """Say what a sync came to: a line a failed feed, a summary, and where the result lies.

    ``again`` is what to do about feeds that failed before.
    """
    _tell_trouble(screen, report, app.config.zone)
    refreshed = report.refreshed
    new = counted(refreshed.new, "new entry", "new entries")
    folded, due = counted(report.placed.duplicates, "duplicate"), f"{report.due} of {counted(report.feeds, 'feed')} due"
    screen.say(
        f"{due}: {refreshed.fetched} read, {refreshed.unchanged} unchanged, "
        f"{refreshed.failed} failed{_put_off(report)}; {new}, {refreshed.updated} updated, "
        f"{folded} folded ({sum(report.seconds.values()):.1f} s)"
    )
    from aggregator.workers import CRON_SLACK  # loaded by now

    just_failed = refreshed.failed - len(refreshed.unasked)  # what was not asked is due at once
    if report.skipped and (failing := app.store.feeds.failing(app.clock() + CRON_SLACK) - just_failed) > 0:
        waiting = counted(failing, "feed")
        screen.say(f"failed before and not due yet: {waiting}; {again}")
    _tell_result(screen, app, report)


def _tell_result(screen: Terminal, app: "App", report: "Report") -> None:
    if report.pages and report.pages.asked:
        screen.say(f"pages:   {report.pages.asked} asked, {report.pages.read} with the full text")
    if waits := not_yet(app):
        screen.say(f"topics:  {waits}")
    storage = app.workspace.storage
    written = report.published.written
    screen.say(f"outputs: {len(written)} written" + (f" in {storage / 'outputs'}" if written else ", nothing changed"))
    for issue in report.issues:
        screen.say(f"issue:   {storage / 'issues' / issue.digest / issue.period}.html")
    for empty in report.empty:
        screen.say(f"issue:   {empty}: nothing new, so none was made")
    if report.delivered.asked and report.delivered.asked.sent:
        screen.say(f"asked:   {counted(report.delivered.asked.sent, 'subscriber')} to confirm")
    for digest, period in report.held.items():
        screen.say(f"issue:   {digest} {period} waits for you: `aggregator digest approve {digest}`, or `edit`")
        if mailed := report.reminded.get(digest) or report.unreminded.get(digest):
            screen.say(f"         mail to the editor: {mailed}")
    if report.delivered.sent:
        where = "sent" if app.config.mail else f"written to {storage / 'outbox'}"
        screen.say(f"mail:    {report.delivered.sent} {where}")


def _tell_trouble(screen: Terminal, report: "Report", zone: ZoneInfo) -> None:
    refreshed = report.refreshed
    failures = sorted(refreshed.failures.items())
    some = failures[:NAMED] if refreshed.outage else failures
    for url, reason in some:
        screen.warn(f"{url}: {in_zone(reason, zone)}")
    if len(some) < len(failures):
        screen.warn(f"… and {len(failures) - len(some)} more feeds")
    for url, rejects in refreshed.rejects.items():
        for reject in rejects:
            screen.warn(f"{url}: entry {reject.position + 1} ({reject.name}) left out: {reject.reason}")
    for name, left_out in report.published.left_out.items():
        for reject in left_out:
            screen.warn(f"{name}: {reject.name} left out: {reject.reason}")
    if report.templates:
        screen.warn(f"{report.templates}: a mistake in your templates; `aggregator check` reads them all")
    for file, reason in report.published.unwritten.items():
        screen.warn(f"{file} stays as it was: {reason}")
    for issue, reason in report.uncomposed.items():
        screen.warn(f"{issue}: not made, the next sync tries again: {reason}")
    if refreshed.outage:
        screen.warn("no network? Most feeds failed at once, so none is blamed; nothing is lost, try again")
    tell_mail(screen, report.delivered, zone)


def tell_mail(screen: Terminal, delivered: "Delivered", zone: ZoneInfo) -> None:
    """Say what became of each message that did not go out."""
    if delivered.interrupted:
        lost = counted(delivered.interrupted, "delivery", "deliveries")
        screen.warn(f"interrupted, and may have arrived: {lost}; see `aggregator digest list`")
    for state in ("deferred", "waiting", "failed", "unknown", "dropped"):
        found = getattr(delivered, state)
        for recipient, reply in list(found.items())[:NAMED]:
            screen.warn(f"mail to {recipient}: {state}: {reply}")
        if len(found) > NAMED:
            screen.warn(f"mail to {len(found) - NAMED} more: {state}; see `aggregator digest list`")
    for reply in delivered.asked.trouble if delivered.asked else ():
        screen.warn(f"a mail that asks for a confirmation: {reply}")
    if delivered.left:
        screen.warn(f"mail: {delivered.left} left for the next run: {in_zone(delivered.why_left, zone)}")
