"""Addresses: absolute, comparable, and whose they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.pipeline.addresses import absolute, canonical, publisher_of, untracked

BASE = "https://reader:secret@example.org/blog/feed.xml"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com/a?b=c#d", "https://example.com/a?b=c#d"),
        ("one", "https://example.org/blog/one"),  # without the feed's password
        ("/one?x=1", "https://example.org/one?x=1"),
        ("../up", "https://example.org/up"),
        ("//cdn.example.com/p.png", "https://cdn.example.com/p.png"),
        ("#note", "https://example.org/blog/feed.xml#note"),
        ("?page=2", "https://example.org/blog/feed.xml?page=2"),
        (" \n https://example.com/a\n  b ", "https://example.com/ab"),
        ("HTTPS://EXAMPLE.COM/Path", "https://example.com/Path"),
        ("https://user:password@example.com/x", "https://example.com/x"),
        ("http://müller.example/straße?ö", "http://xn--mller-kva.example/stra%C3%9Fe?%C3%B6"),
        ("https://straße.example/ß", "https://xn--strae-oqa.example/%C3%9F"),  # not strasse, which is another host
        ("https://💩.example/", "https://xn--ls8h.example/"),
        ("https://example.com/a b|c", "https://example.com/a%20b%7Cc"),
        ('https://example.com/"><script>', "https://example.com/%22%3E%3Cscript%3E"),
        ("http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("https://example.com:8443", "https://example.com:8443"),
        ("", ""),
        ("javascript:alert(1)", ""),
        ("JaVaScRiPt:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("\x01javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("mailto:a@example.com", ""),
        ("ftp://example.com/x", ""),
        ("file:///etc/passwd", ""),
        ("http://", ""),
        ("http:///x", ""),
        ("http://[broken", ""),
        ("http://example.com:99999/", ""),
        ("http://exa mple.com/", ""),
        ("http://exa<mple.com/", ""),
        ("http://e\x00.example.com/", ""),
        ("http://e\x01.example.com/", ""),
        ("http://e\x1b.example.com/", ""),
        ("http://e\x7f.example.com/", ""),
        ("http://exa＜mple.com/", ""),
        ("https://example.com/" + "x" * 5000, ""),
    ],
)
def test_absolute(url: str, expected: str) -> None:
    """An http(s) address hung on its base, or nothing; credentials never travel."""
    assert absolute(url, BASE) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.com/a", "https://example.com/a"),
        ("https://www.example.com/a", "https://example.com/a"),
        ("https://EXAMPLE.com/a", "https://example.com/a"),
        ("http://example.com:80/a", "https://example.com:443/a"),
        ("https://example.com/a/", "https://example.com/a"),
        ("https://example.com", "https://example.com/"),
        ("https://example.com/a#part", "https://example.com/a"),
        ("https://example.com/a?", "https://example.com/a"),
        ("https://example.com/a?b=1&a=2", "https://example.com/a?a=2&b=1"),
        ("https://example.com/a?utm_source=rss&utm_medium=feed", "https://example.com/a"),
        ("https://example.com/a?fbclid=x&id=7&gclid=y", "https://example.com/a?id=7"),
        ("https://example.com/a?at_medium=RSS&at_campaign=KARANGA", "https://example.com/a"),
        ("https://example.com/a?MC_CID=1", "https://example.com/a"),
        ("https://example.com/%7euser", "https://example.com/~user"),
        ("https://example.com/%c3%a4", "https://example.com/ä"),
        ("https://amp.example.com/a", "https://www.example.com/a"),
        ("https://m.example.co.uk/a", "https://example.co.uk/a"),
        ("https://mobile.example.com/a", "https://example.com/a"),
        ("https://en.m.example.org/wiki/A", "https://en.example.org/wiki/A"),
        ("https://example.com/2026/bridge-opens-today/amp/", "https://example.com/2026/bridge-opens-today"),
        ("https://example.com/amp/bridge-opens-today", "https://example.com/bridge-opens-today"),
        ("https://example.com/bridge-opens-today.amp.html", "https://example.com/bridge-opens-today.html"),
        ("https://example.com/a?amp=1&id=7", "https://example.com/a?id=7"),
        ("https://example.com/a?outputType=amp", "https://example.com/a"),
        ("https://www.google.com/amp/s/www.example.com/a?id=7", "https://example.com/a?id=7"),
        ("https://example-com.cdn.ampproject.org/c/s/example.com/a", "https://example.com/a"),
        ("https://www.google.de/url?sa=t&url=http://example.com/a%3Fid%3D7&usg=x", "https://example.com/a?id=7"),
        ("https://example.com/a?id=7&amp;utm_source=x&amp;b=1", "https://example.com/a?b=1&id=7"),
        ("https://example.com/a?ref=rss", "https://example.com/a"),
        ("https://example.com/a/index.html", "https://example.com/a/"),
        ("https://example.com/a;jsessionid=1F2?id=7", "https://example.com/a?id=7"),
        ("https://example.com/a?PHPSESSID=1f2&id=7", "https://example.com/a?id=7"),
        ("https://example.com/a/../b/./c", "https://example.com/b/c"),
        ("https://example.com/2026/01/bridge-opens.html?m=1", "https://example.com/2026/01/bridge-opens.html"),
        ("https://example.com/bridge-opens~amp.html", "https://example.com/bridge-opens.html"),
        ("https://example.com/a?view=amp", "https://example.com/a"),
        ("https://example.com/a?source=rss-----5f3d9a---4", "https://example.com/a"),
        ("https://example.com/a?mod=rss_markets_main", "https://example.com/a"),
        ("https://example.com/a?share=twitter", "https://example.com/a"),
        ("https://example.com/a?guccounter=1&guce_referrer=aHR0", "https://example.com/a"),
        ("https://example.com/a?_ga=2.1&id=7&__twitter_impression=true", "https://example.com/a?id=7"),
        ("https://www.bing.com/amp/s/www.example.com/a?id=7", "https://example.com/a?id=7"),
        ("https://www-example-com.bing-amp.com/c/s/www.example.com/a", "https://example.com/a"),
        (
            "https://example-com.cdn.ampproject.org/v/s/example.com/a?amp_js_v=0.1&id=7&usqp=mq3",
            "https://example.com/a?id=7",
        ),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fexample.com%2Fa%3Fid%3D7&h=AT0", "https://example.com/a?id=7"),
        (
            "http://www.bing.com/news/apiclick.aspx?ref=FexRss&url=https%3a%2f%2fexample.com%2fa&c=1",
            "https://example.com/a",
        ),
        ("https://news.google.com/news/url?sa=t&fd=R&url=https://example.com/a", "https://example.com/a"),
        ("https://www.google.com/url?url=none&url=https://example.com/a", "https://example.com/a"),
    ],
)
def test_addresses_of_one_page(one: str, other: str) -> None:
    """What differs only in how it was written, or where it was clicked, compares equal."""
    assert canonical(one) == canonical(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/a", "https://example.com/A"),
        ("https://example.com/?p=1", "https://example.com/?p=2"),
        ("https://example.com/a?id=1&id=2", "https://example.com/a?id=1"),
        ("https://blog.example.com/", "https://example.com/"),
        ("https://example.com:8080/", "https://example.com/"),
        ("https://example.com/#!/one", "https://example.com/#!/two"),
        ("https://example.com/a%2Fb", "https://example.com/a/b"),
        ("https://example.com/?ref=1", "https://example.com/?ref=2"),  # a plain "ref" may name the page
        ("https://example.com/?feed=rss-news", "https://example.com/?feed=rss-sport"),  # two feeds of one site
        ("https://example.com/guitars/amp", "https://example.com/guitars"),
        ("https://example.com/amplifiers-for-2-guitars", "https://example.com/lifiers-for-2-guitars"),
        ("https://m.com/a", "https://example.com/a"),
        ("https://mobile.de/a", "https://de/a"),
        ("https://www.google.com/url?sa=t", "https://www.google.com/"),
        ("https://example.com/a?amp=2", "https://example.com/a"),
        ("https://example.com/index.php", "https://example.com/"),
        ("https://example.com/a?m=1", "https://example.com/a?m=2"),
        ("https://example.com/2026/01/?m=1", "https://example.com/2026/01/"),
        ("https://example.com/?q=amp", "https://example.com/"),
        ("https://example.com/?share=7", "https://example.com/?share=8"),
        ("https://example.com/?source=rssfeeds", "https://example.com/"),
        ("https://example.com/help?campaign_id=4", "https://example.com/help?campaign_id=5"),
        ("https://facebook.com/l.php?u=7", "https://facebook.com/l.php?u=8"),
    ],
)
def test_addresses_of_two_pages(one: str, other: str) -> None:
    """What may be another page compares different."""
    assert canonical(one) != canonical(other)


PARTS = st.lists(
    st.one_of(
        st.text("abzAZ09%/?&=#._~-+:@!;äю ", max_size=12),
        st.sampled_from(
            [
                "/amp",
                "/amp/",
                "amp.",
                ".amp",
                ".html",
                "/index.html",
                "m.",
                "a-b-c",
                "/url?url=https://",
                "&amp;",
                "/..",
                "/./",
            ]
        ),
    ),
    max_size=8,
).map("".join)


@given(
    PARTS,
    st.sampled_from(
        [
            *("https://example.com/", "http://WWW.example.com:80/", "http://www.www.example.org?", "https://m."),
            *("https://l.facebook.com/l.php?u=", "https://www.google.com/url?url=x&q=https://"),
            *("https://www.google.com/", "https://x.cdn.ampproject.org/c/s/", "https://google.com/amp/s/amp."),
        ]
    ),
)
def test_canonical_is_idempotent(rest: str, start: str) -> None:
    """The canonical form is its own canonical form, and so are the others."""
    url = start + rest
    assert canonical(canonical(url)) == canonical(url)
    assert absolute(absolute(url)) == absolute(url)
    assert untracked(untracked(url)) == untracked(url)


@given(
    st.sampled_from(["www.", "www.m.", "m.", "en.m.", "amp.", "mobile.", "lamp.", "example.", "google.", ""]),
    st.lists(
        st.sampled_from(["/amp", ".amp", "/amplify", "/x-1-y", ".html", "/index.html", ";jsessionid=1", "/"]),
        max_size=5,
    ),
)
def test_an_address_without_variants_takes_the_short_way(host: str, path: list[str]) -> None:
    """A fragment sends every address the long way, and both ways lead to the same."""
    url = f"https://{host}example.org/{''.join(path)}"
    assert canonical(url) == canonical(f"{url}#part")


@given(st.text(max_size=60))
def test_anything_at_all(text: str) -> None:
    """No text makes trouble, and nothing but http(s) comes out."""
    for result in (absolute(text), absolute(text, BASE), canonical(text)):
        assert result == "" or result.startswith(("http://", "https://"))
    assert isinstance(publisher_of(text), str)


def test_untracked_touches_nothing_else() -> None:
    """Order, empty values and the fragment stay as they are."""
    assert untracked("https://example.com/a?z=1&utm_source=x&b=#top") == "https://example.com/a?z=1&b=#top"
    assert untracked("https://example.com/a?utm_source=x#top") == "https://example.com/a#top"
    assert untracked("https://example.com/a?z=1&b=#top") == "https://example.com/a?z=1&b=#top"


@pytest.mark.parametrize(
    ("url", "publisher"),
    [
        ("https://www.example.com/feed", "example.com"),
        ("https://feeds.news.example.com/", "example.com"),
        ("https://example.com", "example.com"),
        ("https://www.example.co.uk/", "example.co.uk"),
        ("https://feeds.example.co.uk/", "example.co.uk"),
        ("https://news.example.com.au/", "example.com.au"),
        ("https://www.example.go.jp/", "example.go.jp"),
        ("https://t.co/x", "t.co"),
        ("https://somebody.github.io/feed", "somebody.github.io"),
        ("https://www.somebody.blogspot.com/", "somebody.blogspot.com"),
        ("https://somebody.blogspot.com.au/", "somebody.blogspot.com.au"),
        ("https://somebody.wordpress.com/feed", "somebody.wordpress.com"),
        ("https://www.tumblr.com/x", "tumblr.com"),
        ("http://127.0.0.1:8000/feed", "127.0.0.1"),
        ("http://[2001:db8::1]/feed", "2001:db8::1"),
        ("http://localhost/feed", "localhost"),
        ("file:feeds/one.xml", ""),
        ("http://[broken", ""),
    ],
)
def test_publisher_of(url: str, publisher: str) -> None:
    """The registrable domain; on a shared platform, the subdomain."""
    assert publisher_of(url) == publisher
