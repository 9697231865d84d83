"""digest send, deliver and resend, as people use them: real processes and a real mail server."""

import re
import signal
import subprocess
import sys
import time
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from aggregator.app import utc_now
from aggregator.store import hold
from tests.mailroom import Mailroom, furnish, mailroom
from tests.owners import a_dead_process
from tests.postoffice import Clerk, post_office
from tests.program import run
from tests.servers import Page, serve
from tests.workspaces import desk, item, rss


def interrupted(room: Mailroom) -> None:
    """Let a process die while it sends to the first subscriber."""
    owner = a_dead_process()
    with room.app() as app:
        (first,) = app.store.issues.claim(owner, now=app.clock(), count=1).deliveries
        assert app.store.issues.begin(first.id, owner, now=app.clock())


def test_what_is_waiting_goes_out_beside_a_program_that_holds_the_workspace(tmp_path: Path) -> None:
    with post_office() as office:
        room = mailroom(tmp_path, port=office.port)
        with hold(tmp_path / "storage/lock", who="aggregator run", now=room.clock()):
            assert "3 messages sent" in run(tmp_path, "digest", "deliver").stderr
            assert "0 messages sent" in run(tmp_path, "digest", "deliver", "morning").stderr
    assert "no digest “evening”" in run(tmp_path, "digest", "deliver", "evening", code=1).stderr


def test_what_is_unknown_is_told_and_sent_again_only_when_somebody_says_so(tmp_path: Path) -> None:
    """The same mail under the same Message-ID."""
    with post_office() as office:
        room = mailroom(tmp_path, port=office.port)
        interrupted(room)
        name = room.rows()["reader0"].message_id
        said = run(tmp_path, "digest", "deliver").stderr
        assert "may have arrived: 1 delivery" in said and "2 messages sent" in said
        assert room.rows()["reader0"].state == "unknown"
        assert "unknown: the program ended" in run(tmp_path, "digest", "list").stdout
        said = run(tmp_path, "digest", "resend", "morning", "2026-01-01", "--unknown").stderr
        assert "1 delivery to make again" in said and "1 message sent" in said
        again = office.clerk.taken[-1]
        assert isinstance(again.content, bytes)
    assert (again.rcpt_tos, message_from_bytes(again.content)["Message-ID"]) == (["reader0@example.org"], name)
    assert room.states() == ["sent"] * 3


def test_what_was_left_by_who_died_just_now_is_sent_again_at_once(tmp_path: Path) -> None:
    """Nobody need deliver first for it to be unknown."""
    with post_office() as office:
        room = mailroom(tmp_path, port=office.port)
        interrupted(room)
        said = run(tmp_path, "digest", "resend", "morning", "2026-01-01", "--unknown").stderr
    assert "may have arrived: 1 delivery" in said and "1 delivery to make again" in said
    assert room.states() == ["sent"] * 3


def test_what_failed_or_one_address_is_sent_again(tmp_path: Path) -> None:
    with post_office(Clerk(rcpt={"reader1@example.org": "550 5.0.0 broken"})) as office:
        room = mailroom(tmp_path, port=office.port)
        run(tmp_path, "digest", "deliver", code=1)
        assert room.rows()["reader1"].state == "failed"
        office.clerk.rcpt.clear()
        resend = ("digest", "resend", "morning", "2026-01-01")
        assert "0 deliveries to make again" in run(tmp_path, *resend, "--unknown").stderr
        assert "1 message sent" in run(tmp_path, *resend, "--failed").stderr
        assert "1 message sent" in run(tmp_path, *resend, "--to", "Reader2@example.org").stderr
        had = [envelope.rcpt_tos[0] for envelope in office.clerk.taken]
    assert sorted(had) == [f"reader{number}@example.org" for number in (0, 1, 2, 2)]
    assert "was not for you@example.org" in run(tmp_path, *resend, "--to", "you@example.org", code=1).stderr
    assert "say to whom" in run(tmp_path, *resend, code=2).stderr
    missing = run(tmp_path, "digest", "resend", "morning", "2025-01-01", "--failed", code=1).stderr
    assert "no issue morning 2025-01-01 was made; the latest: 2026-01-01" in missing


def test_a_disk_that_takes_no_more_is_named_and_nothing_is_lost(tmp_path: Path) -> None:
    """The log of the database cannot grow: what to do is said, and what waited goes when there is room."""
    with post_office() as office:
        room = mailroom(tmp_path, port=office.port)
        full = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))"
        words = ["-C", str(tmp_path), "digest", "deliver"]
        command = f"{full}; from aggregator.cli import main; sys.argv[1:] = {words}; main()"
        done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, timeout=60)
        assert done.returncode == 1 and "make room where it is full" in done.stderr, done.stderr
        assert office.clerk.taken == [] and room.deliver().sent == 3


def test_a_server_that_has_a_word_for_each_makes_no_list_without_an_end(tmp_path: Path) -> None:
    refusals = {f"reader{n}@example.org": f"550 5.0.0 {'no ' * 100} {n}" for n in range(0, 60, 2)}
    with post_office(Clerk(rcpt=refusals)) as office:
        mailroom(tmp_path, port=office.port, subscribers=60)
        run(tmp_path, "digest", "deliver", code=1)
    (row,) = run(tmp_path, "digest", "list").stdout.splitlines()[1:]
    assert "30 sent" in row and "19 others: see --json" in row and row.count("failed: ") == 11


def test_who_is_suppressed_is_not_written_to_again_either(tmp_path: Path) -> None:
    with post_office(Clerk(rcpt={"reader1@example.org": "550 5.1.1 nobody"})) as office:
        mailroom(tmp_path, port=office.port)
        run(tmp_path, "digest", "deliver", code=1)
        office.clerk.rcpt.clear()
        said = run(tmp_path, "digest", "resend", "morning", "2026-01-01", "--failed").stderr
    assert "dropped: suppressed meanwhile" in said and "0 messages sent" in said


def test_the_record_of_what_was_sent_to_who_left_stays(tmp_path: Path) -> None:
    with post_office() as office:
        room = mailroom(tmp_path, port=office.port)
        run(tmp_path, "digest", "deliver")
        before = room.rows()["reader1"]
        run(tmp_path, "subscribers", "remove", "reader1@example.org")
        resend = ("digest", "resend", "morning", "2026-01-01", "--to", "Reader1@example.org")
        done = run(tmp_path, *resend, code=1)
        assert re.search(r"left on \d{4}-\d\d-\d\d; nothing was changed", done.stderr)
        assert (room.rows()["reader1"], len(office.clerk.taken)) == (before, 3)


def test_a_test_goes_to_one_address_and_is_recorded_nowhere(tmp_path: Path) -> None:
    pages = {"/a": Page(rss(item(1, at=utc_now())))}
    with post_office() as office, serve(pages) as server:
        mail = f"mail: {{from: desk@example.org, smtp: 'smtp://127.0.0.1:{office.port}'}}"
        desk(tmp_path, server.url("/a"), extra=mail)
        run(tmp_path, "sync")
        digest = "digests: [{name: morning, when: daily 00:00, to: [reader@example.org]}]"
        here = desk(tmp_path, server.url("/a"), extra=f"{mail}\n{digest}")
        trial = ("digest", "send", "morning", "--to", "me@example.org", "--test")
        assert "morning to me@example.org: 250 2.0.0 OK" in run(tmp_path, *trial).stderr
        run(tmp_path, *trial)
        first, second = office.clerk.taken
        with here.app() as app:
            assert app.store.issues.all() == ()
    assert first.rcpt_tos == ["me@example.org"] and isinstance(first.content, bytes)
    assert isinstance(second.content, bytes)
    mails = [message_from_bytes(data, policy=policy.default) for data in (first.content, second.content)]
    assert mails[0]["Subject"].startswith("[Test] ") and mails[0]["Message-ID"] != mails[1]["Message-ID"]
    assert not (tmp_path / "storage/issues/morning").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("--test",),
        ("--to", "me@example.org"),
        ("--test", "--to", "me"),
        ("--test", "--to", "me@example.org", "--dry-run"),
    ],
)
def test_a_test_needs_an_address_and_is_no_dry_run(tmp_path: Path, words: tuple[str, ...]) -> None:
    furnish(tmp_path, port=0)
    assert "Error" in run(tmp_path, "digest", "send", "morning", *words, code=2).stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_who_is_told_to_end_finishes_the_mail_in_hand(tmp_path: Path, number: signal.Signals) -> None:
    """Nothing is unknown afterwards, and the rest is free for the next run."""
    with post_office() as office:
        room = mailroom(tmp_path, port=office.port, subscribers=60, mail="rate: 30")
        process = subprocess.Popen([sys.executable, "-m", "aggregator", "-C", str(tmp_path), "digest", "deliver"])
        while len(office.clerk.taken) < 32:
            time.sleep(0.01)
        process.send_signal(number)
        assert process.wait(timeout=30) == 130
        taken = len(office.clerk.taken)
        states = room.states()
        assert (states.count("sent"), states.count("pending")) == (taken, 60 - taken) and taken < 60
        assert room.deliver().sent == 60 - taken


def test_a_key_that_cannot_be_read_is_told_by_check_and_holds_the_mail(tmp_path: Path) -> None:
    pytest.importorskip("dkim", reason='needs the extra "dkim": pip install "aggregator[dkim]"')
    with post_office() as office:
        mail = "rate: 1000, dkim: {domain: example.org, selector: mail2026, key_file: no-such.pem}"
        room = mailroom(tmp_path, port=office.port, mail=mail)
        assert "no-such.pem: No such file" in run(tmp_path, "check", code=2).stderr
        said = run(tmp_path, "digest", "deliver", code=75).stderr
        assert "mail.dkim.key_file" in said and "3 left for the next run" in said
        assert office.clerk.taken == []
    assert sorted(room.states()) == ["deferred", "pending", "pending"]
