"""feeds add where a server wants little, names much or asks to be left alone: real processes, a real server."""

import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from aggregator.pipeline.discover import GUESSES
from tests.program import run
from tests.servers import Answer, Page, Seen, serve
from tests.workspaces import item, rss

HTML = {"content-type": "text/html"}
BARE = Page(b"<html><title>No links</title></html>", headers=HTML)
FEED = Page(rss(item(1)))
BUSY = Page(b"", status=429, headers={"retry-after": "3600"})


def add(root: Path, *urls: str, code: int = 0) -> dict[str, Any]:
    done = run(root, "feeds", "add", *urls, "--json", code=code)
    return {**json.loads(done.stdout or "{}"), "said": done.stderr}


def workspace(root: Path, *, spacing: str = "") -> Path:
    settings = "allow_networks: [127.0.0.0/8]" + (f", spacing: {spacing}" if spacing else "")
    (root / "feeds.yaml").write_text(f"title: T\nfetch: {{{settings}}}\nfeeds: []\n")
    return root


def naming(count: int) -> Page:
    links = "".join(f'<link rel="alternate" type="application/rss+xml" href="/f{at}">' for at in range(count))
    return Page(f"<html>{links}</html>".encode(), headers=HTML)


@pytest.mark.parametrize(
    ("pages", "asked"),
    [
        ({"/": BARE, "/feed": BUSY, "/rss.xml": FEED}, ["/", "/robots.txt", "/feed"]),
        ({"/": BARE, "/robots.txt": BUSY, "/feed": FEED}, ["/", "/robots.txt"]),
        ({"/": naming(3), "/f0": BUSY, "/f1": BUSY, "/f2": FEED}, ["/", "/f0", "/f1"]),
    ],
    ids=["a guess", "robots.txt", "a link"],
)
def test_who_says_that_we_ask_too_often_is_asked_no_more_and_that_is_said(
    tmp_path: Path, pages: Mapping[str, Answer], asked: list[str]
) -> None:
    """RFC 6585 §4; two go to a host at once."""
    with serve(dict(pages)) as server:
        found = add(workspace(tmp_path), server.url("/"), code=1)
        assert [seen.path for seen in server.requests] == asked
    reason = found["refused"][0]["reason"]
    assert "an HTML page" in reason and "no more was asked: " in reason
    assert "HTTP 429 Too Many Requests" in reason and "asked to wait until" in reason


def test_who_said_so_is_not_asked_again_when_it_is_added_again(tmp_path: Path) -> None:
    """Nor in a sync or a check, once somebody has written it down; its neighbours wait for an hour at most."""
    day = Page(b"", status=503, headers={"retry-after": "86400"})
    with serve({"/": day, "/rss.xml": FEED}) as server:
        root, url = workspace(tmp_path), server.url("/")
        first, again = add(root, url, code=1)["refused"], add(root, url, code=1)["refused"]
        assert "asked to wait until" in first[0]["reason"]
        assert again[0]["reason"].startswith("not asked: it asked us to wait until ")
        beside = add(root, server.url("/rss.xml"), code=1)["refused"]
        assert "127.0.0.1 told another of its feeds to come later; left alone until" in beside[0]["reason"]
        told = (root / "feeds.yaml").read_text()
        (root / "feeds.yaml").write_text(told.replace("feeds: []", f"feeds: [{url}]"))
        feeds = json.loads(run(root, "sync", "--force", "--json").stdout)["feeds"]
        (found,) = json.loads(run(root, "feeds", "check", "--json").stdout)["findings"]
        assert [seen.path for seen in server.requests] == ["/"]
    assert (feeds["due"], feeds["failed"], found["state"]) == (0, 0, "waiting")


def test_whom_a_page_names_is_left_alone_as_well_when_it_said_so(tmp_path: Path) -> None:
    """Kept is who said it, not who named it."""
    with serve({"/feed": BUSY}, host="127.0.0.2") as other:
        named = f'<link rel="alternate" type="application/rss+xml" href="{other.url("/feed")}">'
        with serve({"/": Page(f"<html>{named}</html>".encode(), headers=HTML)}) as server:
            root = workspace(tmp_path)
            for _ in range(2):
                reason = add(root, server.url("/"), code=1)["refused"][0]["reason"]
            assert (len(server.requests), len(other.requests)) == (2, 1)
    assert "127.0.0.2 told another of its feeds to come later" in reason


def test_guesses_keep_their_distance_from_the_page_and_from_each_other(tmp_path: Path) -> None:
    """As all requests to a host do."""
    times: list[tuple[str, float]] = []

    def answer(seen: Seen) -> Page:
        times.append((seen.path, monotonic()))
        return {"/": BARE, "/atom.xml": FEED}.get(seen.path, Page(b"", status=404))

    with serve(dict.fromkeys(["/", "/robots.txt", "/feed", "/rss.xml", "/atom.xml"], answer)) as server:
        found = add(workspace(tmp_path, spacing="0.6"), server.url("/"))
        assert found["added"][0]["url"] == server.url("/atom.xml")
    assert [path for path, _ in times] == ["/", "/robots.txt", "/feed", "/rss.xml", "/atom.xml"]
    assert all(later - sooner > 0.5 for (_, sooner), (_, later) in pairwise(times))


def test_addresses_that_are_added_together_keep_their_distance_as_well(tmp_path: Path) -> None:
    """They are asked in one run; a robots.txt is read once for all of a host."""
    times: list[tuple[str, float]] = []

    def answer(seen: Seen) -> Page:
        times.append((seen.path, monotonic()))
        return {"/one": FEED, "/two": BARE, "/three": BARE}.get(seen.path, Page(b"", status=404))

    paths = ["/one", "/two", "/robots.txt", *GUESSES, "/three", *GUESSES]
    with serve(dict.fromkeys(paths, answer)) as server:
        added = [server.url(path) for path in ("/one", "/two", "/three")]
        found = add(workspace(tmp_path, spacing="0.2"), *added, code=3)
    assert [one["url"] for one in found["added"]] == added[:1]
    assert [path for path, _ in times] == paths
    assert all(later - sooner > 0.19 for (_, sooner), (_, later) in pairwise(times))


def test_a_host_that_says_that_we_ask_too_often_is_asked_no_more_for_another_address(tmp_path: Path) -> None:
    """And what another host holds is found all the same."""
    with serve({"/busy": BUSY, "/f": FEED}) as server, serve({"/feed.xml": FEED}, host="127.0.0.2") as other:
        found = add(workspace(tmp_path), server.url("/busy"), server.url("/f"), other.url("/feed.xml"), code=3)
        assert [seen.path for seen in server.requests] == ["/busy"]
    assert [one["url"] for one in found["added"]] == [other.url("/feed.xml")]
    assert "left alone until" in found["refused"][1]["reason"]


def test_what_robots_txt_forbids_is_not_guessed(tmp_path: Path) -> None:
    """Nobody named these addresses to us (RFC 9309); a feed that a page names is asked for all the same."""
    no = Page(b"User-agent: *\nDisallow: /\n")
    with serve({"/": BARE, "/feed": FEED, "/robots.txt": no, "/page": naming(1), "/f0": FEED}) as server:
        root = workspace(tmp_path)
        found = add(root, server.url("/"), code=1)
        assert [seen.path for seen in server.requests] == ["/", "/robots.txt"]
        paths = "/feed, /rss.xml, /atom.xml, /index.xml, /feed.json"
        why = f"; not tried at {paths}: robots.txt of 127.0.0.1 does not allow it"
        assert found["refused"][0]["reason"].endswith(why)
        assert add(root, server.url("/page"))["added"][0]["url"] == server.url("/f0")


def test_guesses_get_the_time_that_robots_txt_asks_for(tmp_path: Path) -> None:
    """Where it is too much for a person to wait for, that is said."""
    some = Page(b"User-agent: aggregator\nDisallow: /feed\nCrawl-delay: 2\n")
    with serve({"/": BARE, "/robots.txt": some, "/rss.xml": FEED}) as server:
        root, began = workspace(tmp_path), monotonic()
        assert add(root, server.url("/"))["added"][0]["url"] == server.url("/rss.xml")
        assert monotonic() - began > 2
        assert [seen.path for seen in server.requests] == ["/", "/robots.txt", "/rss.xml"]
        server.pages["/robots.txt"] = Page(b"User-agent: *\nCrawl-delay: 40\n")
        reason = add(workspace(tmp_path), server.url("/"), code=1)["refused"][0]["reason"]
        assert reason.endswith("/feed.json: its robots.txt asks for 40 seconds between two requests")
        assert [seen.path for seen in server.requests[3:]] == ["/", "/robots.txt"]


def test_a_feed_that_its_robots_txt_allow_is_found_by_habit(tmp_path: Path) -> None:
    with serve({"/": BARE, "/feed": FEED, "/robots.txt": Page(b"User-agent: *\nDisallow: /admin\n")}) as server:
        assert add(workspace(tmp_path), server.url("/"))["added"][0]["guessed"] == server.url("/")


def test_a_page_that_names_more_feeds_than_are_looked_at_says_how_many(tmp_path: Path) -> None:
    with serve({"/": naming(100), **{f"/f{at}": FEED for at in range(100)}}) as server:
        found = add(workspace(tmp_path), server.url("/"))
        assert f"{server.url('/')} names 100 feeds; the first 8 were looked at:" in found["said"]
        assert len(server.requests) == 9
    assert (found["added"][0]["named"], len(found["others"])) == (100, 7)


def test_what_feeds_yaml_cannot_take_in_is_told_with_the_address_that_was_typed(tmp_path: Path) -> None:
    """A list that is somebody else's, and what is an address of mail."""
    (tmp_path / "feeds.yaml").write_text("title: T\ndefaults: {topics: &n []}\nfeeds: *n\n")
    said = add(tmp_path, "https://new.example/", code=2)["said"]
    assert "add by hand:\n- url: https://new.example/" in said and "feeds.invalid" not in said
    for address in ("mailto:ann@example.com", "Mailto:ann@example.com"):
        reason = add(workspace(tmp_path), address, code=1)["refused"][0]["reason"]
        assert reason.startswith("not an http(s) address")
