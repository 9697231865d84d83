"""feeds and feeds show as people and programs use them: what is wrong, why, and what to edit."""

import contextlib
import json
import os
import pty
import re
import subprocess
import sys
import termios
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from aggregator.app import utc_now
from tests import program
from tests.servers import Page, Server, serve
from tests.workspaces import desk, item, rss

DIGEST = "digests: [{name: morning, when: daily 00:00, to: [reader@example.org]}]"


def run(root: Path, *words: str, code: int = 0, **environ: str) -> str:
    """Expect the program's exit code and give what it printed."""
    done = program.run(root, *words, code=code, **environ)
    return done.stdout + done.stderr if code else done.stdout


def data(root: Path, *words: str) -> dict[str, dict[str, Any]]:
    """Give the feeds of a command's JSON by the last part of their address."""
    return {feed["url"].rpartition("/")[2]: feed for feed in json.loads(run(root, *words, "--json"))["feeds"]}


@dataclass
class Newsroom:
    """A workspace that was synced for eight days, and its server."""

    root: Path
    server: Server


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newsroom]:
    """A feed that is well, one that moved, is gone, is a page, asks for more time, has an odd name, is missing."""
    now = utc_now()
    pages = {
        "/good": Page(rss(item(1, at=now), item(2, at=now - timedelta(hours=3)), title="Good News"), etag='"1"'),
        "/old": Page(status=301, headers={"location": "/new"}),
        "/new": Page(rss(item(3, at=now), title="Moved News")),
        "/gone": Page(status=410),
        "/page": Page(b"<!doctype html><html><title>Welcome</title><body>hello</body></html>"),
        "/slow": Page(rss(item(4, at=now)), headers={"cache-control": "max-age=36000"}),
        "/odd": Page(rss(item(5, at=now), title="Odd [/b] [link=x] &#27;[31mred")),
        "/missing": Page(status=404),
    }
    root = tmp_path_factory.mktemp("newsroom")
    with serve(pages) as server:
        paths = [path for path in pages if path != "/new"]
        here = desk(root, *(f"{{url: '{server.url(path)}', every: 1h}}" for path in paths), extra=DIGEST)
        here.clock.now = now - timedelta(days=7, hours=1)
        here.sync()
        here.clock.now = now
        here.sync()
        yield Newsroom(root, server)


def test_the_edits_to_make_are_printed_with_their_lines(newsroom: Newsroom) -> None:
    """feeds.yaml:LINE and the exact words: moved, gone, a page, too often."""
    said, at = run(newsroom.root, "feeds"), newsroom.server.url
    page = at("/page")
    for edit in (
        f"feeds.yaml:6: replace {at('/old')} by {at('/new')}",
        f"feeds.yaml:7: remove {at('/gone')}, or write its new address (410: gone for good)",
        f"feeds.yaml:8: {page} is a page; remove it, then `aggregator feeds add {page}` looks for its feed",
        "feeds.yaml:9: write `every: 10h`: 1 h is shorter than feed and server allow",
    ):
        assert any(line.endswith(f"\t{edit}") for line in said.splitlines()), said
    assert len(said.splitlines()) == 1 + 7  # a head, and a line for each feed, however long


def test_only_the_failing_ones(newsroom: Newsroom) -> None:
    """Failed and gone, nothing else."""
    assert sorted(data(newsroom.root, "feeds", "--failing")) == ["gone", "missing", "page"]


def test_programs_get_the_same_words_and_the_facts(newsroom: Newsroom) -> None:
    """Ids are text, times are UTC, every feed says why it is due when it is."""
    feeds = data(newsroom.root, "feeds")
    assert list(feeds) == ["good", "old", "gone", "page", "slow", "odd", "missing"]
    assert all(isinstance(feed["id"], str) and feed["due_reason"] for feed in feeds.values())
    assert all(feed["due"].endswith("Z") for name, feed in feeds.items() if name != "gone")
    assert feeds["gone"]["due"] is None and "never asked again" in feeds["gone"]["due_reason"]
    good, old = feeds["good"], feeds["old"]
    assert (good["health"], good["last_answer"], good["validators"]) == ("ok", "304: nothing new", "ETag; 304 seen")
    assert (good["answers_full"], good["answers_unchanged"], good["suggested_edit"]) == (1, 1, "")
    assert good["entries_per_week"] == 2 and good["told"]["of"] >= good["told"]["entries"] > 0
    assert old["adopted"] == newsroom.server.url("/new") and old["moved_since"].endswith("Z")
    assert feeds["missing"]["last_answer"] == "404: not found there" and feeds["missing"]["failing_since"]
    assert feeds["gone"]["gone"] is True and feeds["page"]["status"] == 200


@pytest.mark.parametrize("name", ["/good", "good", "GOOD NEWS"])
def test_one_feed_is_found_by_its_address_a_part_of_it_or_its_title(newsroom: Newsroom, name: str) -> None:
    """A page of labelled lines."""
    said = run(newsroom.root, "feeds", "show", name)
    for line in (
        "format:      RSS 2.0",
        "feed:        Good News",
        "health:      ok",
        "validators:  ETag; 304 seen",
        "to do:       nothing",
    ):
        assert line in said.splitlines()
    assert "next due:" in said and "every 1 h (feeds.yaml)" in said and "2 entries a week; 2 entries stored" in said
    assert "entries in the last digests (" in said and "answers:     1 whole, 1 unchanged, 0 the same again" in said


def test_a_moved_feed_is_found_by_its_new_address(newsroom: Newsroom) -> None:
    """And says where it is asked, and what to edit."""
    said = run(newsroom.root, "feeds", "show", newsroom.server.url("/new"))
    assert f"asked at:    {newsroom.server.url('/new')}" in said and "to do:       feeds.yaml:6: replace" in said


def test_several_matches_are_listed(newsroom: Newsroom) -> None:
    """So that one of them can be named."""
    said = run(newsroom.root, "feeds", "show", "127.0.0.1")
    assert len(said.splitlines()) == 7 and "health:" not in said
    assert len(json.loads(run(newsroom.root, "feeds", "show", "127.0.0.1", "--json"))["feeds"]) == 7


def test_a_feed_that_is_not_there_is_an_error(newsroom: Newsroom) -> None:
    """With what to do next."""
    assert "see `aggregator feeds`" in run(newsroom.root, "feeds", "show", "nowhere", code=1)


@pytest.mark.parametrize("columns", ["80", "160"])
def test_names_of_feeds_are_no_markup_and_steer_no_terminal(newsroom: Newsroom, columns: str) -> None:
    """In a narrow and in a wide window."""
    for words in (["feeds"], ["feeds", "show", "odd"]):
        said = run(newsroom.root, *words, COLUMNS=columns)
        assert "\x1b" not in said and "[/b] [link=x]" in " ".join(said.split())


def test_a_new_workspace_says_that_nothing_was_asked_yet(tmp_path: Path) -> None:
    """Before the first sync."""
    desk(tmp_path, "https://example.org/feed")
    (feed,) = data(tmp_path, "feeds").values()
    assert (feed["health"], feed["last_answer"], feed["suggested_edit"]) == ("new", "never asked yet", "")
    assert "never asked yet" in run(tmp_path, "feeds", "show", "example.org")


def test_what_a_feed_is_called_in_feeds_yaml_counts_before_the_next_sync(tmp_path: Path) -> None:
    """A title and a publisher that were just written; what was never asked has no id."""
    with serve({"/a": Page(rss(item(1), title="Old name"))}) as server:
        desk(tmp_path, server.url("/a")).sync()
        extra = f"{{url: '{server.url('/a')}', title: New name, publisher: pub.example}}"
        desk(tmp_path, extra, "https://news.a.example/feed")
        known, new = data(tmp_path, "feeds").values()
        shown = run(tmp_path, "feeds", "show", "New name")
    assert (known["id"], known["title"], known["publisher"]) == ("1", "New name", "pub.example")
    assert (new["id"], new["title"], new["publisher"], new["due"]) == (None, "", "a.example", None)
    assert f"address:     {server.url('/a')}" in shown


def test_every_field_that_programs_are_given_is_documented(newsroom: Newsroom) -> None:
    """In docs/feeds.md."""
    told = (Path(__file__).parents[2] / "docs/feeds.md").read_text().partition("| field | what |")[2]
    named = {
        name for row in told.splitlines() if row.startswith("|") for name in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    assert named == set(data(newsroom.root, "feeds")["good"])


def in_a_window(root: Path, columns: int, *words: str) -> list[str]:
    """Run the program at a terminal of that width; give the lines it showed."""
    controller, window = pty.openpty()
    termios.tcsetwinsize(window, (40, columns))
    command = [sys.executable, "-m", "aggregator", "-C", str(root), *words]
    environ = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "FORCE_COLOR")}
    done = subprocess.run(
        command, stdin=window, stdout=window, stderr=window, timeout=60, env=environ | {"TERM": "xterm"}
    )
    os.close(window)
    assert done.returncode == 0
    shown = b""
    with contextlib.suppress(OSError):
        while part := os.read(controller, 65_536):
            shown += part
    os.close(controller)
    return re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).splitlines()


@pytest.mark.parametrize("columns", [80, 120])
def test_a_window_shows_as_many_columns_as_it_has_room_for(newsroom: Newsroom, columns: int) -> None:
    """In a narrow one: the feed, its health, when it is due; what to do stands below, unbroken."""
    lines = in_a_window(newsroom.root, columns, "feeds")
    head = " ".join(lines[:2])
    assert "health" in head and "next due" in head and ("why then" in head) == (columns == 120)
    assert max(len(line) for line in lines[: lines.index("to do:")]) <= columns
    assert len([line for line in lines if line.startswith("feeds.yaml:")]) == 4


def test_all_times_are_told_in_the_workspaces_zone(tmp_path: Path) -> None:
    """Those of reasons that are stored as well, for people; programs get UTC."""
    wait = utc_now() + timedelta(hours=2)
    page = Page(status=429, headers={"retry-after": format_datetime(wait, usegmt=True)})
    with serve({"/busy": page}) as server:
        desk(tmp_path, server.url("/busy"), extra="timezone: Asia/Kolkata")
        synced = run(tmp_path, "sync", code=3)
        checked = run(tmp_path, "feeds", "check")
    at = wait.astimezone(ZoneInfo("Asia/Kolkata"))
    head, row = run(tmp_path, "feeds").splitlines()
    assert "next due (Asia/Kolkata)" in head
    for said in (synced, checked, row, run(tmp_path, "feeds", "show", "busy")):
        assert f"{at:%Y-%m-%d %H:%M} IST" in said and "UTC" not in said
    assert data(tmp_path, "feeds")["busy"]["due_reason"].endswith(f"{wait:%Y-%m-%d %H:%M} UTC")


def test_the_pace_of_a_feed_without_entries_is_not_known_in_its_first_week(tmp_path: Path) -> None:
    """Then it is nothing a week."""
    with serve({"/a": Page(rss())}) as server:
        here = desk(tmp_path, server.url("/a"))
        here.clock.now = utc_now()
        here.sync()
        assert run(tmp_path, "feeds").splitlines()[1].split("\t")[2] == "–"
        assert "brings:      not known yet; 0 entries stored" in run(tmp_path, "feeds", "show", "/a")
        (tmp_path / "storage/aggregator.db").unlink()
        here.clock.now = utc_now() - timedelta(days=8)
        here.sync()
    assert run(tmp_path, "feeds").splitlines()[1].split("\t")[2] == "0 a week"


def test_a_feed_that_came_late_and_one_with_old_dates(tmp_path: Path) -> None:
    """Old entries of a first document are no pace, and what is new under an old date is no silence."""
    now = utc_now()
    old = [item(number, at=now - timedelta(days=100 + number)) for number in range(40)]
    with serve({"/late": Page(status=500), "/back": Page(rss(old[0]))}) as server:
        here = desk(tmp_path, server.url("/late"), server.url("/back"))
        here.clock.now = now - timedelta(days=35)
        here.sync()
        server.pages["/late"], server.pages["/back"] = Page(rss(*old)), Page(rss(*old[:3]))
        here.clock.now = now - timedelta(days=1)
        here.sync(force=True)
    late, back = data(tmp_path, "feeds").values()
    assert (late["health"][:16], late["entries_per_week"]) == ("ok, but silent s", 0)
    assert (back["health"], back["entries_per_week"]) == ("ok", 0.5)
