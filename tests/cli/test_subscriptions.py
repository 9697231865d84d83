"""feeds add, remove, import, export and check, as people use them: real processes, a real server."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest

from aggregator.app import utc_now
from aggregator.config import load
from tests import program
from tests.servers import Page, Server, serve
from tests.workspaces import item, rss

SHIPPED = (Path(__file__).parents[2] / "feeds.yaml").read_text(encoding="utf-8")
RSS = 'rel="alternate" type="application/rss+xml"'
PAGE = f"""<!DOCTYPE html><html><head><title>Blog</title>
<link {RSS} title="Comments" href="/comments"><link {RSS} title="All" href="/feed-a"><link {RSS} href="/feed-b">
</head></html>""".encode()
HTML = {"content-type": "text/html"}


def run(root: Path, *words: str, code: int = 0, given: bytes = b"") -> program.Done:
    """Run the commands of feeds and expect their exit code."""
    return program.run(root, "feeds", *words, code=code, given=given)


def data(root: Path, *words: str, code: int = 0) -> dict[str, Any]:
    """Give what they print for programs."""
    return program.data(root, "feeds", *words, code=code)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A copy of the repository's own feeds.yaml that may ask loopback addresses."""
    text = SHIPPED.replace("defaults:\n", "fetch: {allow_networks: [127.0.0.0/8]} # for tests\n\ndefaults:\n")
    (tmp_path / "feeds.yaml").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def site() -> Iterator[Server]:
    now = utc_now()
    pages = {
        "/page": Page(PAGE, headers=HTML),
        "/comments": Page(rss(item(9, at=now), title="Comments on everything")),
        "/feed-a": Page(rss(item(1, at=now), item(2, at=now), title="Feed \x1b]0;A")),
        "/feed-b": Page(rss(item(3, at=now), title="Feed B")),
        "/old": Page(b"", status=301, headers={"location": "/feed-a"}),
        "/bare": Page(b"<html><title>No links</title></html>", headers=HTML),
        "/atom.xml": Page(rss(item(4, at=now), title="By habit")),
        "/picture": Page(b"\x89PNG\r\n\x1a\n", headers={"content-type": "image/png"}),
        "/gone": Page(b"", status=410),
    }
    with serve(pages) as server:
        yield server


def changes(root: Path, before: str) -> list[str]:
    """List the lines that were added and taken out."""
    after = (root / "feeds.yaml").read_text(encoding="utf-8")
    lines = list(unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0))
    return [line for line in lines[2:] if not line.startswith("@@")]


def text(root: Path) -> str:
    """Read feeds.yaml."""
    return (root / "feeds.yaml").read_text(encoding="utf-8")


def test_a_feed_is_added_below_the_last_one_and_its_comments(root: Path, site: Server) -> None:
    """Only the new lines differ; its title cannot steer the terminal."""
    before = text(root)
    done = run(root, "add", site.url("/feed-a"), "--topic", "world", "--title", "A: first", "--every", "30m")
    assert changes(root, before) == [
        f"+  - url: {site.url('/feed-a')}",
        "+    title: 'A: first'",
        "+    topics: [world]",
        "+    every: 30m",
    ]
    assert "added in feeds.yaml:" in done.stderr
    assert "\x1b" not in done.stderr
    assert not (root / "storage" / "outputs").exists()


def test_a_page_leads_to_its_first_feed_and_the_others_are_named(root: Path, site: Server) -> None:
    """Nobody is asked without a terminal; comments come last."""
    before = text(root)
    found = data(root, "add", site.url("/page"))
    assert [one["url"] for one in found["added"]] == [site.url("/feed-a")]
    assert [one["url"] for one in found["others"]] == [site.url("/feed-b"), site.url("/comments")]
    assert found["added"][0]["entries"] == 2
    assert changes(root, before) == [f"+  - {site.url('/feed-a')}"]
    found = data(root, "add", site.url("/page"))
    assert [one["url"] for one in found["added"]] == [site.url("/feed-b")]


def test_an_address_without_a_scheme_and_one_that_moved(root: Path, site: Server) -> None:
    """https is tried first; what is written is where the address leads for good."""
    found = data(root, "add", site.url("/old").removeprefix("http://"))
    assert found["added"][0]["url"] == site.url("/feed-a")


def test_a_page_that_names_no_feed_is_tried_by_habit(root: Path, site: Server) -> None:
    """One after the other, up to the first that is a feed, as far as robots.txt allow."""
    before = len(site.requests)
    assert data(root, "add", site.url("/bare"))["added"][0]["url"] == site.url("/atom.xml")
    paths = [seen.path for seen in site.requests[before:]]
    assert paths == ["/bare", "/robots.txt", "/feed", "/rss.xml", "/atom.xml"]


def test_what_is_there_is_refused_with_its_line(root: Path, site: Server) -> None:
    """http and https and a last slash make no other feed; its server is not asked."""
    before = text(root)
    asked = run(root, "add", "http://www.nasa.gov/feed", code=1)
    line = next(number for number, line in enumerate(before.splitlines(), 1) if "nasa.gov" in line)
    assert f"is there already, in feeds.yaml:{line}" in asked.stderr
    assert text(root) == before


@pytest.mark.parametrize(
    ("path", "why"), [("/picture", "PNG"), ("/gone", "410"), ("/missing", "404")], ids=["picture", "gone", "missing"]
)
def test_what_is_no_feed_is_refused_with_the_reason(root: Path, site: Server, path: str, why: str) -> None:
    """Nothing is written; what else was named is added all the same, with exit code 3."""
    before = text(root)
    assert why in run(root, "add", site.url(path), code=1).stderr
    assert text(root) == before
    assert len(data(root, "add", site.url(path), site.url("/feed-b"), code=3)["added"]) == 1


def test_an_address_that_feeds_yaml_would_not_take_is_refused_before_anybody_is_asked(root: Path) -> None:
    """In the same words, and without the password that it holds."""
    secrets = (
        "https://ann:secret@example.com/feed",
        "ann:secret@example.com/feed",
        "https://ann:a/secret@example.com/",
    )
    for address in (*secrets, "ftp://example.com/feed", "no address"):
        done = run(root, "add", address, "--json", code=1)
        assert "secret" not in done.stdout + done.stderr and "mend it in feeds.yaml" not in done.stderr
    assert "an address has no blanks" in done.stderr


def test_a_dry_run_shows_the_change_and_makes_none(root: Path, site: Server) -> None:
    """As a diff, on stdout."""
    before = text(root)
    assert f"+  - {site.url('/feed-a')}" in run(root, "add", site.url("/feed-a"), "--dry-run").stdout
    lines = run(root, "remove", "theverge", "--dry-run").stdout.splitlines()
    assert "-  - https://www.theverge.com/rss/index.xml" in lines
    assert "   - https://feeds.arstechnica.com/arstechnica/index" in lines
    assert text(root) == before


def test_mistakes_are_told_before_anybody_is_asked(root: Path, site: Server) -> None:
    """An unknown topic, a rhythm that is none."""
    before, requests = text(root), len(site.requests)
    assert "there is: world" in run(root, "add", site.url("/feed-a"), "--topic", "wrold", code=1).stderr
    said = run(root, "add", site.url("/feed-a"), "--every", "often", code=2).stderr
    assert said.startswith("--every: must be like 30m"), "it is in no line of feeds.yaml"
    assert (text(root), len(site.requests)) == (before, requests)


def test_a_person_chooses_among_several(root: Path, site: Server) -> None:
    """On a terminal, by number."""
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "aggregator", "-C", str(root), "feeds", "add", site.url("/page")]
    os.write(leader, b"9\n2,3\n")
    done = subprocess.run(command, stdin=follower, stdout=follower, stderr=follower, timeout=60)
    os.close(follower)
    os.close(leader)
    assert done.returncode == 0
    added = [feed.url for feed in load(root / "feeds.yaml").feeds][-2:]
    assert added == [site.url("/feed-b"), site.url("/comments")]


def test_feeds_are_removed_by_address_or_part(root: Path) -> None:
    """Whatever stands around them stays."""
    before = text(root)
    done = run(root, "remove", "https://www.nasa.gov/feed", "theverge")
    gone = (
        "  - https://www.theverge.com/rss/index.xml\n",
        "  - url: https://www.nasa.gov/feed/\n    topics: [science]\n",
    )
    assert text(root) == before.replace(gone[0], "").replace(gone[1], "")
    assert "until `aggregator prune`" in done.stderr
    assert (
        "did you mean https://www.nature.com/nature.rss"
        in run(root, "remove", "https://www.nature.com/natur.rs", code=1).stderr
    )
    assert "did you mean https://www.nature.com/" in run(root, "remove", "www.nature.com/natur.rs", code=1).stderr
    assert "part of 2 addresses" in run(root, "remove", "feeds.bbci.co.uk", code=1).stderr


def test_a_subscription_list_comes_in_with_its_folders(root: Path) -> None:
    """Folders become topics, those that are there are used, and what is left out is told."""
    before = text(root)
    opml = b"""<opml version="2.0"><body>
<outline text="World"><outline text="A" xmlUrl="https://a.example/feed"/></outline>
<outline text="Deep Space &amp; Time"><outline text="B" xmlurl="https://b.example/feed"/></outline>
<outline text="again" xmlUrl="https://www.nasa.gov/feed"/>
<outline text="note"/></body></opml>"""
    (root / "list.opml").write_bytes(opml)
    dry = run(root, "import", str(root / "list.opml"), "--dry-run")
    assert "+  deep-space-and-time: {title: Deep Space & Time}" in dry.stdout or "Deep Space & Time" in dry.stdout
    assert text(root) == before
    done = run(root, "import", "-", given=opml)
    assert "stdin:5: note: has no address" in done.stderr
    assert "stdin:4: https://www.nasa.gov/feed: is there already" in done.stderr
    config = load(root / "feeds.yaml")
    assert [(feed.url, feed.title, feed.topics) for feed in config.feeds[-2:]] == [
        ("https://a.example/feed", "A", ("world",)),
        ("https://b.example/feed", "B", ("deep-space-and-time",)),
    ]
    assert not [line for line in changes(root, before) if line.startswith("-")]
    assert data(root, "import", str(root / "list.opml"), code=1)["added"] == []


def test_a_list_is_taken_without_its_folders(root: Path) -> None:
    """Then no topic is made."""
    (root / "list.opml").write_text(
        '<opml><body><outline text="F"><outline xmlUrl="https://a.example/f"/></outline></body></opml>'
    )
    found = data(root, "import", str(root / "list.opml"), "--no-topics")
    assert (found["topics"], found["added"][0]["topics"]) == ({}, [])


def test_what_goes_out_comes_in_again(root: Path, tmp_path: Path) -> None:
    """Addresses, titles and topics survive the way through OPML into an empty workspace."""
    out = tmp_path / "out.opml"
    run(root, "export", "--opml", str(out))
    other = tmp_path / "other"
    other.mkdir()
    (other / "feeds.yaml").write_text("title: Other\n")
    run(other, "import", str(out))
    before, after = load(root / "feeds.yaml"), load(other / "feeds.yaml")
    assert {(f.url, f.title, f.topics) for f in after.feeds} == {(f.url, f.title, f.topics) for f in before.feeds}
    assert {(t.name, t.title) for t in after.topics} <= {(t.name, t.title) for t in before.topics}
    assert run(root, "export").stdout.splitlines() == [feed.url for feed in before.feeds]


def test_topics_are_found_again_by_name_or_title(root: Path, tmp_path: Path) -> None:
    """A workspace that calls a topic otherwise uses its own, also where the title is written a little differently."""
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
    (one / "feeds.yaml").write_text(
        "title: One\nfeeds:\n"
        "  - {url: 'https://a.example/', topics: [world, ai]}\n  - {url: 'https://b.example/', topics: [ai]}\n"
        "topics: {world: {title: World News}, ai: {title: AI & Robots}}\n"
    )
    (other / "feeds.yaml").write_text(
        "title: Other\ntopics: {machines: {title: AI and robots}, world: {title: Earth}}\n"
    )
    run(one, "export", "--opml", str(tmp_path / "out.opml"))
    run(other, "import", str(tmp_path / "out.opml"))
    after = load(other / "feeds.yaml")
    assert [feed.topics for feed in after.feeds] == [("world", "machines"), ("machines",)]
    assert [topic.name for topic in after.topics] == ["machines", "world"]


def test_a_running_process_is_told_of_with_each_edit(root: Path) -> None:
    """`run` goes by the old file until a signal; the last line says which, and a dry run does not."""
    command = [sys.executable, "-m", "aggregator", "-C", str(root), "run", "--port", "0"]
    (root / "feeds.yaml").write_text("title: T\nfeeds: []\n")
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    try:
        assert "serving" in process.stderr.readline()
        (root / "list.opml").write_text('<opml><body><outline xmlUrl="https://a.example/f"/></body></opml>')
        words = ("import", str(root / "list.opml"))
        assert "kill" not in run(root, *words, "--dry-run").stderr
        hint = f"`aggregator run` goes by the old feeds.yaml until: kill -HUP {process.pid}"
        assert run(root, *words).stderr.splitlines()[-1] == hint
        assert run(root, "remove", "a.example").stderr.splitlines()[-1] == hint
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert "kill" not in run(root, *words).stderr


def test_reading_commands_make_no_database(root: Path) -> None:
    """In a workspace that was never synced nothing is made, and all there is to see is shown."""
    (root / "list.txt").write_text(run(root, "export").stdout)
    for words in (("export", "--opml"), ("show", "nasa"), ("export", "--json")):
        assert "nasa.gov" in run(root, *words).stdout
    assert sorted(path.name for path in root.iterdir()) == ["feeds.yaml", "list.txt"]


def test_check_asks_those_named_and_shows_what_to_write(root: Path, site: Server) -> None:
    """Moved with the place and both addresses, pages with the feeds that they name; exit code 3."""
    urls = [site.url(path) for path in ("/old", "/page", "/gone", "/feed-b")]
    lines = "".join(f"  - {url}\n" for url in urls)
    (root / "feeds.yaml").write_text(text(root).replace("feeds:\n", f"feeds:\n{lines}", 1))
    found = {one["url"]: one for one in data(root, "check", *urls, code=3)["findings"]}
    assert [found[url]["state"] for url in urls] == ["moved", "not a feed", "gone", "ok"]
    line = text(root).splitlines().index(f"  - {urls[0]}") + 1
    assert found[urls[0]]["detail"].endswith(f"; feeds.yaml:{line}: replace {urls[0]} by {site.url('/feed-a')}")
    assert found[urls[1]]["links"] == [site.url(path) for path in ("/feed-a", "/feed-b", "/comments")]
    said = found[urls[1]]["detail"]
    assert "not a feed" not in said and said.count(site.url("/feed-a")) == said.count(site.url("/feed-b")) == 1
    assert run(root, "check", urls[3]).stdout.startswith(f"{urls[3]}: ok: ")
    assert "no feed “nowhere”" in run(root, "check", "nowhere", code=1).stderr


def test_check_tells_who_wants_to_wait_from_who_cannot_be_reached(root: Path) -> None:
    """Nobody is unreachable who said when to come again, nor the neighbours that were not asked for it."""
    pages = {
        **dict.fromkeys(("/a", "/b", "/c"), Page(b"", status=429, headers={"retry-after": "3600"})),
        "/busy": Page(b"", status=503, headers={"retry-after": "3600"}),
        "/broken": Page(b"", status=503),
    }
    with serve(pages) as one, serve(pages, host="127.0.0.2") as two, serve(pages, host="127.0.0.3") as three:
        urls = [*map(one.url, ("/a", "/b", "/c")), two.url("/busy"), three.url("/broken")]
        (root / "feeds.yaml").write_text(
            "title: T\nfetch: {allow_networks: [127.0.0.0/8]}\nfeeds:\n" + "".join(f"  - {url}\n" for url in urls)
        )
        found = {one["url"]: one for one in data(root, "check", code=3)["findings"]}
        assert sorted(found[url]["state"] for url in urls[:3]) == ["not asked", "waiting", "waiting"]
        assert [found[url]["state"] for url in urls[3:]] == ["waiting", "unreachable"]
        assert "HTTP 429" in found[urls[0]]["detail"] and "told another of its feeds" in found[urls[2]]["detail"]


def test_a_list_with_feeds_that_will_not_be_asked_says_so(root: Path) -> None:
    """They are taken in: feeds.yaml may open what stands in the way."""
    (root / "feeds.yaml").write_text("title: T\n")
    feeds = "".join(
        f'<outline xmlUrl="{url}"/>' for url in ("http://10.0.0.1/f", "http://b.example:22/", "http://c.example/")
    )
    said = run(root, "import", "-", given=f"<opml><body>{feeds}</body></opml>".encode()).stderr
    assert "stdin:1: http://10.0.0.1/f: will not be asked: the address 10.0.0.1 is private" in said
    assert "stdin:1: http://b.example:22/: will not be asked: port 22" in said
    assert "c.example" not in said and "3 feeds and 0 topics added" in said


def listed(root: Path, *urls: str) -> None:
    """Write a feeds.yaml with these feeds alone."""
    lines = ["title: Test Desk", "fetch: {allow_networks: [127.0.0.0/8]}", "feeds:", *(f"  - {url}" for url in urls)]
    (root / "feeds.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def sync(root: Path) -> dict[str, Any]:
    """Sync once, whatever comes of it."""
    return dict(json.loads(program.called("-C", root, "sync", "--json").stdout))


def test_what_a_check_was_told_to_wait_for_is_known_to_all_who_ask(root: Path) -> None:
    """To the feed itself, its neighbours, new addresses there, and those that a person adds; before any sync, too."""
    with serve({f"/{number}": Page(status=429, headers={"retry-after": "3600"}) for number in range(6)}) as server:
        urls = [server.url(path) for path in server.pages]
        listed(root, *urls[:3])
        run(root, "check", code=3)
        asked = len(server.requests)
        assert asked <= 2
        feeds = sync(root)["feeds"]
        assert (feeds["fetched"], feeds["failed"], feeds["postponed"]) == (0, 0, 3 - asked)
        listed(root, *urls[:5])
        assert sync(root)["feeds"]["postponed"] == 2
        states = [one["state"] for one in data(root, "check", code=3)["findings"]]
        assert states.count("waiting") == asked
        refused = data(root, "add", urls[5], code=1)["refused"]
        assert "127.0.0.1 told another of its feeds to come later; left alone until" in refused[0]["reason"]
        assert len(server.requests) == asked


def test_a_wait_that_is_longer_than_we_heed_is_told_so(root: Path) -> None:
    with serve({"/a": Page(status=503, headers={"retry-after": "99999999"})}) as server:
        listed(root, server.url("/a"))
        run(root, "check")
        (found,) = data(root, "check")["findings"]
        assert found["state"] == "waiting" and len(server.requests) == 1
        assert found["detail"].startswith("asked us to wait for more than 7 days; left alone until ")


def test_a_check_asks_for_what_has_changed_since_the_last_sync(root: Path) -> None:
    """With validators where there are any; what has not changed is told of by what is stored, where it moved, too."""
    page = Page(rss(item(1, at=utc_now()), title="The Feed"), etag='"1"')
    old = Page(rss(item(2), title="Old"), etag='"1"')
    with serve({"/a": page, "/old": old, "/moved": Page(status=301, headers={"location": "/a"})}) as server:
        urls = [server.url(path) for path in server.pages]
        listed(root, *urls)
        data(root, "check", *urls, code=3)
        assert [seen.headers.get("if-none-match") for seen in server.requests] == [None] * 4
        sync(root)
        del server.requests[:]
        found = {one["url"]: one for one in data(root, "check", code=3)["findings"]}
        conditions = [
            (seen.path, seen.headers.get("if-none-match"), seen.headers.get("a-im")) for seen in server.requests
        ]
        assert sorted(conditions, key=str) == [
            ("/a", '"1"', None),
            ("/a", '"1"', None),
            ("/moved", None, None),
            ("/old", '"1"', None),
        ]
    assert found[urls[0]]["state"] == "ok"
    assert found[urls[0]]["detail"].startswith("unchanged since ")
    assert found[urls[0]]["detail"].endswith("UTC: RSS 2.0, 1 entry stored, “The Feed”")
    assert found[urls[2]]["state"] == "moved" and found[urls[2]]["moved_to"] == urls[0]


def test_one_feed_under_two_forms_of_its_address_is_told_of(root: Path) -> None:
    """As `feeds import` knows them: no mistake, for servers may tell them apart."""
    forms = [
        "https://example.com/~a/",
        "http://www.example.com/%7Ea",
        "https://bücher.example/f",
        "https://example.com/b",
    ]
    listed(root, *forms, "https://xn--bcher-kva.example/f")
    command = [sys.executable, "-m", "aggregator", "-C", str(root), "check"]
    done = subprocess.run([*command, "--json"], capture_output=True, timeout=60)
    twice = [
        "feeds.yaml:5: http://www.example.com/%7Ea: probably the same feed as in line 4",
        "feeds.yaml:8: https://xn--bcher-kva.example/f: probably the same feed as in line 6",
    ]
    assert (done.returncode, json.loads(done.stdout)["twice"]) == (0, twice)
    assert subprocess.run(command, capture_output=True, timeout=60).stderr.decode().splitlines()[1:] == twice
    listed(root, forms[0], *forms[2:])
    assert json.loads(subprocess.run([*command, "--json"], capture_output=True, timeout=60).stdout)["twice"] == []
