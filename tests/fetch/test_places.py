"""Addresses as text: which are asked, how they are written on the wire, and which are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.fetch.places import Refused, place, redirected

WRITTEN = {
    "http://Example.COM": "http://example.com/",
    "HTTPS://example.com:443/a": "https://example.com/a",
    "http://example.com:8080/a?b=c&d": "http://example.com:8080/a?b=c&d",
    "http://example.com/a b?c d#e": "http://example.com/a%20b?c%20d",
    "http://example.com/ü?q=ß": "http://example.com/%C3%BC?q=%C3%9F",
    "http://example.com/a%20b%2Fc": "http://example.com/a%20b%2Fc",
    "http://bücher.example/": "http://xn--bcher-kva.example/",
    "http://straße.example/": "http://xn--strae-oqa.example/",  # as browsers ask (UTS 46): strasse is another host
    "http://faß.example./": "http://xn--fa-hia.example./",
    "http://βόλος.example/": "http://xn--nxasmm1c.example/",
    "http://نامه\u200cای.example/": "http://xn--mgba3gch31f060k.example/",
    "http://💩.example/": "http://xn--ls8h.example/",
    "http://例え。例/": "http://xn--r8jz45g.xn--fsq/",
    "http://[2606:4700::1111]/": "http://[2606:4700::1111]/",
    "http://example.com?x=1": "http://example.com/?x=1",
    "http://example.com/\ud800": "http://example.com/%EF%BF%BD",
    " http://example.com/ ": "http://example.com/",
}


@pytest.mark.parametrize(("url", "sent"), WRITTEN.items())
def test_an_address_is_written_as_the_wire_wants_it(url: str, sent: str) -> None:
    assert place(url).url == sent


def test_a_host_with_the_dot_of_the_root_is_the_same_host() -> None:
    """It is asked as it is written, and counted once."""
    dotted, plain = place("http://news.example./feed"), place("http://news.example/feed")
    assert dotted.url == "http://news.example./feed"
    assert dotted.host == plain.host and dotted.is_served_with(plain)


REFUSED = {
    "ftp://example.com/": "scheme 'ftp'",
    "gopher://127.0.0.1:25/_MAIL": "scheme 'gopher'",
    "file:///etc/passwd": "scheme 'file'",
    "example.com/feed": "no scheme",
    "http:127.0.0.1/": "no host name",
    "http:///feed": "no host name",
    "http://./feed": "no host name",
    "http://reader@example.com/": "user name or password",
    "http://reader:secret@example.com/": "user name or password",
    "http://127.1.1.1:80\\@127.2.2.2:80/": "backslash",
    "http://example.com/a\r\nHost: other": "control character",
    "http://example.com:99999/": "port",
    "http://example.com:x/": "port",
    "http://example.com:0/": "port",
    "http://\ud800/": "ASCII",
    "http://exa mple.com/": "characters",
    "http://[fe80::1%25eth0]/": "characters",
    "http://${HOST}/": "characters",
    "https://evil.c℀.example.com": "cannot be read",
    "http://[::1/": "cannot be read",
}


@pytest.mark.parametrize(("url", "reason"), REFUSED.items())
def test_an_address_that_could_be_misread_is_refused(url: str, reason: str) -> None:
    with pytest.raises(Refused, match=reason.replace("'", ".")) as refusal:
        place(url)
    assert "secret" not in str(refusal.value)


LOCATIONS = {
    "/new": "https://example.com/new",
    "new": "https://example.com/old/new",
    "?page=2": "https://example.com/old/feed?page=2",
    "//example.net/x": "https://example.net/x",
    "https://example.net": "https://example.net/",
    "/ü".encode().decode("latin-1"): "https://example.com/%C3%BC",
    "/\xfc": "https://example.com/%FC",
    "/a b": "https://example.com/a%20b",
    "/a#part": "https://example.com/a",
}


@pytest.mark.parametrize(("location", "target"), LOCATIONS.items())
def test_a_location_is_read_against_where_it_came_from(location: str, target: str) -> None:
    assert redirected(place("https://example.com/old/feed"), location).url == target


@pytest.mark.parametrize(
    "location", ["http://example.com/", "ftp://example.com/", "javascript:x", "//a@example.net/", "http://[/"]
)
def test_a_location_that_leads_astray_is_refused(location: str) -> None:
    with pytest.raises(Refused):
        redirected(place("https://example.com/"), location)


@given(st.text())
def test_any_text_is_either_a_place_or_refused(text: str) -> None:
    for url in (text, f"http://{text}", f"http://example.com/{text}"):
        try:
            found = place(url)
        except Refused:
            continue
        assert found.url.isascii()
        assert place(found.url) == found


@given(st.binary())
def test_any_location_is_either_a_place_or_refused(location: bytes) -> None:
    try:
        assert redirected(place("http://example.com/"), location.decode("latin-1")).url.isascii()
    except Refused as refusal:
        assert str(refusal)
