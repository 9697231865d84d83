"""The command line as people and programs use it: real workspaces, real processes."""

import json
import re
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest

from aggregator.app import utc_now
from tests.program import data, run
from tests.servers import Page, Server, serve
from tests.workspaces import desk, item, rss

EXTRA = """topics: {world: {title: World, words: [treaty, summit]}}
outputs: [{name: all}, {name: world, topics: [world]}]
digests: [{name: morning, when: daily 00:00, to: [reader@example.org]}]
"""


@pytest.fixture(scope="module")
def site() -> Iterator[Server]:
    now = utc_now()
    pages = {
        "/a": Page(rss(item(1, title="A treaty is signed", at=now), item(2, title="Rain", at=now))),
        "/b": Page(rss(item(3, title="Sun [/b] and [link=x]wind", at=now), title="Other Feed")),
    }
    with serve(pages) as server:
        yield server


@pytest.fixture(scope="module")
def synced(site: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that was synced once."""
    root = tmp_path_factory.mktemp("workspace")
    desk(root, site.url("/a"), site.url("/b"), extra=EXTRA)
    run(root, "sync")
    return root


def test_sync_gives_its_counts_to_programs(site: Server, tmp_path: Path) -> None:
    """Counts of feeds and entries, what was written, composed and sent, and the seconds of each stage."""
    desk(tmp_path, site.url("/a"), site.url("/b"), extra=EXTRA)
    found = data(tmp_path, "sync")
    assert found["feeds"] == {
        "configured": 2,
        "due": 2,
        "fetched": 2,
        "unchanged": 0,
        "failed": 0,
        "postponed": 0,
        "skipped": 0,
    }
    assert found["entries"] == {"new": 3, "updated": 0, "duplicate": 0, "rejected": 0}
    assert sorted(found["outputs"]["written"]) == [
        *(f"all.{format}" for format in ("atom", "json", "rss")),
        "morning-issues.atom",
        *(f"world.{format}" for format in ("atom", "json", "rss")),
    ]
    assert len(found["issues"]["composed"]) == 1 and found["messages"]["sent"] == 1
    assert set(found["seconds"]) == {"refresh", "curate", "publish", "compose", "deliver"}


def test_sync_says_where_the_result_lies(site: Server, tmp_path: Path) -> None:
    """On stderr, because stdout is for data."""
    desk(tmp_path, site.url("/a"), extra=EXTRA)
    done = run(tmp_path, "sync")
    assert done.stdout == ""
    assert "1 of 1 feed due: 1 read" in done.stderr
    assert str(tmp_path / "storage/outputs") in done.stderr and "storage/outbox" in done.stderr


def test_quiet_is_silent_on_success_and_not_on_failure(site: Server, tmp_path: Path) -> None:
    """For cron: no output means that all is well."""
    desk(tmp_path / "good", site.url("/a"))
    for words in (("-q", "sync"), ("sync", "-q")):
        done = run(tmp_path / "good", *words)
        assert (done.stdout, done.stderr) == ("", "")
    desk(tmp_path / "bad", site.url("/a"), site.url("/missing"))
    assert "404" in run(tmp_path / "bad", "-q", "sync", code=3).stderr


def test_feeds_that_wait_after_a_failure_are_counted_beside_those_that_cannot_be_asked(tmp_path: Path) -> None:
    """One is not there and waits; for the other a password is missing: it is due at every sync."""
    with serve({}) as server:
        locked = f"{{url: {server.url('/b')}, username: u, password_env: NO_SUCH_VARIABLE}}"
        desk(tmp_path, server.url("/a"), locked)
        assert "failed before" not in run(tmp_path, "sync", code=3).stderr
        assert "failed before and not due yet: 1 feed;" in run(tmp_path, "sync", code=3).stderr


def test_no_network_is_a_line_a_feed_one_summary_and_exit_code_3(tmp_path: Path) -> None:
    """Nothing is lost and no feed is blamed."""
    desk(tmp_path, *(f"http://127.0.0.1:9/{number}" for number in range(3)))
    lines = run(tmp_path, "sync", code=3).stderr.splitlines()
    assert sum(line.startswith("http://127.0.0.1:9/") for line in lines) == 3
    assert any(line.startswith("no network?") for line in lines)
    assert any(line.startswith("3 of 3 feeds due: 0 read, 0 unchanged, 3 failed") for line in lines)


def test_no_network_names_some_of_many_feeds(tmp_path: Path) -> None:
    desk(tmp_path, *(f"http://127.0.0.1:9/{number}" for number in range(25)))
    lines = run(tmp_path, "sync", code=3).stderr.splitlines()
    assert sum(line.startswith("http://127.0.0.1:9/") for line in lines) == 20
    assert lines[20] == "… and 5 more feeds" and lines[21].startswith("no network?")
    assert len(json.loads(run(tmp_path, "sync", "--force", "--json", code=3).stdout)["failures"]) == 25


def test_a_config_with_mistakes_names_them_all_and_ends_with_2(tmp_path: Path) -> None:
    """Every mistake in one go, each with its place; `check` says the same as `sync`."""
    (tmp_path / "feeds.yaml").write_text("title: X\nfeeds:\n  - htp://example.org/\nouputs: []\n", encoding="utf-8")
    for command in ("check", "sync"):
        said = run(tmp_path, command, code=2).stderr
        assert "feeds.yaml:3:5: feeds[0]" in said and "feeds.yaml:4:1: ouputs" in said and "outputs" in said


def test_no_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    """And ends with 2."""
    assert "aggregator init" in run(tmp_path, "sync", code=2).stderr


def test_init_makes_a_workspace_that_checks_and_never_overwrites(tmp_path: Path) -> None:
    """A new user's first step; the second time nothing is touched."""
    made = run(tmp_path, "init", str(tmp_path / "news")).stderr
    assert made.endswith(f"then: {sys.executable} -m aggregator -C {tmp_path / 'news'} sync\n")
    program = Path(sys.executable).with_name("aggregator")
    if program.exists():
        command = [str(program), "init", str(tmp_path / "again")]
        outside = subprocess.run(command, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"}, check=True)
        assert f"then: {program} -C " in outside.stderr
        inside = subprocess.run(
            [*command[:2], str(tmp_path / "more")],
            capture_output=True,
            text=True,
            env={"PATH": str(program.parent)},
            check=True,
        )
        assert "then: aggregator -C " in inside.stderr
    assert "no mistakes" in run(tmp_path / "news", "check").stderr
    (tmp_path / "news/feeds.yaml").write_text("title: Mine\n", encoding="utf-8")
    run(tmp_path, "init", str(tmp_path / "news"), code=2)
    assert (tmp_path / "news/feeds.yaml").read_text(encoding="utf-8") == "title: Mine\n"


def test_what_a_new_workspace_says_leads_to_documentation_that_is_there(tmp_path: Path) -> None:
    """Its READMEs have no link to a folder that came with the program alone; `docs` has each page that they name."""
    run(tmp_path, "init", str(tmp_path / "news"))
    files = [*(tmp_path / "news").rglob("README.md"), tmp_path / "news/feeds.yaml"]
    texts = [file.read_text(encoding="utf-8") for file in files]
    assert len(files) == 3 and not any("docs/" in text for text in texts)
    pages = {page for text in texts for page in re.findall(r"`aggregator docs ([\w.]+)`", text)}
    assert pages == {"feeds.yaml", "looks", "operation", "subscribers"}
    listed = run(tmp_path, "docs").stdout
    for page in pages:
        assert f"\n{page} " in listed and run(tmp_path, "docs", page).stdout.startswith("# ")
    assert "did you mean bounces?" in run(tmp_path, "docs", "bonces", code=1).stderr


def test_a_wheel_has_what_a_workspace_is_led_to() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    shipped = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert shipped == {name: f"aggregator/shipped/{name}" for name in shipped}
    assert {"docs", "feeds.yaml", "storage/README.md", "templates"} <= shipped.keys()


def test_a_second_sync_ends_at_once_and_says_who_works(tmp_path: Path) -> None:
    """Exit code 4, with the process that holds the workspace."""
    with serve({"/slow": Page(rss(item(1)), delay=8.0)}) as server:
        desk(tmp_path, server.url("/slow"))
        first = subprocess.Popen([sys.executable, "-m", "aggregator", "-C", str(tmp_path), "-q", "sync"])
        try:
            deadline = time.monotonic() + 20
            while not server.requests and time.monotonic() < deadline:
                time.sleep(0.05)
            said = run(tmp_path, "sync", code=4).stderr
        finally:
            first.kill()
            first.wait()
    assert str(first.pid) in said and "aggregator sync" in said and "when it has finished" in said


def test_check_online_tells_the_states_of_feeds_apart(tmp_path: Path) -> None:
    """Reachable, recognised, stale, moved, empty."""
    old = utc_now().replace(year=2020)
    pages = {
        "/ok": Page(rss(item(1, at=utc_now()))),
        "/stale": Page(rss(item(1, at=old))),
        "/empty": Page(rss()),
        "/moved": Page(b"", status=301, headers={"location": "/ok"}),
        "/page": Page(b"<html><title>Hello</title></html>", headers={"content-type": "text/html"}),
        "/missing": Page(b"", status=404),
    }
    with serve(pages) as server:
        desk(tmp_path, *(server.url(path) for path in pages))
        found = data(tmp_path, "check", "--online", code=3)
    states = {finding["url"].rpartition("/")[2]: finding["state"] for finding in found["findings"]}
    assert states == {
        "ok": "ok",
        "stale": "stale",
        "empty": "empty",
        "moved": "moved",
        "page": "not a feed",
        "missing": "unreachable",
    }


def test_check_names_what_will_not_be_asked_and_online_asks_the_others(site: Server, tmp_path: Path) -> None:
    """A secret that is not set, an address inside, a port that is none of the web's: with line and remedy."""
    secret = "{url: 'https://example.org/', headers_env: {X-Token: NO_SUCH_TOKEN}}"
    desk(tmp_path, secret, "http://192.168.0.7/feed", "http://localhost/", "http://127.1:99/", site.url("/a"))
    said = run(tmp_path, "check", code=2).stderr.splitlines()
    assert said[0].startswith(
        "feeds.yaml:5: https://example.org/: headers_env.X-Token: the environment variable NO_SUCH"
    )
    assert said[1] == (
        "feeds.yaml:6: http://192.168.0.7/feed: will not be asked: the address 192.168.0.7 is private; "
        "`fetch: {allow_networks: […]}` in feeds.yaml can open it"
    )
    assert len(said) == 2 and data(tmp_path, "check", code=2)["problems"] == said
    desk(tmp_path, secret, site.url("/a"))
    online = data(tmp_path, "check", "--online", code=3)
    assert len(online["problems"]) == 1
    assert {finding["state"] for finding in online["findings"]} == {"not asked", "ok"}
    people = run(tmp_path, "check", "--online", code=3)
    assert people.stderr.splitlines()[0] == said[0] and "https://example.org/" not in people.stdout
    assert "not asked: NO_SUCH_TOKEN: " in run(tmp_path, "feeds", "check", "example.org", code=3).stdout


def test_check_names_the_feeds_of_a_page_once_each(tmp_path: Path) -> None:
    """The one that its reason names is not told again among the others."""
    links = '<link rel="alternate" type="application/rss+xml" href="/{}">'
    for names in (["one"], ["one", "two", "three"]):
        page = "<html><head>" + "".join(map(links.format, names)) + "</head><body>Hello</body></html>"
        with serve({"/page": Page(page.encode(), headers={"content-type": "text/html"})}) as server:
            desk(tmp_path, server.url("/page"))
            said = run(tmp_path, "feeds", "check", code=3).stdout
            addresses = [server.url(f"/{name}") for name in names]
            (finding,) = data(tmp_path, "feeds", "check", code=3)["findings"]
        assert [said.count(address) for address in addresses] == [1] * len(names) and finding["links"] == addresses
        assert ("; and: " in said) == (len(names) > 1)


def test_a_list_that_is_cut_off_says_so(synced: Path) -> None:
    whole, some = data(synced, "entries"), data(synced, "entries", "-n", "2")
    assert (len(whole["entries"]), whole["more"], len(some["entries"]), some["more"]) == (3, False, 2, True)
    assert run(synced, "entries").stderr == ""
    assert "the newest 2; `-n 8` shows more" in run(synced, "entries", "-n", "2").stderr


def test_entries_for_programs(synced: Path) -> None:
    """The promised keys, ids as text, times in UTC."""
    found = data(synced, "entries")["entries"]
    keys = {
        "id",
        "feed",
        "guid",
        "url",
        "title",
        "published",
        "first_seen",
        "updated",
        "topics",
        "story",
        "duplicate_of",
    }
    assert len(found) == 3 and all(keys <= set(entry) for entry in found)
    treaty = next(entry for entry in found if entry["title"] == "A treaty is signed")
    assert treaty["topics"] == ["world"] and isinstance(treaty["id"], str) and treaty["published"].endswith("Z")


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        (["--topic", "world"], ["A treaty is signed"]),
        (["--text", "TREATY signed"], ["A treaty is signed"]),
        (["--since", "2999-01-01"], []),
        (["--until", "2000-01-01"], []),
        (["--feed", "/b"], ["Sun [/b] and [link=x]wind"]),
        (["--text", "no such word"], []),
    ],
)
def test_entries_by_topic_feed_time_and_text(synced: Path, words: list[str], titles: list[str]) -> None:
    """Each filter alone."""
    assert [entry["title"] for entry in data(synced, "entries", *words)["entries"]] == titles


def test_a_title_that_looks_like_markup_is_printed_as_it_is(synced: Path) -> None:
    """Rich would take [link=…] for a link and fail at [/b]."""
    assert "Sun [/b] and [link=x]wind" in run(synced, "entries").stdout


def test_an_empty_list_says_so_beside_the_data(synced: Path, tmp_path: Path) -> None:
    """On stderr, in one line, with what to do; programs get an empty list, and -q is silent."""
    desk(tmp_path)
    for words, said in {
        ("entries",): "no entries yet: `aggregator sync` asks the feeds\n",
        ("digest", "list"): "no issue was made yet\n",
        ("feeds",): "no feeds in feeds.yaml: `aggregator feeds add URL`\n",
        ("feeds", "--failing"): "no feed failed last time\n",
    }.items():
        done = run(tmp_path, *words)
        assert (done.stdout, done.stderr) == ("", said)
        assert [] in data(tmp_path, *words).values()
        assert run(tmp_path, "-q", *words).stderr == ""
    done = run(synced, "entries", "--feed", "nope")
    assert (done.stdout, done.stderr) == ("", "no feed has “nope” in its address or title: see `aggregator feeds`\n")
    assert run(synced, "entries", "--text", "nope").stderr == "no entry matches\n"


def test_an_unknown_topic_is_named_with_those_there_are(synced: Path) -> None:
    """An empty table would look like no news."""
    assert "there is: world" in run(synced, "entries", "--topic", "wrold", code=1).stderr
    assert "there is: morning" in run(synced, "digest", "list", "evening", code=1).stderr


def test_escape_sequences_in_a_feed_do_not_steer_the_terminal(tmp_path: Path) -> None:
    """A guid that would set the window's title and colours, and a page's title in an error."""
    feed = json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "T",
            "items": [{"id": "x\u001b]0;p\u0007", "title": "A"}],
        }
    )
    page = b"<html><head><title>\x1b[31mred</title></head></html>"
    pages = {"/a": Page(feed.encode()), "/b": Page(page, headers={"content-type": "text/html"})}
    with serve(pages) as server:
        desk(tmp_path, server.url("/a"), server.url("/b"))
        said = run(tmp_path, "sync", code=3)
    shown = [run(tmp_path, *words) for words in (["explain", "1"], ["feeds"], ["entries"])]
    assert not any("\x1b" in done.stdout + done.stderr for done in (said, *shown))


def test_check_gives_its_mistakes_to_programs(tmp_path: Path) -> None:
    """One object also when there is something to say."""
    (tmp_path / "feeds.yaml").write_text("title: X\nouputs: []\n", encoding="utf-8")
    (problem,) = data(tmp_path, "check", code=2)["problems"]
    assert problem.startswith("feeds.yaml:2:1: ouputs")


def test_a_time_that_is_none_is_a_usage_error(synced: Path) -> None:
    """Exit code 2 and a hint."""
    assert "2026-11-20T07:00" in run(synced, "entries", "--since", "yesterday", code=2).stderr


def test_explain_tells_dates_identity_topics_outputs_and_issues(synced: Path) -> None:
    """By id and by address, in words and as JSON."""
    entry = next(e for e in data(synced, "entries")["entries"] if e["title"] == "A treaty is signed")
    said = run(synced, "explain", entry["id"]).stdout
    assert re.search(r"dates:\s+published .*as its publisher says", said)
    assert "world (by words: “treaty” in the title)" in said
    assert re.search(r"outputs:\s+in all\n\s+in world\n", said) and "told in morning" in said
    assert re.search(r"next issue:\s+morning, .*: not in it \(told in the issue of 20\d\d-", said)
    (trace,) = data(synced, "explain", entry["url"])["entries"]
    (other,) = data(synced, "explain", entry["url"].replace("https", "http") + "/?utm_source=feed")["entries"]
    moving = {"next_issues", "trace"}  # what is ranked grows older while one looks
    assert {k: v for k, v in other.items() if k not in moving} == {k: v for k, v in trace.items() if k not in moving}
    assert trace["trace"]["identity"].startswith("guid guid-1 in its feed")
    assert trace["outputs"] == {"all": "", "world": ""} and trace["published"].endswith("Z")
    assert [tag["via"] for tag in trace["evidence"]] == ["words"] and len(trace["issues"]) == 1
    assert re.search(r"told in morning .*, place \d of \d, told by entry \d+\n +score [\d.]+ = recency", said)
    (told,) = trace["told"]
    assert told["digest"] == "morning" and told["of"] >= told["place"] and told["parts"][0]["name"] == "recency"


def test_explain_of_nothing_is_an_error(synced: Path) -> None:
    """Exit code 1."""
    assert "no entry" in run(synced, "explain", "999999", code=1).stderr


def test_feeds_shows_health_and_why_the_next_time(synced: Path) -> None:
    """For people and for programs."""
    head, *rows = (line.split("\t") for line in run(synced, "feeds").stdout.splitlines())
    assert head[:5] == ["feed", "health", "entries", "last read (UTC)", "next due (UTC)"] and head[5:] == [
        "why then",
        "to do",
    ]
    assert [row[0] for row in rows] == ["Example Feed", "Other Feed"] and {len(row) for row in rows} == {7}
    for feed in data(synced, "feeds")["feeds"]:
        assert (feed["outcome"], feed["failures"], feed["error"]) == ("ok", 0, "") and feed["due_reason"]


@pytest.mark.parametrize("command", [("feeds", "export"), ("feeds", "export", "--opml"), ("subscribers", "export")])
def test_an_export_goes_into_a_folder_that_is_there(synced: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    """None is made for it; what a file was is kept: its permissions, and the link that leads to it."""
    nowhere = run(synced, *command, str(tmp_path / "lists/out"), code=1).stderr
    assert f"{tmp_path}/lists/out cannot be written: there is no folder {tmp_path}/lists" in nowhere
    (tmp_path / "lost").symlink_to("lists/out")
    assert f"there is no folder {tmp_path}/lists" in run(synced, *command, str(tmp_path / "lost"), code=1).stderr
    assert not (tmp_path / "lists").exists()
    (tmp_path / "kept").write_bytes(b"before")
    (tmp_path / "kept").chmod(0o600)
    (tmp_path / "link").symlink_to("kept")
    run(synced, *command, str(tmp_path / "link"))
    assert (tmp_path / "link").is_symlink() and (tmp_path / "kept").stat().st_mode & 0o777 == 0o600
    written, printed = (tmp_path / "kept").read_text("utf-8"), run(synced, *command, "-").stdout
    assert len(written.splitlines()) == len(printed.splitlines()) and written[:20] == printed[:20]
    assert run(synced, *command, "/dev/stdout").stdout and not (tmp_path / "-").exists()


def test_digest_list_preview_and_send(synced: Path) -> None:
    """The issue is there once; sending again sends nothing."""
    (made,) = data(synced, "digest", "list")["issues"]
    assert [delivery["state"] for delivery in made["deliveries"]] == ["sent"]
    again = run(synced, "digest", "send", "morning").stderr
    assert again.startswith("morning 20") and again.endswith(": sent already to 1 recipient; nothing was sent again\n")
    assert "is composed already; nothing is waiting" in run(synced, "digest", "send", "morning", "--dry-run").stdout
    assert "nothing new" in run(synced, "digest", "preview", "morning").stderr
    assert data(synced, "digest", "preview", "morning")["period"] > made["issue"]["period"]
    assert "there is: morning" in run(synced, "digest", "send", "evening", code=1).stderr


def test_digest_show_prints_an_issue_in_each_of_its_shapes(synced: Path) -> None:
    """As text, as the mail's HTML, as Markdown, as data; one at a time."""
    (made,) = data(synced, "digest", "list")["issues"]
    period = made["issue"]["period"]
    text = run(synced, "digest", "show", "morning").stdout
    assert (
        text.startswith("Morning\n=======\n")
        and text == run(synced, "digest", "show", "morning", period, "--text").stdout
    )
    assert run(synced, "digest", "show", "morning", period, "--html").stdout.lstrip().startswith("<!DOCTYPE html>")
    assert run(synced, "digest", "show", "morning", period, "--markdown").stdout.startswith("# Morning\n")
    assert data(synced, "digest", "show", "morning", period)["issue"]["period"] == period
    assert "choose one" in run(synced, "digest", "show", "morning", "--html", "--text", code=2).stderr
    assert f"there is: {period}" in run(synced, "digest", "show", "morning", "2020-01-01", code=1).stderr


def test_digest_preview_writes_a_page_and_freezes_nothing(site: Server, tmp_path: Path) -> None:
    """A look ahead, as often as one likes."""
    desk(tmp_path, site.url("/a"))
    run(tmp_path, "sync")
    desk(tmp_path, site.url("/a"), extra=EXTRA)
    run(tmp_path, "sync", "--force")
    again = desk(tmp_path, site.url("/a"), extra=EXTRA.replace("morning", "evening"))
    page = Path(run(again.root, "digest", "preview", "evening").stdout.strip())
    assert "A treaty is signed" in page.read_text(encoding="utf-8")
    mail = Path(run(again.root, "digest", "preview", "evening", "--mail").stdout.strip())
    assert mail != page and "A treaty is signed" in mail.read_text(encoding="utf-8")
    assert not any(issue["issue"]["digest"] == "evening" for issue in data(tmp_path, "digest", "list")["issues"])


def test_digest_preview_can_look_at_the_past(synced: Path) -> None:
    """What is told by now was not told a moment before its issue; long before, there was nothing."""
    (made,) = data(synced, "digest", "list")["issues"]
    page = Path(run(synced, "digest", "preview", "morning", "--at", made["issue"]["since"]).stdout.strip() or "none")
    assert not page.is_file()
    just_before = datetime.fromisoformat(made["issue"]["until"]) - timedelta(microseconds=1)
    page = Path(run(synced, "digest", "preview", "morning", "--at", just_before.isoformat()).stdout.strip())
    assert "A treaty is signed" in page.read_text(encoding="utf-8")


def test_prune_only_says_what_would_go(synced: Path) -> None:
    """Nothing is old enough here."""
    found = data(synced, "prune", "--dry-run")
    assert found["dry_run"] is True and sum(row["purgeable"] for row in found["feeds"]) == 0


def test_the_schema_of_the_config_is_json(tmp_path: Path) -> None:
    """For editors."""
    assert json.loads(run(tmp_path, "config", "schema").stdout)["properties"]["feeds"]


def test_config_show_holds_no_secret(tmp_path: Path) -> None:
    """It names the variable, not its value."""
    extra = "mail: {from: desk@example.org, smtp: 'smtp://u@mail.example.org:587', password_env: DESK_PASSWORD}"
    desk(tmp_path, "https://example.org/feed", extra=extra)
    assert "DESK_PASSWORD" in run(tmp_path, "config", "show").stdout


def test_version_and_help() -> None:
    """The first words a new user types."""
    for words in (["--version"], ["--help"], ["sync", "-h"]):
        done = subprocess.run([sys.executable, "-m", "aggregator", *words], capture_output=True, text=True, timeout=30)
        assert done.returncode == 0 and "aggregator" in done.stdout


def test_a_mistyped_command_is_a_usage_error(tmp_path: Path) -> None:
    """With the command that was meant."""
    assert "sync" in run(tmp_path, "snyc", code=2).stderr


def index(connection: HTTPConnection) -> tuple[bool, bool]:
    """Tell whether the index names the new output, and the old one."""
    connection.request("GET", "/")
    text = connection.getresponse().read()
    return b"feeds/extra.atom" in text, b"feeds/world.atom" in text


def test_run_does_not_advise_a_sync_that_it_would_lock_out(site: Server, tmp_path: Path) -> None:
    """Feeds that failed before are counted; when they are asked again is told elsewhere."""
    desk(tmp_path, site.url("/a"), site.url("/missing"))
    run(tmp_path, "sync", code=3)
    missed = f"{utc_now() - timedelta(hours=1):%H:%M}"
    desk(tmp_path, site.url("/a"), site.url("/missing"), extra=EXTRA.replace("00:00", missed))
    command = [sys.executable, "-m", "aggregator", "-C", str(tmp_path), "run", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    try:
        line = next(line for line in process.stderr if "failed before and not due yet" in line)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert "`aggregator feeds` says when" in line and "sync" not in line


def test_run_works_serves_reloads_and_ends(site: Server, tmp_path: Path) -> None:
    """One life of `aggregator run`: first tick, HTTP, a bad and a good reload, SIGTERM."""
    missed = f"{utc_now() - timedelta(hours=1):%H:%M}"  # an issue that is caught up: missed by an hour
    here = desk(tmp_path, site.url("/a"), extra=EXTRA.replace("00:00", missed))
    command = [sys.executable, "-m", "aggregator", "-C", str(tmp_path), "run", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    try:
        address = re.search(r"http://([\d.]+):(\d+)/", process.stderr.readline())
        assert address
        deadline = time.monotonic() + 30
        while not (tmp_path / "storage/outbox").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        with closing(HTTPConnection(address[1], int(address[2]), timeout=10)) as connection:
            connection.request("GET", "/feeds/all.atom")
            answer = connection.getresponse()
            assert (answer.status, b"A treaty is signed" in answer.read()) == (200, True)
            (tmp_path / "feeds.yaml").write_text("title: Broken\nouputs: []\n", encoding="utf-8")
            process.send_signal(signal.SIGHUP)
            desk(tmp_path, site.url("/a"), extra="outputs: [{name: extra}]")
            process.send_signal(signal.SIGHUP)
            while index(connection) != (True, False) and time.monotonic() < deadline:
                time.sleep(0.1)
            assert index(connection) == (True, False)
        locked = run(tmp_path, "sync", code=4).stderr
        assert "aggregator run, since" in locked and "on `kill -HUP`" in locked and "finished" not in locked
    finally:
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=30)[1]
    assert process.returncode == 0, said
    assert "finishing the work in hand" in said
    assert "feeds.yaml read again" in said
    assert here.outputs()
