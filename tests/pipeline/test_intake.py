"""Documents read against what is known of their feed."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.errors import ParseError
from aggregator.model import Entry, Fetched, Intake, Known, Markup, ParsedEntry
from aggregator.pipeline import intake
from aggregator.pipeline.identity import by_words
from aggregator.pipeline.parse import parse

NOW = datetime(2024, 6, 5, 12, tzinfo=UTC)
URL = "https://example.com/feed.xml"
TEXT = "It says more than forty characters, so that its words can be known again."


def item(name: object, *, text: str = TEXT, guid: str | None = None, url: str | None = None, day: int = 1) -> str:
    """One RSS item, called ``name`` throughout unless told otherwise."""
    return (
        f"<item><title>Title of {name}</title><guid isPermaLink='false'>{guid or name}</guid>"
        f"<link>{url or f'https://example.com/{name}'}</link><description>{text}</description>"
        f"<pubDate>{day:02} May 2024 10:00:00 GMT</pubDate></item>"
    )


def fetched(*items: str, body: bytes = b"") -> Fetched:
    text = f"<rss version='2.0'><channel><title>A &amp;amp; B</title><link>/home</link>{''.join(items)}</channel></rss>"
    return Fetched(URL, URL, 200, {"content-type": "text/xml"}, body or text.encode())


def read(*items: str, known: Known | None = None, now: datetime = NOW) -> Intake:
    return intake.read(fetched(*items), known or Known(first=True), now=now)


def after(*intakes: Intake, **more: object) -> Known:
    """What a store knows when it has kept ``intakes``, one after the other."""
    stored: dict[str, Entry] = {}
    for one in intakes:
        for old, new in one.renamed.items():
            stored[new] = stored.pop(old)
        stored |= {entry.guid: entry for entry in (*one.new, *one.changed)}
    known = Known(
        criterion=intakes[-1].criterion,
        fingerprints={guid: entry.fingerprint for guid, entry in stored.items()},
        keys=frozenset(entry.key for entry in stored.values()),
        words=frozenset(entry.words for entry in stored.values()),
        newest=max(entry.published for entry in stored.values()),
    )
    return replace(known, **more)  # type: ignore[arg-type]  # tests name fields of Known


def guids(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.guid for entry in entries]


def test_a_first_reading() -> None:
    """Everything is new, in the document's order; the feed is told apart from its entries."""
    result = read(item("a", day=3), item("b", day=1))
    assert (guids(result.new), result.changed, result.seen) == (["a", "b"], (), ("a", "b"))
    assert (result.feed.title, result.feed.home, result.feed.entries) == ("A & B", "https://example.com/home", ())
    assert (result.newest, result.rhythm) == (datetime(2024, 5, 3, 10, tzinfo=UTC), timedelta(days=2).total_seconds())


def test_a_second_reading() -> None:
    """The same document an hour later brings nothing."""
    first = read(item("a"), item("b"))
    again = read(item("a"), item("b"), known=after(first), now=NOW + timedelta(hours=1))
    assert (again.new, again.changed, again.seen) == ((), (), ("a", "b"))


def test_an_entry_that_changed() -> None:
    """It is an update in place; its date and its parameters of clicks make none."""
    first = read(item("a"), item("b"))
    again = read(item("a", text="Corrected."), item("b", day=9), known=after(first))
    assert (again.new, guids(again.changed)) == ((), ["a"])


def test_an_entry_with_a_tombstone() -> None:
    """What was purged comes back neither as new nor as changed."""
    buried = read(item("a", text="other"), item("b"), known=Known(buried=frozenset({"a"})))
    assert (guids(buried.new), buried.changed, buried.seen) == (["b"], (), ("a", "b"))
    assert read(item("a"), known=Known(fingerprints={"a": "1:0"}, buried=frozenset({"a"}))).changed == ()


def test_no_dates_at_all() -> None:
    """There is no newest date and no rhythm in a document without dates."""
    body = b"<rss version='2.0'><channel><item><title>x</title></item><item><title>y</title></item></channel></rss>"
    result = intake.read(fetched(body=body), Known(), now=NOW)
    assert (result.newest, result.rhythm, len(result.new)) == (None, 0.0, 2)


def test_a_feed_that_begins_to_repeat_its_guids() -> None:
    """Old entries get their new names and are not announced again."""
    first = read(item("a"), item("b"))
    second = read(item("c", guid="a", url="https://example.com/c"), item("a"), item("b"), known=after(first))
    assert second.criterion == "guid+url"
    assert second.renamed == {"a": "a https://example.com/a", "b": "b https://example.com/b"}
    assert (guids(second.new), second.changed) == (["a https://example.com/c"], ())
    third = read(item("c", guid="a", url="https://example.com/c"), item("a"), item("b"), known=after(first, second))
    assert (third.new, third.changed, third.renamed) == ((), (), {})


def test_a_change_in_the_document_that_degrades() -> None:
    """An entry that is alone with its guid is the stored one, though its words have changed."""
    first = read(item("a"), item("b"))
    second = read(item("a"), item("c", guid="a"), item("b", text="Corrected."), known=after(first))
    assert guids(second.changed) == ["b https://example.com/b"]
    assert guids(second.new) == ["a https://example.com/c"]


def test_an_entry_that_returns_after_the_criterion_degraded() -> None:
    """It was stored under its guid and left; when it comes back unchanged, it is known."""
    first = read(item("a"), item("b"), item("old"))
    second = read(item("a"), item("c", guid="a"), known=after(first))
    third = read(item("a"), item("c", guid="a"), item("old"), known=after(first, second))
    assert (third.new, third.renamed) == ((), {"old": "old https://example.com/old"})


def test_a_purged_entry_after_the_criterion_degraded() -> None:
    """A tombstone holds under the old name as well, while the document has the guid once."""
    known = Known(criterion="guid+url", fingerprints={"x": "1:0"}, buried=frozenset({"old"}))
    assert guids(read(item("old"), item("b"), known=known).new) == ["b https://example.com/b"]


OLD = [item(name, day=day) for day, name in enumerate("abcdef", 1)]


def test_a_re_publication() -> None:
    """All guids are new, the texts are not: the document is recognised for what it is."""
    known = after(read(*OLD))
    moved = [item(name, guid=f"new-{name}", url=f"https://example.org/{name}", day=20) for name in "abcdef"]
    result = read(*moved, known=known)
    assert result.republished
    assert len(result.new) == 6


def test_news_in_a_document_whose_guids_all_changed() -> None:
    """Entries that kept their dates are told again; what is younger than all of them is news, and no acquaintance."""
    known = after(read(*OLD))
    moved = [
        item(name, guid=f"new-{name}", url=f"https://example.org/{name}", day=day)
        for day, name in enumerate("abcdef", 1)
    ]
    result = read(*moved, item("we-have-moved", day=9), known=known)
    assert result.republished == {f"new-{name}" for name in "abcdef"}
    assert len(result.new) == 7


def test_a_re_publication_by_its_dates() -> None:
    """New guids, addresses and words, but every date older than the newest that is stored."""
    known = after(read(*OLD))
    again = [item(f"{name}2", text=f"Rewritten {name}. {TEXT}", day=day) for day, name in enumerate("abcdef", 1)]
    assert read(*again, known=known).republished


@pytest.mark.parametrize(
    ("items", "known"),
    [
        ([item(f"{n}", day=20) for n in range(6)], after(read(*OLD))),  # a busy day: all new, all younger
        ([*OLD[:1], *(item(f"{n}", day=1) for n in range(6))], after(read(*OLD))),  # one is known
        (OLD[:4], Known(fingerprints={"x": "1:0"}, newest=NOW)),  # four are too few to tell
        (OLD, Known(first=True)),
    ],
)
def test_no_re_publication(items: list[str], known: Known) -> None:
    """News in plenty is still news."""
    assert not read(*items, known=known).republished


def test_an_entry_that_cannot_be_cleaned() -> None:
    """It is rejected with its place and the reason; the others are stored."""
    feed = parse(fetched(item("a"), item("b"), item("c")))
    spoilt = replace(feed.entries[1], language=None)  # type: ignore[arg-type]  # something no parser should give
    feed = replace(feed, entries=(feed.entries[0], spoilt, feed.entries[2]))
    result = intake.compare(feed, Known(), url=URL, now=NOW)
    assert guids(result.new) == ["a", "c"]
    ((position, name, reason),) = [(reject.position, reject.name, reject.reason) for reject in result.rejects]
    assert (position, name) == (1, "b")
    assert reason.startswith("cannot be cleaned (AttributeError")


def test_a_document_that_is_no_feed() -> None:
    """The error crosses as it is."""
    with pytest.raises(ParseError, match="an HTML page"):
        intake.read(fetched(body=b"<html>"), Known(), now=NOW)


def documents(corpus: Path, folder: str, every: int) -> list[Path]:
    """Every n-th captured document of a folder; the answers of the tests (``*.serde.json``) are none."""
    kinds = (".xml", ".json", ".atom", ".html")
    paths = sorted((corpus / "feeds" / folder).rglob("*"))
    return [path for path in paths if path.suffix in kinds and ".serde" not in path.name][::every]


@pytest.mark.parametrize(
    ("folder", "every", "fewest", "refused"),
    [("real", 1, 200, 0), ("conformance", 1, 2100, 60), ("week", 8, 40, 0)],
)
def test_every_captured_document(corpus: Path, folder: str, every: int, fewest: int, refused: int) -> None:
    """None crashes; every entry is stored or rejected by name; read again, nothing is new."""
    counts: Counter[str] = Counter()
    for path in documents(corpus, folder, every):
        counts["documents"] += 1
        try:
            feed = parse(Fetched(URL, URL, 200, {}, path.read_bytes()))
        except ParseError as error:
            counts["refused"] += 1
            assert error.reason, path
            continue
        first = intake.compare(feed, Known(first=True), url=URL, now=NOW)
        assert len(first.new) + len(first.rejects) == len(feed.entries) + len(feed.rejects), path
        assert len(set(first.seen)) == len(first.seen) == len(first.new), path
        if first.new:
            again = intake.compare(feed, after(first), url=URL, now=NOW + timedelta(days=1))
            assert (again.new, again.changed, again.renamed, again.seen) == ((), (), {}, first.seen), path
    assert counts["documents"] >= fewest
    assert counts["refused"] <= refused


def test_a_guid_with_controls() -> None:
    """It is known again under the name it is stored under, and what is said of it can be shown on a terminal."""
    item = rb'{"id": "a\u0000\ud800\u001b[31m", "title": "A"}'
    body = b'{"version": "https://jsonfeed.org/version/1.1", "items": [' + item + b", " + item + b"]}"
    first = intake.read(fetched(body=body), Known(first=True), now=NOW)
    assert guids(first.new) == ["a\ufffd?\ufffd[31m"]
    again = intake.read(fetched(body=body.replace(b'"A"', b'"B"')), after(first), now=NOW)
    assert (again.new, guids(again.changed)) == ((), guids(first.new))
    assert [(reject.name, reject.reason) for reject in again.rejects] == [("a [31m", "the same as entry 1")]


@pytest.mark.parametrize(
    ("usual", "odd"),
    [("01 May 2024 10:00:00 GMT", "9999-12-31T24:00:00Z"), (TEXT, f"&lt;img srcset=', a.jpg 2x'>{TEXT}")],
    ids=["the last midnight", "a set of pictures"],
)
def test_one_odd_entry_costs_nothing(usual: str, odd: str) -> None:
    """Neither the document nor the entry is lost."""
    result = read(item("a").replace(usual, odd), item("b"))
    assert (guids(result.new), result.rejects) == (["a", "b"], ())


@pytest.mark.parametrize(("said", "language"), [("", "de-AT"), ("<language>fr</language>", "fr")])
def test_a_language_that_only_we_know(said: str, language: str) -> None:
    """The language given for the feed holds where neither the entry nor the document names one; else its words tell."""
    document = fetched(said, item("a"))
    assert intake.read(document, Known(first=True), now=NOW, language="de_AT").new[0].language == language
    assert intake.read(document, Known(first=True), now=NOW).new[0].language == ("fr" if said else "en")


def test_a_feed_of_several_languages_has_none_but_its_entries_have() -> None:
    """Where the first entries leave it open what the feed speaks, each entry is told by itself."""
    texts = {
        "de": "Die Minister der beiden Staaten treffen sich in der Stadt, und das ist nicht alles, was gesagt wurde.",
        "fr": "Les ministres des deux pays se retrouvent dans la ville pour une rencontre, et ce n'est pas tout.",
        "ru": "Министры двух государств встретятся в городе, чтобы обсудить новое соглашение о торговле.",
        "en": "The ministers of the two states are to meet in the city, and this is what was said of it.",
    }
    result = read(*(item(language, text=text) for language, text in texts.items()))
    assert {entry.guid: entry.language for entry in result.new} == {language: language for language in texts}
    assert result.feed.language == ""


@pytest.mark.parametrize(
    ("own", "source", "author"),
    [
        ("", "<author><name>Ann</name></author><author><name>Bea</name></author>", "Ann, Bea"),
        ("", "<contributor><name>Cleo</name></contributor>", "The planet"),
        ("<author><name>Dora</name></author>", "<author><name>Ann</name></author>", "Dora"),
    ],
)
def test_the_authors_of_an_entrys_source_come_before_those_of_the_feed(own: str, source: str, author: str) -> None:
    """RFC 4287 §4.2.1: on a planet the entries are not by who keeps the planet."""
    text = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>P</title><author><name>The planet</name></author>"
        f"<entry><id>urn:1</id><title>A</title><source><title>S</title>{source}</source>{own}</entry></feed>"
    )
    for body in (text, f"<!DOCTYPE feed>{text}"):
        (entry,) = intake.read(fetched(body=body.encode()), Known(), now=NOW).new
        assert entry.author == author


def bulletin(day: int, *, title: str = "News at six", more: str = "", query: str = "") -> str:
    """An episode with neither guid nor link, called as all the others are."""
    return (
        f"<item><title>{title}</title><pubDate>{day:02} May 2024 06:00:00 GMT</pubDate>{more}"
        f"<enclosure url='http://radio.example/{day:02}.mp3{query}' type='audio/mpeg'/></item>"
    )


@pytest.mark.parametrize("more", ["", "<link>http://radio.example/</link>", "<guid>x</guid><link>/</link>"])
def test_episodes_that_are_called_the_same_are_told_apart_by_their_files(more: str) -> None:
    """RSS requires neither guid nor link, and some give all their entries the same."""
    first = read(bulletin(2, more=more), bulletin(1, more=more))
    assert [entry.enclosures[0].url[-6:] for entry in first.new] == ["02.mp3", "01.mp3"]
    assert first.rejects == ()
    second = read(bulletin(3, more=more), bulletin(2, more=more, query="?signed=2"), known=after(first))
    assert [entry.enclosures[0].url[-6:] for entry in second.new] == ["03.mp3"]
    assert read(bulletin(3, more=more), bulletin(2, more=more), known=after(first, second)).new == ()


@pytest.mark.parametrize("days", [[2], [3], [3, 2], [3, 2, 1]])
def test_an_episode_that_was_named_by_its_words_alone_does_not_come_again(days: list[int]) -> None:
    """Earlier versions did not look at files: what is stored is the one that has not changed, else the first."""
    (stored,) = read(bulletin(2)).new
    old = by_words(ParsedEntry(title=Markup("News at six", "text")))
    known = Known(fingerprints={old: stored.fingerprint})
    result = read(*map(bulletin, days), known=known)
    kept = days[0] if 2 not in days else 2
    assert [entry.published.day for entry in result.new] == [day for day in days if day != kept]
    assert [entry.published.day for entry in result.changed] == [day for day in days if 2 not in days]
    assert list(result.renamed) == [old]
    assert read(*map(bulletin, days), known=replace(known, fingerprints={}, buried=frozenset({old}))).new == ()
    again = {result.renamed[old]: stored.fingerprint} | {one.guid: one.fingerprint for one in result.new}
    assert read(*map(bulletin, days), known=Known(fingerprints=again)).new == ()


def test_a_picture_names_no_entry() -> None:
    """It may be another one at every reading."""
    picture = "<item><title>A</title><media:content xmlns:media='http://search.yahoo.com/mrss/' url='{}.jpg'/></item>"
    assert read(picture.format(1)).seen == read(picture.format(2)).seen == read("<item><title>A</title></item>").seen


@pytest.mark.parametrize("kind", ["", " type='text'", " type='text/plain'"])
@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Center a &lt;div>&lt;/div> with CSS", "Center a <div></div> with CSS"),
        ("Why is `&lt;p>&lt;/p>` unlike `&lt;br />`?", "Why is `<p></p>` unlike `<br />`?"),
        ("&lt;br/>", "<br/>"),
        ("<![CDATA[What does </a> do, what <b> and </b>?]]>", "What does </a> do, what <b> and </b>?"),
        ("&lt;a href='x'>The word&lt;/a>", "<a href='x'>The word</a>"),
        ("&lt;i>Waverley&lt;/i>, a &lt;b class='x'>novel&lt;/b>", "Waverley, a novel"),
        ("Mint &amp;amp; thyme, &amp;#8217;tis said", "Mint & thyme, \u2019tis said"),
    ],
)
def test_a_plain_title_of_atom_says_what_it_says(kind: str, written: str, title: str) -> None:
    """RFC 4287 §3.1.1.1, but for words in italics and what is escaped twice: some forget to say that it is HTML."""
    text = f"<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id><title{kind}>{written}</title></entry></feed>"
    for body in (text, f"<!DOCTYPE feed>{text}"):
        (entry,) = intake.read(fetched(body=body.encode()), Known(), now=NOW).new
        assert entry.title == title
