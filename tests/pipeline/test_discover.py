"""Pages and the feeds that they name."""

import pytest

from aggregator.model import Fetched
from aggregator.pipeline.discover import feed_links, guesses

RSS = 'type="application/rss+xml"'


def links(page: str, url: str = "https://site.example/blog/") -> list[str]:
    """List the addresses that a page names."""
    return [link.url for link in feed_links(Fetched(url, url, 200, {}, page.encode()))]


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (f'<link rel="alternate" {RSS} href="/feed">', ["https://site.example/feed"]),
        (f'<link rel="alternate" {RSS} href="feed.xml">', ["https://site.example/blog/feed.xml"]),
        ("<LINK REL=ALTERNATE TYPE=Application/Atom+XML HREF=/a>", ["https://site.example/a"]),
        (
            '<link rel="home Alternate" type="application/feed+json; charset=utf-8" href="/j">',
            ["https://site.example/j"],
        ),
        (f'<base href="https://cdn.example/x/"><link rel=alternate {RSS} href=f>', ["https://cdn.example/x/f"]),
        (f'<link rel=alternate {RSS} href=f><base href="/late/">', ["https://site.example/late/f"]),
        (f"<!-- <link rel=alternate {RSS} href=/no> -->", []),
        (f"<script>'<link rel=alternate {RSS} href=/no>'</script>", []),
        (f"<link rel=stylesheet {RSS} href=/no>", []),
        ('<link rel="alternate" hreflang="de" href="/de/">', []),
        ('<link rel="feed" href="/f">', ["https://site.example/f"]),
        ('<link rel="alternate feed" href="/f">', ["https://site.example/f"]),
        ('<link rel="Feed alternate" type="text/xml" href="/f">', ["https://site.example/f"]),
        ('<link rel="alternate" href="/f">', []),
        ('<link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1" title="JSON">', []),
        ('<link rel="alternate" type="application/json" href="/feed.json">', ["https://site.example/feed.json"]),
        (f'<link rel="alternate" {RSS} href="javascript:alert(1)">', []),
        (f'<link rel="alternate" {RSS} href="feed://site.example/f">', ["http://site.example/f"]),
        (f'<link rel="alternate" {RSS} href="feed:https://site.example/f">', ["https://site.example/f"]),
        (
            f'<link rel="alternate" {RSS} href="/f?u=feed:https://a.example/">',
            ["https://site.example/f?u=feed:https://a.example/"],
        ),
        (f'<link rel="alternate" {RSS}><link rel="alternate" {RSS} href="">', []),
        (f'<link rel="alternate" {RSS} href="/a?x=1&amp;y=2">', ["https://site.example/a?x=1&y=2"]),
        (
            f'<link rel="alternate" {RSS} href="/a"><link rel="alternate" {RSS} href="http://site.example/a/">',
            ["https://site.example/a"],
        ),
    ],
)
def test_what_names_a_feed(page: str, found: list[str]) -> None:
    """By the HTML standard, and as pages are written."""
    assert links(page) == found


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_page_names_its_feeds_in_whatever_it_is_written(encoding: str) -> None:
    page = f'<!doctype html><link rel=alternate {RSS} title="Zürich" href=/f>'.encode(encoding)
    (link,) = feed_links(Fetched("https://s.example/", "", 200, {}, page))
    assert (link.url, link.title) == ("https://s.example/f", "Zürich")


def test_feeds_of_comments_come_last() -> None:
    """A blog's page names the comments of its article, too, often first."""
    page = f'<link rel=alternate {RSS} title="Site » Comments" href=/c><link rel=alternate {RSS} title=Site href=/f>'
    assert links(page) == ["https://site.example/f", "https://site.example/c"]


def test_a_title_cannot_steer_the_terminal() -> None:
    """Control characters go."""
    page = f'<link rel=alternate {RSS} title="a&#27;]0;b\u202e" href=/c>'
    (link,) = feed_links(Fetched("https://s.example/", "", 200, {}, page.encode()))
    assert "\x1b" not in link.title
    assert "\u202e" not in link.title


def test_guesses_are_few_and_on_the_same_site() -> None:
    """At most five requests."""
    assert guesses("https://site.example/blog/x?y")[0] == "https://site.example/feed"
    assert len(guesses("https://site.example/")) == 5
