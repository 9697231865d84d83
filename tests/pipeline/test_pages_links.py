"""Pages and the feeds that they name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Fetched
from aggregator.pipeline.pages_links import feed_links

RSS = 'type="application/rss+xml"'


URL = "https://site.example/blog/"


def links(page: str, url: str = URL) -> list[str]:
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
        ('<link rel=alternate type=application/atom+xml href="//example.org/r">', ["https://example.org/r"]),
        (f'<link rel="alternate" {RSS} href=" /f\n ">', ["https://site.example/f"]),
        (f'<link rel="alternate" {RSS} href="http://[">', []),
        (f'<a rel="alternate" {RSS} href="/f">RSS</a>', ["https://site.example/f"]),
        (f'<map><area rel="alternate" {RSS} href="/f"></map>', ["https://site.example/f"]),
        (f'<a {RSS} href="/f">RSS</a>', []),
        (f"<!-- <link rel=alternate {RSS} href=/no> -->", []),
        (f"<script>'<link rel=alternate {RSS} href=/no>'</script>", []),
        (f"<textarea><link rel=alternate {RSS} href=/no></textarea>", []),
        (f"<title><link rel=alternate {RSS} href=/no></title>", []),
        (f"<template><p><link rel=alternate {RSS} href=/no></template><link rel=feed href=f>", [URL + "f"]),
        (f"<template><base href=/no/></template><noscript><link rel=alternate {RSS} href=f></noscript>", [URL + "f"]),
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
            f'<link rel="alternate" {RSS} href="/a?type=rss&section=3&region=eu&copy=4&para;">',
            ["https://site.example/a?type=rss&section=3&region=eu&copy=4%C2%B6"],
        ),
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


@pytest.mark.parametrize(
    ("encoding", "kind", "head", "query"),
    [
        ("iso-8859-1", "text/html; charset=ISO-8859-1", "", "%FC"),
        ("cp1252", "text/html", '<meta charset="iso-8859-1">', "%FC"),
        ("cp1252", "text/html", '<meta http-equiv=content-type content="text/html; charset=latin1">', "%FC"),
        ("cp1252", "text/html", '<?xml version="1.0" encoding="ISO-8859-1"?>', "%FC"),
        ("cp1252", "", "", "%FC"),
        ("koi8-r", "text/html; charset=koi8-r", "<meta charset=utf-8>", "%D5"),
        ("gbk", "", "<meta charset=gb2312>", "%E9F"),
        ("utf-8", "text/html; charset=iso-8859-1", "<meta charset=latin1>", "%C3%BC"),
        ("utf-8", "", "<meta charset=utf-16>", "%C3%BC"),
        ("utf-8", "", "<meta charset=no-such>", "%C3%BC"),
        ("utf-16", "text/html; charset=iso-8859-1", "", "%C3%BC"),
    ],
)
def test_a_page_is_read_in_its_own_encoding_and_so_is_the_question_of_an_address(
    encoding: str, kind: str, head: str, query: str
) -> None:
    """By its mark, the server's word, or its own (HTML standard §13.2.3.2); what is UTF-8 is that, whoever errs."""
    letter = {"koi8-r": "у", "gbk": "镕"}.get(encoding, "ü")
    page = f'{head}<link rel=alternate {RSS} title="{letter}" href="/{letter}?q={letter}">'.encode(encoding)
    (link,) = feed_links(Fetched(URL, URL, 200, {"content-type": kind}, page))
    assert (link.title, link.url.partition("?q=")[2]) == (letter, query)


def test_a_link_behind_a_megabyte_of_style_is_found() -> None:
    """Pages carry their styles with them."""
    assert links(f"<style>{'a{}' * 700_000}</style><link rel=alternate {RSS} href=/f>") == ["https://site.example/f"]


@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_are_a_page(body: bytes, kind: str) -> None:
    for page in (body, b"<html>" + body, b"<link rel=feed href=/f>" + body):
        assert len(feed_links(Fetched(URL, URL, 200, {"content-type": kind}, page))) <= 300


@pytest.mark.parametrize("piece", ["<!--", "<?", "<link ", "<title>", "<!doctype [", "a=", "<", "<template>", "<b>"])
def test_a_page_made_to_cost_time_is_read(piece: str) -> None:
    assert links(f"<link rel=feed href=/f>{piece * (2_000_000 // len(piece))}") == ["https://site.example/f"]


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
