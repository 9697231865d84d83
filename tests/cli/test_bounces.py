"""`aggregator bounces` as a mail server, cron and people use it: real processes, mboxes and Maildirs."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from aggregator.app import find_workspace, open_app
from aggregator.cli import bounces, postbag
from aggregator.pipeline.bounces import return_path
from aggregator.store import hold
from tests.pipeline.returned_mail import NOTHING, PATH, READER, block, dsn
from tests.program import Done, run
from tests.store.things import NOW
from tests.subscribed import delivered_to
from tests.workspaces import desk

BOUNCES = "bounces@desk.example.org"
MAIL = f"mail: {{from: desk@example.org, smtp: 'smtp://127.0.0.1:25', bounces: {BOUNCES}}}"
FROM = b"From x@example.org Mon Nov 23 07:00:00 2026"
EDITOR = "editor@example.org"


@pytest.fixture
def sent(tmp_path: Path) -> tuple[Path, list[bytes]]:
    """A workspace that sent three issues to a subscriber, and three reports: gone, full, a refusal of our mail."""
    here = desk(tmp_path / "desk", extra=f"digests: [{{name: morning, when: daily 07:00, to: [{EDITOR}]}}]\n{MAIL}")
    with here.app() as app:
        numbers = delivered_to(app.store, app.workspace.database, READER, issues=3)
        paths = [return_path(app.secret, BOUNCES, number).encode() for number in numbers]
    said = [("5.1.1", "550 5.1.1 user unknown"), ("5.2.2", "552 5.2.2 full"), ("5.7.1", "550 5.7.1 listed")]
    forms = [dsn(block("failed", status, words)) for status, words in said]
    return here.root, [form.replace(PATH.encode(), path) for form, path in zip(forms, paths, strict=True)]


def outcomes(done: Done) -> list[dict[str, Any]]:
    return list(json.loads(done.stdout)["outcomes"])


def suppressed(root: Path) -> str:
    with open_app(root, readonly=True) as app:
        reader = app.store.subscribers.by_mailbox(READER)
        assert reader is not None
        return reader.suppressed


def test_a_pipe_takes_one_message_while_another_process_holds_the_workspace(sent: tuple[Path, list[bytes]]) -> None:
    """Exit code 0 and nothing on stdout: a mail server sends no answer then."""
    root, reports = sent
    with hold(find_workspace(root).storage / "lock", who="a test", now=NOW):
        done = run(root, "bounces", "-", given=b"From MAILER-DAEMON Mon Nov 23 07:00:00 2026\n" + reports[0])
    assert done.stdout == "" and "gets no more mail" in done.stderr
    assert suppressed(root).startswith("the address is no good: 5.1.1")
    done = run(root, "-q", "bounces", "-", given=reports[0])
    assert (done.stdout, done.stderr) == ("", "")


def test_a_trial_of_a_known_report_says_the_same_as_the_real_run(
    sent: tuple[Path, list[bytes]], tmp_path: Path
) -> None:
    root, reports = sent
    (tmp_path / "gone").write_bytes(reports[0])
    file = str(tmp_path / "gone")
    assert "; would get no more mail" in run(root, "bounces", file, "--dry-run").stderr
    run(root, "bounces", file)
    trial, real = run(root, "bounces", file, "--dry-run").stderr, run(root, "bounces", file).stderr
    assert "(known)" in real and trial.splitlines()[0] == real.splitlines()[0]


def test_the_address_may_come_from_the_mail_server(sent: tuple[Path, list[bytes]]) -> None:
    """A report that lost its return path on the way, as some servers write `To: postmaster`."""
    root, reports = sent
    path = reports[0].partition(b"Delivered-To: ")[2].partition(b"\n")[0]
    bare = reports[0].replace(path, b"postmaster@desk.example.org")
    assert outcomes(run(root, "bounces", "-", "--json", given=bare))[0]["kind"] is None
    assert outcomes(run(root, "bounces", "-", "--to", path.decode(), "--json", given=bare))[0]["kind"] == "permanent"


def test_an_mbox_is_read_message_by_message(sent: tuple[Path, list[bytes]], tmp_path: Path) -> None:
    """What refuses our mail is told under -q as well: it is ours to mend."""
    root, reports = sent
    mbox = tmp_path / "mbox"
    mbox.write_bytes(b"".join(b"From x Mon Nov 23 07:00:00 2026\n" + report + b"\n\n" for report in reports))
    tried = run(root, "bounces", str(mbox), "--dry-run", "--json")
    assert [one["kind"] for one in outcomes(tried)] == ["permanent", "transient", "refused"] and suppressed(root) == ""
    done = run(root, "-q", "bounces", str(mbox))
    assert done.stderr == f"{READER}: refused: 5.7.1 550 5.7.1 listed\n"
    again = run(root, "bounces", str(mbox), "--json")
    assert all(one["known"] for one in outcomes(again))
    assert json.loads(again.stdout)["counts"] == {"permanent": 1, "transient": 1, "refused": 1}
    listed = run(root, "bounces").stdout.splitlines()
    assert [line.split("\t")[2] for line in listed[1:]] == ["refused", "transient", "permanent"]
    assert {line.split("\t")[6] for line in listed[1:]} == {"stopped"}


def test_a_maildir_is_emptied_of_what_machines_wrote(sent: tuple[Path, list[bytes]], tmp_path: Path) -> None:
    """Reports become seen, a person's answer stays unread, nothing is deleted, and the next run has nothing to do."""
    root, reports = sent
    maildir = tmp_path / "Maildir"
    for folder in ("new", "cur", "tmp"):
        (maildir / folder).mkdir(parents=True)
    person = next(case.data for case in NOTHING if case.name == "a person")
    for name, data in {
        "new/1.a": reports[0],
        "new/2.b": person,
        "cur/3.c:2,F": reports[1],
        "cur/4.d:2,S": b"x",
    }.items():
        (maildir / name).write_bytes(data)
    assert len(outcomes(run(root, "bounces", str(maildir), "--dry-run", "--json"))) == 3
    assert sorted(path.name for path in (maildir / "new").iterdir()) == ["1.a", "2.b"]
    found = outcomes(run(root, "bounces", str(maildir), "--json"))
    assert [one["kind"] for one in found] == ["permanent", None, "transient"]
    left = sorted(path.name for path in (maildir / "cur").iterdir())
    assert left == ["1.a:2,S", "2.b:2,", "3.c:2,FS", "4.d:2,S"] and not list((maildir / "new").iterdir())
    assert [one["ignored"] for one in outcomes(run(root, "bounces", str(maildir), "--json"))] == [found[1]["ignored"]]


def test_a_file_of_a_maildir_that_cannot_be_read_costs_no_other(sent: tuple[Path, list[bytes]], tmp_path: Path) -> None:
    """As when another program moves it between the look and the reading."""
    root, reports = sent
    for folder in ("new", "cur", "tmp"):
        (tmp_path / "Maildir" / folder).mkdir(parents=True)
    new = tmp_path / "Maildir" / "new"
    for name, data in zip("abc", reports, strict=True):
        (new / name).write_bytes(data)
    warnings: list[str] = []
    with open_app(root) as app:
        outcomes = bounces._emptied(app, new.parent, warnings.append, to="", dry_run=False)
        assert next(outcomes).kind == "permanent"
        (new / "b").unlink()
        assert [one.kind for one in outcomes] == ["refused"]
    assert warnings == [f"passed over: {new / 'b'}: cannot be read: No such file or directory"]


def test_a_mail_server_keeps_what_cannot_be_taken_now(sent: tuple[Path, list[bytes]], tmp_path: Path) -> None:
    """75 (EX_TEMPFAIL) from a pipe for whatever is to be mended first; a person gets the usual code."""
    root, reports = sent
    assert "no feeds.yaml" in run(tmp_path, "bounces", "-", given=reports[0], code=75).stderr
    (root / "feeds.yaml").write_text("title: T\n", encoding="utf-8")
    assert "mail.bounces: no address" in run(root, "bounces", "-", given=reports[0], code=75).stderr
    (tmp_path / "one").write_bytes(reports[0])
    run(root, "bounces", str(tmp_path / "one"), code=2)
    assert "cannot be read" in run(root, "bounces", str(tmp_path / "none"), code=1).stderr
    assert "no Maildir" in run(root, "bounces", str(tmp_path), code=1).stderr


def test_an_address_of_the_editors_that_is_no_good_is_told(tmp_path: Path) -> None:
    """`to:` is the editor's word: mail goes on, and `digest list` says what to do."""
    here = desk(tmp_path, extra=f"digests: [{{name: morning, when: daily 07:00, to: [{EDITOR}]}}]\n{MAIL}")
    with here.app() as app:
        (number,) = delivered_to(app.store, app.workspace.database, EDITOR, subscribed=False)
        path = return_path(app.secret, BOUNCES, number).encode()
    report = dsn(block("failed", "5.1.1", "550 5.1.1 no such user", to=EDITOR)).replace(PATH.encode(), path)
    assert run(tmp_path, "bounces").stderr == "nothing has come back\n"
    assert outcomes(run(tmp_path, "bounces", "-", "--json", given=report))[0]["suppressed"] == ""
    assert run(tmp_path, "digest", "list").stderr == (
        f"{EDITOR} stands in `to:` of feeds.yaml, and mail to it came back (permanent: 5.1.1 550 5.1.1 no such user): "
        "take it out there\n"
    )
    assert json.loads(run(tmp_path, "bounces", "--json").stdout)["bounces"][0]["recipient"] == EDITOR


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (b"", []),
        (b"\n", []),
        (b"Subject: x\n\nFrom here\n\nFrom there\n", [b"Subject: x\n\nFrom here\n\nFrom there\n"]),
        (b"%s\nA: 1\n\nx\n\n%s\nB: 2\n" % (FROM, FROM), [b"A: 1\n\nx\n\n", b"B: 2\n"]),
        (b"%s\r\nA: 1\r\n\r\nx\r\n\r\n%s\r\nB" % (FROM, FROM), [b"A: 1\r\n\r\nx\r\n\r\n", b"B"]),
        (
            b"%s\nA: 1\n\nx\n%s\n\nFrom Berlin, with love\n" % (FROM, FROM),
            [b"A: 1\n\nx\n%s\n\nFrom Berlin, with love\n" % FROM],
        ),
    ],
)
def test_a_stream_is_cut_into_messages(stream: bytes, found: list[bytes]) -> None:
    """An mbox begins with `From `; any other stream is one message, whatever stands in it."""
    assert list(postbag.messages(io.BytesIO(stream))) == found


def test_of_a_message_without_end_only_its_beginning_is_held() -> None:
    stream = io.BytesIO(FROM + b"\nA: 1\n\n" + b"x" * 3_000_000 + b"\n\n" + FROM + b"\nB: 2\n")
    sizes = [len(message) for message in postbag.messages(stream)]
    assert sizes[0] < postbag.LONGEST + 70_000 and sizes[1:] == [5]


def test_a_message_that_another_program_moves_meanwhile_is_let_be(tmp_path: Path) -> None:
    for folder in ("new", "cur"):
        (tmp_path / folder).mkdir()
    postbag.mark(tmp_path / "new" / "1.a", seen=True)
    assert list(postbag.unseen(tmp_path)) == []


def test_what_the_readers_of_odd_forms_stumble_over_is_not_told_to_the_mail_server(
    sent: tuple[Path, list[bytes]],
) -> None:
    """A report without a sender makes one of them raise."""
    root, reports = sent
    bare = (
        b"Delivered-To: "
        + reports[0].partition(b"Delivered-To: ")[2].partition(b"\n")[0]
        + b"\n\n550 5.1.1 no such user\n"
    )
    done = run(root, "bounces", "-", given=bare)
    assert (
        done.stderr == f"{READER}: permanent: 5.1.1 550 5.1.1 no such user; gets no more mail\n1 message: 1 permanent\n"
    )


def test_four_mail_servers_that_bring_the_same_reports_are_believed_once(sent: tuple[Path, list[bytes]]) -> None:
    root, reports = sent
    mbox = b"".join(FROM + b"\n" + report + b"\n\n" for report in reports)
    command = [sys.executable, "-m", "aggregator", "-C", str(root), "bounces", "-", "--json"]
    pipes = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(4)]
    found = [pipe.communicate(mbox, timeout=60)[0] for pipe in pipes]
    assert [pipe.returncode for pipe in pipes] == [0] * 4
    fresh = [one["kind"] for data in found for one in json.loads(data)["outcomes"] if not one["known"]]
    assert sorted(fresh) == ["permanent", "refused", "transient"]
    assert len(json.loads(run(root, "bounces", "--json").stdout)["bounces"]) == 3


@pytest.mark.parametrize(
    ("words", "redirected", "code", "kept"),
    [
        ("bounces -", "2>&-", 0, True),
        ("bounces -", "2>/dev/full", 0, True),
        ("bounces -", "<&-", 75, False),
        ("bounces - --json", ">/dev/full", 75, True),
        ("bounces - --too bounces@example.org", "", 75, False),
        ("bounces - --limit 0", "", 75, False),
        ("bounces --limit 0", "", 2, False),
        ("sync", "2>&- >&-", 0, False),
    ],
)
def test_whatever_a_pipe_stumbles_over_a_mail_server_keeps_the_report(
    sent: tuple[Path, list[bytes]], words: str, redirected: str, code: int, kept: bool
) -> None:
    """With any other code than 75 it would give the report up: one that cannot be told is kept all the same."""
    root, reports = sent
    (root / "report").write_bytes(reports[0])
    line = f'"$0" -m aggregator -C "$1" {words} < "$1/report" {redirected}'
    done = subprocess.run(["sh", "-c", line, sys.executable, str(root)], capture_output=True, timeout=60)
    assert (done.returncode, bool(suppressed(root)), done.stdout) == (code, kept, b""), done.stderr.decode()
