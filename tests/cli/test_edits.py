"""What `feeds` and `feeds check` say is to do, done to the letter: real processes, a real server."""

import re
from datetime import timedelta
from pathlib import Path

from aggregator.app import utc_now
from aggregator.cli.feed import known_feeds
from tests.program import data, run
from tests.servers import Page, Server, serve
from tests.workspaces import Desk, desk, item, rss

RSS = 'rel="alternate" type="application/rss+xml"'
HTML = {"content-type": "text/html; charset=iso-8859-1"}


def page(links: str) -> Page:
    return Page(f"<!doctype html><html><head><title>Ü</title>{links}</head></html>".encode("latin-1"), headers=HTML)


def gone(to: str) -> Page:
    return Page(status=301, headers={"location": to})


def pages() -> dict[str, Page]:
    """Feeds, feeds that moved to one of them or to a new place, and pages that name them."""
    feeds = {path: Page(rss(item(at, at=utc_now()))) for at, path in enumerate(("/a", "/new", "/b", "/c"))}
    return {
        **feeds,
        "/b?type=rss&section=3&q=%FC": feeds["/b"],
        "/one": gone("/new"),
        "/two": gone("/new"),
        "/three": gone("/a/"),
        "/a/": feeds["/a"],
        "/names-a": page(
            f'<!-- <link {RSS} href="/c"> --><link {RSS} title="Comments" href="/c"><link {RSS} href="/a/">'
        ),
        "/names-b": page(f'<link {RSS} href="data:text/xml,x"><a {RSS} href="b?type=rss&section=3&q=ü">RSS</a>'),
        "/names-c": page(f'<textarea><link {RSS} href="/no"></textarea><link rel=feed href="/c">'),
        "/names-none": page(""),
        "/atom.xml": Page(rss(item(9, at=utc_now()))),
    }


LISTED = ("/a", "/one", "/two", "/three", "/names-a", "/names-b", "/names-c", "/names-none")


def done(text: str, edit: str) -> str:
    """Do what one line says."""
    if found := re.fullmatch(r"feeds\.yaml:(\d+): replace (\S+) by (\S+)", edit):
        lines = text.splitlines()
        assert lines[int(found[1]) - 1] == f"  - {found[2]}"
        lines[int(found[1]) - 1] = f"  - {found[3]}"
        return "\n".join(lines)
    found = re.match(r"feeds\.yaml:\d+: remove ([^\s:]+:[^\s:]+:[^\s:]+): ", edit)
    assert found, edit
    return text.replace(f"  - {found[1]}\n", "")


def synced(root: Path, server: Server) -> Desk:
    here = desk(root, *map(server.url, LISTED), extra="defaults: {every: 1h}\n")
    now = utc_now()
    for here.clock.now in (now - timedelta(days=8), now):
        here.sync()
    return here


def test_each_edit_can_be_made_alone_and_all_of_them_together(tmp_path: Path) -> None:
    """No feed is listed twice then, none is lost, and each is the one that `feeds add` takes."""
    with serve(pages()) as server:
        synced(tmp_path, server)
        at, file = server.url, tmp_path / "feeds.yaml"
        listed = {one["url"]: one["suggested_edit"] for one in data(tmp_path, "feeds")["feeds"]}
        *edits, last = [listed[at(path)].partition(": ")[2] for path in LISTED[1:]]
        question = "/b?type=rss&section=3&q=%FC"
        assert edits == [
            f"replace {at('/one')} by {at('/new')}",
            f"remove {at('/two')}: it moved to {at('/new')}, which takes the place of {at('/one')} (line 6)",
            f"remove {at('/three')}: it moved to {at('/a/')}, which is listed too (line 5)",
            f"remove {at('/names-a')}: it is a page that names {at('/a/')}, which is listed too (line 5)",
            f"replace {at('/names-b')} by {at(question)}",
            f"replace {at('/names-c')} by {at('/c')}",
        ]
        none = at("/names-none")
        assert last == f"{none} is a page; remove it, then `aggregator feeds add {none}` looks for its feed"
        before = whole = file.read_text()
        for edit in [edit for edit in listed.values() if edit and not edit.endswith(last)][::-1]:
            file.write_text(done(before, edit))
            run(tmp_path, "check")
            whole = done(whole, edit)
        file.write_text(whole)
        run(tmp_path, "feeds", "remove", none)
        run(tmp_path, "feeds", "add", none)
        assert data(tmp_path, "check")["twice"] == []
        found = {one["url"]: one["state"] for one in data(tmp_path, "feeds", "check")["findings"]}
        assert found == dict.fromkeys(map(at, ("/a", "/new", question, "/c", "/atom.xml")), "ok")


def test_adding_a_page_takes_the_feed_that_its_error_names(tmp_path: Path) -> None:
    with serve(pages()) as server:
        synced(tmp_path, server)
        told = {one["url"]: one["error"] for one in data(tmp_path, "feeds")["feeds"]}
        for path in ("/names-b", "/names-c"):
            run(tmp_path, "feeds", "remove", server.url(path))
            (added,) = data(tmp_path, "feeds", "add", server.url(path))["added"]
            assert (
                told[server.url(path)] == f"an HTML page (title “Ü”), not a feed; the page names a feed: {added['url']}"
            )


def test_a_check_looks_at_what_is_listed(tmp_path: Path) -> None:
    with serve(pages()) as server:
        synced(tmp_path, server)
        at = server.url
        found = {one["url"]: one["detail"] for one in data(tmp_path, "feeds", "check", code=3)["findings"]}
    assert found[at("/one")].endswith(f"{at('/new')}; feeds.yaml:6: replace {at('/one')} by {at('/new')}")
    assert found[at("/two")].endswith(f"which takes the place of {at('/one')} (line 6)")
    assert found[at("/three")].endswith(f"it moved to {at('/a/')}, which is listed too (line 5)")
    assert found[at("/names-a")].count("/a/") == found[at("/names-c")].count("/c") == 1, "named once"


def test_without_lines_the_file_alone_is_named(tmp_path: Path) -> None:
    """It was changed in the meantime."""
    with serve(pages()) as server, synced(tmp_path, server).app() as app:
        (tmp_path / "feeds.yaml").write_text("title: Another\nfeeds: []\n")
        told = {known.state.url: known.edit for known in known_feeds(app)}
        at = server.url
    assert told[at("/one")] == f"feeds.yaml: replace {at('/one')} by {at('/new')}"
    assert told[at("/three")] == f"feeds.yaml: remove {at('/three')}: it moved to {at('/a/')}, which is listed too"
    assert told[at("/names-none")].startswith(f"feeds.yaml: {at('/names-none')} is a page; ")
