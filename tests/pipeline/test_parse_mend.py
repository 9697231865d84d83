"""One slip in a document, and what it does to its other entries: nothing."""

import tracemalloc
from datetime import UTC, datetime

import pytest

from aggregator.model import Fetched, Known, ParsedFeed
from aggregator.pipeline import intake
from aggregator.pipeline.parse import parse
from aggregator.pipeline.parse_mend import mended

URL = "https://example.com/feed"
HEAD = b"<?xml version='1.0'?><rss version='2.0'><channel><title>T</title>"
OLD = (
    "<item><title>A &amp;amp; B</title><guid>https://example.com/?a=1&amp;b=2</guid>"
    "<description>&lt;p&gt;Words &amp;lt; more&lt;/p&gt; “quoted” <!-- & --></description></item>"
    "<item><title>A &#00000038; B &#x0000201C;</title><guid>2</guid></item>"
    "<item><title><![CDATA[R&D &nbsp; <b>x</b>]]></title><link>https://example.com/3</link></item>"
).encode()
SLIPS = {
    "a bare ampersand": (b"Q & A", "Q &amp; A"),
    "one in an address": (b"?a=1&b=2", "?a=1&amp;b=2"),
    "a less-than sign": (b"1 < 2", "1 &lt; 2"),
    "a heart": (b"<3 <b>you</b>", "&lt;3 <b>you</b>"),
    "an arrow in an address": (b"<a href='?a=<-'>x</a>", "<a href='?a=&lt;-'>x</a>"),
    "the end of no section": (b"a[b[1]]> 0", "a[b[1]]&gt; 0"),
    "an end of a section too many": (b"<![CDATA[A]]> B]]>", "A B]]&gt;"),
    "a name of HTML's": (b"caf&eacute;&nbsp;", "café"),
    "a name of nobody's": (b"&nobody; knows", "&amp;nobody; knows"),
    "a control character": (b"A\x08B", "AB"),
    "one in CDATA": (b"<![CDATA[A\x0bB]]>", "AB"),
    "a character that is none": (b"A&#0;&#xFFFF;B", "AB"),
    "a byte of another encoding": (b"it\x92s", "it’s"),
}


def read(body: bytes, kind: str = "") -> ParsedFeed:
    return parse(Fetched(URL, URL, 200, {"content-type": kind}, body))


def document(title: bytes) -> bytes:
    return HEAD + b"<item><title>" + title + b"</title></item>" + OLD + b"</channel></rss>"


@pytest.mark.parametrize("kind", ["", "text/xml; charset=utf-8"])
@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_in_one_entry_changes_no_other(slip: str, kind: str) -> None:
    """And that entry is read as it was meant, as if it had been written well."""
    written, meant = SLIPS[slip]
    assert read(document(written), kind).entries == read(document(meant.encode())).entries


def test_a_document_of_another_encoding_is_mended_in_it() -> None:
    """Bytes beyond ASCII are those of the encoding that it declares, or that its server says."""
    body = document(b"Q & A").replace("“quoted”".encode(), b"caf\xe9")
    declared = body.replace(b"'1.0'", b"'1.0' encoding='iso-8859-1'")
    for feed in (read(declared), read(body, "text/xml; charset=iso-8859-1")):
        assert (feed.entries[0].title.value, "café" in feed.entries[1].summary.value) == ("Q & A", True)


@pytest.mark.parametrize("declared", ["", " encoding='utf-8'"])
def test_a_document_of_windows_1252_that_does_not_say_so_is_mended_in_it(declared: str) -> None:
    """As browsers read it. Words of another script would become well-formed nonsense: they are left to the parser."""
    start = f"<?xml version='1.0'{declared}?>".encode()
    old = OLD.replace("“quoted”".encode(), "« à côté\xa0» d’été".encode("cp1252"))
    well, slip = (start + document(title).removeprefix(document(title)[:21]) for title in (b"Q &amp; A", b"Q & A"))
    well, slip = (body.replace(OLD, old) for body in (well, slip))
    assert read(slip).entries == read(well).entries
    assert "« à côté\xa0» d’été" in read(slip).entries[1].summary.value
    russian = slip.replace(b"Q & A", "Пётр & Павел приехали в Петербург".encode("cp1251"))
    assert mended(russian, "") == russian


def test_names_that_a_document_declares_are_its_own() -> None:
    """They are left to the parser."""
    kind = b'<!DOCTYPE rss [\n<!ENTITY who "Ann">\n]>'
    body = kind + document(b"&who; and B").removeprefix(b"<?xml version='1.0'?>")
    assert read(body).entries[0].title.value == "Ann and B"


def test_an_entry_is_the_one_whose_guid_was_misread_before() -> None:
    """It takes its own guid, and is not new; one that was purged under the other does not come back."""
    answer, now = Fetched(URL, URL, 200, {}, document(b"Q & A")), datetime(2026, 5, 1, tzinfo=UTC)
    guid, misread = "https://example.com/?a=1&b=2", "https://example.com/?a=1&amp;b=2"
    first = intake.read(answer, Known(), now=now)
    marks = {entry.guid.replace(guid, misread): entry.fingerprint for entry in first.new}
    again = intake.read(answer, Known(fingerprints=marks), now=now)
    assert misread in marks
    assert (again.new, again.changed, again.renamed) == ((), (), {misread: guid})
    purged = intake.read(answer, Known(buried=frozenset({misread})), now=now)
    assert [entry.guid for entry in purged.new] == [entry.guid for entry in first.new if entry.guid != guid]


@pytest.mark.parametrize("slip", [b"<", b"< ", b"&", b"]]>"])
def test_what_is_nothing_but_slips_is_left_as_it_is_and_takes_little_memory(slip: bytes) -> None:
    flood = b"<rss version='2.0'><channel><title>t</title>" + slip * (4_000_000 // len(slip))
    tracemalloc.start()
    try:
        assert mended(flood, "utf-8") == flood
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 60_000_000
