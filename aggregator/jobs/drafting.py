"""The editor's hand: an issue is composed and held, changed, and sent when it is approved.

draft ─edit─▶ held ─approve─▶ frozen, deliveries made
its time comes ─held─▶ the editor is mailed, once ─approve─▶ frozen
                       ─the next issue's time comes─▶ a new draft, of all since the last issue
"""

from dataclasses import replace
from datetime import timedelta

from aggregator.app import App
from aggregator.config import DigestConfig
from aggregator.config.sheet import mark, read_sheet, told
from aggregator.errors import AggregatorError, MailError, NotFoundError
from aggregator.jobs.compose import Period, composed, current_period, digest_named, freeze
from aggregator.jobs.edited import as_edited
from aggregator.jobs.trouble import trouble
from aggregator.model import DraftedIssue, Edits, IssueState
from aggregator.pipeline.edited import edited_digest, first_edits, taken
from aggregator.pipeline.lines import iso
from aggregator.store.sending import APART

WAITS = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))
"""How long after each mail to the editor that does not go out the next is tried; the last span again and again."""


def hold(app: App, digest: DigestConfig, period: Period) -> DraftedIssue | None:
    """Compose the issue of a period and hold it, in place of the digest's draft before; None: nothing to tell.

    What the editor made of a draft of the same period is kept, as far as its stories are still there; of another
    period only what was taken out. Raises NotFoundError while the draft before is being sent.
    """
    issue = composed(app, digest, period)
    if issue is None:
        return None
    made = app.clock()
    while True:
        before = app.store.drafts.find(digest.name)
        if before and before.state == "freezing":
            raise _refused(app, before)
        edits = before.edits if before else None
        if before and edits and before.period != period.name:
            edits = Edits((), dropped=edits.dropped)
        draft = DraftedIssue(digest.name, period.name, issue, first_edits(issue, before=edits), made)
        if app.store.drafts.put(draft, before=before):  # else somebody changed the one before just now
            return draft_of(app, digest)


def draft_of(app: App, digest: DigestConfig) -> DraftedIssue:
    """Find the draft of a digest; raises NotFoundError that says how to make one."""
    found = app.store.drafts.find(digest.name)
    if found is None:
        name = digest.name
        raise NotFoundError(f"there is no draft of “{name}”: make one with `aggregator digest draft {name}`")
    return found


def draft_in_hand(app: App, digest: DigestConfig) -> DraftedIssue | None:
    """Find the draft of which the digest's next issue will be made; None where there is none, or it came too late."""
    found = app.store.drafts.find(digest.name)
    return found if found and not _sent(app, found) else None


def take_sheet(app: App, draft: DraftedIssue, data: bytes, *, name: str) -> DraftedIssue:
    """Keep what the editor made of a draft, held until it is approved; raises ConfigError that names every mistake.

    Raises NotFoundError when the draft was changed, sent, thrown away or replaced in the meantime, or the sheet says
    that it is of another; but one that was taken already, and is given again as it was, changes nothing.
    """
    sheet = read_sheet(data, name, entries={line.entry for line in draft.issue.offered})
    edits = taken(
        draft.issue,
        told(sheet),
        draft.edits,
        dropped=[line.id for line in (*sheet.stories, *sheet.more) if line.drop],
        spared=[line.id for line in sheet.more if not line.drop],
    )
    edits = replace(edits, subject=sheet.subject, note=sheet.note)
    if sheet.draft and sheet.draft != mark(draft):
        if edits == draft.edits and draft.state == "held":
            return draft
        raise NotFoundError(
            f"this sheet is not of the draft as it is now ({mark(draft)}), but of {sheet.draft}: take it anew with "
            f"`aggregator digest edit {draft.digest} --show`, or delete its line `draft:` to have it taken all the same"
        )
    if not app.store.drafts.edit(draft, edits):
        raise _refused(app, draft)
    return replace(draft, edits=edits, state="held")


def approve(app: App, draft: DraftedIssue, *, on_time: bool = False, seen: str = "") -> None:
    """Note that a draft may be sent, at once or at its time; ``seen`` is the mark of what was looked at.

    Raises NotFoundError when it is not that draft any more, when its issue was sent without it, when it tells nothing,
    or when its time has passed and it should be sent at that.
    """
    name = f"{draft.digest} {draft.period}"
    _check_seen(draft, seen, then="approve")
    if draft.state != "freezing" and _sent(app, draft):
        raise NotFoundError(f"{name} was sent already without this draft; the draft is kept")
    if not draft.edits.stories:
        again = f"move one up from `more` with `aggregator digest edit {draft.digest}`"
        raise NotFoundError(f"the draft of {name} tells nothing: {again}")
    digest = digest_named(app, draft.digest)
    if on_time and _is_due(app, digest, draft):
        raise NotFoundError(f"the time of {name} ({digest.when}) has passed: without --on-time it is sent now")
    if not app.store.drafts.approve(draft, "timed" if on_time else "approved"):
        raise _refused(app, draft)


def _check_seen(draft: DraftedIssue, seen: str, *, then: str) -> None:
    """Raise NotFoundError where a person looked at another draft; ``then`` is what they want to do with it."""
    if seen and seen != mark(draft):
        raise NotFoundError(
            f"the draft of {draft.digest} {draft.period} is {mark(draft)} now, not {seen}: it was changed or composed "
            f"anew; look at it with `aggregator digest preview {draft.digest}`, then "
            f"`aggregator digest {then} {draft.digest} {mark(draft)}`"
        )


def discard(app: App, draft: DraftedIssue, *, seen: str = "") -> None:
    """Throw a draft away; ``seen`` is the mark of what was looked at.

    Raises NotFoundError when it is not that draft any more, or is being sent.
    """
    _check_seen(draft, seen, then="discard")
    if not app.store.drafts.remove(draft):
        raise _refused(app, draft)


def to_freeze(app: App) -> list[tuple[DigestConfig, DraftedIssue]]:
    """List the drafts that are to be sent now, also those whose own time passed a while ago.

    And what a process had begun to freeze when it died.
    """
    by_name = {digest.name: digest for digest in app.config.mailings}
    found = [(by_name[draft.digest], draft) for draft in app.store.drafts.all() if draft.digest in by_name]
    return [
        (digest, draft)
        for digest, draft in found
        if draft.state in ("approved", "freezing") or (draft.state == "timed" and _is_due(app, digest, draft))
    ]


def freeze_draft(app: App, digest: DigestConfig, draft: DraftedIssue) -> IssueState | None:
    """Freeze an approved draft as the issue of its period, with its deliveries; under the workspace's lock.

    The draft is claimed first: until it is an issue nobody changes it, and when this process dies the next one ends
    what it began. None when it is not to be sent as it is: it was changed since, or its issue was sent without it.
    """
    drafts, sent = app.store.drafts, _sent(app, draft)
    if sent and draft.state == "freezing":
        drafts.remove(draft, frozen=True)
        return sent
    if sent:
        drafts.approve(draft, "held")
        return None
    if not drafts.claim(draft):
        return None
    try:
        state = _frozen(app, digest, draft)
    except Exception:
        if not _sent(app, draft):
            drafts.release(draft, "approved" if draft.state == "freezing" else draft.state)
        raise
    drafts.remove(draft, frozen=True)
    return state


def in_hand(app: App, digest: DigestConfig, period: Period) -> DraftedIssue | None:
    """Find the draft that stands for the issue of a due period, made now where the rule asks for one.

    None when there is none, also because there is nothing to tell: then the issue is composed as always. A draft
    whose own time has passed is no longer needed: what it told is told anew. But where the rule asks for approval, one
    that has it, and could not be frozen yet, is not thrown away.
    """
    found = app.store.drafts.find(digest.name)
    if found and found.period == period.name:
        return found
    if digest.approve == "required":
        return found if found and found.state != "held" else hold(app, digest, period)
    if found and found.period < period.name:
        app.store.drafts.remove(found)
    return None


def remind(app: App, digest: DigestConfig, draft: DraftedIssue) -> str:
    """Mail the editor, once, that an issue waits though its time has come; says where the mail went, or "".

    What does not go out is tried again after ``WAITS``, but not what is refused for good, or may have gone out.
    """
    now = app.clock()
    waits = draft.attempts and (draft.remind_at is None or now < draft.remind_at <= now + WAITS[-1] + APART)
    if draft.told or waits:
        return ""
    from aggregator.jobs.post import editor, reminder, send_one

    if not editor(app):
        return ""
    issue, letter = as_edited(app, digest, draft)
    try:
        reply = send_one(app, reminder(app, issue, letter, trouble(app), draft=mark(draft)))
    except AggregatorError as error:  # also a password that is missing, or a full disk: no other mail waits for it
        final = isinstance(error, MailError) and (error.permanent or error.unknown)
        again = None if final else now + WAITS[min(draft.attempts, len(WAITS) - 1)]
        said = f"not sent: {error}" + ("; not tried again" if final else "")
        app.store.drafts.untold(draft, said, again=again)
        return said
    app.store.drafts.told(draft, now=now)
    return reply


def _frozen(app: App, digest: DigestConfig, draft: DraftedIssue) -> IssueState:
    issue, letter = as_edited(app, digest, draft)
    issue = replace(issue, composed=iso(app.clock()))  # its mail bears the date on which it goes out
    app.store.issues.reopen(digest.name, draft.period)
    return freeze(app, edited_digest(digest, draft.edits), issue, letter)


def _sent(app: App, draft: DraftedIssue) -> IssueState | None:
    """Find the issue of a draft's period, if it told something."""
    found = app.store.issues.find(draft.digest, draft.period)
    return found if found and not found.skipped else None


def _is_due(app: App, digest: DigestConfig, draft: DraftedIssue) -> bool:
    """Tell whether the time of a draft's issue has come; periods are dates, and sort as these do."""
    return draft.period <= current_period(app, digest, now=app.clock()).name


def _refused(app: App, draft: DraftedIssue) -> NotFoundError:
    """Say why a draft cannot be changed."""
    name, there = f"{draft.digest} {draft.period}", app.store.drafts.find(draft.digest)
    if there is None or there.period != draft.period:
        return NotFoundError(f"the draft of {name} is gone: it was sent, or replaced by a newer one")
    if there.state == "freezing":
        return NotFoundError(
            f"the draft of {name} is being sent; should that have been interrupted, the next sync ends it"
        )
    return NotFoundError(f"the draft of {name} was changed or composed anew in the meantime: look at it again")
