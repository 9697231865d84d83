"""What readers get from a running site: uvicorn on loopback, asked over real sockets."""

import gzip
from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest

from tests.web.newsstand import ATOM, ISSUE, JSON, RSS, WRITTEN, Site, write

LAST_MODIFIED = "Mon, 04 May 2026 07:30:15 GMT"


class Links(HTMLParser):
    """Collects every address a page points to, and the autodiscovery links."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.alternates: list[tuple[str, str, str]] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.targets += [found[name] for name in ("href", "src", "action") if name in found]
        if found.get("rel") == "alternate":
            self.alternates.append((found["type"], found["title"], found["href"]))


@pytest.mark.parametrize(
    ("path", "media_type", "body"),
    [
        ("/feeds/world.atom", "application/atom+xml; charset=utf-8", ATOM),
        ("/feeds/world.rss", "application/rss+xml; charset=utf-8", RSS),
        ("/feeds/world.json", "application/feed+json", JSON),
        ("/issues/morning/2026-05-04", "text/html; charset=utf-8", ISSUE),
        ("/issues/morning/2026-05-04.txt", "text/plain; charset=utf-8", "Grüße am Morgen\n".encode()),
        ("/healthz", "text/plain; charset=utf-8", b"ok\n"),
    ],
)
def test_what_was_written_is_served_byte_for_byte_under_its_media_type(site: Site, path, media_type, body):
    reply = site.ask(path)
    assert (reply.status, reply.headers["content-type"], reply.body) == (200, media_type, body)


def test_a_feed_reader_asks_again_and_gets_nothing_until_the_feed_changes(own_site: Site):
    first = own_site.ask("/feeds/world.atom", accept_encoding="gzip")
    assert gzip.decompress(first.body) == ATOM
    assert first.headers["last-modified"] == LAST_MODIFIED
    known = {"if_none_match": first.headers["etag"], "if_modified_since": LAST_MODIFIED}
    again = own_site.ask("/feeds/world.atom", accept_encoding="gzip", **known)
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    write(own_site.storage / "outputs" / "world.atom", ATOM + b"<!-- one more -->")
    changed = own_site.ask("/feeds/world.atom", accept_encoding="gzip", **known)
    assert changed.status == 200
    assert changed.headers["etag"] != first.headers["etag"]


def test_etags_spread_over_two_header_lines_are_read_as_one_list(site: Site):
    tag = site.ask("/feeds/world.atom").headers["etag"]
    assert site.ask("/feeds/world.atom", if_none_match='"a"', If_None_Match=tag).status == 304


@pytest.mark.parametrize("path", ["/", "/feeds/world.atom", "/feeds/world.json", "/issues/morning/", "/style.css"])
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_head_says_what_get_would(site: Site, path, encoding):
    got = site.ask(path, accept_encoding=encoding)
    head = site.ask(path, method="HEAD", accept_encoding=encoding)
    assert head.body == b""
    assert {**head.headers, "date": ""} == {**got.headers, "date": ""}
    assert int(head.headers["content-length"]) == len(got.body)


@pytest.mark.parametrize(
    "target",
    [
        "/feeds/hidden.atom",  # written, but no longer configured
        "/feeds/later.atom",  # configured, but not yet written
        "/feeds/later.rss",  # a format this output does not have
        "/feeds/world.html",
        "/feeds/world",
        "/feeds/",
        "/feeds/../aggregator.db",
        "/feeds/..%2f..%2faggregator.db",
        "/feeds/%2e%2e/aggregator.db",
        "/feeds/..%5caggregator.db",
        "/feeds/world.atom/../../aggregator.db",
        "/feeds//etc/passwd",
        "/feeds/world.atom%00",
        "/issues/",
        "/issues/secret/",
        "/issues/secret/2026-05-04",
        "/issues/secret",
        "/issues/evening/2026-05-04",
        "/issues/morning/2026-05-04.eml",  # carries an address
        "/issues/morning/2026-05-04.html.html",
        "/issues/morning/..%2f..%2faggregator.db",
        "/issues/morning/..",
        "/issues/morning/%2e%2e%2fsecret%2f2026-05-04",
        "/issues/../aggregator.db",
        "/issues/%2e%2e",
        "/storage/aggregator.db",
        "//etc/passwd",
        "/wp-login.php",
        "/%ff%fe",
        "/a/b/c/d",
    ],
)
def test_only_configured_names_lead_anywhere(site: Site, target):
    reply = site.ask(target)
    assert reply.status == 404
    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert reply.headers["cache-control"] == "no-store"
    assert b"Not found" in reply.body
    assert b"SQLite" not in reply.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_nothing_can_be_changed(site: Site, method):
    reply = site.ask("/feeds/world.atom", method=method)
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("path", ["/", "/issues/morning/", "/issues/morning", "/nothing/here", "/feeds/world.atom"])
def test_a_forged_host_shows_up_nowhere(site: Site, path):
    reply = site.ask(path, host="evil.example.net", x_forwarded_host="evil.example.net")
    assert b"evil.example.net" not in reply.body
    assert not any("evil.example.net" in value for value in reply.headers.values())


def test_the_archive_without_its_last_slash_moves_for_good_by_a_relative_address(site: Site):
    reply = site.ask("/issues/morning")
    assert (reply.status, reply.headers["location"]) == (308, "morning/")


def test_the_index_shows_every_output_and_the_latest_issues(own_site: Site):
    for day in range(10, 19):
        write(own_site.storage / "issues" / "morning" / f"2026-05-{day}.html", ISSUE)
    write(own_site.storage / "issues" / "morning" / ".2026-05-30.html", b"half written")
    page = own_site.ask("/")
    links = Links(page.body)
    assert links.alternates == [
        ("application/atom+xml", "World (Atom)", "./feeds/world.atom"),
        ("application/rss+xml", "World (RSS)", "./feeds/world.rss"),
        ("application/feed+json", "World (JSON Feed)", "./feeds/world.json"),
        ("application/atom+xml", "later (Atom)", "./feeds/later.atom"),
    ]
    issues = [target for target in links.targets if target.startswith("./issues/") and target[-2:].isdigit()]
    assert issues == [f"./issues/morning/2026-05-{day}" for day in range(18, 13, -1)]
    assert b"No issue yet." in page.body
    archive = Links(own_site.ask("/issues/morning/").body)
    assert [target for target in archive.targets if target[-2:].isdigit()][-2:] == ["2026-05-04", "2026-05-03"]
    assert archive.alternates[0][2] == "../../feeds/world.atom"


def test_titles_from_the_config_are_words_never_markup(site: Site):
    page = site.ask("/").body.decode()
    assert "World &lt;Desk&gt; &amp; &#34;Co&#34;" in page
    assert "Morning &lt;briefing&gt;" in page
    assert "<Desk>" not in page and "<briefing>" not in page


def test_every_link_of_every_page_leads_somewhere(own_site: Site):
    write(own_site.storage / "outputs" / "later.atom", ATOM)
    for page in ("/", "/issues/morning/", "/issues/evening/", "/nothing", "/nothing/here/at/all"):
        for target in Links(own_site.ask(page).body).targets:
            assert own_site.ask(_resolved(page, target)).status == 200, (page, target)


def _resolved(page: str, target: str) -> str:
    return urljoin(f"http://site{page}", target).removeprefix("http://site")


@pytest.mark.parametrize(
    ("path", "style"),
    [
        ("/", "style-src 'self'"),
        ("/issues/morning/", "style-src 'self'"),
        ("/issues/morning/2026-05-04", "style-src 'unsafe-inline'"),
        ("/feeds/world.atom", ""),
        ("/feeds/world.json", ""),
        ("/nothing", "style-src 'self'"),
        ("/issues/morning", ""),
    ],
)
def test_no_page_may_run_or_load_anything_but_its_style(site: Site, path, style):
    headers = site.ask(path).headers
    rules = headers["content-security-policy"].split("; ")
    assert rules[:4] == ["default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"]
    assert rules[4:] == ([style] if style else [])
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


@pytest.mark.parametrize(("extension", "origin"), [("json", "*"), ("atom", None), ("rss", None)])
def test_scripts_of_other_sites_may_read_the_json_feed(site: Site, extension, origin):
    reply = site.ask(f"/feeds/world.{extension}", origin="https://reader.example.com")
    assert reply.headers["access-control-allow-origin"] == origin


def test_a_page_that_says_the_same_is_not_sent_twice(own_site: Site):
    tag = own_site.ask("/").headers["etag"]
    assert own_site.ask("/", if_none_match=tag).status == 304
    write(own_site.storage / "issues" / "evening" / "2026-05-05.html", ISSUE)
    assert own_site.ask("/", if_none_match=tag).status == 200


def test_the_date_of_the_file_is_the_date_of_the_feed(site: Site):
    assert int((site.storage / "outputs" / "world.rss").stat().st_mtime) == WRITTEN
    assert site.ask("/feeds/world.rss", if_modified_since=LAST_MODIFIED).status == 304
    assert site.ask("/feeds/world.rss", if_modified_since="Mon, 04 May 2026 07:30:14 GMT").status == 200


def test_an_issue_answers_under_the_name_of_its_file_too(site: Site):
    assert site.ask("/issues/morning/2026-05-04.html").body == site.ask("/issues/morning/2026-05-04").body


def test_a_path_of_thousands_of_slashes_gets_a_small_answer(site: Site):
    answer = site.ask("/" * 6000)
    assert answer.status == 404 and len(answer.body) < 20_000
