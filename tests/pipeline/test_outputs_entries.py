"""What an output says of an entry, in each format."""

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from aggregator.model import Category, Enclosure, Folded, Tag
from aggregator.pipeline.outputs import Publication, publish
from tests.example_output import ENTRY, NET, NOON, folded, newspaper, publication, stored
from tests.validity.rules import ATOM, CONTENT, DC, MEDIA, tree


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


def test_an_entry_nobody_changed_has_its_publishers_date() -> None:
    """The hour at which we read it first is no change."""
    assert entry_of(folded()).findtext(f"{ATOM}updated") == "2026-03-14T12:00:00Z"
    revised = folded(updated=NOON + timedelta(minutes=10))
    assert entry_of(revised).findtext(f"{ATOM}updated") == "2026-03-14T12:10:00Z"


def test_an_entry_changed_under_our_eyes_has_the_date_of_the_change() -> None:
    """What we saw ourselves counts for more than what a publisher says."""
    changed = replace(stored(), changed=NOON + timedelta(days=3))
    assert entry_of(Folded(changed, (), changed.uid)).findtext(f"{ATOM}updated") == "2026-03-17T12:00:00Z"


def test_dates_are_in_utc_and_whole_seconds() -> None:
    """A date with an offset and microseconds is told as readers understand it."""
    local = datetime(2026, 3, 14, 13, 0, 0, 999, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert entry_of(folded(published=local)).findtext(f"{ATOM}published") == "2026-03-14T07:30:00Z"
    assert item_of(folded(published=local)).findtext("pubDate") == "Sat, 14 Mar 2026 07:30:00 +0000"
    assert feed(publication(folded(published=local)))["items"][0]["date_published"] == "2026-03-14T07:30:00Z"


def test_an_atom_entry_names_its_whole_source() -> None:
    """RFC 4287 §4.2.11: id, title, updated and both links of the feed it was taken from."""
    source = entry_of(folded()).find(f"{ATOM}source")
    assert source.findtext(f"{ATOM}id") == "tag:coast.example.com,2020:feed"
    assert source.findtext(f"{ATOM}title") == "Coast Example"
    assert source.findtext(f"{ATOM}updated") == "2026-03-14T12:00:00Z"
    assert links(source, "self") == ["https://coast.example.com/feed.xml"]
    assert links(source, "alternate") == ["https://coast.example.com/"]


def test_other_publishers_are_named_once_each() -> None:
    """Copies become links: one for each other publisher, none for the lead's own, none without an address."""
    copies = (
        stored(2, source=NET, url="https://example.net/wire/77"),
        stored(3, source=NET, url="https://example.net/sport/77"),
        stored(4, url="https://coast.example.com/again"),
        stored(5, source=replace(NET, id=5, publisher="example.org"), url=""),
    )
    one = folded(others=copies)
    assert links(entry_of(one), "related") == ["https://example.net/wire/77"]
    assert feed(publication(one))["items"][0]["_aggregator"]["also"] == [
        {"title": "Example Net", "url": "https://example.net/wire/77", "publisher": "example.net"}
    ]


def test_an_entry_links_to_its_publisher() -> None:
    """The link is the publisher's own page, and via says who that is."""
    entry = entry_of(folded())
    assert links(entry, "alternate") == links(entry, "via") == [ENTRY.url]
    assert item_of(folded()).findtext("link") == ENTRY.url


def test_an_entry_without_an_address_has_content_and_no_link() -> None:
    """RFC 4287 §4.1.2 wants content where there is no link."""
    entry = entry_of(folded(url="", html="", text="Only words.", excerpt="Only words."))
    assert links(entry, "alternate") == links(entry, "via") == []
    assert (entry.find(f"{ATOM}content").get("type"), entry.findtext(f"{ATOM}content")) == ("text", "Only words.")
    assert item_of(folded(url="")).find("link") is None


def test_an_untitled_entry_is_named_by_its_first_words() -> None:
    """Atom demands a title, and RSS readers show nothing without; JSON Feed knows untitled items."""
    note = newspaper().entries[1]
    expected = "Fog until ten, then sun over the whole bay, and a light wind from the…"
    assert entry_of(note).findtext(f"{ATOM}title") == expected
    assert item_of(note).findtext("title") == expected
    assert "title" not in feed(publication(note))["items"][0]
    short = folded(title="", text="Fog until ten.", excerpt="Fog until ten.", html="<p>Fog until <b>ten</b>.</p>")
    assert entry_of(short).findtext(f"{ATOM}title") == "Fog until ten."


def test_a_title_with_markup_in_it_stays_text() -> None:
    """A title is plain text: escaped once, read back as it was."""
    assert entry_of(folded()).find(f"{ATOM}title").get("type") == "text"
    assert entry_of(folded()).findtext(f"{ATOM}title") == ENTRY.title
    assert item_of(folded()).findtext("title") == ENTRY.title
    assert item_of(folded(title="&lt;b&gt; explained")).findtext("title") == "&lt;b&gt; explained"


def test_an_rss_description_is_html() -> None:
    """Plain text in a description is escaped, for readers take it for HTML."""
    item = item_of(folded())
    assert item.findtext("description") == "Signed on Saturday, dues &lt; before."
    assert item.findtext(f"{CONTENT}encoded") == ENTRY.html


def test_a_summary_never_repeats_the_content() -> None:
    """RFC 4287 §4.2.13: a summary that is the whole text is no summary."""
    whole = folded(text=ENTRY.text, excerpt=ENTRY.text)
    assert entry_of(whole).find(f"{ATOM}summary") is None
    assert item_of(whole).findtext("description") == ENTRY.html
    assert item_of(whole).find(f"{CONTENT}encoded") is None
    assert "summary" not in feed(publication(whole))["items"][0]


def test_topics_come_first_with_our_scheme_then_the_publishers_own() -> None:
    """Both vocabularies are told, each under its own name, each term once."""
    tags = (Tag("world", "feed", "always"), Tag("geopolitics", "words", "treaty"), Tag("world", "words", "ports"))
    one = folded(tags=tags, categories=(*ENTRY.categories, ENTRY.categories[0], Category(""), Category("x", "no iri")))
    ours = "https://news.example.org/topics/"
    coast = "https://coast.example.com/tags"
    found = [dict(node.attrib) for node in entry_of(one).iterfind(f"{ATOM}category")]
    assert found == [
        {"term": "geopolitics", "scheme": ours, "label": "Geopolitics"},
        {"term": "world", "scheme": ours, "label": "world"},
        {"term": "ports", "scheme": coast, "label": "Ports"},
        {"term": "sea trade"},
        {"term": "x"},
    ]
    expected = [("Geopolitics", ours), ("world", ours), ("Ports", coast), ("sea trade", None), ("x", None)]
    assert [(node.text, node.get("domain")) for node in item_of(one).iterfind("category")] == expected
    assert feed(publication(one))["items"][0]["tags"] == [text for text, _ in expected]


@pytest.mark.parametrize(
    ("enclosure", "kind", "known"),
    [
        (Enclosure("https://example.com/a.mp3?x=1"), "audio/mpeg", True),
        (Enclosure("https://example.com/a.MP3", "mp3"), "audio/mpeg", True),
        (Enclosure("https://example.com/a", "audio/ogg; codecs=opus", 7), "audio/ogg; codecs=opus", True),
        (Enclosure("https://example.com/a.bin", "", -1), "application/octet-stream", False),
    ],
)
def test_an_enclosure_has_a_type(enclosure: Enclosure, kind: str, known: bool) -> None:
    """RSS and JSON Feed demand a type; Atom stays silent where nobody knows it."""
    one = folded(enclosures=(enclosure,))
    length = max(enclosure.length, 0)
    written = item_of(one).find("enclosure")
    assert dict(written.attrib) == {"url": enclosure.url, "type": kind, "length": str(length)}
    link = next(node for node in entry_of(one).iterfind(f"{ATOM}link") if node.get("rel") == "enclosure")
    assert (link.get("type"), link.get("length")) == (kind if known else None, str(length) if length else None)
    attachment = {"url": enclosure.url, "mime_type": kind} | ({"size_in_bytes": length} if length else {})
    assert feed(publication(one))["items"][0]["attachments"] == [attachment]


def test_rss_has_one_enclosure_and_the_rest_as_media() -> None:
    """Readers fail on a second enclosure (Best Practices Profile); Media RSS takes it."""
    item = item_of(folded())
    assert [node.get("url") for node in item.iterfind("enclosure")] == ["https://coast.example.com/treaty.mp3"]
    media = item.find(f"{MEDIA}content")
    assert dict(media.attrib) == {"url": "https://coast.example.com/map.png", "type": "image/png"}
    assert item.find(f"{MEDIA}thumbnail").get("url") == ENTRY.image


def test_an_entry_in_another_language_says_so() -> None:
    """What is in the output's own language needs no word."""
    assert entry_of(folded(language="de-AT")).get("{http://www.w3.org/XML/1998/namespace}lang") == "de-AT"
    assert item_of(folded(language="de-AT")).findtext(f"{DC}language") == "de-AT"
    assert item_of(folded(language="EN")).find(f"{DC}language") is None
    assert item_of(folded(language="no such")).find(f"{DC}language") is None


def test_an_author_is_never_missing() -> None:
    """RFC 4287 §4.1.2: the entry's, else its feed's title, else who publishes the output."""
    assert item_of(folded(author="")).findtext(f"{DC}creator") == "Coast Example"
    assert item_of(newspaper().entries[2]).findtext(f"{DC}creator") == "World Desk"
    assert entry_of(folded(author="")).findtext(f"{ATOM}author/{ATOM}name") == "Coast Example"


def test_two_terms_with_one_label() -> None:
    """RSS has no labels beside its terms: what a reader would see twice is written once."""
    data = publish(publication(folded(categories=(Category("eu", "", "Europe"), Category("Europe")))), "rss").data
    assert data.count(b"<category>Europe</category>") == 1
