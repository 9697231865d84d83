"""What the addresses in a document hang on, and which of its links is the entry's: the same on both paths."""

from dataclasses import replace

import pytest

from aggregator.model import Entry
from aggregator.pipeline.parse import CAP
from aggregator.pipeline.parse_reference import reference
from bench.differential import answer, difference, stored
from tests.pipeline.feed_documents import DECLARED, NAMESPACES

FEED = "https://cdn.example.net/feeds/all.xml"
PERMALINK = "http://example.org/id/1"
BASE = " xml:base='http://base.example/dir/'"
BROKEN = "<link>/post</link><description><p><b>not well-formed</p></description>"


def rss(*items: str, base: str = "") -> str:
    inside = "".join(f"<item>{one}</item>" for one in items)
    return f"<rss version='2.0'{DECLARED}{base}><channel><title>T</title>{inside}</channel></rss>"


def atom(*entries: str, base: str = "") -> str:
    inside = "".join(f"<entry><title>A</title>{one}</entry>" for one in entries)
    return f"<feed xmlns='{NAMESPACES['atom']}'{DECLARED}{base}><id>urn:f</id><title>F</title>{inside}</feed>"


def entries(document: str, *, taken: bool = True) -> tuple[Entry, ...]:
    """Read a document with feedparser, and where the fast path takes it, with that, too."""
    fetched = replace(answer(document.encode()), url=FEED, final_url=FEED)
    assert not taken or difference(fetched) == ""
    return stored(reference(fetched, cap=CAP), url=FEED).new


@pytest.mark.parametrize("text", ["", "<description>d</description>", "<content:encoded>d</content:encoded>"])
@pytest.mark.parametrize("base", ["", BASE])
@pytest.mark.parametrize(
    "file",
    [
        "<enclosure url='e.jpg' type='image/jpeg'/>",
        "<enclosure url=' e.jpg ' type='image/jpeg'/>",
        "<media:content url='e.jpg' medium='image'/>",
        "<media:group><media:content url='e.jpg' type='image/jpeg'/></media:group>",
        "<media:thumbnail url='e.jpg'/>",
        "<media:thumbnail>e.jpg</media:thumbnail>",
        "<itunes:image href='e.jpg'/>",
    ],
)
def test_files_and_pictures_hang_on_the_base_of_the_document_whatever_is_told_beside_them(
    text: str, base: str, file: str
) -> None:
    (entry,) = entries(rss(f"<link>rel/1</link>{text}{file}", base=base))
    where = "http://base.example/dir/" if base else "https://cdn.example.net/feeds/"
    assert entry.url == f"{where}rel/1"
    assert entry.image == f"{where}e.jpg"
    assert {one.url for one in entry.enclosures} <= {entry.image}


@pytest.mark.parametrize("base", ["", BASE])
def test_the_same_in_atom_and_in_what_is_not_well_formed(base: str) -> None:
    where = "http://base.example" if base else "https://cdn.example.net"
    link = "<id>1</id><link href='/post'/><link rel='enclosure' href='/e.mp3'/><summary>s</summary>"
    (entry,) = entries(atom(link, base=base))
    (broken,) = entries(rss(f"{BROKEN}<enclosure url='/e.mp3'/>", base=base), taken=False)
    for one in (entry, broken):
        assert [one.url, *[file.url for file in one.enclosures]] == [f"{where}/post", f"{where}/e.mp3"]


@pytest.mark.parametrize(
    ("content", "taken"),
    [
        ("<content type='html' xml:base='http://assets.example/i/'>&lt;img src='p.png'&gt;</content>", True),
        (
            "<content type='xhtml' xml:base='http://assets.example/i/'>"
            "<div xmlns='http://www.w3.org/1999/xhtml'><img src='p.png'/></div></content>",
            False,
        ),
    ],
)
@pytest.mark.parametrize("base", ["", BASE])
def test_a_base_on_the_content_holds_in_the_content_only(content: str, taken: bool, base: str) -> None:
    """Neither for the entry that it is in nor for the next one, whatever comes first (XML Base §4)."""
    links = "<link href='/post/{0}'/><link rel='enclosure' href='/{0}.mp3'/><id>tag:x,2026:{0}</id>"
    found = entries(atom(*[links.format(1) + content, content + links.format(2)], base=base), taken=taken)
    where = "http://base.example" if base else "https://cdn.example.net"
    assert [entry.url for entry in found] == [f"{where}/post/1", f"{where}/post/2"]
    assert [entry.enclosures[0].url for entry in found] == [f"{where}/1.mp3", f"{where}/2.mp3"]
    assert {entry.image for entry in found} == {"http://assets.example/i/p.png"}


def test_a_base_ends_with_its_element_in_what_is_not_well_formed() -> None:
    based = "<link>/1</link><description xml:base='http://assets.example/'>d</description>"
    assert [entry.url for entry in entries(rss(based, BROKEN), taken=False)] == [
        "https://cdn.example.net/1",
        "https://cdn.example.net/post",
    ]


@pytest.mark.parametrize(("id", "without"), [("tag:x,2026:1", ""), (PERMALINK, PERMALINK)])
@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("<link rel='alternate' type='application/pdf' href='http://example.org/x.pdf'/>", "http://example.org/x.pdf"),
        ("<link type='text/plain' href='http://example.org/rfc1.txt'/>", "http://example.org/rfc1.txt"),
        (
            "<link rel='http://www.iana.org/assignments/relation/alternate' href='http://a.example/'/>",
            "http://a.example/",
        ),
        ("<link type='application/pdf' href='/x.pdf'/><link href='http://example.org/x'/>", "http://example.org/x"),
        (f"<link type='application/pdf' href='/x.pdf'/><link href='{PERMALINK}'/>", PERMALINK),
        ("<link rel='related' href='/other'/><link rel='self' href='/self'/>", ""),
    ],
)
def test_an_alternate_link_may_be_of_any_type_and_leads_before_the_id(
    id: str, without: str, link: str, url: str
) -> None:
    """RFC 4287 §4.2.7.2; of several one that is HTML."""
    for parts in (f"<id>{id}</id>{link}", f"{link}<id>{id}</id>"):
        (entry,) = entries(atom(parts))
        assert (entry.guid, entry.url) == (id, url or without)


def test_an_enclosure_under_the_address_that_iana_gives_it_is_one() -> None:
    link = "<link rel='http://www.iana.org/assignments/relation/enclosure' href='http://example.org/e.mp3'/>"
    assert entries(atom(f"<id>1</id>{link}"))[0].enclosures[0].url == "http://example.org/e.mp3"


def test_a_content_that_lies_elsewhere_is_where_an_entry_without_a_link_leads() -> None:
    """RFC 4287 §4.1.3.2."""
    content = f"<id>{PERMALINK}</id><content type='text/html' src='body.html' xml:base='/dir/'/>"
    (alone,) = entries(atom(content), taken=False)
    (linked,) = entries(atom(f"{content}<link href='/1'/>"), taken=False)
    assert (alone.url, linked.url) == ("https://cdn.example.net/dir/body.html", "https://cdn.example.net/1")


def test_no_address_is_found_in_an_empty_one() -> None:
    (entry,) = entries(rss("<title>A</title><enclosure url=' '/><media:thumbnail url=''/>", base=BASE))
    assert (entry.enclosures, entry.image) == ((), "")
