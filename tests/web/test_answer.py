"""Which bytes a client gets, or none: conditional requests, compression and their headers."""

import gzip
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.web.answer import Resource, accepts_gzip, decide, entity_tag

BODY = b"<feed>" + b"an entry, and another one; " * 40 + b"</feed>"
MODIFIED = datetime(2026, 5, 4, 7, 30, 15, 250_000, tzinfo=UTC)
FEED = Resource(BODY, "application/atom+xml; charset=utf-8", MODIFIED)
TAG = entity_tag(BODY, packed=False)
PACKED_TAG = entity_tag(BODY, packed=True)
OTHER = '"0123456789abcdef"'


def test_the_plain_answer_says_all_that_a_cache_needs():
    answer = decide({}, FEED)
    assert answer.status == 200
    assert answer.body == BODY
    assert dict(answer.headers) == {
        "content-type": "application/atom+xml; charset=utf-8",
        "content-length": str(len(BODY)),
        "etag": TAG,
        "last-modified": "Mon, 04 May 2026 07:30:15 GMT",
        "cache-control": "public, max-age=300",
        "vary": "Accept-Encoding",
    }


@pytest.mark.parametrize(
    ("if_none_match", "status"),
    [
        (TAG, 304),
        (f"W/{TAG}", 304),  # weak comparison: RFC 9110 §13.1.2
        ("*", 304),
        (" * ", 304),
        (f"{OTHER}, {TAG}", 304),
        (f'"with, comma",W/{OTHER} ,{TAG}', 304),
        (OTHER, 200),
        (f"W/{OTHER}", 200),
        (PACKED_TAG, 200),  # another representation's
        (TAG.strip('"'), 200),
        (TAG[:-1], 200),
        ('""', 200),
        ("", 200),
        (",,,", 200),
        (f"*, {OTHER}", 200),
    ],
)
def test_if_none_match(if_none_match, status):
    answer = decide({"if-none-match": if_none_match}, FEED)
    assert answer.status == status
    assert answer.body == (BODY if status == 200 else b"")


@pytest.mark.parametrize(
    ("if_modified_since", "status"),
    [
        ("Mon, 04 May 2026 07:30:15 GMT", 304),
        ("Mon, 04 May 2026 07:30:16 GMT", 304),
        ("Mon, 04 May 2026 07:30:14 GMT", 200),
        ("Monday, 04-May-26 07:30:15 GMT", 304),  # RFC 850
        ("Mon May  4 07:30:15 2026", 304),  # asctime
        ("Sun, 03 May 2026 07:30:15 GMT", 200),
        ("yesterday", 200),
        ("", 200),
        ("0", 200),
        ("Mon, 99 May 2026 07:30:15 GMT", 200),
        ("Mon, 04 May 99999999999 07:30:15 GMT", 200),
    ],
)
def test_if_modified_since_in_whole_seconds(if_modified_since, status):
    assert decide({"if-modified-since": if_modified_since}, FEED).status == status


def test_an_etag_that_differs_beats_a_date_that_does_not():
    headers = {"if-none-match": OTHER, "if-modified-since": "Mon, 04 May 2026 07:30:15 GMT"}
    assert decide(headers, FEED).status == 200


def test_a_resource_without_a_date_ignores_if_modified_since():
    headers = {"if-modified-since": "Mon, 04 May 2026 07:30:15 GMT"}
    answer = decide(headers, Resource(BODY, "text/html"))
    assert answer.status == 200
    assert "last-modified" not in answer.headers


def test_what_is_not_there_is_never_not_modified():
    assert decide({"if-none-match": "*"}, Resource(BODY, "text/html", status=404)).status == 404


def test_last_modified_is_told_in_gmt_whatever_zone_it_was_kept_in():
    east = MODIFIED.astimezone(timezone(timedelta(hours=9)))
    assert decide({}, Resource(BODY, "text/html", east)).headers["last-modified"] == "Mon, 04 May 2026 07:30:15 GMT"


@pytest.mark.parametrize(
    ("accept_encoding", "packed"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("x-gzip", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("*", True),
        ("br;q=1.0, gzip;q=0.2", True),
        ("gzip ; q=0.001", True),
        ("identity, gzip", True),
        ("", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000", False),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("identity;q=1, gzip;q=0.5", False),
        ("br, deflate, zstd", False),
        ("gzip;q=much", False),
        (" , ,", False),
    ],
)
def test_gzip_by_weight(accept_encoding, packed):
    assert accepts_gzip(accept_encoding) is packed


def test_the_gzip_variant_has_its_own_strong_etag_and_the_same_bytes_each_time():
    answer = decide({"accept-encoding": "gzip"}, FEED)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["etag"] == PACKED_TAG != TAG
    assert answer.headers["content-length"] == str(len(answer.body))
    assert len(answer.body) < len(BODY)
    assert gzip.decompress(answer.body) == BODY
    assert decide({"accept-encoding": "gzip"}, FEED).body == answer.body
    assert decide({"accept-encoding": "gzip", "if-none-match": PACKED_TAG}, FEED).status == 304
    assert decide({"accept-encoding": "gzip", "if-none-match": TAG}, FEED).status == 200


def test_a_few_bytes_are_not_worth_packing():
    answer = decide({"accept-encoding": "gzip"}, Resource(b"ok\n", "text/plain"))
    assert answer.body == b"ok\n"
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept-Encoding"


def test_not_modified_carries_the_headers_that_renew_a_stored_answer():
    """RFC 9110 §15.4.5."""
    resource = Resource(BODY, "application/feed+json", MODIFIED, headers={"access-control-allow-origin": "*"})
    answer = decide({"if-none-match": TAG}, resource)
    assert dict(answer.headers) == {
        "etag": TAG,
        "last-modified": "Mon, 04 May 2026 07:30:15 GMT",
        "cache-control": "public, max-age=300",
        "vary": "Accept-Encoding",
        "access-control-allow-origin": "*",
    }


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_head_has_the_headers_of_get_and_no_body(encoding):
    headers = {"accept-encoding": encoding}
    head = decide(headers, FEED, method="HEAD")
    assert head.body == b""
    assert head.headers == decide(headers, FEED).headers


@given(st.text(), st.text(), st.text())
def test_no_header_however_odd_breaks_the_answer(none_match, since, encoding):
    headers = {"if-none-match": none_match, "if-modified-since": since, "accept-encoding": encoding}
    assert decide(headers, FEED).status in (200, 304)


@given(st.binary(min_size=1), st.binary(min_size=1))
def test_one_etag_means_one_content(one, other):
    assert (entity_tag(one, packed=False) == entity_tag(other, packed=False)) == (one == other)
