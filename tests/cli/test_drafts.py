"""The editor's hand at a terminal."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from aggregator.app import utc_now
from tests.cli.test_commands import data, run
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
    assert "approved before it is sent" in run(tmp_path, "digest", "send", "morning", code=1).stderr
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


def test_a_draft_is_edited_in_the_person_s_own_editor(site: Server, tmp_path: Path) -> None:
    """$EDITOR gets the sheet; what it saves is taken."""
    desk(tmp_path, site.url("/a"), extra=MORNING)
    run(tmp_path, "sync")
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/^note: .*/note: Hello from here/' \"$1\"\n", encoding="utf-8")
    editor.chmod(0o755)
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "aggregator", "-C", str(tmp_path), "digest", "edit", "morning", "--json"]
    environment = {**os.environ, "EDITOR": str(editor), "VISUAL": str(editor)}
    done = subprocess.run(command, stdin=slave, capture_output=True, text=True, timeout=60, env=environment)
    os.close(master)
    os.close(slave)
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
        assert "is approved; it is sent by process" in run(tmp_path, "digest", "approve", "morning").stderr
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    run(tmp_path, "sync")
    assert any("reader@example.org" in mail.read_text("utf-8") for mail in (tmp_path / "storage/outbox").iterdir())
