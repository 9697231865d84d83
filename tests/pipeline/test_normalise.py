"""Identity, addresses and dates of the entries of one document."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Category, Criterion, Draft, Enclosure, Markup, ParsedEntry, ParsedFeed, Reject, Stamp
from aggregator.pipeline.clean_text import words
from aggregator.pipeline.identity import fingerprint, is_mark_of, storable
from aggregator.pipeline.normalise import Normalised, normalise

NOW = datetime(2024, 6, 5, 12, tzinfo=UTC)
URL = "https://example.com/feed.xml"


def entry(
    title: str = "T", *, guid: str = "", url: str = "", text: str = "", published: str = "", updated: str = ""
) -> ParsedEntry:
    return ParsedEntry(
        guid, url, Markup(title, "text"), content=Markup(text), published=Stamp(published), updated=Stamp(updated)
    )


def drafts(*entries: ParsedEntry, criterion: Criterion = "guid", format: str = "rss20", home: str = "") -> Normalised:
    feed = ParsedFeed(format, home=home, entries=entries)
    return normalise(feed, criterion=criterion, url=URL, now=NOW)


def guids(*entries: ParsedEntry, criterion: Criterion = "guid", format: str = "rss20") -> list[str]:
    return [draft.guid for draft in drafts(*entries, criterion=criterion, format=format).drafts]


def only(*entries: ParsedEntry, home: str = "") -> Draft:
    (draft,) = drafts(*entries, home=home).drafts
    return draft


def test_a_guid_is_taken_as_it_is() -> None:
    """A guid is a name, not an address: nothing about it is put right."""
    assert guids(entry(guid="HTTP://Example.com/?utm_source=x#1")) == ["HTTP://Example.com/?utm_source=x#1"]


def test_no_guid() -> None:
    """The address names the entry, without what changes at every reading, with the fragment that parts two entries."""
    one, other = entry(url="/changes?utm_id=7#v1"), entry(url="/changes?utm_id=8#v2")
    assert guids(one, other) == ["https://example.com/changes#v1", "https://example.com/changes#v2"]


def test_a_guid_that_is_made_of_an_address_stays_what_it_was_when_hosts_are_written_otherwise() -> None:
    """It leads to the host that browsers ask for, and is known by the one of IDNA 2003, or by what was written."""
    one, other = entry(url="https://straße.example/1?ß"), entry(url="https://xn--strae-oqa.example/1?ü")
    assert [draft.url for draft in drafts(one).drafts] == ["https://xn--strae-oqa.example/1?%C3%9F"]
    assert guids(one) == ["https://strasse.example/1?%C3%9F"]
    assert guids(other) == ["https://xn--strae-oqa.example/1?%C3%BC"]


def test_neither_guid_nor_address() -> None:
    """Title and text name the entry, under a version."""
    (guid,) = guids(entry("Only a headline"))
    assert guid.startswith("hash:1:")
    assert guids(entry("Only a headline")) == [guid]
    assert guids(entry("Another headline")) != [guid]


def test_a_guid_of_many_kilobytes() -> None:
    """It is hashed, so that an index can hold it; two that begin alike stay two."""
    one, other = guids(entry(guid="x" * 3000), entry(guid="x" * 3000 + "y"))
    assert one != other
    assert all(guid.startswith("hash:1:") and len(guid) < 60 for guid in (one, other))


def test_a_feed_that_gives_all_entries_one_guid() -> None:
    """The criterion degrades by one step, and every entry survives."""
    result = drafts(*(entry(f"T{n}", guid="same", url=f"/{n}") for n in range(3)))
    assert result.criterion == "guid+url"
    assert [draft.guid for draft in result.drafts] == [f"same https://example.com/{n}" for n in range(3)]


def test_a_feed_that_gives_all_entries_one_guid_and_one_link() -> None:
    """The criterion degrades to the end: title and text tell entries apart."""
    result = drafts(*(entry(f"T{n}", guid="same", url="/") for n in range(3)))
    assert result.criterion == "content"
    assert len({draft.guid for draft in result.drafts}) == 3
    assert not result.rejects


def test_a_criterion_never_comes_back() -> None:
    """A document without a fault is still read by the weaker criterion."""
    assert drafts(entry(guid="a", url="/a"), criterion="guid+url").criterion == "guid+url"
    assert drafts(entry(guid="a", url="/a"), criterion="content").criterion == "content"


def test_the_same_entry_twice() -> None:
    """A copy to the letter is no fault of the guid: it is rejected by its place."""
    result = drafts(entry(guid="a", url="/a"), entry("B", guid="b"), entry(guid="a", url="/a"))
    assert (result.criterion, [draft.guid for draft in result.drafts]) == ("guid", ["a", "b"])
    assert [(reject.position, reject.name, reject.reason) for reject in result.rejects] == [
        (2, "a", "the same as entry 1")
    ]


def test_two_versions_of_an_atom_entry() -> None:
    """RFC 4287 §4.1.1 allows an entry twice with different dates: the newer one counts, wherever it stands."""
    old = entry("Old", guid="tag:a", url="/a", published="2024-06-01T00:00:00Z", updated="2024-06-02T00:00:00Z")
    new = entry("New", guid="tag:a", url="/a", published="2024-06-01T00:00:00Z", updated="2024-06-03T00:00:00Z")
    for pair, place in (((old, new), 0), ((new, old), 1)):
        result = drafts(*pair, format="atom10")
        assert (result.criterion, [draft.parsed for draft in result.drafts]) == ("guid", [new])
        assert [reject.position for reject in result.rejects] == [place]


def test_an_entry_with_nothing() -> None:
    """It is rejected with its place and the reason; an enclosure alone is something."""
    result = drafts(ParsedEntry(), entry(guid="a"), ParsedEntry(enclosures=(Enclosure("https://example.com/a.mp3"),)))
    assert [(reject.position, reject.reason) for reject in result.rejects] == [
        (0, "neither title, text, link, guid nor file")
    ]
    assert len(result.drafts) == 2


@pytest.mark.parametrize(
    ("parsed", "home", "url"),
    [
        (entry(url="/a"), "https://example.org/", "https://example.com/a"),
        (entry(guid="https://example.net/g"), "https://example.org/", "https://example.net/g"),
        (entry(url="episode-12", guid="episode-12"), "https://example.org/", "https://example.org/"),
        (entry(url="bridge.html", guid="bridge.html"), "https://example.org/", "https://example.com/bridge.html"),
        (entry(url="/12", guid="/12"), "https://example.org/", "https://example.com/12"),
        (entry(url="?p=12", guid="?p=12"), "https://example.org/", f"{URL}?p=12"),
        (entry(guid="tag:x"), "https://example.org/", "https://example.org/"),
        (entry(guid="tag:x"), "/home", "https://example.com/home"),
        (entry(guid="tag:x"), "", ""),
        (entry(url="javascript:alert(1)", guid="x"), "", ""),
        (entry(url="mailto:a@example.com", guid="https://example.net/g"), "", "https://example.net/g"),
    ],
)
def test_where_an_entry_leads(parsed: ParsedEntry, home: str, url: str) -> None:
    """Its link; else a guid that is an address; else the feed's home."""
    assert only(parsed, home=home).url == url


@pytest.mark.parametrize("format", ["atom10", "json11"])
def test_a_link_that_is_the_id_as_well_leads_there(format: str) -> None:
    """In RSS alone a guid is taken for the link."""
    (draft,) = drafts(entry(url="bridge", guid="bridge"), format=format, home="https://example.org/").drafts
    assert draft.url == "https://example.com/bridge"


def test_the_home_page_is_no_key() -> None:
    """Entries that all lead to the home page are not copies of one another."""
    result = drafts(entry("A", guid="1"), entry("B", guid="2", url="/home"), home="https://example.com/home")
    assert [draft.key for draft in result.drafts] == ["", ""]


@pytest.mark.parametrize(
    ("published", "updated", "expected", "source", "revised"),
    [
        ("2024-06-05T10:00:00Z", "", "2024-06-05T10:00", "published", None),
        ("2024-06-05T10:00:00Z", "2024-06-05T11:00:00Z", "2024-06-05T10:00", "published", "2024-06-05T11:00"),
        (
            "2024-06-05T10:00:00Z",
            "2024-06-05T09:00:00Z",
            "2024-06-05T10:00",
            "published",
            None,
        ),  # updated before it was
        ("2024-06-05T10:00:00Z", "2024-06-05T10:00:00Z", "2024-06-05T10:00", "published", None),
        ("2024-06-05T10:00:00Z", "2030-01-01T00:00:00Z", "2024-06-05T10:00", "published", "2024-06-05T12:00"),
        ("", "2024-06-05T09:00:00Z", "2024-06-05T09:00", "updated", None),
        ("yesterday", "2024-06-05T09:00:00Z", "2024-06-05T09:00", "updated", None),
        ("2024-06-05T12:09:00Z", "", "2024-06-05T12:09", "published", None),  # a clock that is nine minutes ahead
        ("2024-06-05T12:11:00Z", "", "2024-06-05T12:00", "inferred", None),
        ("2031-01-01T00:00:00Z", "2024-06-05T09:00:00Z", "2024-06-05T12:00", "inferred", None),
        ("", "", "2024-06-05T12:00", "first_seen", None),
        ("0000-00-00", "", "2024-06-05T12:00", "first_seen", None),
    ],
)
def test_honest_dates(published: str, updated: str, expected: str, source: str, revised: str | None) -> None:
    """A date is kept with where it came from; what lies in the future is now."""
    draft = only(entry(guid="a", published=published, updated=updated))
    assert (draft.published, draft.published_from) == (datetime.fromisoformat(expected).replace(tzinfo=UTC), source)
    assert draft.updated == (datetime.fromisoformat(revised).replace(tzinfo=UTC) if revised else None)


def test_the_author_of_a_feed() -> None:
    """An Atom entry inherits the feed's author (RFC 4287 §4.2.1); an RSS item has no author but its own."""
    for format, author in (("atom10", "Desk"), ("json11", "Desk"), ("rss20", "")):
        feed = ParsedFeed(format, author="Desk", entries=(entry(guid="a"),))
        (draft,) = normalise(feed, criterion="guid", url=URL, now=NOW).drafts
        assert draft.parsed.author == author


@pytest.mark.parametrize(
    ("written", "author"),
    [
        ("Ann Lee (mailto:", "Ann Lee"),
        ("Ann (mailto:, Bo", "Ann, Bo"),
        ("mailto:", ""),
        ("mailto: a memoir", "mailto: a memoir"),
    ],
)
def test_the_rest_of_a_mail_address_is_no_name(written: str, author: str) -> None:
    """feedparser takes the address out of “Ann (mailto:ann@example.org)” and leaves what stood around it."""
    assert only(replace(entry("A", guid="1"), author=written)).parsed.author == author


def test_dates_and_empty_facts_are_no_change() -> None:
    """The fingerprint stays when a date moves, and when the parser's order of categories does."""
    base = fingerprint(entry(text="x"), URL)
    assert fingerprint(entry(text="x", updated="2024-06-05", published="2024-06-04"), URL) == base
    assert fingerprint(entry(text="y"), URL) != base
    assert fingerprint(entry("other", text="x"), URL) != base
    assert fingerprint(entry(text="x"), URL + "2") != base
    assert base.startswith("2:")


MARKED = ParsedEntry(
    guid="g",
    url="https://example.com/1",
    title=Markup("Grüße"),
    summary=Markup("Kurz"),
    content=Markup("Mit <b>mehr</b>"),
    author="A. Writer",
    categories=(Category("b"), Category("a", "s", "L")),
    enclosures=(Enclosure("https://example.com/a.mp3", "audio/mpeg", 5),),
)


def test_the_marks_stay_what_they_are() -> None:
    """They are kept with every entry: another one would make all of them look changed, and part copies."""
    assert fingerprint(MARKED, "https://example.com/1") == "2:c1913316672b985ff436a29a33b9e70b"
    assert (
        words("Ein Titel", "Ein Text, der lang genug ist, um für sich zu stehen: so lang.", day="2026-01-01")
        == "2:d3ea6dcf6ccb923d657ab03b1161bf0c"
    )
    assert words("Погода", "Читать далее на нашем сайте", day="2026-01-01") == ""


def test_a_mark_of_the_first_version_is_known_again() -> None:
    """What an earlier version of the program stored does not look changed to this one."""
    (draft,) = normalise(ParsedFeed("rss20", entries=(MARKED,)), criterion="guid", url=URL, now=NOW).drafts
    assert is_mark_of("1:84dbac52ae05015efd99bd7f1a79e7ba", draft)
    assert is_mark_of(draft.fingerprint, draft)
    assert not is_mark_of("1:84dbac52ae05015efd99bd7f1a79e7bb", draft)


TOLD = st.sampled_from(["", "a", "1 a", "a\ntitle 1 b", "'"])


@given(st.lists(st.tuples(TOLD, TOLD, TOLD, TOLD, TOLD, TOLD, TOLD), min_size=2, max_size=2))
def test_no_fact_can_be_taken_for_another(facts: list[tuple[str, ...]]) -> None:
    """Two entries have the same mark only when every fact of them is the same."""
    one, other = (
        fingerprint(
            ParsedEntry(
                author=author,
                title=Markup(title),
                categories=(Category(term, scheme, label),),
                enclosures=(Enclosure(url, kind),),
            ),
            URL,
        )
        for author, title, term, scheme, label, url, kind in facts
    )
    assert (one == other) is (facts[0] == facts[1])


TEXTS = st.sampled_from(["", "a", "b", "https://example.com/a", "/a", "\ud800"])
ENTRIES = st.lists(
    st.builds(entry, TEXTS, guid=TEXTS, url=TEXTS, text=TEXTS, updated=st.sampled_from(["", "2024-06-05"]))
)


@given(ENTRIES, st.sampled_from(["guid", "guid+url", "content"]), st.sampled_from(["rss20", "atom10"]))
def test_every_entry_is_accounted_for(entries: list[ParsedEntry], criterion: Criterion, format: str) -> None:
    """Each becomes a draft with a guid of its own, or is rejected by name; the order of drafts is the document's."""
    result = drafts(*entries, criterion=criterion, format=format)
    assert len(result.drafts) + len(result.rejects) == len(entries)
    assert len({draft.guid for draft in result.drafts}) == len(result.drafts)
    assert all(draft.guid for draft in result.drafts)
    assert drafts(*entries, criterion=result.criterion, format=format) == result


def test_now_is_the_only_clock() -> None:
    """The same document an hour later differs in the dates it did not have, and in nothing else."""
    feed = ParsedFeed("rss20", entries=(entry("dated", guid="a", published="2024-06-01"), entry("undated", guid="b")))
    one = normalise(feed, criterion="guid", url=URL, now=NOW).drafts
    later = normalise(feed, criterion="guid", url=URL, now=NOW + timedelta(hours=1)).drafts
    assert one[0] == later[0]
    assert later[1].published - one[1].published == timedelta(hours=1)


@pytest.mark.parametrize(
    ("guid", "stored"),
    [
        ("a\x1b[31m\x00b", "a\ufffd[31m\ufffdb"),
        ("a\x7f\x9bb", "a\ufffd\ufffdb"),
        ("a\ud800b", "a?b"),
        ("a\r\n\tb", "a b"),
        ("a\xa0b \u202eü漢", "a\xa0b \u202eü漢"),
    ],
)
def test_a_guid_that_no_database_holds(guid: str, stored: str) -> None:
    """Controls and lone surrogates are replaced as the store would; every other guid stays as it is."""
    assert guids(entry(guid=guid)) == [stored]
    assert storable(stored) == stored


def test_an_entry_that_cannot_be_drafted() -> None:
    """It is rejected with its place; the others keep theirs, also after an entry that the parser rejected."""
    bad = replace(entry(guid="bad"), published=Stamp("", datetime(2024, 6, 5)))  # no zone
    feed = ParsedFeed("rss20", entries=(entry(guid="a"), bad, entry()), rejects=(Reject(0, "x", "of the parser"),))
    normal = normalise(feed, criterion="guid", url=URL, now=NOW)
    assert normal.positions == (1, 3)
    assert [(reject.position, reject.name) for reject in normal.rejects] == [(0, "x"), (2, "bad")]
    assert normal.rejects[1].reason.startswith("cannot be read (TypeError: ")
