"""What comes instead of a feed, by name, and what to do about it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Fetched
from aggregator.pipeline.pages import gate, refusal, what_it_is

URL = "https://example.com/feed"
PAGE = "<!doctype html><html><head>%s</head><body>%s</body></html>"


def answer(body: bytes, url: str = URL, kind: str = "text/html") -> Fetched:
    return Fetched(url, url, 200, {"content-type": kind}, body)


REFUSALS = {
    "a form with a password": (
        PAGE % ("<title>Sign in</title>", "<input name=p type='password'>"),
        URL,
        "a login page (title “Sign in”), not a feed: it is shown to those who log in; see `username`",
    ),
    "the address says login": (PAGE % ("", ""), "https://example.com/users/sign_in?next=/feed", "a login page"),
    "wordpress": (PAGE % ("", ""), "https://example.com/wp-login.php", "a login page, not a feed: it is shown"),
    "an address with login inside a word": (PAGE % ("", ""), "https://example.com/blogging/loginto", "an HTML page"),
    "a consent page by its host": (PAGE % ("", ""), "https://consent.example.com/m?continue=x", "a consent page, not"),
    "a consent page by its title": (
        PAGE % ("<title>Before you continue to Example</title>", ""),
        URL,
        "a consent page (title “Before you continue to Example”), not a feed: it asks for consent first",
    ),
    "a page that names its feed": (
        PAGE % ('<link rel="alternate" type="application/rss+xml" title="News" href="/rss?a=1&amp;b=2">', ""),
        "https://example.com/",
        "an HTML page, not a feed; the page names a feed: https://example.com/rss?a=1&b=2",
    ),
    "a page that names itself": (
        PAGE % (f'<link rel="alternate" type="application/rss+xml" href="{URL}">', ""),
        URL,
        "an HTML page, not a feed",
    ),
    "a challenge with a 200": (
        PAGE % ("<title>Just a moment...</title>", "<script>window._cf_chl_opt={}</script>"),
        URL,
        "an HTML page (title “Just a moment...”), not a feed: Cloudflare lets only browsers pass here",
    ),
    "a page behind a cdn that watches without asking": (
        PAGE % ("", "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"),
        URL,
        "an HTML page, not a feed",
    ),
    "a file": ("%PDF-1.7", URL, "a PDF document, not a feed"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_is_no_feed_is_named_with_what_to_do(name: str) -> None:
    text, url, reason = REFUSALS[name]
    found = refusal(answer(text.encode(), url))
    assert found.startswith(reason)


def test_a_page_names_the_feed_that_adding_it_would_take() -> None:
    """One reader for both: not that of the comments, not one in a remark, not what is no web address."""
    rss = 'rel="alternate" type="application/rss+xml"'
    links = f"""<!-- <link {rss} href=/old> --><link {rss} href="data:text/xml,x"><base href="/blog/">
        <link {rss} title="Comments Feed" href=c><link {rss} title=Feed href=f>"""
    assert refusal(answer((PAGE % (links, "")).encode())).endswith("names a feed: https://example.com/blog/f")


def test_a_title_is_read_in_the_encoding_of_its_page() -> None:
    page = (PAGE % ("<title>Größe</title>", "")).encode("latin-1")
    assert refusal(answer(page, kind="text/html; charset=iso-8859-1")) == "an HTML page (title “Größe”), not a feed"


GATES = {
    "cloudflare by its header": ({"cf-mitigated": "challenge"}, b"", "Cloudflare"),
    "cloudflare by its page": ({}, b"<html><script>window._cf_chl_opt", "Cloudflare"),
    "a block of cloudflare's": ({}, b"<title>Attention Required! | Cloudflare</title>", "Cloudflare"),
    "aws": ({"x-amzn-waf-action": "challenge"}, b"", "AWS WAF"),
    "ddos-guard": ({}, b"<TITLE>DDoS-Guard</TITLE>", "DDoS-Guard"),
    "imperva": ({}, b'<iframe src="/_Incapsula_Resource?x=1">', "Imperva"),
    "anubis": ({}, b'<script src="/.within.website/x/cmd/anubis/static/js/main.mjs">', "Anubis"),
}


@pytest.mark.parametrize("name", GATES)
def test_a_gate_for_browsers_is_named(name: str) -> None:
    headers, body, who = GATES[name]
    assert gate(headers, body).startswith(f"{who} lets only browsers pass here; ask the publisher")


def test_an_ordinary_page_is_no_gate() -> None:
    assert gate({"server": "cloudflare"}, b"<html><title>Not found</title>") == ""


@given(st.binary(max_size=200), st.text(max_size=30))
def test_any_bytes_are_something(body: bytes, url: str) -> None:
    assert refusal(answer(body, url))
    assert what_it_is(answer(b"<html>" + body, url))


@pytest.mark.parametrize("piece", [b"<!--", b"<?", b"<link ", b"<input ", b"<title>", b"<!doctype [", b"a=", b"<"])
def test_a_page_made_to_cost_time_costs_little(piece: bytes) -> None:
    assert refusal(answer(b"<html>" + piece * (200_000 // len(piece)))).startswith("an HTML page")
