"""What `check` says beside mistakes: what the next sync mails, who may read the database, where it cannot be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aggregator.app import open_app
from aggregator.jobs import register
from aggregator.model import Choice
from tests.program import data, run
from tests.workspaces import desk

DIGEST = "digests: [{{name: morning, when: daily 00:00, to: [{}]{}}}]"
MAIL = "\ncontact: desk@example.org\nmail: {from: desk@example.org, smtp: 'smtp://127.0.0.1:9'}"
SAMPLE = "file:news.xml"


@pytest.mark.parametrize(
    ("to", "more", "said"),
    [
        ("a@example.org, b@example.org", MAIL, "sent to a@example.org, b@example.org"),
        ("a@example.org", "", "written to storage/outbox to a@example.org"),
        (", ".join(f"{one}@example.org" for one in "abcd"), MAIL, "sent to 4 recipients"),
        ("", MAIL, "kept as files for nobody"),
    ],
    ids=["two", "outbox", "many", "nobody"],
)
def test_check_says_to_whom_the_very_first_sync_sends(tmp_path: Path, to: str, more: str, said: str) -> None:
    """Its moment was less than a day ago, so it goes out at whatever hour; nothing is made by asking."""
    desk(tmp_path, SAMPLE, extra=DIGEST.format(to, "") + more)
    told = run(tmp_path, "check").stderr.splitlines()[-1]
    assert told.startswith("the next sync makes what is due, if there is news: morning of 20") and told.endswith(said)
    assert data(tmp_path, "check")["next"] == told
    assert not (tmp_path / "storage" / "aggregator.db").exists()


def test_check_counts_subscribers_once_and_is_silent_when_nothing_is_due(tmp_path: Path) -> None:
    desk(tmp_path, SAMPLE, extra=DIGEST.format("a@example.org", "") + MAIL)
    with open_app(tmp_path) as app:
        for address in ("A@example.org", "c@example.org"):
            register.add(app, register.offer_named(app, "morning"), address, Choice(), agreed=True, note="")
    assert data(tmp_path, "check")["next"].endswith("sent to a@example.org, 1 subscriber")
    with open_app(tmp_path) as app:
        (digest,), now = app.config.digests, app.clock()
        app.store.issues.skip(digest.name, f"{now:%Y-%m-%d}", since=now, until=now, now=now)
    assert data(tmp_path, "check")["next"] == ""


def test_check_says_that_an_issue_is_held(tmp_path: Path) -> None:
    desk(tmp_path, SAMPLE, extra=DIGEST.format("a@example.org", ", approve: required") + MAIL)
    assert data(tmp_path, "check")["next"].endswith("held until you approve it")


def test_check_names_a_database_that_every_user_may_read(tmp_path: Path) -> None:
    """A new one is its owner's; an older one, or one that was opened on purpose, is left and told of."""
    desk(tmp_path, SAMPLE)
    open_app(tmp_path).__enter__().store.close()
    database = tmp_path / "storage" / "aggregator.db"
    assert "every user" not in run(tmp_path, "check").stderr
    database.chmod(0o644)
    assert f"`chmod 600 {database}*`" in run(tmp_path, "check").stderr
    (said,) = data(tmp_path, "check")["database"]
    assert "may read it" in said and database.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("database", "said"),
    [("storage", "is a folder; name a file in it"), ("feeds.yaml/x.db", "cannot be made in")],
)
def test_check_names_a_database_that_cannot_be_made(tmp_path: Path, database: str, said: str) -> None:
    desk(tmp_path, SAMPLE, extra=f"database: {database}")
    (tmp_path / "storage").mkdir(exist_ok=True)
    line = (tmp_path / "feeds.yaml").read_text(encoding="utf-8").splitlines().index(f"database: {database}") + 1
    (problem,) = data(tmp_path, "check", code=2)["problems"]
    assert problem.startswith(f"feeds.yaml:{line}:11: database: ") and said in problem


@pytest.mark.parametrize(("database", "code"), [("", 0), ("database: closed/mine/news.db", 2)])
def test_check_of_what_belongs_to_another_user_needs_no_rights(tmp_path: Path, database: str, code: int) -> None:
    """Who edits feeds.yaml need not be who syncs: what it says is no mistake, but for a place that it names itself."""
    root, closed = tmp_path / "desk", tmp_path / "desk" / "closed"
    closed.mkdir(parents=True)
    desk(root, SAMPLE, extra=database)
    closed.chmod(0)
    root.chmod(0o555)
    bound = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    command = [*bound, sys.executable, "-m", "aggregator", "-C", str(root), "check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    root.chmod(0o755)
    closed.chmod(0o755)
    assert done.returncode == code, done.stderr
    assert ("cannot be made in" in done.stderr and "you may not write there" in done.stderr) == bool(database)


def test_check_names_a_folder_of_the_database_that_is_still_to_be_made(tmp_path: Path) -> None:
    """It may be mistyped; a new workspace has no storage/ either, and that is no news."""
    desk(tmp_path, SAMPLE, extra="database: data/news.db")
    assert f"there is no folder {tmp_path / 'data'} yet" in run(tmp_path, "check").stderr
    desk(tmp_path, SAMPLE)
    assert "no folder" not in run(tmp_path, "check").stderr


def test_a_password_that_is_not_there_is_named_with_its_place(tmp_path: Path) -> None:
    mail = "mail: {from: desk@example.org, smtp: 'smtp://me@127.0.0.1:9', password_env: NOPE}"
    desk(tmp_path, SAMPLE, extra=f"contact: desk@example.org\n{mail}")
    line = (tmp_path / "feeds.yaml").read_text(encoding="utf-8").splitlines().index(mail) + 1
    (problem,) = data(tmp_path, "check", code=2)["problems"]
    place = mail.index("NOPE") + 1
    assert problem == (f"feeds.yaml:{line}:{place}: mail.password_env: the environment variable NOPE is not set")
