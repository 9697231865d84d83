"""What holds for every output: the same bytes for the same facts, and nothing lost on the way to a reader."""

import json
import re
from calendar import timegm
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import escape
from io import BytesIO
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.model import Category, Enclosure, Folded, Format, Tag
from aggregator.pipeline.outputs import publish
from tests.example_output import COAST, FORMATS, NET, NOON, folded, publication, stored
from tests.validity import FAULTS

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# feedparser takes Latin-1 letters that happen to spell UTF-8 for a mistake and "repairs" them: none are drawn here.
LETTERS = st.one_of(
    st.characters(max_codepoint=0xBF), st.characters(min_codepoint=0x100), st.sampled_from("<>&]'\"\r\n")
)
TEXT = st.text(LETTERS, max_size=60)
WORD = st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True)
ADDRESS = WORD.map(lambda word: f"https://example.com/{word}?a=1&b=2")
MOMENT = st.datetimes(datetime(1990, 1, 1), datetime(2026, 11, 1)).map(lambda moment: moment.replace(tzinfo=UTC))
CATEGORY = st.builds(Category, WORD, st.sampled_from(["", "https://example.com/tags"]), st.one_of(st.just(""), WORD))
ENCLOSURE = st.builds(Enclosure, ADDRESS, st.sampled_from(["audio/mpeg", "video/mp4"]), st.integers(0, 10**10))


@st.composite
def entries(draw: st.DrawFn, number: int) -> Folded:
    """Draw an entry that other publishers may carry too."""
    topics = draw(st.lists(st.sampled_from(["geopolitics", "world", "sport"]), max_size=3))
    copies = tuple(stored(100 * number + n, source=NET, url=draw(ADDRESS)) for n in range(draw(st.integers(0, 2))))
    return folded(
        number,
        others=copies,
        source=draw(st.sampled_from([COAST, NET])),
        tags=tuple(Tag(topic, "words", "why") for topic in topics),
        title=draw(TEXT),
        author=draw(TEXT),
        url=draw(ADDRESS),
        html=draw(st.one_of(st.just(""), TEXT.map(lambda text: f"<p>{escape(text)}</p>"))),
        text=draw(TEXT),
        excerpt=draw(TEXT),
        published=draw(MOMENT),
        language=draw(st.sampled_from(["", "en", "de", "pt-BR"])),
        categories=tuple(draw(st.lists(CATEGORY, max_size=3))),
        enclosures=tuple(draw(st.lists(ENCLOSURE, max_size=3, unique_by=lambda enclosure: enclosure.url))),
    )


OUTPUTS = st.integers(0, 3).flatmap(lambda many: st.tuples(*(entries(number + 1) for number in range(many))))


def line(text: str) -> str:
    """Say what becomes of a text on its way: one line without forbidden characters."""
    return re.sub("[ \t\r\n\u2028\u2029]+", " ", FORBIDDEN.sub("", text)).strip()


def block(html: str) -> str:
    """Say what becomes of content: line ends in one form, no forbidden characters."""
    return FORBIDDEN.sub("", html.replace("\r\n", "\n").replace("\r", "\n")).strip()


def read(data: bytes) -> Any:
    """Read a document as it is: without feedparser's sanitiser and resolver."""
    document = feedparser.parse(BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    assert not document.bozo
    return document


def names(one: Folded, *, once: bool = False) -> list[str]:
    """List the categories a reader should see: topics by name, then the publisher's own.

    RSS has no labels: two terms of one vocabulary with the same label are one category there.
    """
    topics = sorted({tag.topic for tag in one.lead.tags})
    found = {(topic, "https://news.example.org/topics/"): topic.title() for topic in topics}
    for category in one.lead.entry.categories:
        found.setdefault((category.term, category.scheme), category.label or category.term)
    return (
        [name for name, _ in dict.fromkeys((name, key[1]) for key, name in found.items())]
        if once
        else [*found.values()]
    )


TOPICS = {"geopolitics": "Geopolitics", "world": "World", "sport": "Sport"}


@settings(max_examples=40, deadline=None)
@given(entries_=OUTPUTS)
def test_every_output_is_valid_and_whole(entries_: tuple[Folded, ...]) -> None:
    """Whatever the entries hold, each format is valid and leaves none of them out."""
    for format in FORMATS:
        published = publish(publication(*entries_, topics=TOPICS), format)
        assert published.left_out == ()
        assert FAULTS[format](published.data) == []


@settings(max_examples=25, deadline=None)
@given(entries_=OUTPUTS, order=st.permutations(list(TOPICS.items())), seed=st.randoms(use_true_random=False))
def test_the_same_facts_give_the_same_bytes(
    entries_: tuple[Folded, ...], order: list[tuple[str, str]], seed: Any
) -> None:
    """Neither the order of a mapping nor the order in which topics were found shows in a document."""

    def shuffled(one: Folded) -> Folded:
        tags = list(one.lead.tags)
        seed.shuffle(tags)
        return replace(one, lead=replace(one.lead, tags=tuple(tags)))

    again = publication(*map(shuffled, entries_), topics=dict(order))
    for format in FORMATS:
        assert publish(publication(*entries_, topics=TOPICS), format) == publish(again, format)


@pytest.mark.parametrize("format", ["atom", "rss"])
@settings(max_examples=50, deadline=None)
@given(entries_=OUTPUTS)
def test_a_reader_gets_what_was_kept(format: Format, entries_: tuple[Folded, ...]) -> None:
    """An independent parser reads the same id, link, title, author, dates, categories, enclosures and content."""
    document = read(publish(publication(*entries_, topics=TOPICS), format).data)
    assert len(document.entries) == len(entries_)
    for got, one in zip(document.entries, entries_, strict=True):
        entry = one.lead.entry
        assert got.id == one.uid
        assert got.link == entry.url
        assert got.author == (line(entry.author) or one.lead.source.title)
        assert got.source.title == one.lead.source.title
        assert timegm(got.published_parsed) == int(entry.published.timestamp())
        assert [tag.label or tag.term for tag in got.get("tags", [])] == names(one, once=format == "rss")
        if line(entry.title):
            assert got.title == line(entry.title)
        if block(entry.html):
            assert block(entry.html) in [got.get("summary"), *(part.value for part in got.get("content", []))]
        files = [(file.href, file.type, int(file.get("length", 0))) for file in got.enclosures]
        more = got.get("media_content", [])
        files += [(file["url"], file["type"], int(file.get("filesize", 0))) for file in more]
        assert files == [(file.url, file.type, file.length) for file in entry.enclosures]


@settings(max_examples=40, deadline=None)
@given(entries_=OUTPUTS)
def test_json_feed_holds_what_was_kept(entries_: tuple[Folded, ...]) -> None:
    """The same for JSON Feed, read with the standard library."""
    document = json.loads(publish(publication(*entries_, topics=TOPICS), "json").data)
    for got, one in zip(document["items"], entries_, strict=True):
        entry = one.lead.entry
        assert (got["id"], got["url"], got.get("title", "")) == (one.uid, entry.url, line(entry.title))
        assert got["authors"] == [{"name": line(entry.author) or one.lead.source.title}]
        assert datetime.fromisoformat(got["date_published"]) == entry.published.replace(microsecond=0)
        assert got.get("content_html", "") == block(entry.html)
        assert set(got.get("tags", [])) == set(names(one))
        assert [file["url"] for file in got.get("attachments", [])] == [file.url for file in entry.enclosures]


def test_a_document_is_never_older_than_its_entries() -> None:
    """A publisher's date of an update never runs ahead of the moment we saw it."""
    ahead = folded(updated=NOON + timedelta(days=300))
    document = read(publish(publication(ahead), "atom").data)
    assert document.entries[0].updated == document.feed.updated == "2026-03-14T13:00:00Z"
