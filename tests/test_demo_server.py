"""The demo's samples: real feed formats, fresh dates, validators that hold, and what they are there to show."""

import gzip
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from xml.etree import ElementTree

import feedparser
import pytest

from aggregator import config, demo
from aggregator.demo.server import MEDIA_TYPES

NOW = datetime(2026, 3, 29, 5, 17, 42, 123456, tzinfo=timezone(timedelta(hours=2)))
FORMATS = {
    "courier.rss": "rss20",
    "harbour.atom": "atom10",
    "tideline.rdf": "rss10",
    "bote.atom": "atom10",
    "ledger.xml": "rss091u",
}


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with demo.serve(now=NOW) as address:
        yield address


def fetched(address: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = Request(address, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urlopen(request, timeout=10) as reply:
            return reply.status, {name.lower(): value for name, value in reply.headers.items()}, reply.read()
    except HTTPError as error:
        with error:
            return error.code, {name.lower(): value for name, value in error.headers.items()}, error.read()


def parsed(base_url: str, name: str) -> feedparser.FeedParserDict:
    _, headers, body = fetched(base_url + name)
    kind = {"content-type": headers["content-type"]}
    return feedparser.parse(io.BytesIO(body), response_headers=kind, sanitize_html=False)


def texts(markup: str) -> str:
    return " ".join(ElementTree.fromstring(f"<x>{markup}</x>").itertext())


@pytest.mark.parametrize(("name", "version"), FORMATS.items())
def test_each_xml_sample_is_the_format_it_says_and_well_formed(base_url, name, version):
    feed = parsed(base_url, name)
    assert (feed.version, feed.bozo) == (version, False)
    assert len(feed.entries) >= 6
    for entry in feed.entries:
        assert entry.title and entry.link.startswith("https://")
        assert len(entry.get("content", [entry])[0].get("value") or entry.summary) > 100


def test_the_json_sample_is_json_feed_1_1(base_url):
    _, headers, body = fetched(base_url + "loft.json")
    feed = json.loads(body)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert headers["content-type"] == "application/feed+json"
    for item in feed["items"]:
        assert item["id"] and item["authors"][0]["name"] and texts(item["content_html"])
        assert datetime.fromisoformat(item["date_published"]) < NOW


@pytest.mark.parametrize("name", MEDIA_TYPES)
def test_no_mark_is_left_and_every_date_lies_within_two_days_before_now(base_url, name):
    status, headers, body = fetched(base_url + name)
    assert (status, headers["content-type"]) == (200, MEDIA_TYPES[name])
    text = body.decode()
    assert "{{" not in text
    dates = [datetime.fromisoformat(found) for found in re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text)]
    dates += [parsedate_to_datetime(found) for found in re.findall(r"\w{3}, \d\d \w{3} \d{4} [\d:]+ \+0000", text)]
    assert dates
    assert all(NOW - timedelta(days=2) < date < NOW for date in dates)
    assert parsedate_to_datetime(headers["last-modified"]) == max(dates)


@pytest.mark.parametrize("name", MEDIA_TYPES)
def test_a_second_request_with_the_validators_is_answered_304(base_url, name):
    _, first, _ = fetched(base_url + name, accept_encoding="gzip")
    known = {"if_none_match": first["etag"], "if_modified_since": first["last-modified"], "accept_encoding": "gzip"}
    status, again, body = fetched(base_url + name, **known)
    assert (status, body, again["etag"]) == (304, b"", first["etag"])
    assert fetched(base_url + name, if_modified_since=first["last-modified"])[0] == 304
    assert fetched(base_url + name, **{**known, "if_none_match": '"other"'})[0] == 200


def test_gzip_is_the_same_document_under_an_etag_of_its_own(base_url):
    _, plain_headers, plain = fetched(base_url + "courier.rss")
    _, packed_headers, packed = fetched(base_url + "courier.rss", accept_encoding="gzip, br")
    assert packed_headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain_headers
    assert gzip.decompress(packed) == plain
    assert packed_headers["etag"] != plain_headers["etag"]


def test_head_and_unknown_paths(base_url):
    with urlopen(Request(base_url + "bote.atom", method="HEAD"), timeout=10) as reply:
        assert reply.read() == b""
        assert int(reply.headers["content-length"]) > 1000
    assert fetched(base_url + "../feeds.yaml")[0] == 404
    assert fetched(base_url)[0] == 404


def test_two_publishers_tell_one_story_in_different_words(base_url):
    courier = parsed(base_url, "courier.rss").entries[0]
    wire = parsed(base_url, "harbour.atom").entries[0]
    long, short = texts(courier.content[0].value), texts(wire.content[0].value)
    assert courier.title != wire.title
    assert len(long) > 3 * len(short) > 1500
    for name in ("Tarvenia", "Osmere", "Lirren", "Sarn valley"):
        assert name in long and name in short


def test_a_third_publisher_tells_it_and_a_fourth_copies_the_agency_under_another_headline(base_url):
    loft = json.loads(fetched(base_url + "loft.json")[2])["items"][0]
    wire = parsed(base_url, "harbour.atom").entries[0]
    copy = next(e for e in parsed(base_url, "ledger.xml").entries if "premiums" in e.title)
    agency, taken = texts(wire.content[0].value), texts(copy.summary)
    for name in ("Tarvenia", "Osmere", "treaty of mutual assistance"):
        assert name in texts(loft["content_html"]) and name in taken
    assert agency.partition("Osmere and")[2] == taken.partition("Osmere and")[2]
    assert "(Harbour Wire)" in taken and copy.title != wire.title
    told, wired = (re.findall(r"\w+", part.lower()) for part in (texts(loft["content_html"]), agency))
    runs = [{tuple(words[n : n + 7]) for n in range(len(words) - 6)} for words in (told, wired)]
    assert not runs[0] & runs[1]


def test_the_long_article_carries_a_scraped_page_s_furniture_and_nothing_of_the_seed(base_url, seed_article):
    text = texts(parsed(base_url, "courier.rss").entries[0].content[0].value)
    tail = text[-400:]
    for furniture in ("Leave a Reply", "Your email address will not be published.", "More Related Stories"):
        assert furniture in tail
    told, seed = (re.findall(r"\w+", part.lower()) for part in (text[:-400], seed_article))
    runs = [{tuple(words[n : n + 7]) for n in range(len(words) - 6)} for words in (told, seed)]
    assert not runs[0] & runs[1]


def test_one_text_is_syndicated_word_for_word_under_two_feeds(base_url):
    wire = {entry.title: entry for entry in parsed(base_url, "harbour.atom").entries}
    ledger = {entry.title: entry for entry in parsed(base_url, "ledger.xml").entries}
    (shared,) = wire.keys() & ledger.keys()
    assert wire[shared].content[0].value == ledger[shared].summary
    assert wire[shared].link != ledger[shared].link


def test_one_address_is_carried_by_two_feeds(base_url):
    items = json.loads(fetched(base_url + "loft.json")[2])["items"]
    tideline = {entry.link for entry in parsed(base_url, "tideline.rdf").entries}
    assert len([item for item in items if item["url"].partition("?")[0] in tideline]) == 1


def test_two_samples_carry_a_podcast(base_url):
    (enclosure,) = [e.enclosures[0] for e in parsed(base_url, "courier.rss").entries if e.enclosures]
    assert (enclosure.type, enclosure.length) == ("audio/mpeg", "18734080")
    items = json.loads(fetched(base_url + "loft.json")[2])["items"]
    assert [a["mime_type"] for item in items for a in item.get("attachments", [])] == ["audio/mpeg"]


def test_everything_in_the_samples_is_at_an_example_address(base_url):
    for name in MEDIA_TYPES:
        hosts = set(re.findall(r"https?://([^/\"<&\s]+)", fetched(base_url + name)[2].decode()))
        standards = {"www.w3.org", "purl.org", "jsonfeed.org"}
        assert all(re.fullmatch(r"(\w+\.)*example\.(org|net|com)", host) for host in hosts - standards), hosts


def test_the_config_names_every_sample_and_is_valid(base_url, tmp_path):
    path = tmp_path / "feeds.yaml"
    path.write_text(demo.feeds_yaml(base_url), encoding="utf-8")
    settings = config.load(path)
    assert {feed.url for feed in settings.feeds} == {base_url + name for name in MEDIA_TYPES}
    assert settings.mail is None
    assert settings.fetch.allow_networks == ("127.0.0.0/8",)
    (digest,) = settings.digests
    assert (digest.name, digest.when, digest.to) == ("morning", "daily 00:00", ("reader@example.org",))


def test_a_server_started_later_has_later_dates():
    later = NOW.astimezone(UTC) + timedelta(days=400)
    with demo.serve(now=later) as base_url:
        assert parsedate_to_datetime(fetched(base_url + "bote.atom")[1]["last-modified"]) > NOW + timedelta(days=399)
