"""aggregator subscribers, as people and programs use it."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest

from aggregator.app import open_app
from aggregator.cli.people import rows
from aggregator.model import Choice, Consent, Subscriber, Subscription
from tests.frontdesk import EXTRA, READER, URLENCODED, eventually
from tests.postoffice import Clerk, post_office
from tests.program import data, run
from tests.servers import Page, serve
from tests.workspaces import desk, item, rss


@pytest.fixture
def root(tmp_path: Path) -> Path:
    desk(tmp_path, extra=EXTRA)
    return tmp_path


def subscribers(root: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    return run(root, "subscribers", *words, code=code)


def added(root: Path, *addresses: str, digest: str = "morning") -> None:
    subscribers(root, "add", *addresses, "--digest", digest, "--confirmed", "--note", "at the fair")


def states(root: Path) -> dict[str, str]:
    listed = data(root, "subscribers", "list")["subscribers"]
    return {f"{one['address']} {wish['digest']}": wish["state"] for one in listed for wish in one["subscriptions"]}


def test_who_is_added_is_asked_first(root: Path):
    done = subscribers(root, "add", READER, "--digest", "morning", "-t", "world")
    assert "a mail that asks them" in done.stderr and states(root) == {f"{READER} morning": "pending"}
    assert "1 subscriber to confirm" in run(root, "sync").stderr
    (mail,) = (root / "storage" / "outbox").glob("*.eml")
    assert b"To: reader@example.org" in mail.read_bytes()


def test_who_has_agreed_is_added_at_once_and_the_record_says_how(root: Path):
    added(root, READER, "b@example.org")
    found = data(root, "subscribers", "show", "Reader@Example.org")["subscriber"]
    (wish,) = found["subscriptions"]
    assert (wish["state"], wish["via"], wish["form"]) == ("confirmed", "editor", "at the fair")
    assert found["bounces"] == found["deliveries"] == []
    assert "confirmed, each, topics: all" in subscribers(root, "show", READER).stdout


def test_a_bad_address_costs_no_other_and_is_named(root: Path):
    done = subscribers(root, "add", "nobody", READER, "--digest", "morning", "--confirmed", code=1)
    assert "nobody: not an email address" in done.stderr and states(root) == {f"{READER} morning": "confirmed"}


def test_without_a_public_address_the_advice_is_one_line(root: Path):
    config = root / "feeds.yaml"
    config.write_text(config.read_text().replace("home: https://desk.example.org/\n", ""))
    done = subscribers(root, "add", READER, "--digest", "morning", code=2)
    assert "error:" in done.stderr and "`home`" in done.stderr and done.stderr.count("\n") == 1


def test_the_table_says_why_nothing_is_sent(root: Path):
    added(root, READER, "b@example.org", "c@example.org")
    with desk(root, extra=EXTRA).app() as app:
        who = app.store.subscribers.by_mailbox("b@example.org")
        app.store.subscribers.suppress(who.id, "550 5.1.1 no such user", app.clock())
    subscribers(root, "pause", "c@example.org", "--weeks", "2")
    table = [line.split("\t") for line in subscribers(root, "list", "--digest", "morning").stdout.splitlines()]
    assert table[0][:5] == ["address", "digest", "state", "how often", "topics"]
    assert table[1][:5] == [READER, "morning", "confirmed", "each", "all"]
    assert table[2][2] == "suppressed: 550 5.1.1 no such user" and table[3][2].startswith("paused until ")
    assert "550 5.1.1 no such user" in subscribers(root, "show", "b@example.org").stdout
    assert "sent to again" in subscribers(root, "release", "b@example.org").stderr
    assert "nothing stood in the way" in subscribers(root, "release", "b@example.org").stderr


def test_removing_ends_one_or_all_and_erasing_forgets(root: Path):
    added(root, READER)
    added(root, READER, digest="evening")
    subscribers(root, "remove", READER, "--digest", "evening")
    assert states(root) == {f"{READER} evening": "left", f"{READER} morning": "confirmed"}
    assert "1 subscription ended" in subscribers(root, "remove", READER).stderr
    assert "0 subscriptions ended" in subscribers(root, "remove", READER).stderr
    assert "say --yes" in subscribers(root, "erase", READER, code=2).stderr
    assert states(root) != {}, "where nobody can be asked, nobody is forgotten"
    assert "erased" in subscribers(root, "erase", READER, "--yes").stderr
    assert states(root) == {}
    assert "no subscriber reader@example.org" in subscribers(root, "show", READER, code=1).stderr


def test_that_the_mail_that_asks_was_refused_is_known_of_who_waits(root: Path):
    """Else they would wait for good, and nobody could see why."""
    with post_office(Clerk(rcpt={READER: "550 5.1.1 no such user"})) as office:
        desk(root, extra=f"{EXTRA}\nmail: {{from: a@example.org, smtp: 'smtp://127.0.0.1:{office.port}'}}")
        subscribers(root, "add", READER, "--digest", "morning")
        run(root, "sync")
    (mail,) = data(root, "subscribers", "show", READER)["subscriber"]["confirmations"]
    assert (mail["digest"], mail["state"], mail["reply"]) == ("morning", "failed", "550 5.1.1 no such user")
    assert re.search(r"^asked: +morning: failed, .*: 550 5.1.1 no", subscribers(root, "show", READER).stdout, re.M)


def test_since_when_somebody_left_stands_in_the_list():
    """Not since when they had it."""
    asked, left = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
    who = Subscriber(1, "uid", READER, READER, asked)
    wish = Subscription(1, "morning", "left", Choice(), Consent(asked, "form"), asked, left)
    (row,) = rows(who, [(wish, None)], digest="", zone=ZoneInfo("UTC"), now=left)
    assert row == (READER, "morning", "left", "each", "all", "2026-11-25 09:30")


def test_who_stands_in_feeds_yaml_too_is_named_when_erased(root: Path):
    desk(root, extra=EXTRA.replace("when: daily 19:00,", "when: daily 19:00, to: [Reader@example.org],"))
    added(root, READER)
    assert "stands in `to` of evening" in subscribers(root, "erase", READER, "-y").stderr


def test_an_export_is_read_back_and_a_second_time_changes_nothing(root: Path, tmp_path: Path):
    added(root, READER, "+b@example.org")
    subscribers(root, "remove", READER)
    subscribers(root, "export", str(root / "people.csv"))
    rows = list(csv.DictReader((root / "people.csv").read_text().splitlines()))
    assert [row["address"] for row in rows] == [READER, "'+b@example.org"]
    before = states(root)
    found = data(root, "subscribers", "import", str(root / "people.csv"))
    assert (found["lines"], found["new_subscribers"], found["new_subscriptions"]) == (2, 0, 0)
    other = tmp_path / "other"
    desk(other, extra=EXTRA)
    for new in (2, 0):
        assert data(other, "subscribers", "import", str(root / "people.csv"))["new_subscriptions"] == new
        assert states(other) == before
    assert subscribers(other, "export").stdout.splitlines() == subscribers(root, "export").stdout.splitlines()


def test_what_is_no_more_is_said_and_a_copy_comes_back_all_the_same(root: Path, tmp_path: Path):
    chosen = ("-t", "world", "--frequency", "weekly")
    subscribers(root, "add", READER, "--digest", "morning", "--confirmed", "--note", "at the fair", *chosen)
    subscribers(root, "export", str(root / "people.csv"))
    changed = EXTRA.replace("{world:", "{planet:").replace(", frequency: [each, weekly]", "").replace("[world]", "[]")
    desk(root, extra=changed)
    told = run(root, "check").stderr
    assert "1 subscriber of morning chose weekly, which it has no more: sent each issue" in told
    assert "chose topics that are no more (world): sent all of it" in told
    assert len(data(root, "check")["lapsed"]) == 2
    row = subscribers(root, "list").stdout.splitlines()[1].split("\t")
    assert row[3:5] == ["each (weekly is no more)", "all (world: no more)"]
    assert "each (weekly is no more), topics: all (world: no more)" in subscribers(root, "show", READER).stdout
    other = tmp_path / "other"
    desk(other, extra=changed)
    done = subscribers(other, "import", str(root / "people.csv"))
    assert "people.csv:2: no such topic of morning, kept all the same" in done.stderr and "1 subscriber" in done.stderr
    assert subscribers(other, "export").stdout.splitlines() == subscribers(root, "export").stdout.splitlines()


def test_a_copy_with_a_digest_that_is_gone_comes_back(root: Path, tmp_path: Path):
    """Nobody is asked about it; when the digest comes back, so do its subscribers."""
    added(root, READER, digest="evening")
    subscribers(root, "add", "b@example.org", "--digest", "evening")
    subscribers(root, "export", str(root / "people.csv"))
    desk(root, extra="digests: [{name: morning, when: daily 07:00}]")
    assert "to confirm" not in run(root, "sync").stderr
    other = tmp_path / "other"
    desk(other, extra="digests: [{name: morning, when: daily 07:00}]")
    found = data(other, "subscribers", "import", str(root / "people.csv"))
    assert (found["new_subscriptions"], found["asked"], len(found["warnings"])) == (2, 0, 2)
    assert subscribers(other, "export").stdout == subscribers(root, "export").stdout
    desk(other, extra=EXTRA)
    assert states(other) == {f"{READER} evening": "confirmed", "b@example.org evening": "pending"}


def test_a_list_with_a_bad_line_is_not_imported_at_all(root: Path):
    (root / "list.csv").write_text("address\na@example.org\nb@\nc@example.org\nnobody\n")
    words = ("import", str(root / "list.csv"), "--digest", "morning", "--confirmed")
    done = subscribers(root, *words, code=1)
    assert "list.csv:3: not an email address" in done.stderr and "list.csv:5:" in done.stderr
    assert states(root) == {}
    (root / "list.csv").write_text("Name,Email\nx,a@example.org\ny,c@example.org\n")
    done = subscribers(root, *words, "--dry-run")
    assert "2 subscribers and 2 subscriptions new" in done.stderr and "; nothing was changed" in done.stderr
    assert states(root) == {}
    done = subscribers(root, *words)
    assert "2 subscribers and 2 subscriptions new" in done.stderr and "say nothing here: name" in done.stderr
    assert set(states(root).values()) == {"confirmed"}


def test_another_choice_of_who_is_subscribed_is_kept_and_told(root: Path):
    added(root, READER)
    words = ("--digest", "morning", "--confirmed", "--topic", "world", "--frequency", "weekly")
    assert "subscribed before; what you said anew" in subscribers(root, "add", READER, *words).stderr
    (wish,) = data(root, "subscribers", "show", READER)["subscriber"]["subscriptions"]
    assert (wish["topics"], wish["frequency"]) == (["world"], "weekly")


def test_who_waits_in_a_list_is_asked(root: Path):
    """But not who left here; and without a public address, where nobody could answer, the list is refused."""
    added(root, READER)
    subscribers(root, "remove", READER)
    lines = [f"{name}@example.org,morning,pending" for name in ("reader", "a", "b")]
    (root / "list.csv").write_text("\n".join(["address,digest,state", *lines]))
    dry = data(root, "subscribers", "import", str(root / "list.csv"), "--dry-run")
    found = data(root, "subscribers", "import", str(root / "list.csv"))
    assert found["asked"] == 2 and {**found, "dry_run": True} == dry
    with open_app(root, readonly=True) as app:
        waiting = app.store.confirmations.waiting(app.clock())
    assert [one.subscriber.address for one in waiting] == ["a@example.org", "b@example.org"]
    assert data(root, "subscribers", "import", str(root / "list.csv"))["asked"] == 0
    config = root / "feeds.yaml"
    config.write_text(config.read_text().replace("home: https://desk.example.org/\n", ""))
    (root / "list.csv").write_text("address,digest,state\nc@example.org,morning,pending\n")
    assert "`home`" in subscribers(root, "import", str(root / "list.csv"), code=2).stderr
    assert "c@example.org morning" not in states(root)


def test_an_import_brings_nobody_back_who_left(root: Path):
    added(root, READER)
    subscribers(root, "remove", READER)
    (root / "list.csv").write_text(f"address\n{READER}\n")
    subscribers(root, "import", str(root / "list.csv"), "--digest", "morning", "--confirmed")
    assert states(root) == {f"{READER} morning": "left"}


def test_a_list_comes_in_through_a_pipe(root: Path):
    command = [sys.executable, "-m", "aggregator", "-C", str(root), "subscribers", "import", "-", "--json"]
    text = f"address,digest,state\n{READER},morning,confirmed\n"
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout)["new_subscribers"] == 1


def test_an_empty_list_says_so(root: Path):
    done = subscribers(root, "list")
    assert done.stdout == "" and "nobody subscribes yet" in done.stderr
    assert not (root / "storage" / "aggregator.db").exists()


@contextmanager
def serving(root: Path) -> Iterator[str]:
    """Run `aggregator serve` on a free port."""
    command = [sys.executable, "-m", "aggregator", "-C", str(root), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        try:
            address = re.search(r"http://([\d.]+:\d+)/", process.stderr.readline())
            assert address
            yield address[1]
        finally:
            process.send_signal(signal.SIGTERM)
            rest = process.stderr.read()
            assert (process.wait(timeout=30), rest) == (0, "")


def post(site: str, path: str, peer: str = "", **fields: str) -> int:
    connection = HTTPConnection(site, timeout=30)
    headers = {"content-type": URLENCODED, **({"x-forwarded-for": peer} if peer else {})}
    connection.request("POST", path, urlencode(fields), headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_people_subscribe_while_a_sync_writes(tmp_path: Path):
    """Two processes, one database: the site takes every form, and the sync saves every entry."""
    pages = {f"/{n}": Page(rss(*(item(n * 1000 + m) for m in range(200)))) for n in range(4)}
    with serve(pages) as server:
        here = desk(tmp_path, *map(server.url, pages), extra=EXTRA)
        run(tmp_path, "subscribers", "add", READER, "--digest", "evening", "--confirmed")
        command = [sys.executable, "-m", "aggregator", "-C", str(tmp_path), "sync", "--json"]
        with serving(tmp_path) as place, subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sync:
            sent = 0
            while sync.poll() is None or sent < 20:
                peer, reader = f"198.{51 + sent // 200}.{sent % 200}.1", f"reader{sent}@example.org"
                assert post(place, "/subscribe/morning", peer, address=reader) == 200
                sent += 1
                time.sleep(0.05)
            assert sync.stdout and json.loads(sync.stdout.read())["entries"]["new"] == 800
            assert sync.returncode == 0
        with here.app() as app:
            assert len(app.store.subscribers.all()) == sent + 1


def test_people_subscribe_before_the_first_sync(tmp_path: Path):
    here = desk(tmp_path, extra=EXTRA)
    with serving(tmp_path) as place:
        assert post(place, "/subscribe/morning", address=READER) == 200
    with here.app() as app:
        assert [who.address for who, _ in app.store.subscribers.all()] == [READER]


def test_a_site_without_an_address_has_no_forms(tmp_path: Path):
    """There is nothing to write, then: `aggregator serve` makes no database."""
    desk(tmp_path, extra=EXTRA)
    config = tmp_path / "feeds.yaml"
    config.write_text(config.read_text().replace("home: https://desk.example.org/\n", ""))
    with serving(tmp_path) as place:
        assert post(place, "/subscribe/morning", address=READER) == 404
    assert not (tmp_path / "storage").exists()


def test_a_site_that_may_only_be_read_says_that_nobody_can_subscribe(root: Path):
    subscribers(root, "add", READER, "--digest", "morning", "--confirmed")
    storage = root / "storage"
    for path in (*storage.iterdir(), storage):
        path.chmod(0o555 if path.is_dir() else 0o444)
    bound = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []  # root without its rights
    command = [*bound, sys.executable, "-m", "aggregator", "-C", str(root), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        said = [process.stderr.readline(), process.stderr.readline()]
        place = re.search(r"http://([\d.]+:\d+)/", said[1])
        assert place and post(place[1], "/subscribe/morning", address=READER) == 404
        process.send_signal(signal.SIGTERM)
    storage.chmod(0o755)
    assert said[0] == f"{storage}, or the database, cannot be written: nobody can subscribe here\n"


def test_run_takes_forms_and_sends_the_mails_that_ask(tmp_path: Path):
    desk(tmp_path, extra=EXTRA)
    command = [sys.executable, "-m", "aggregator", "-C", str(tmp_path), "run", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        found = re.search(r"http://([\d.]+:\d+)/", process.stderr.readline())
        assert found and post(found[1], "/subscribe/morning", address=READER) == 200
        with desk(tmp_path, extra=EXTRA).app() as app:
            eventually(lambda: app.store.subscribers.by_mailbox(READER) is not None)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0
    run(tmp_path, "sync")
    assert len(list((tmp_path / "storage" / "outbox").glob("*.eml"))) == 1
