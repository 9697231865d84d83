"""Drafts made into entries that are ready to keep."""

from datetime import UTC, datetime

import pytest

from aggregator.model import Category, Draft, Enclosure, Entry, Markup, ParsedEntry
from aggregator.pipeline.clean import clean, clean_all, language_tag

NOW = datetime(2024, 6, 5, 12, tzinfo=UTC)
URL = "https://example.com/feed.xml"


def draft(parsed: ParsedEntry) -> Draft:
    return Draft("g", "https://example.com/1", "https://example.com/1", NOW, "published", None, "1:f", parsed)


def cleaned(parsed: ParsedEntry, language: str = "en") -> Entry:
    return clean(draft(parsed), base=URL, language=language)


def test_entries_that_are_cleaned_together() -> None:
    """Each comes out as it does alone, in its place."""
    texts = [Markup("<p>One</p><img src=/1>"), Markup("Two\n\ntwo", "text"), Markup(), Markup("<b>Three")]
    drafts = [draft(ParsedEntry(summary=one, content=other)) for one in texts for other in texts]
    assert clean_all(drafts, base=URL, language="en") == [clean(one, base=URL, language="en") for one in drafts]
    assert clean_all([], base=URL, language="en") == []


def test_scripting_in_every_field() -> None:
    """Titles, names and categories come out as plain text, addresses as web addresses."""
    evil, run = '<img src=x onerror="alert(1)">', "javascript:alert(1)"
    parsed = ParsedEntry(
        title=Markup(evil + "T" + "<script>alert(1)</script>"),
        summary=Markup(evil),
        content=Markup("<b>" + evil + "</b>"),
        author=evil + "A",
        categories=(Category(evil + "C", run),),
        enclosures=(Enclosure(run), Enclosure("/a.mp3", 'audio/mpeg" onload="x')),
        image=run,
    )
    entry = cleaned(parsed)
    assert (entry.title, entry.author, entry.categories[0].term) == ("T", "A", "C")
    assert entry.enclosures == (Enclosure("https://example.com/a.mp3"),)
    assert entry.html == '<b><img src="https://example.com/x"></b>'
    assert entry.image == "https://example.com/x"


def test_summary_and_content() -> None:
    """The HTML is the content's; the excerpt the publisher's own summary."""
    entry = cleaned(
        ParsedEntry(title=Markup("T"), summary=Markup("<p>Teaser</p>"), content=Markup("<p>Whole text</p>"))
    )
    assert (entry.html, entry.text, entry.excerpt) == ("<p>Whole text</p>", "Whole text", "Teaser")


def test_only_a_summary() -> None:
    """It is the HTML as well, plain text in paragraphs."""
    entry = cleaned(ParsedEntry(title=Markup("T"), summary=Markup("Plain <words>", "text")))
    assert (entry.html, entry.excerpt) == ("<p>Plain &lt;words&gt;</p>", "Plain <words>")


def test_content_that_is_only_a_tracking_pixel() -> None:
    """What is empty after cleaning gives way to the summary."""
    pixel = Markup('<img src="https://count.example.net/p" width="1" height="1">')
    assert cleaned(ParsedEntry(summary=Markup("<p>Words</p>"), content=pixel)).html == "<p>Words</p>"


def test_no_title() -> None:
    """The first words of the text stand for it."""
    entry = cleaned(ParsedEntry(content=Markup("<p>" + "Some words without a title. " * 9 + "</p>")))
    assert entry.title == "Some words without a title. Some words without a title. Some words without a…"


def test_a_long_text() -> None:
    """The excerpt ends at a word, within 280 characters."""
    entry = cleaned(ParsedEntry(title=Markup("T"), content=Markup("<p>" + "words and more " * 100 + "</p>")))
    assert len(entry.excerpt) <= 280
    assert entry.excerpt.endswith(("words…", "and…", "more…"))


def test_relative_links_hang_on_the_base_of_their_own_text() -> None:
    """xml:base of the element first; the entry's address only where the document has none."""
    link = '<a href="x">x</a>'
    based, bare = Markup(link, "html", "https://example.org/base/"), Markup(link)
    assert "https://example.org/base/x" in cleaned(ParsedEntry(content=based)).html
    assert "https://example.com/x" in cleaned(ParsedEntry(content=bare)).html


def test_the_picture_of_an_entry() -> None:
    """The publisher's, or the first of the text."""
    text = Markup('<p>x<img src="/one.png?a=1&amp;b=2"><img src="/two.png"></p>')
    assert cleaned(ParsedEntry(content=text)).image == "https://example.com/one.png?a=1&b=2"
    assert cleaned(ParsedEntry(content=text, image="/own.png")).image == "https://example.com/own.png"


@pytest.mark.parametrize(
    ("text", "tag"), [("en_US", "en-US"), ("de", "de"), ("zh-Hant-TW", "zh-Hant-TW"), ("english!", ""), ("", "")]
)
def test_language(text: str, tag: str) -> None:
    """A language is BCP 47, or nothing; the entry's own goes before the feed's."""
    assert language_tag(text) == tag
    assert cleaned(ParsedEntry(language=text), language="fr").language == (tag or "fr")
