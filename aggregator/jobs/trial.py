"""A trial: the draft, or the issue of now, sent to one address to be looked at, and recorded nowhere."""

from dataclasses import replace

from aggregator.app import App
from aggregator.config import DigestConfig
from aggregator.errors import NotFoundError
from aggregator.jobs.compose import current_period, draft, next_period
from aggregator.jobs.drafting import draft_in_hand
from aggregator.jobs.edited import as_edited
from aggregator.jobs.post import contact_mail, host, prepared, send_one
from aggregator.model import Issue, Letter
from aggregator.pipeline.letter import fill, message_id


def try_out(app: App, digest: DigestConfig, *, to: str) -> str:
    """Send the draft that is in the editor's hand, else the issue of this period, else the next as of now.

    Returns the server's reply.

    Its subject begins with ``[Test]``. Raises NotFoundError when there is nothing to tell, and MailError.
    """
    issue, letter = _shown(app, digest)
    now = app.clock()
    id = message_id(issue.digest, f"test-{now:%Y%m%dT%H%M%S%f}", to, host=host(app))
    form = prepared(app, replace(issue, subject=f"[Test] {issue.subject}"), letter)
    message = fill(form, recipient=to, message_id=id, unsubscribe=contact_mail(app))
    return send_one(app, message)


def _shown(app: App, digest: DigestConfig) -> tuple[Issue, Letter]:
    if held := draft_in_hand(app, digest):
        return as_edited(app, digest, held)
    period = current_period(app, digest, now=app.clock())
    state = app.store.issues.find(digest.name, period.name)
    if state and not state.skipped:
        return app.store.issues.issue(state.id), app.store.issues.letter(state.id)
    period = next_period(app, digest, now=app.clock())
    drafted = draft(app, digest, period)
    if drafted is None:
        raise NotFoundError(f"nothing new for {digest.name} {period.name}: there is no issue to try out")
    return drafted
