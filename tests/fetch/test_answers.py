"""Answers as servers give them: statuses, encodings, headers, broken bodies."""

import gzip
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from aggregator.errors import FetchError
from aggregator.fetch.outcomes import retry_after
from aggregator.model import Fetched
from tests.fetch.conftest import NOW, Fetch
from tests.servers import Page, serve

TEXT = b"<rss>" + b"a feed of no great interest " * 500 + b"</rss>"
RAW = zlib.compressobj(wbits=-15)
RAW_DEFLATE = RAW.compress(TEXT) + RAW.flush()
BROTLI = bytes.fromhex("0b028068656c6c6f03")  # "hello", stored without compression (RFC 7932 §9.2)


def packed(body: bytes, encoding: str) -> Page:
    return Page(body, headers={"Content-Encoding": encoding})


READABLE = {
    "plain": (Page(TEXT), TEXT),
    "identity": (packed(TEXT, "identity"), TEXT),
    "none": (packed(TEXT, "none"), TEXT),
    "gzip": (packed(gzip.compress(TEXT), "gzip"), TEXT),
    "gzip in capitals": (packed(gzip.compress(TEXT), "GZIP"), TEXT),
    "x-gzip": (packed(gzip.compress(TEXT), "x-gzip"), TEXT),
    "deflate as written (zlib)": (packed(zlib.compress(TEXT), "deflate"), TEXT),
    "deflate as often sent (raw)": (packed(RAW_DEFLATE, "deflate"), TEXT),
    "gzip in two parts": (packed(gzip.compress(TEXT[:99]) + gzip.compress(TEXT[99:]), "gzip"), TEXT),
    "gzip in many parts": (
        packed(b"".join(gzip.compress(TEXT[i : i + 40]) for i in range(0, 9999, 40)), "gzip"),
        TEXT[:10_000],
    ),
    "gzip in parts, byte by byte": (
        Page(gzip.compress(b"he") + gzip.compress(b"llo") + b"\x1f", headers={"Content-Encoding": "gzip"}, drip=0.001),
        b"hello",
    ),
    "gzip and zeros": (packed(gzip.compress(TEXT) + bytes(50), "gzip"), TEXT),
    "gzip and a remark": (packed(gzip.compress(TEXT) + b"<!-- cached -->", "gzip"), TEXT),
    "gzip that is zlib": (packed(zlib.compress(TEXT), "gzip"), TEXT),
    "deflate byte by byte": (Page(RAW_DEFLATE, headers={"Content-Encoding": "deflate"}, drip=0.001), TEXT),
    "brotli": (packed(BROTLI, "br"), b"hello"),
    "brotli cut short": (packed(BROTLI[:-3], "br"), b"hel"),
    "a charset": (packed(TEXT, "UTF-8"), TEXT),
    "a charset, and it is true": (packed("<rss>ü</rss>".encode("utf-16"), "utf-16"), "<rss>ü</rss>".encode("utf-16")),
    "what was done before": (packed(TEXT, "aws-chunked"), TEXT),
    "what was done before, and gzip": (packed(gzip.compress(TEXT), "aws-chunked,gzip"), TEXT),
    "empty": (Page(b""), b""),
    "other charset": (Page("<rss>ü</rss>".encode("utf-16")), "<rss>ü</rss>".encode("utf-16")),
    "until the connection closes": (Page(raw=b"HTTP/1.0 200 OK\r\n\r\n" + TEXT), TEXT),
    "after early hints": (Page(raw=b"HTTP/1.1 103 Early\r\nEtag: no\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello"), b"hello"),
    "a header like a status line": (Page(raw=b"HTTP/1.1 200 OK\r\nHTTP/1.1: 404\r\n\r\nhello"), b"hello"),
    "chunked with trailers": (
        Page(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nETag: late\r\n\r\n"),
        b"hello",
    ),
}


@pytest.mark.parametrize("name", READABLE)
def test_a_body_arrives_as_it_was_before_compression(name: str, fetch: Fetch) -> None:
    page, body = READABLE[name]
    with serve({"/": page}) as server:
        answer = fetch(server.url())
    assert isinstance(answer, Fetched), answer
    assert (answer.status, answer.body, answer.headers.get("etag")) == (200, body, None)


@pytest.mark.parametrize("status", [202, 203, 206, 299])
@pytest.mark.parametrize("body", [TEXT, b'<?xml version="1.0"?>\n<!-- -->\n<a:feed>', b' {"version": 1}'])
def test_a_feed_that_comes_with_another_success_than_200_is_one(status: int, body: bytes, fetch: Fetch) -> None:
    """A number that says nothing is one like 200 (RFC 9110 §15); servers and gates before them do send 202 and 206."""
    with serve({"/": Page(body, status=status)}) as server:
        answer = fetch(server.url())
    assert isinstance(answer, Fetched)
    assert (answer.status, answer.body, answer.partial) == (status, body, False)


def test_a_gzip_cut_short_is_read_as_far_as_it_goes(fetch: Fetch) -> None:
    """As browsers do: a server that announces too little is seen, one that compresses too little is not."""
    with serve({"/": packed(gzip.compress(TEXT)[:-20], "gzip")}) as server:
        answer = fetch(server.url())
    assert isinstance(answer, Fetched)
    assert TEXT.startswith(answer.body)


UNREADABLE = {
    "gzip twice": (packed(gzip.compress(gzip.compress(TEXT)), "gzip, gzip"), "compressed more than once"),
    "twice in two lines": (
        Page(raw=b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Encoding: br\r\n\r\nx"),
        "compressed more than once",
    ),
    "twenty times": (packed(TEXT, ", ".join(["gzip"] * 20)), "compressed"),
    "an unknown encoding": (packed(TEXT, "zstd"), "compressed in a way that was not asked for ('zstd')"),
    "what nobody has heard of": (packed(zlib.compress(TEXT), "lzma, utf-8"), "that was not asked for ('lzma')"),
    "a gzip whose second part is damaged": (
        packed(gzip.compress(TEXT) + gzip.compress(TEXT)[:-8] + bytes(8), "gzip"),
        "compressed in a way that cannot be read",
    ),
    "no brotli at all": (packed(TEXT, "br"), "compressed in a way that cannot be read"),
    "no gzip at all": (packed(TEXT, "gzip"), "compressed in a way that cannot be read"),
    "fewer bytes than announced": (
        Page(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort"),
        "broke in the middle",
    ),
    "half a header": (Page(raw=b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Ty'), "the connection broke in the middle"),
    "a chunk of no size": (
        Page(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n<rss/>\r\nzz\r\n"),
        "no HTTP answer: chunk",
    ),
    "half a chunk": (
        Page(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n66\r\n<rss/>"),
        "the connection broke in the middle",
    ),
    "nothing": (Page(raw=b"\n"), "no HTTP answer"),
    "half a status line": (Page(raw=b"HTTP/1.1\r\n\r\n"), "no HTTP answer"),
    "a status in words": (Page(raw=b"HTTP/1.1 fine\r\n\r\n"), "no HTTP answer"),
    "a status of four digits": (Page(raw=b"HTTP/1.1 2000 OK\r\n\r\n"), "HTTP 2000"),
    "a status below all": (Page(raw=b"HTTP/1.1 000 OK\r\n\r\n"), "no HTTP answer"),
    "a bare CR in the header": (Page(raw=b"HTTP/1.1 200 OK\r\nETag: a\rb\r\n\r\n"), "no HTTP answer"),
    "a NUL in the header": (Page(raw=b"HTTP/1.1 200 OK\r\nETag: a\0b\r\n\r\n"), "no HTTP answer"),
    "no HTTP": (Page(raw=b"220 mail.example.org ESMTP\r\n"), "no HTTP answer"),
    "204": (Page(status=204), "HTTP 204 No Content"),
    "202": (Page(b"<!doctype html><script>challenge()</script>", status=202), "HTTP 202 Accepted"),
    "206": (Page(TEXT[:3] * 99, status=206), "HTTP 206 Partial Content"),
    "300": (Page(b"choose", status=300), "HTTP 300 Multiple Choices"),
    "304 to nobody": (Page(status=304), "HTTP 304 Not Modified: although we asked for the whole"),
    "401": (Page(b"", status=401), "HTTP 401 Unauthorized"),
    "404": (Page(b"", status=404), "HTTP 404 Not Found"),
    "404 with a page of 2 MB": (Page(b"x" * 2_000_000, status=404), "HTTP 404 Not Found"),
    "404 twice compressed": (Page(b"x", status=404, headers={"Content-Encoding": "gzip, gzip"}), "HTTP 404"),
    "500": (Page(b"", status=500), "HTTP 500 Internal Server Error"),
    "a status of one's own": (Page(b"", status=599), "HTTP 599"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_answer_says_why(name: str, fetch: Fetch) -> None:
    page, reason = UNREADABLE[name]
    with serve({"/": page}) as server:
        answer = fetch(server.url())
    assert isinstance(answer, FetchError)
    assert reason in answer.reason
    assert not answer.permanent


def test_410_is_for_good(fetch: Fetch) -> None:
    with serve({"/": Page(status=410)}) as server:
        answer = fetch(server.url())
    assert isinstance(answer, FetchError)
    assert (answer.status, answer.permanent) == (410, True)
    assert answer.reason == "HTTP 410 Gone: its publisher has taken it away for good; leave it out of feeds.yaml"


def test_headers_keep_their_bytes_and_lists_are_joined(fetch: Fetch) -> None:
    lines = [
        b"HTTP/1.1 200 OK",
        b'ETag: W/"\xe9 \xff"',
        b"LINK: <a>",
        b"link:  <b>\t",
        b"ETag: other",
        b"Folded: one",
        b"  two",
        b"Content-Length: 0",
    ]
    with serve({"/": Page(raw=b"\r\n".join(lines) + b"\r\n\r\n")}) as server:
        answer = fetch(server.url())
    assert isinstance(answer, Fetched)
    assert answer.headers == {
        "etag": 'W/"é ÿ"',
        "link": "<a>, <b>",
        "folded": "one two",
        "content-length": "0",
    }


HOUR = timedelta(hours=1)
WAITS = {
    "3600": NOW + HOUR,
    "0": None,
    "999999999999999999": NOW + timedelta(days=366),
    format_datetime(NOW + HOUR, usegmt=True): NOW + HOUR,
    "Mon, 23 Nov 2026 14:00:00 +0100": NOW + HOUR,
    "Monday, 23-Nov-26 13:00:00 GMT": NOW + HOUR,
    "Mon Nov 23 13:00:00 2026": NOW + HOUR,
    format_datetime(NOW - HOUR, usegmt=True): None,
    "Fri, 31 Dec 9999 23:59:59 GMT": NOW + timedelta(days=366),
    "Fri, 31 Dec 9999 23:59:59 -2300": NOW + timedelta(days=366),
    "3600.0": NOW + HOUR + timedelta(seconds=1),
    "3599.7": NOW + HOUR,
    '"3600"': NOW + HOUR,
    "3600, 60": NOW + HOUR,
    "3600,": NOW + HOUR,
    f'"{format_datetime(NOW + HOUR, usegmt=True)}"': NOW + HOUR,
    "-5": None,
    "36 00": None,
    "soon": None,
    "１２": None,
    "": None,
}


@pytest.mark.parametrize(("value", "moment"), WAITS.items())
def test_retry_after_is_seconds_or_a_date(value: str, moment: datetime | None) -> None:
    found = retry_after(value, now=NOW)
    assert found == moment
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(("status", "told"), [(429, True), (503, True), (500, False), (404, False)])
def test_a_wait_is_taken_over_where_it_means_us(status: int, told: bool, fetch: Fetch) -> None:
    until = NOW + timedelta(days=2)
    page = Page(status=status, headers={"Retry-After": format_datetime(until, usegmt=True)})
    with serve({"/": page}) as server:
        answer = fetch(server.url())
    assert isinstance(answer, FetchError)
    assert answer.retry_after == (until if told else None)
    assert ("asked to wait until 2026-11-25 12:00 UTC" in answer.reason) == told


def test_a_wait_of_years_is_not_told_as_the_most_that_is_read(fetch: Fetch) -> None:
    with serve({"/": Page(status=429, headers={"Retry-After": "99999999"})}) as server:
        answer = fetch(server.url())
    assert str(answer).endswith("; asked to wait for more than a year")


def test_of_a_header_that_stands_twice_the_first_counts(fetch: Fetch) -> None:
    """Where a header has one value, two of them joined by a comma would be none."""
    raw = b"HTTP/1.1 429 X\r\nRetry-After: 3600\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n"
    with serve({"/": Page(raw=raw)}) as server:
        answer = fetch(server.url())
    assert isinstance(answer, FetchError)
    assert answer.retry_after is not None and NOW + HOUR <= answer.retry_after <= NOW + 2 * HOUR
