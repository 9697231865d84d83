"""The editor's hand at a terminal."""

import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from aggregator.app import utc_now
from aggregator.jobs.compose import digest_named
from aggregator.jobs.drafting import approve, draft_of
from aggregator.store import hold
from tests.postoffice import Clerk, post_office
from tests.program import Done, called, data, run
from tests.servers import Page, Server, serve
from tests.workspaces import desk, item, rss

MORNING = "digests: [{name: morning, when: daily 00:00, approve: required, to: [reader@example.org]}]"


@pytest.fixture
def site() -> Server:
    now = utc_now()
    with serve({"/a": Page(rss(item(1, title="A treaty is signed", at=now), item(2, title="Rain", at=now)))}) as server:
        yield server


def test_draft_edit_approve(site: Server, tmp_path: Path) -> None:
    """From the first draft to the mail; every step says what to do next."""
    desk(tmp_path, site.url("/a"), extra=MORNING)
    assert "digest draft morning" in run(tmp_path, "digest", "edit", "morning", code=1).stderr
    assert "waits for you: `aggregator digest approve morning`" in run(tmp_path, "sync").stderr
    assert "drafted already" in run(tmp_path, "digest", "draft", "morning", code=1).stderr
    refused = run(tmp_path, "digest", "send", "morning", code=1).stderr
    assert "approved before it is sent: `aggregator digest preview morning`, then `aggregator digest app" in refused
    sheet = run(tmp_path, "digest", "edit", "morning", "--show").stdout
    (tmp_path / "sheet.yaml").write_text(sheet.replace('subject: ""', "subject: Rain today"), encoding="utf-8")
    changed = data(tmp_path, "digest", "edit", "morning", "--file", str(tmp_path / "sheet.yaml"))
    assert (changed["state"], changed["issue"]["subject"]) == ("held", "Rain today")
    assert "Rain" in Path(changed["path"]).read_text(encoding="utf-8")
    (tmp_path / "sheet.yaml").write_text("stories: [{id: 77}]", encoding="utf-8")
    wrong = run(tmp_path, "digest", "edit", "morning", "--file", str(tmp_path / "sheet.yaml"), code=2)
    assert wrong.stderr.startswith("sheet.yaml:1:16: stories[0].id: this draft has no story 77")
    sent = run(tmp_path, "digest", "approve", "morning").stderr
    assert "“Rain today”" in sent and "1 message written to storage/outbox" in sent
    assert "there is no draft" in run(tmp_path, "digest", "approve", "morning", code=1).stderr


def test_who_names_the_draft_that_they_saw_sends_no_other(site: Server, tmp_path: Path) -> None:
    """One looks, another changes it, the first approves: nothing goes out, and the one there is now is named."""
    desk(tmp_path, site.url("/a"), extra=MORNING + "\ncontact: editor@example.org")
    run(tmp_path, "sync")
    (mail,) = (tmp_path / "storage/outbox").iterdir()
    (mailed,) = re.findall(r"digest approve morning (\w{8}) ", mail.read_text("utf-8"))
    (listed,) = data(tmp_path, "digest", "list")["drafts"]
    seen = data(tmp_path, "digest", "preview", "morning")["draft"]
    assert mailed == listed["draft"] == seen == data(tmp_path, "digest", "edit", "morning", "--show")["draft"]
    sheet = run(tmp_path, "digest", "edit", "morning", "--show").stdout.replace('subject: ""', "subject: Theirs")
    (tmp_path / "sheet.yaml").write_text(sheet, encoding="utf-8")
    said = run(tmp_path, "digest", "edit", "morning", "--file", str(tmp_path / "sheet.yaml")).stderr
    (now,) = re.findall(r"held until `digest approve morning (\w{8})`", said)
    refused = run(tmp_path, "digest", "approve", "morning", seen, code=1).stderr
    assert f"is {now} now, not {seen}: it was changed" in refused and f"approve morning {now}`" in refused
    assert len(list((tmp_path / "storage/outbox").iterdir())) == 1
    assert f"draft {now} of 20" in run(tmp_path, "digest", "preview", "morning").stderr
    assert "“Theirs”" in run(tmp_path, "digest", "approve", "morning", now).stderr


def test_the_list_has_the_drafts_that_wait(site: Server, tmp_path: Path) -> None:
    """Also before any issue was made; which of them were approved, it says."""
    here = desk(tmp_path, site.url("/a"), extra=MORNING)
    run(tmp_path, "sync")
    (held,) = data(tmp_path, "digest", "list")["drafts"]
    assert (held["digest"], held["state"]) == ("morning", "held")
    listed = run(tmp_path, "digest", "list", "morning").stderr
    assert f"morning {held['period']} waits for you: `aggregator digest approve morning`" in listed
    with here.app() as app:
        approve(app, draft_of(app, digest_named(app, "morning")))
    assert f"morning {held['period']} is approved, and goes out with" in run(tmp_path, "digest", "list").stderr


def edited_with(editor: Path, root: Path, *more: str, typed: str = "") -> Done:
    """Edit the draft at a terminal, with a script as editor; ``typed`` answers what is asked."""
    editor.chmod(0o755)
    master, slave = pty.openpty()
    os.write(master, typed.encode())
    words = ["-C", root, "digest", "edit", "morning", *more]
    done = called(*words, stdin=slave, EDITOR=str(editor), VISUAL=str(editor))
    os.close(master)
    os.close(slave)
    return done


def test_a_draft_is_edited_in_the_person_s_own_editor(site: Server, tmp_path: Path) -> None:
    """$EDITOR gets the sheet; what it saves is taken."""
    desk(tmp_path, site.url("/a"), extra=MORNING)
    run(tmp_path, "sync")
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/^note: .*/note: Hello from here/' \"$1\"\n", encoding="utf-8")
    done = edited_with(editor, tmp_path, "--json")
    assert done.returncode == 0 and '"note": "Hello from here"' in done.stdout, done.stderr


def test_what_is_approved_while_run_works_is_sent_by_whoever_works_next(site: Server, tmp_path: Path) -> None:
    """Drafts are changed beside a running process; its next tick, or the next sync, freezes and sends."""
    desk(tmp_path, site.url("/a"), extra=MORNING)
    run(tmp_path, "sync")
    command = [sys.executable, "-m", "aggregator", "-C", str(tmp_path), "run", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    try:
        assert "serving" in process.stderr.readline()
        said = run(tmp_path, "digest", "approve", "morning").stderr
        assert " is approved; `aggregator run` sends it with its next round, within a minute as a rule (process" in said
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    run(tmp_path, "sync")
    assert any("reader@example.org" in mail.read_text("utf-8") for mail in (tmp_path / "storage/outbox").iterdir())


def test_what_is_approved_while_a_sync_works_is_sent_by_the_next_or_by_approving_again(
    site: Server, tmp_path: Path
) -> None:
    """Nobody knows whether that sync comes to it still: what to do is said, and does it."""
    here = desk(tmp_path, site.url("/a"), extra=MORNING)
    run(tmp_path, "sync")
    with hold(tmp_path / "storage/lock", who="aggregator sync", now=here.clock()):
        said = run(tmp_path, "digest", "approve", "morning").stderr
    assert "is approved, but not sent yet: at work here is process" in said
    assert "The next `aggregator sync` sends it, or this command once more" in said
    assert "1 message written" in run(tmp_path, "digest", "approve", "morning").stderr


def test_an_issue_for_nobody_is_said_to_be_one(site: Server, tmp_path: Path) -> None:
    """A new newsletter has no readers yet: what was approved is kept, and not said to be mailed."""
    desk(tmp_path, site.url("/a"), extra=MORNING.replace(", to: [reader@example.org]", ""))
    run(tmp_path, "sync")
    said = run(tmp_path, "digest", "approve", "morning").stderr
    assert "made, and it has no recipients: it is kept as files only" in said and "message" not in said


def test_a_sheet_in_a_file_is_changed_and_given_again_and_again(site: Server, tmp_path: Path) -> None:
    """The file says which draft it is of now, and nothing else in it changes; a second editor's is refused."""
    desk(tmp_path, site.url("/a"), extra=MORNING)
    run(tmp_path, "sync")
    mine, yours = tmp_path / "mine.yaml", tmp_path / "yours.yaml"
    sheet = run(tmp_path, "digest", "edit", "morning", "--show").stdout + "# mine\n"
    yours.write_text(sheet, encoding="utf-8")
    mine.write_text(sheet, encoding="utf-8")
    mine.chmod(0o640)
    edit = ("digest", "edit", "morning", "--file")
    for note in ("one", "two", "two"):
        mine.write_text(re.sub("^note: .*$", f"note: {note}", mine.read_text("utf-8"), flags=re.M), encoding="utf-8")
        assert data(tmp_path, *edit, str(mine))["issue"]["note"] == note
    assert mine.stat().st_mode & 0o777 == 0o640
    forms = [
        re.sub('^(note:|draft: "[0-9a-f]{8}").*$', "", text, flags=re.M) for text in (mine.read_text("utf-8"), sheet)
    ]
    assert forms[0] == forms[1]
    assert "this sheet is not of the draft as it is now" in run(tmp_path, *edit, str(yours), code=1).stderr
    for _ in range(2):  # what a script gives twice is taken once
        run(tmp_path, *edit, "-", given=mine.read_bytes())


def test_what_is_looked_at_is_the_draft(site: Server, tmp_path: Path) -> None:
    """A preview and a test mail show what the editor made of it, and a dry run that it waits."""
    with post_office() as office:
        mail = f"\nmail: {{from: a@example.org, smtp: 'smtp://127.0.0.1:{office.port}'}}"
        desk(tmp_path, site.url("/a"), extra=MORNING + mail)
        run(tmp_path, "sync")
        sheet = run(tmp_path, "digest", "edit", "morning", "--show").stdout.replace('subject: ""', "subject: Mine")
        (tmp_path / "sheet.yaml").write_text(sheet, encoding="utf-8")
        run(tmp_path, "digest", "edit", "morning", "--file", str(tmp_path / "sheet.yaml"))
        assert "subject: Mine" in run(tmp_path, "digest", "preview", "morning").stderr
        shown = data(tmp_path, "digest", "preview", "morning")
        assert all(shown["issue"][name].startswith(shown[name].removesuffix("Z")) for name in ("since", "until"))
        assert "subject: Mine" not in run(tmp_path, "digest", "preview", "morning", "--at", "2026-01-01").stderr
        assert "approved before it is sent" in run(tmp_path, "digest", "send", "morning", "--dry-run", code=1).stderr
        run(tmp_path, "digest", "send", "morning", "--to", "me@example.org", "--test")
        sent = office.clerk.taken[-1].content
    assert isinstance(sent, bytes) and b"Subject: [Test] Mine\r\n" in sent


def test_the_draft_that_was_looked_at_is_thrown_away_and_no_other(site: Server, tmp_path: Path) -> None:
    desk(tmp_path, site.url("/a"), extra=MORNING)
    run(tmp_path, "sync")
    seen = data(tmp_path, "digest", "preview", "morning")["draft"]
    refused = run(tmp_path, "digest", "discard", "morning", "0badcafe", code=1).stderr
    assert f"is {seen} now, not 0badcafe: it was changed" in refused and f"discard morning {seen}`" in refused
    assert "the draft of morning is gone" in run(tmp_path, "digest", "discard", "morning", seen).stderr


def test_a_draft_of_a_digest_that_is_no_more_can_be_thrown_away(site: Server, tmp_path: Path) -> None:
    """feeds.yaml was changed since; of a name that never was, the digests there are are told."""
    desk(tmp_path, site.url("/a"), extra=MORNING)
    run(tmp_path, "sync")
    desk(tmp_path, site.url("/a"), extra=MORNING.replace("morning", "evening"))
    assert "the draft of morning is gone" in run(tmp_path, "digest", "discard", "morning").stderr
    assert "there is: evening" in run(tmp_path, "digest", "discard", "morning", code=1).stderr


def test_what_is_approved_goes_out_when_the_template_is_mended(site: Server, tmp_path: Path) -> None:
    """The mistake came between draft and approval: it is named, and the editor need not approve again."""
    desk(tmp_path, site.url("/a"), extra=MORNING)
    run(tmp_path, "sync")
    (tmp_path / "templates").mkdir(exist_ok=True)
    broken = tmp_path / "templates" / "issue.html"
    broken.write_text('{% extends "default:issue.html" %}\n{% block lead %}{{ lead.nobody }}{% endblock %}', "utf-8")
    said = run(tmp_path, "digest", "approve", "morning", code=1).stderr
    assert "stays approved: mend this template" in said and "issue.html:2: " in said
    assert "not made, the next sync tries again" in run(tmp_path, "sync", code=1).stderr
    broken.unlink()
    assert "1 written to" in run(tmp_path, "sync").stderr


def test_a_sheet_may_come_out_of_a_pipe(site: Server, tmp_path: Path) -> None:
    """There is no file to write into."""
    desk(tmp_path, site.url("/a"), extra=MORNING)
    run(tmp_path, "sync")
    call = f"'{sys.executable}' -m aggregator -C '{tmp_path}' digest edit morning"
    script = f"{call} --file <({call} --show | sed 's/^note: .*/note: Hello/')"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and done.stderr.count("\n") == 1, done.stderr
    assert data(tmp_path, "digest", "edit", "morning", "--show")["edits"]["note"] == "Hello"


def test_a_mistake_in_a_template_is_told_by_whoever_works(site: Server, tmp_path: Path) -> None:
    """By each sync, also for programs, and by ``run`` once, before an issue needs it."""
    desk(tmp_path, site.url("/a"))
    (tmp_path / "templates").mkdir(exist_ok=True)
    (tmp_path / "templates" / "issue.txt").write_text("{{ nobody }}", encoding="utf-8")
    mistake = "issue.txt:1: 'nobody' is undefined"
    for _ in range(2):
        assert f"{mistake}: a mistake in your templates" in run(tmp_path, "sync", code=1).stderr
    assert data(tmp_path, "sync", code=1)["templates"].endswith(mistake)
    command = [sys.executable, "-m", "aggregator", "-C", str(tmp_path), "run", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    try:
        said = [process.stderr.readline() for _ in range(2)]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert "serving" in said[0] and mistake in said[1]


@pytest.mark.parametrize("again", ["n", "y"], ids=["no more", "closed unchanged"])
def test_what_the_editor_typed_is_kept_when_it_is_not_taken(site: Server, tmp_path: Path, again: str) -> None:
    """A mistake on the sheet, and then "no", or the sheet closed as it was: the file is named."""
    desk(tmp_path, site.url("/a"), extra=MORNING)
    run(tmp_path, "sync")
    editor = tmp_path / "editor"
    script = '#!/bin/sh\ngrep -q ^bad "$1" || printf \'bad: an hour of work\\n\' >> "$1"\n'
    editor.write_text(script, encoding="utf-8")
    done = edited_with(editor, tmp_path, typed=f"{again}\n")
    (kept,) = (tmp_path / "storage/previews").glob("morning-*.yaml")
    assert done.returncode == 2 and f"what you typed is in {kept}" in done.stderr, done.stderr
    assert "bad: an hour of work" in kept.read_text(encoding="utf-8")
    wrong = run(tmp_path, "digest", "edit", "morning", "--file", str(kept), code=2)
    assert "bad: unknown key" in wrong.stderr


def test_what_the_editor_typed_is_kept_when_the_draft_is_gone_by_then(site: Server, tmp_path: Path) -> None:
    desk(tmp_path, site.url("/a"), extra=MORNING)
    run(tmp_path, "sync")
    editor = tmp_path / "editor"
    discard = f"'{sys.executable}' -m aggregator -C '{tmp_path}' digest discard morning"
    editor.write_text(f"#!/bin/sh\nsed -i 's/^note: .*/note: an hour of work/' \"$1\"\n{discard}\n", encoding="utf-8")
    done = edited_with(editor, tmp_path)
    (kept,) = (tmp_path / "storage/previews").glob("morning-*.yaml")
    assert done.returncode == 1 and "is gone" in done.stderr and f"what you typed is in {kept}" in done.stderr
    assert "note: an hour of work" in kept.read_text(encoding="utf-8")


def test_what_the_editor_typed_outlives_the_terminal(site: Server, tmp_path: Path) -> None:
    """The window was closed, or the machine put to sleep for good: the sheet lies where it was edited."""
    desk(tmp_path, site.url("/a"), extra=MORNING)
    run(tmp_path, "sync")
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\necho '# an hour of work' >> \"$1\"\nkill -KILL $PPID\n", encoding="utf-8")
    assert edited_with(editor, tmp_path).returncode == -signal.SIGKILL
    (kept,) = (tmp_path / "storage/previews").glob("morning-*.yaml")
    assert "# an hour of work" in kept.read_text(encoding="utf-8")
    run(tmp_path, "digest", "edit", "morning", "--file", str(kept))


@pytest.mark.parametrize(
    ("script", "said", "code"),
    [
        ("#!/bin/sh\nexit 3\n", "ended with an error (3): nothing was changed", 1),
        ("#!/no/such/shell\n", "cannot be started: say another in $EDITOR", 1),
        ("#!/bin/sh\nprintf '# caf\\351\\n' >> \"$1\"\n", "not UTF-8", 2),
        ("#!/bin/sh\ntrue\n", "nothing was changed", 0),
        ('#!/bin/sh\nrm "$1"\n', "cannot be read: No such file", 1),
    ],
    ids=["given up", "no editor", "latin-1", "closed", "removed"],
)
def test_an_editor_that_fails_is_named(site: Server, tmp_path: Path, script: str, said: str, code: int) -> None:
    desk(tmp_path, site.url("/a"), extra=MORNING)
    run(tmp_path, "sync")
    editor = tmp_path / "editor"
    editor.write_text(script, encoding="utf-8")
    done = edited_with(editor, tmp_path, typed="n\n")
    assert done.returncode == code and said in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    kept = list((tmp_path / "storage/previews").glob("*.yaml"))
    assert len(kept) == (1 if code == 2 else 0)


def test_a_mail_that_pins_make_too_long_is_said_to_be(tmp_path: Path) -> None:
    """Pinned stories with notes are never shortened: the editor is told what that costs."""
    now = utc_now()
    entries = (item(n, title=f"Zebra{n * 7} quux{n * 13}", text=f"alpha{n} moved{n * 11}", at=now) for n in range(60))
    with serve({"/a": Page(rss(*entries))}) as server:
        desk(tmp_path, server.url("/a"), extra=MORNING.replace("approve:", "size: 60, approve:"))
        run(tmp_path, "sync")
    there = data(tmp_path, "digest", "edit", "morning", "--show")
    ids = [story["entry"] for story in there["stories"]]
    assert len(ids) == len(there["edits"]["stories"]) > 50
    stories = "".join(f"- {{id: {id}, pin: true, note: {'x ' * 990}}}\n" for id in ids)
    (tmp_path / "sheet.yaml").write_text(f"stories:\n{stories}", encoding="utf-8")
    changed = run(tmp_path, "digest", "edit", "morning", "--file", str(tmp_path / "sheet.yaml"))
    assert "the mail is too long, " in changed.stderr and "take out a story or a `pin`" in changed.stderr


def test_that_the_editor_could_not_be_mailed_is_told(site: Server, tmp_path: Path) -> None:
    """By the sync that tried, by those after it, and by the list."""
    with post_office(Clerk(rcpt={"editor@example.org": "550 5.1.1 no such user"})) as office:
        mail = f"\ncontact: editor@example.org\nmail: {{from: a@example.org, smtp: 'smtp://127.0.0.1:{office.port}'}}"
        desk(tmp_path, site.url("/a"), extra=MORNING + mail)
        for words in (["sync"], ["sync"], ["digest", "list"]):
            assert "no such user; not tried again" in run(tmp_path, *words).stderr
