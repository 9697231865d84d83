"""The editor's hand: an issue is composed and held, changed, and sent when it is approved.

draft ─edit─▶ held ─approve─▶ frozen, deliveries made
its time comes ─held─▶ the editor is mailed, once ─approve─▶ frozen
                       ─the next issue's time comes─▶ a new draft, of all since the last issue
"""

from dataclasses import replace
from datetime import datetime

from aggregator.app import App
from aggregator.config import DigestConfig
from aggregator.config.sheet import read_sheet, write_sheet
from aggregator.errors import NotFoundError
from aggregator.jobs.compose import Period, composed, current_period, fitted, freeze
from aggregator.jobs.trouble import trouble
from aggregator.model import DraftedIssue, Edits, Issue, IssueState, Letter
from aggregator.pipeline.edited import edited, edited_digest, first_edits, taken_out
from aggregator.when import When


def draft_period(app: App, digest: DigestConfig, *, now: datetime) -> Period:
    """Name the period to draft: that of the last moment while it has no issue, else the next one, until now."""
    period = current_period(app, digest, now=now)
    if app.store.issues.find(digest.name, period.name) is None:
        return period
    when, zone = When.read(digest.when), app.config.zone
    due = when.next(now, zone)
    return replace(period, name=when.period(due, zone), due=due)


def hold(app: App, digest: DigestConfig, period: Period) -> DraftedIssue | None:
    """Compose the issue of a period and hold it, in place of the digest's draft before; None: nothing to tell.

    What the editor made of a draft of the same period is kept, as far as its stories are still there; of another
    period only what was taken out.
    """
    issue = composed(app, digest, period)
    if issue is None:
        return None
    before = app.store.drafts.find(digest.name)
    edits = before.edits if before else None
    if before and edits and before.period != period.name:
        edits = Edits((), dropped=edits.dropped)
    made = first_edits(issue, before=edits)
    app.store.drafts.put(DraftedIssue(digest.name, period.name, issue, made, app.clock()))
    return draft_of(app, digest)


def draft_of(app: App, digest: DigestConfig) -> DraftedIssue:
    """Find the draft of a digest; raises NotFoundError that says how to make one."""
    found = app.store.drafts.find(digest.name)
    if found is None:
        name = digest.name
        raise NotFoundError(f"there is no draft of “{name}”: make one with `aggregator digest draft {name}`")
    return found


def sheet(draft: DraftedIssue) -> str:
    """Write a draft as the YAML that the editor changes."""
    return write_sheet(draft)


def take_sheet(app: App, draft: DraftedIssue, data: bytes, *, name: str) -> DraftedIssue:
    """Keep what the editor made of a draft, held until it is approved; raises ConfigError that names every mistake.

    Raises NotFoundError when the draft was sent, thrown away or replaced in the meantime.
    """
    subject, note, stories = read_sheet(data, name, entries={line.entry for line in draft.issue.offered})
    dropped = taken_out(draft.issue, stories, draft.edits)
    edits = replace(draft.edits, stories=stories, subject=subject, note=note, dropped=dropped)
    if not app.store.drafts.edit(draft.digest, draft.period, edits):
        raise _gone(draft)
    return replace(draft, edits=edits, state="held")


def as_edited(app: App, digest: DigestConfig, draft: DraftedIssue) -> tuple[Issue, Letter]:
    """Write a draft out as it would be sent."""
    topics = [topic.name for topic in app.config.topics]
    frame = app.templates.frame(app.config.language)
    issue = edited(draft.issue, draft.edits, digest, topics=topics, frame=frame)
    return fitted(app, edited_digest(digest, draft.edits), issue)


def approve(app: App, draft: DraftedIssue, *, on_time: bool = False) -> None:
    """Note that a draft may be sent, at once or at its time; raises NotFoundError when it is gone."""
    if not app.store.drafts.approve(draft.digest, draft.period, "timed" if on_time else "approved"):
        raise _gone(draft)


def freeze_draft(app: App, digest: DigestConfig, draft: DraftedIssue) -> IssueState:
    """Freeze an approved draft as the issue of its period, with its deliveries."""
    issue, letter = as_edited(app, digest, draft)
    app.store.issues.reopen(digest.name, draft.period)
    state = freeze(app, edited_digest(digest, draft.edits), issue, letter)
    app.store.drafts.remove(digest.name)
    return state


def freeze_approved(app: App) -> list[IssueState]:
    """Freeze the drafts that were approved without waiting for their time."""
    approved = [draft for draft in app.store.drafts.all() if draft.state == "approved"]
    by_name = {digest.name: digest for digest in app.config.mailings}
    return [freeze_draft(app, by_name[draft.digest], draft) for draft in approved if draft.digest in by_name]


def in_hand(app: App, digest: DigestConfig, period: Period) -> DraftedIssue | None:
    """Find the draft that stands for the issue of a due period, made now where the rule asks for one.

    None when there is none, also because there is nothing to tell: then the issue is composed as always. A draft
    whose own time has passed is no longer needed: what it told is told anew.
    """
    found = app.store.drafts.find(digest.name)
    if found and found.period == period.name:
        return found
    if digest.approve == "required":
        return hold(app, digest, period)
    if found and found.period < period.name:
        app.store.drafts.remove(digest.name)
    return None


def remind(app: App, digest: DigestConfig, draft: DraftedIssue) -> str:
    """Mail the editor, once, that an issue waits though its time has come; says where the mail went, or ""."""
    if draft.told:
        return ""
    from aggregator.jobs.post import editor, reminder, send_one

    if not editor(app):
        return ""
    issue, letter = as_edited(app, digest, draft)
    reply = send_one(app, reminder(app, issue, letter, trouble(app)))
    app.store.drafts.told(digest.name, draft.period, now=app.clock())
    return reply


def _gone(draft: DraftedIssue) -> NotFoundError:
    return NotFoundError(f"the draft of {draft.digest} {draft.period} is gone: it was sent, or replaced by a newer one")
