"""Stories of mail that came back: sent over real SMTP, reported, and what becomes of subscriber and delivery."""

from pathlib import Path

import pytest

from aggregator.errors import ConfigError
from aggregator.jobs.bounces import Outcome, bounced, take
from aggregator.pipeline.bounces import FAILURES
from tests.pipeline.returned_mail import PATH, block, complaint, dsn
from tests.postoffice import Clerk, post_office
from tests.servers import Page, serve
from tests.subscribed import belong
from tests.workspaces import Desk, desk, item, rss

READER, EDITOR = "reader@far.example.org", "editor@example.org"
MAIL = """digests: [{{name: morning, when: daily 07:00, to: [{to}]}}]
mail: {{from: 'Test Desk <desk@example.org>', smtp: 'smtp://127.0.0.1:{port}', bounces: bounces@desk.example.org}}"""


@pytest.fixture
def sent(tmp_path: Path) -> tuple[Desk, str]:
    """A workspace that has sent one issue, to a subscriber and to an address of `to:`; and the former's return path."""
    with serve({"/a": Page(rss(item(1)))}) as server, post_office(Clerk()) as office:
        here = desk(tmp_path, server.url("/a"), extra=MAIL.format(to=f"{READER}, {EDITOR}", port=office.port))
        assert here.sync().delivered.sent == 2
        paths = {envelope.rcpt_tos[0]: envelope.mail_from or "" for envelope in office.clerk.taken}
    with here.app() as app:
        belong(app.store, app.workspace.database, READER)
    assert len({*paths.values()}) == 2
    return here, paths[READER]


def took(here: Desk, data: bytes, path: str = "", *, dry_run: bool = False) -> Outcome:
    with here.app() as app:
        return take(app, data.replace(PATH.encode(), path.encode()) if path else data, dry_run=dry_run)


def stopped(here: Desk) -> str:
    with here.app() as app:
        reader = app.store.subscribers.by_mailbox(READER)
        assert reader is not None
        return reader.suppressed


GONE = dsn(block("failed", "5.1.1", "550 5.1.1 user unknown"))
FULL = dsn(block("failed", "5.2.2", "552 5.2.2 mailbox full"))


def test_an_address_that_is_no_good_gets_no_more_mail(sent: tuple[Desk, str]) -> None:
    """The report comes to the return path of its delivery: whose it is needs no word of the report."""
    here, path = sent
    tried = took(here, GONE, path, dry_run=True)
    assert tried.kind == "permanent" and tried.suppressed and stopped(here) == ""
    outcome = took(here, GONE, path)
    assert (outcome.kind, outcome.recipient, outcome.status, outcome.known) == ("permanent", READER, "5.1.1", False)
    assert outcome.suppressed == stopped(here) == "the address is no good: 5.1.1 550 5.1.1 user unknown"
    assert took(here, GONE, path).known
    with here.app() as app:
        (issue,) = app.store.issues.all()
        states = {delivery.recipient: delivery.state for delivery in app.store.issues.deliveries(issue.id)}
    assert states == {READER: "failed", EDITOR: "sent"}


def test_a_report_that_is_forged_changes_nothing(sent: tuple[Desk, str]) -> None:
    """A return path with another mark, of another delivery, or none at all."""
    here, path = sent
    for wrong in (PATH, path[:-20] + "aaaa" + path[-16:], "bounces@desk.example.org", "desk@example.org"):
        assert "not to a return path of ours" in took(here, GONE, wrong).ignored
    assert stopped(here) == ""


def test_a_full_mailbox_is_patience_and_then_the_end(sent: tuple[Desk, str]) -> None:
    """Reports of one issue on many days do not add up; nor what the server says while the mail is still on its way."""
    here, path = sent
    for day in range(FAILURES + 1):
        here.clock.forward(days=1)
        assert took(here, FULL.replace(b"<2@", b"<2.%d@" % day), path).kind == "transient"
    assert stopped(here) == ""


def test_who_complains_gets_no_more_mail(sent: tuple[Desk, str]) -> None:
    here, path = sent
    assert took(here, complaint("abuse"), path).kind == "complaint"
    assert stopped(here) == "called unwanted by its reader: abuse, reported by Far-FBL/1.0"


def test_a_refusal_of_our_mail_is_ours(sent: tuple[Desk, str]) -> None:
    here, path = sent
    assert took(here, dsn(block("failed", "5.7.1", "550 5.7.1 listed")), path).kind == "refused"
    assert stopped(here) == ""


def test_a_refusal_while_the_server_is_spoken_to_counts_as_a_report(sent: tuple[Desk, str]) -> None:
    """Once a day for each delivery."""
    here, _ = sent
    with here.app() as app:
        (issue,) = app.store.issues.all()
        mine = next(one.id for one in app.store.issues.deliveries(issue.id) if one.recipient == READER)
        assert bounced(app, mine, 450, "4.2.1 busy").kind == "transient"
        assert bounced(app, mine, 450, "4.2.1 busy").known
        assert bounced(app, 4711, 550, "5.1.1 no").kind is None
        here.clock.forward(days=1)
        assert bounced(app, mine, 550, "5.1.1 no such user").suppressed
    assert stopped(here) == "the address is no good: 5.1.1 550 5.1.1 no such user"


def test_without_a_mailbox_for_bounces_mail_comes_from_the_sender(tmp_path: Path) -> None:
    """And nothing that comes back can be told."""
    with serve({"/a": Page(rss(item(1)))}) as server, post_office(Clerk()) as office:
        extra = MAIL.format(to=EDITOR, port=office.port).replace(", bounces: bounces@desk.example.org", "")
        here = desk(tmp_path, server.url("/a"), extra=extra)
        assert here.sync().delivered.sent == 1
        assert office.clerk.taken[0].mail_from == "desk@example.org"
    with pytest.raises(ConfigError, match=r"mail\.bounces: no address is set"):
        took(here, GONE)
