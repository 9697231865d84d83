"""Stories of delivery over real SMTP: taken, refused for a while, refused for good, lost in between."""

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from aggregator import workers
from aggregator.jobs.deliver import deliver
from aggregator.jobs.refresh import refresh
from aggregator.model import DeliveryState
from aggregator.pipeline.refusals import RETRIES
from tests.owners import a_dead_process
from tests.postoffice import Clerk, breaking_office, post_office
from tests.servers import Page, serve
from tests.workspaces import Desk, desk, item, rss

TAKEN = ("250 OK", "250 OK", "354 go", "250 OK")
ONE, TWO = "one@example.org", "two@example.org"


def digest(port: int, *, to: str = f"{ONE}, {TWO}") -> str:
    return (
        f"contact: desk@example.org\n"
        f"digests: [{{name: morning, when: daily 07:00, to: [{to}]}}]\n"
        f"mail: {{from: 'Test Desk <desk@example.org>', smtp: 'smtp://127.0.0.1:{port}'}}"
    )


def states(here: Desk) -> dict[str, DeliveryState]:
    with here.app() as app:
        (issue,) = app.store.issues.all()
        return {delivery.recipient: delivery for delivery in app.store.issues.deliveries(issue.id)}


@pytest.fixture
def feed() -> object:
    with serve({"/a": Page(rss(item(1), item(2)))}) as server:
        yield server.url("/a")


def test_each_recipient_gets_one_message_of_their_own(tmp_path: Path, feed: str) -> None:
    """Text first, HTML last, the same links in both, and the headers that a mailing needs."""
    with post_office(Clerk()) as office:
        here = desk(tmp_path, feed, extra=digest(office.port))
        assert here.sync().delivered.sent == 2
        assert here.sync().delivered.sent == 0
        taken = {envelope.rcpt_tos[0]: envelope for envelope in office.clerk.taken}
    assert set(taken) == {ONE, TWO}
    mail = message_from_bytes(taken[ONE].content, policy=policy.default)
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert (mail["To"], mail["From"], mail["Bcc"]) == (ONE, "Test Desk <desk@example.org>", None)
    assert mail["Auto-Submitted"] == "auto-generated" and "morning.example.org" in mail["List-Id"]
    for part in mail.iter_parts():
        assert "https://example.com/1" in part.get_content()
    state = states(here)[ONE]
    assert (state.state, state.attempts, state.message_id) == ("sent", 1, mail["Message-ID"])


def test_a_recipient_refused_for_a_while_is_tried_again_and_gets_it_once(tmp_path: Path, feed: str) -> None:
    """450 for one: the other has it, the one is due in five minutes, with the same Message-ID."""
    with post_office(Clerk(rcpt={ONE: "450 4.2.1 busy"})) as office:
        here = desk(tmp_path, feed, extra=digest(office.port))
        report = here.sync()
        first = states(here)[ONE]
        assert (report.delivered.sent, list(report.delivered.deferred)) == (1, [ONE])
        assert first.due == here.clock.now + RETRIES[0] and "busy" in first.reply
        office.clerk.rcpt.clear()
        assert here.sync().delivered.sent == 0
        here.clock.forward(minutes=5)
        assert here.sync().delivered.sent == 1
        assert sorted(envelope.rcpt_tos[0] for envelope in office.clerk.taken) == [ONE, TWO]
    assert (states(here)[ONE].message_id, states(here)[ONE].attempts) == (first.message_id, 2)


def test_one_who_is_never_taken_is_given_up_after_the_last_try(tmp_path: Path, feed: str) -> None:
    """5 min, 30 min, 2 h, 6 h, 24 h, then failed."""
    with post_office(Clerk(rcpt={ONE: "450 4.2.1 busy"})) as office:
        here = desk(tmp_path, feed, extra=digest(office.port, to=ONE))
        with here.app() as app:
            workers.sync(app)
            for wait in RETRIES:
                here.clock.now += wait
                workers.deliver(app)
    assert (states(here)[ONE].state, states(here)[ONE].attempts) == ("failed", len(RETRIES) + 1)


def test_one_who_does_not_exist_is_given_up_at_once(tmp_path: Path, feed: str) -> None:
    """550: failed, with the server's words."""
    with post_office(Clerk(rcpt={ONE: "550 5.1.1 no such user"})) as office:
        here = desk(tmp_path, feed, extra=digest(office.port))
        report = here.sync()
    assert (report.delivered.sent, list(report.delivered.failed)) == (1, [ONE])
    assert "no such user" in states(here)[ONE].reply


def test_a_server_that_is_down_defers_one_and_leaves_the_rest_for_later(tmp_path: Path, feed: str) -> None:
    """Nobody waits out a connection attempt for each recipient; nothing is lost."""
    here = desk(tmp_path, feed, extra=digest(9))
    report = here.sync()
    assert len(report.delivered.deferred) == 1
    assert sorted(state.state for state in states(here).values()) == ["deferred", "pending"]
    with post_office(Clerk()) as office:
        (tmp_path / "feeds.yaml").write_text(
            (tmp_path / "feeds.yaml").read_text(encoding="utf-8").replace(":9'", f":{office.port}'"), encoding="utf-8"
        )
        here.clock.forward(minutes=5)
        assert here.sync().delivered.sent == 2


def test_a_server_that_feeds_yaml_names_anew_is_asked_at_once(tmp_path: Path, feed: str) -> None:
    """A wrong port, and then the right one: the rest was that of another server, and no mail waits by itself."""
    here = desk(tmp_path, feed, extra=digest(9))
    here.sync()
    assert "tried again at" in here.sync().delivered.why_left
    with post_office(Clerk()) as office:
        (tmp_path / "feeds.yaml").write_text(
            (tmp_path / "feeds.yaml").read_text(encoding="utf-8").replace(":9'", f":{office.port}'"), encoding="utf-8"
        )
        assert here.sync().delivered.sent == 2


def test_by_hand_nothing_waits_for_a_server_that_was_mended(tmp_path: Path, feed: str) -> None:
    """Refused at the greeting, which was no attempt; the same server under the same name takes both a moment later."""
    with breaking_office(["554 go away!"], ["220 here", "250 here", *TAKEN, *TAKEN]) as (port, _):
        here = desk(tmp_path, feed, extra=digest(port))
        assert "go away" in next(iter(here.sync().delivered.deferred.values()))
        with here.app() as app:
            assert deliver(app, pressing=True).sent == 2
    assert [state.attempts for state in states(here).values()] == [1, 1]


def test_a_reply_that_never_came_is_unknown_and_not_sent_again(tmp_path: Path, feed: str) -> None:
    """The connection breaks after the final dot: the message may have arrived (RFC 1047)."""
    lines = ["220 hello", "250 fine", "250 ok", "250 ok", "354 go on"]
    with breaking_office(lines) as (port, _):
        here = desk(tmp_path, feed, extra=digest(port, to=ONE))
        report = here.sync()
    assert list(report.delivered.unknown) == [ONE]
    here.clock.forward(days=1)
    with here.app() as app:
        assert workers.deliver(app).sent == 0
    assert states(here)[ONE].state == "unknown"


def test_what_was_being_sent_when_the_process_died_is_unknown(tmp_path: Path, feed: str) -> None:
    """The next process finds it under way and leaves it to the editor."""
    with post_office(Clerk()) as office:
        here = desk(tmp_path, feed, extra=digest(office.port, to=ONE))
        with here.app() as app:
            workers.list_feeds(app)
            refresh(app, workers.due_feeds(app))
            workers.curate(app)
            ((morning, period),) = workers.due_periods(app, now=here.clock())
            issue = workers.compose_issue(app, morning, period)
            assert issue
            owner = a_dead_process()
            (delivery,) = app.store.issues.claim(owner, now=here.clock(), count=5).deliveries
            assert app.store.issues.begin(delivery.id, owner, now=here.clock())  # … and here the process dies
        here.sync()
        assert office.clerk.taken == []
    assert states(here)[ONE].state == "unknown"


def test_the_files_are_the_mail_that_was_sent(tmp_path: Path, feed: str) -> None:
    """What the archive shows is what readers got, but for the way to leave."""
    with post_office(Clerk()) as office:
        here = desk(tmp_path, feed, extra=digest(office.port, to=ONE))
        here.sync()
        (envelope,) = office.clerk.taken
    mail = message_from_bytes(envelope.content, policy=policy.default)
    folder = tmp_path / "storage/issues/morning"
    text, html = (part.get_content().replace("\r\n", "\n") for part in mail.iter_parts())
    kept = next(folder.glob("*.txt")).read_text(encoding="utf-8")
    assert {line for line in kept.splitlines() if not line.startswith("Subscribe: ")} <= set(text.splitlines())
    page = next(folder.glob("*.html")).read_text(encoding="utf-8")
    headings = re.findall(r"<h[123].*?</h[123]>", html)
    assert len(headings) > 1 and headings == re.findall(r"<h[123].*?</h[123]>", page)


def test_a_missing_password_defers_and_costs_nothing_else(tmp_path: Path, feed: str) -> None:
    """The report is whole, the mail waits, and with the password it goes out."""
    secured = digest(9, to=ONE).replace("'smtp://", "'smtp://desk@").replace("'}", "', password_env: NO_SUCH_PASSWORD}")
    here = desk(tmp_path, feed, extra=secured)
    report = here.sync()
    assert "NO_SUCH_PASSWORD" in report.delivered.deferred[ONE]
    assert len(report.issues) == 1 and report.refreshed.new == 2
    left = here.sync().delivered
    assert left.left == 1 and "NO_SUCH_PASSWORD" in left.why_left and "tried again at" in left.why_left
