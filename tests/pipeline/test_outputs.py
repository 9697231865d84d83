"""What an output says of itself, the same in every format."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from aggregator.model import Folded, Format
from aggregator.pipeline.outputs import Publication, publish
from tests.example_output import FORMATS, NET, NOON, folded, newspaper, publication, stored
from tests.validity import FAULTS
from tests.validity.rules import ATOM, tree

DATA = Path(__file__).parents[1] / "data"


def atom(what: Publication) -> Any:
    return tree(publish(what, "atom").data)


def rss(what: Publication) -> Any:
    return tree(publish(what, "rss").data)[0]


def feed(what: Publication) -> Any:
    return json.loads(publish(what, "json").data)


def entry_of(one: Folded) -> Any:
    return atom(publication(one)).find(f"{ATOM}entry")


def item_of(one: Folded) -> Any:
    return rss(publication(one)).find("item")


def links(node: Any, rel: str) -> list[str]:
    return [link.get("href") for link in node.iterfind(f"{ATOM}link") if link.get("rel") == rel]


@pytest.mark.parametrize("format", FORMATS)
def test_an_output_is_written_exactly_so(format: Format) -> None:
    """The same publication gives the same bytes on every machine and with every release of the libraries."""
    assert publish(newspaper(), format).data == (DATA / f"newspaper.{format}").read_bytes()


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize(
    "what",
    [
        newspaper(),
        publication(),
        replace(newspaper(), home="", base="", subtitle="", language="", generator="", ttl=0),
        replace(newspaper(), next="https://news.example.org/feeds/all.atom?page=2"),
        publication(folded(html="", text="", excerpt="", title="", url="")),
    ],
    ids=["newspaper", "empty", "homeless", "paged", "bare entry"],
)
def test_every_format_is_valid(what: Publication, format: Format) -> None:
    """No output breaks a rule of its format, however little there is to say."""
    published = publish(what, format)
    assert FAULTS[format](published.data) == []
    assert published.left_out == ()


def test_an_empty_output_carries_its_founding_date() -> None:
    """Without entries the date is fixed all the same: never the clock."""
    assert atom(publication()).findtext(f"{ATOM}updated") == "2026-01-01T00:00:00Z"
    assert rss(publication()).findtext("lastBuildDate") == "Thu, 01 Jan 2026 00:00:00 +0000"


def test_an_output_is_as_new_as_its_newest_copy() -> None:
    """A copy that joins an entry changes the document, so it changes its date."""
    late = replace(stored(2, source=NET), changed=NOON + timedelta(days=2))
    assert publication(folded(others=(late,))).updated == NOON + timedelta(days=2)


def test_the_clock_of_an_output_is_utc() -> None:
    """The date of the document is the same moment wherever it was measured."""
    east = replace(stored(), changed=datetime(2026, 3, 14, 15, 0, tzinfo=timezone(timedelta(hours=2))))
    assert publication(Folded(east, (), east.uid)).updated == datetime(2026, 3, 14, 13, 0, tzinfo=UTC)


def test_entries_keep_their_order() -> None:
    """The order is the caller's; feedgen alone would turn it round."""
    what = publication(*(folded(number) for number in (5, 1, 3)))
    expected = [f"tag:news.example.org,2026:entry/{number}" for number in (5, 1, 3)]
    assert [node.text for node in atom(what).iterfind(f"{ATOM}entry/{ATOM}id")] == expected
    assert [node.text for node in rss(what).iterfind("item/guid")] == expected
    assert [item["id"] for item in feed(what)["items"]] == expected


def test_an_output_without_a_public_address_points_nowhere() -> None:
    """No self link and no home; the link that RSS demands is the permanent id."""
    what = publication(home="", base="")
    assert atom(what).findall(f"{ATOM}link") == rss(what).findall(f"{ATOM}link") == []
    assert rss(what).findtext("link") == "tag:news.example.org,2026:feed/all"
    assert not {"home_page_url", "feed_url"} & set(feed(what))


def test_an_output_says_where_it_lies_and_what_comes_next() -> None:
    """Self and next stand in RSS too, and the site's link stays the site's."""
    what = publication(next="https://news.example.org/feeds/all.rss?page=2")
    assert links(rss(what), "self") == ["https://news.example.org/feeds/all.rss"]
    assert links(rss(what), "next") == links(atom(what), "next") == [what.next]
    assert rss(what).findtext("link") == "https://news.example.org/"
    assert links(atom(what), "alternate") == ["https://news.example.org/"]
    assert feed(what)["next_url"] == what.next


@pytest.mark.parametrize("format", FORMATS)
def test_a_source_that_stamps_its_clock_changes_nothing(format: Format) -> None:
    """A feed whose own date moves at every fetch must not rewrite our outputs."""
    one = folded(source=NET)
    ticked = folded(source=replace(NET, updated=NOON + timedelta(days=9)))
    assert publish(publication(one), format).data == publish(publication(ticked), format).data


@pytest.mark.parametrize("format", FORMATS)
def test_a_feed_from_a_file_is_not_named_by_its_path(format: Format) -> None:
    """A path of this machine is no address for anybody else."""
    assert b"notes.xml" not in publish(newspaper(), format).data


@pytest.mark.parametrize("format", FORMATS)
def test_credentials_of_a_feed_stay_at_home(format: Format) -> None:
    """A name and password in a feed's address are ours, not the subscribers'."""
    secret = replace(NET, url="https://reader:hunter2@example.net/rss")
    data = publish(publication(folded(source=secret)), format).data
    assert b"hunter2" not in data
    assert b"https://example.net/rss" in data


BREAKS: list[tuple[Format, bytes, bytes]] = [
    ("atom", b'rel="via"', b'rel="alternate"'),
    ("atom", b' type="text">World', b">World"),
    ("atom", b"<name>Ann Example</name>", b"<name/>"),
    ("atom", b"<id>tag:coast.example.com,2020:feed</id>", b""),
    ("atom", b"<id>tag:news.example.org,2026:entry/2", b"<id>tag:news.example.org,2026:entry/1"),
    ("atom", b'term="ports"', b'term=""'),
    ("atom", b'length="123456"', b'length="long"'),
    ("atom", b"https://coast.example.com/saturday", b"/saturday"),
    ("atom", b"<generator>", b"<pubDate>x</pubDate><generator>"),
    ("rss", b"<link>https://news.example.org/</link>", b""),
    ("rss", b"Sat, 14 Mar", b"Sun, 14 Mar"),
    ("rss", b"+0000", b"GMT"),
    ("rss", b'length="123456" ', b""),
    ("rss", b'isPermaLink="false"', b'isPermaLink="true"'),
    ("rss", b"<dc:creator>", b"<author>x</author><dc:creator>"),
    ("rss", b"<ttl>30</ttl>", b"<ttl>soon</ttl>"),
    ("rss", b'<source url="https', b'<source href="https'),
    ("json", b'"mime_type":"audio/mpeg",', b""),
    ("json", b"entry/2", b"entry/1"),
    ("json", b"12:00:00Z", b"12:00Z"),
    ("json", b'"authors"', b'"author"'),
]


@pytest.mark.parametrize(("format", "right", "wrong"), BREAKS)
def test_the_rules_notice_a_break(format: Format, right: bytes, wrong: bytes) -> None:
    """Each rule is worth its place: a document broken in one spot does not pass."""
    data = publish(newspaper(), format).data
    assert right in data
    assert FAULTS[format](data.replace(right, wrong)) != []
