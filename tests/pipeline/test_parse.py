"""Documents of every format, and what feeds do to them."""

import ast
import gzip
import re
import runpy
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import unescape
from pathlib import Path
from time import process_time

import pytest

from aggregator.errors import ParseError
from aggregator.model import Enclosure, Fetched, ParsedFeed
from aggregator.pipeline.jsonfeed import _entries as json_entries
from aggregator.pipeline.parse import CAP, parse
from aggregator.pipeline.parse_reference import _entries, reference
from aggregator.pipeline.parse_source import prepare, shorten, without_stump
from aggregator.pipeline.wording import UNCLOSED

GOLDEN = Path(__file__).parents[1] / "data" / "golden"
URL = "https://example.com/feed"


def fetched(body: bytes | str, **headers: str) -> Fetched:
    data = body.encode() if isinstance(body, str) else body
    return Fetched(URL, URL, 200, {name.replace("_", "-"): value for name, value in headers.items()}, data)


def rss(items: str, channel: str = "") -> str:
    return f'<rss version="2.0"><channel><title>T</title>{channel}{items}</channel></rss>'


@pytest.mark.parametrize(
    "path", sorted(path for path in GOLDEN.iterdir() if path.suffix != ".py"), ids=lambda path: path.name
)
def test_golden(path: Path) -> None:
    """Each document gives exactly the feed that stands beside it."""
    expected: ParsedFeed = runpy.run_path(str(path.with_suffix(".py")))["feed"]
    assert parse(fetched(path.read_bytes())) == expected


@pytest.mark.parametrize(
    ("body", "titles"),
    [
        (rss("<item><title>A</title></item>")[:-6], ["A"]),
        (rss("<item><title>A</title></item><item><title>B</title><description><![CDATA[</item>")[:-16], ["A"]),
        ("<rss><channel><item><title>A", []),
        ("<rss><channel></item>", []),
        ("<rss><channel></item><item><title>A", []),
        ('<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>A</title></entry><entry><title>B</ti', ["A"]),
    ],
)
def test_of_the_entry_in_which_a_document_breaks_off_nothing_is_taken(body: str, titles: list[str]) -> None:
    """Half an entry may lack its guid; that something is missing is told."""
    feed = parse(fetched(body))
    assert [entry.title.value for entry in feed.entries] == titles
    assert feed.breaks_off
    assert len(feed.rejects) == 1


@pytest.mark.parametrize(
    ("end", "unclosed"),
    [
        ("", True),
        ("\n</channel>\n<!-- 0.1 s -->\n", True),
        ("</chan", False),
        ("<item><title>B</title>", False),
        ("<link>https://ostrand.example/</link>", False),
    ],
)
def test_a_document_that_lacks_its_end_tags_alone_is_told_from_one_that_lacks_more(end: str, unclosed: bool) -> None:
    head = "<rss version='2.0'><channel><title>T</title>"
    feed = parse(fetched(f"{head}<item><title>A</title></item>{end}"))
    assert (feed.breaks_off, feed.unclosed) == (True, unclosed)
    assert [reject.reason for reject in feed.rejects] == [UNCLOSED if unclosed else "the document breaks off there"]
    empty = parse(fetched(f"{head}{end}"))
    assert (empty.breaks_off, empty.unclosed) == (True, False)


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        ("<rss><channel><title>T &amp; U</title>", "</channel></rss>"),
        ("<rdf:RDF xmlns='http://purl.org/rss/1.0/'><channel><title>T</title></channel>", "</rdf:RDF>"),
        ("<feed xmlns='http://www.w3.org/2005/Atom' xmlns:feed2='x'><feed2:a></feed2:a>", "</feed>"),
        ("<a:feed xmlns:a='http://www.w3.org/2005/Atom'>", "</a:feed>"),
    ],
)
def test_what_is_whole_of_a_document_that_breaks_off_is_read_as_it_was(head: str, tail: str) -> None:
    """Not as what is not well-formed is read, which would make every entry look changed."""
    kind = "item" if "feed" not in head else "a:entry" if "a:feed" in head else "entry"
    title = kind.replace("item", "title").replace("entry", "title")
    said = f"A{{}} &amp;lt; B\n\n C<![CDATA[<b>x</b>{tail}]]>"
    entries = [f"<{kind}><{title}>{said.format(n)}</{title}><!-- x --></{kind}>" for n in range(3)]
    whole = parse(fetched(f"{head}{''.join(entries[:2])}{tail}"))
    for cut in (entries[0] + entries[1], "".join(entries)[:-3], "".join(entries[:2]) + "\n  <ite"):
        broken = parse(fetched(head + cut))
        assert (broken.entries, broken.title, broken.breaks_off) == (whole.entries, whole.title, True)


def test_of_a_document_that_lacks_its_last_letter_nothing_is_read_otherwise() -> None:
    body = rss("<item><title>A & B</title><guid>?a=1&amp;b=2</guid></item>")
    assert parse(fetched(body[:-1])) == parse(fetched(body))


@pytest.mark.parametrize(
    "body",
    [
        *(rss("") + "\n<!-- 0.1 s -->\n<script>track()</script>", rss("")[:-1], rss("&nbsp;"), rss("").upper()),
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"/>',
    ],
)
def test_what_is_odd_at_its_end_does_not_break_off(body: str) -> None:
    """What servers add behind the end, a last letter that is missing, and other faults are not it."""
    assert not parse(fetched(body)).breaks_off


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "an empty answer, not a feed"),
        (b" \n\t", "an empty answer, not a feed"),
        (b"\xef\xbb\xbf", "an empty answer, not a feed"),
        (
            "<!DOCTYPE html><html><head><title>Gone &amp; away</title></head>",
            "an HTML page (title “Gone & away”), not a feed",
        ),
        ("<html><body>nothing", "an HTML page, not a feed"),
        ("<?xml version='1.0'?><!-- x --><opml version='2.0'/>", "an XML document (its root is <opml>), not a feed"),
        ("404 page not found", "plain text (it begins “404 page not found”), not a feed"),
        ("<!-- nothing -->", "a document without content, not a feed"),
        (b"%PDF-1.7 ...", "a PDF document, not a feed"),
        (b"\x00\x01\x02\x03\x04", "binary data, not a feed"),
        ('{"error": "not found", "status": 404}', "JSON that is no feed (its keys: error, status)"),
        ("[1, 2]", "JSON that is no feed (a list)"),
        ("{}", "JSON that is no feed (an empty object)"),
        (b"\xff\xfe", "an empty answer, not a feed"),
        ('{"\\u001b[31mred\\u202e": 1}', "JSON that is no feed (its keys: [31mred)"),
        ("<html><title>\x1b]0;red\u202e&#155;</title>", "an HTML page (title “ ]0;red›”), not a feed"),
        ("plain\x1b[2J\x9btext", "plain text (it begins “plain [2J text”), not a feed"),
        ('{"version": "https://jsonfeed.org/version/1.1", "items": 7}', "a JSON Feed whose items are no list"),
    ],
)
def test_an_answer_that_is_no_feed(body: bytes | str, reason: str) -> None:
    """The error says in plain words what came instead of a feed, and of which address."""
    with pytest.raises(ParseError) as error:
        parse(fetched(body))
    assert (error.value.reason, error.value.url) == (reason, URL)


@pytest.mark.parametrize(
    "body", ['{"version": "https://jsonfeed.org/version/1.1", "items": [', "{" * 100_000, "[" * 100_000]
)
def test_json_that_breaks_off(body: str) -> None:
    """Broken JSON is refused as such, however deep it is nested."""
    with pytest.raises(ParseError, match="broken JSON"):
        parse(fetched(body))


@pytest.mark.parametrize("place", ["<description>{}</description>", "<title odd='{}'>t</title>"])
def test_entities_that_make_megabytes_of_a_document_are_not_followed(place: str) -> None:
    """Each is no longer than 50 kB, and the document is short: it is the number that makes it long."""
    entity = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "{"a" * 50_000}">]>'
    items = [f"<item><guid>{n}</guid>{place.format('&a;')}</item>" for n in range(110)]
    short = parse(fetched(entity + rss(items[0])))
    assert len(short.entries) == 1
    with pytest.raises(ParseError, match="its entities make more than 5 MB of it"):
        parse(fetched(entity + rss("".join(items))))


@pytest.mark.parametrize(
    ("declared", "header", "encoding"),
    [
        ("utf-8", "", "utf-8"),
        ("utf-8", "text/xml", "utf-8"),  # RFC 3023 would have it ASCII
        ("iso-8859-1", "", "iso-8859-1"),
        ("iso-8859-1", "text/xml", "iso-8859-1"),
        ("windows-1252", "application/rss+xml", "windows-1252"),
        ("utf-8", "application/xml; charset=iso-8859-15", "iso-8859-15"),  # the header wins: RFC 7303 §3.2
        ("iso-8859-1", "text/xml; charset=utf-8", "utf-8"),
        ("utf-8", "text/xml; charset=iso-8859-1", "utf-8-sig"),  # but not over a BOM: RFC 7303 §3.3
        ("utf-16", "", "utf-16"),
        ("utf-8", "text/xml; charset=utf-8", "windows-1252"),  # both lie
        ("koi8-nonsense", "", "utf-8"),
    ],
)
def test_encodings(declared: str, header: str, encoding: str) -> None:
    """The text comes out right whoever is right about its encoding: header, declaration, BOM, or nobody."""
    body = f'<?xml version="1.0" encoding="{declared}"?>' + rss("<item><title>Žluťoučký</title></item>")
    if encoding not in ("utf-8", "utf-8-sig", "utf-16"):
        body = body.replace("Žluťoučký", "Ärger für Zoë")
    feed = parse(fetched(body.encode(encoding), **({"content_type": header} if header else {})))
    assert feed.entries[0].title.value in ("Žluťoučký", "Ärger für Zoë")


_MARKS = {
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
    "utf-32-le": b"\xff\xfe\0\0",
    "utf-32-be": b"\0\0\xfe\xff",
}


@pytest.mark.parametrize("encoding", _MARKS)
@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("declared", ["", "own", "utf-16", "iso-8859-1"])
@pytest.mark.parametrize("header", ["", "text/xml; charset=utf-8"])
def test_two_or_four_bytes_a_sign(encoding: str, marked: bool, declared: str, header: str) -> None:
    """The mark says it (XML 1.0 §4.3.3), or else the first sign (Appendix F), whatever others say."""
    named = encoding if declared == "own" else declared
    start = f'<?xml version="1.0" encoding="{named}" standalone="yes"?>\n' if declared else ""
    body = (start + rss("<item><title>日本 – Žluťoučký 🎈</title></item>")).encode(encoding)
    feed = parse(fetched(_MARKS[encoding] * marked + body, **({"content_type": header} if header else {})))
    assert (feed.entries[0].title.value, feed.breaks_off) == ("日本 – Žluťoučký 🎈", False)


def test_utf_16_is_read_as_utf_8_is() -> None:
    """What is done to the bytes is done to these as well: slips, hours, stumps, the cap, and the bound on size."""
    items = "".join(f"<item><title>a & b{n}</title></item>" for n in range(CAP + 9))
    feed = parse(fetched(rss(items, "<skipHours><hour>3</hour></skipHours>").encode("utf-16")))
    assert (len(feed.entries), feed.cut, feed.skip_hours, feed.entries[1].title.value) == (CAP, 9, (3,), "a & b1")
    cut = parse(fetched(rss("<item><title>one</title></item><item><title>two</title></item>").encode("utf-16")[:-61]))
    assert (len(cut.entries), cut.breaks_off) == (1, True)
    large = rss("<item><title>one</title></item><item><title>two</title></item>" + "日" * 2_000_000)
    assert (len(parse(fetched(large.encode("utf-16"))).entries), len(large.encode()) > 5_000_000) == (2, True)


def test_binary_data_is_no_utf_16() -> None:
    """Nor is a page in it a feed."""
    for body, reason in [
        (b"\0\0\0\x18ftypmp42" * 9, "binary data"),
        (b"\xff\xfe\0\xd8\0\xd8<\0", "no"),
        ("<html><title>T</title>".encode("utf-16"), "an HTML page (title “T”)"),
        ("\ufeff \n".encode("utf-16-be"), "an empty answer"),
    ]:
        with pytest.raises(ParseError, match=re.escape(reason)):
            parse(fetched(body))


@pytest.mark.parametrize(
    "encoding", ["gb18030", "big5", "shift_jis", "euc-jp", "iso-2022-jp", "euc-kr", "koi8-r", "utf-32"]
)
def test_encodings_of_the_east(encoding: str) -> None:
    """Declared encodings of many bytes are read, the seven-bit one behind text/xml too."""
    word = {"koi8-r": "Новости", "euc-kr": "뉴스"}.get(encoding, "日本")
    body = f'<?xml version="1.0" encoding="{encoding}"?>' + rss(f"<item><title>{word}</title></item>")
    feed = parse(fetched(body.encode(encoding), content_type="text/xml"))
    assert feed.entries[0].title.value == word


def test_a_file_that_is_gzip() -> None:
    """A feed.xml.gz that the server gives as it is gets unpacked, all parts of it; a bomb only up to the bound."""
    text = rss("<item><title>x</title></item>").encode()
    assert len(parse(fetched(gzip.compress(text))).entries) == 1
    assert len(parse(fetched(gzip.compress(text[:50]) + gzip.compress(text[50:]) + bytes(9))).entries) == 1
    bomb = gzip.compress(b"<rss version='2.0'><channel>" + b" " * 50_000_000)
    assert parse(fetched(bomb)).entries == ()


def test_hours_that_no_day_has_are_not_skipped() -> None:
    """24 is midnight by the older standards (RSS 0.91); 25 is none, not 1."""
    hours = "".join(f"<hour>{hour}</hour>" for hour in (3, 24, 25, 99))
    assert parse(fetched(rss("", f"<skipHours>{hours}</skipHours>"))).skip_hours == (0, 3)


def test_more_entries_than_are_read() -> None:
    """A document is read up to the cap and says how many entries were cut."""
    feed = parse(fetched(rss("".join(f"<item><title>n{n}</title></item>" for n in range(CAP + 70)))))
    assert (len(feed.entries), feed.cut, feed.entries[-1].title.value) == (CAP, 70, f"n{CAP - 1}")


def test_a_long_document_with_its_newest_entry_last() -> None:
    """Of a document in order of time the end is read, or its news would never be seen."""
    start = datetime(2020, 1, 1, tzinfo=UTC)
    dates = (format_datetime(start + timedelta(hours=n)) for n in range(CAP + 70))
    days = "".join(f"<item><title>n{n}</title><pubDate>{date}</pubDate></item>" for n, date in enumerate(dates))
    feed = parse(fetched(rss(days)))
    assert (len(feed.entries), feed.cut, feed.entries[-1].title.value) == (CAP, 70, f"n{CAP + 69}")


def test_a_long_json_feed() -> None:
    """The cap holds for JSON Feed as well."""
    items = ",".join(f'{{"id": {n}}}' for n in range(CAP + 3))
    feed = parse(fetched(f'{{"version": "https://jsonfeed.org/version/1", "items": [{items}]}}'))
    assert (len(feed.entries), feed.cut) == (CAP, 3)


@pytest.mark.parametrize(
    ("channel", "minutes"),
    [
        ("<ttl>60</ttl>", 60),
        ("<ttl> 15 </ttl>", 15),
        ("<ttl>soon</ttl>", 0),
        ("<ttl>1051200</ttl>", 1051200),
        ("<ttl>99999999999</ttl>", 16666666),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", 60),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", 720),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 1440),
        ("<sy:updatePeriod>now and then</sy:updatePeriod>", 0),
    ],
)
def test_how_long_a_feed_asks_to_be_left_alone(channel: str, minutes: int) -> None:
    """RSS ttl, or the period of the syndication module divided by its frequency, in minutes."""
    sy = ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    assert parse(fetched(rss("", channel).replace('"2.0"', f'"2.0"{sy}'))).ttl == minutes


def test_it_opens_no_files_and_no_addresses(tmp_path: Path) -> None:
    """A body that is a path is text, not a file to open; an external entity stays unread."""
    secret = tmp_path / "secret.xml"
    secret.write_text(rss("<item><title>secret</title></item>"))
    with pytest.raises(ParseError, match="plain text"):
        parse(fetched(str(secret)))
    entity = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}">]>' + rss(
        "<item><title>a&x;b</title></item>"
    )
    assert "secret" not in repr(parse(fetched(entity)))


def test_xml_bombs(corpus: Path) -> None:
    """No bomb of the collection swells: each is refused, or read as far as it goes."""
    for path in sorted((corpus / "attacks" / "xml").glob("*.xml")):
        try:
            feed = parse(fetched(path.read_bytes()))
        except ParseError:
            continue
        assert len(repr(feed)) < 100_000, path.name


CLAIM = re.compile(
    r"(feed|entries\[0\])(?:\['(title|link|description)'\]|\.(title|link)) == "
    r"u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
)


def _claims(body: bytes) -> list[tuple[str, str, str]]:
    """What a conformance document says it holds: (feed or entry, fact, value)."""
    for encoding in ("utf-8", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "cp037"):
        if found := re.search(r"Expect:([^\n]*)", body.decode(encoding, "ignore")):
            claims = CLAIM.findall(found[1])
            return [(where, fact or other, ast.literal_eval(value)) for where, fact, other, value in claims]
    return []


def _held(feed: ParsedFeed, where: str, fact: str) -> str:
    if where == "feed":
        return {"title": feed.title, "link": feed.home}[fact]
    entry = feed.entries[0]
    text = entry.summary.value or entry.content.value
    return {"title": entry.title.value, "link": entry.url, "description": text}[fact]


@pytest.mark.parametrize(
    ("folder", "facts", "fewest"),
    [
        ("encoding", ("title", "link", "description"), 5),
        ("wellformed/rss", ("title", "link"), 10),
        ("wellformed/atom", ("title", "link"), 10),
        ("wellformed/atom10", ("title", "link"), 20),
        ("wellformed/rdf", ("title", "link"), 5),
        ("wellformed/namespace", ("title", "link"), 3),
        ("illformed", ("title", "link"), 1),
    ],
)
def test_conformance(corpus: Path, folder: str, facts: tuple[str, ...], fewest: int) -> None:
    """Documents of feedparser's own suite hold the titles, links and texts that they say they hold."""
    checked, wrong = 0, []
    for path in sorted((corpus / "feeds/conformance/feedparser" / folder).glob("*.xml")):
        for where, fact, value in _claims(path.read_bytes()):
            if fact not in facts or (where, fact) == ("feed", "description"):
                continue
            found = _held(parse(fetched(path.read_bytes())), where, fact)
            checked += 1
            wrong += [] if unescape(found) == unescape(value) else [(path.name, fact, value, found)]
    assert not wrong
    assert checked >= fewest


def test_an_enclosure_without_a_type() -> None:
    """It has none: the parser would have every Atom link lead to a web page."""
    link = '<link rel="enclosure" href="https://example.com/a.mp3" length="5"/>'
    feed = parse(fetched(f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>a</id>{link}</entry></feed>'))
    assert feed.entries[0].enclosures == (Enclosure("https://example.com/a.mp3", "", 5),)


def test_a_base_that_is_no_address() -> None:
    """Links hang on the document's address then; the entry and its neighbour stay."""
    entries = '<entry xml:base="http://[x"><title>A</title></entry><entry><title>B</title></entry>'
    feed = parse(fetched(f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'))
    assert [(entry.title.value, entry.title.base) for entry in feed.entries] == [("A", URL), ("B", URL)]


def test_an_entry_that_nobody_foresaw() -> None:
    """It is rejected with its place, its name and the reason; the others are read."""
    read, rejects = _entries(
        [{"id": "a"}, {"id": "b", "links": 7}, {"authors": 7}, {"id": "d"}], base=URL, is_atom=False
    )
    assert [entry.guid for entry in read] == ["a", "d"]
    assert [(reject.position, reject.name) for reject in rejects] == [(1, "b"), (2, "entry 3")]
    assert rejects[0].reason == "cannot be read (TypeError: 'int' object is not iterable)"


@pytest.mark.parametrize(
    "before", ["<description><![CDATA[<pre><item> x</item></pre>]]></description>", "<!-- <item> -->"]
)
def test_an_item_that_is_only_talked_about(before: str) -> None:
    """Markup in CDATA and in comments is no entry: 300 entries are under the cap."""
    feed = parse(fetched(rss("".join(f"<item><guid>{number}</guid>{before}</item>" for number in range(300)))))
    assert (len(feed.entries), feed.cut, feed.entries[-1].guid) == (300, 0, "299")


def test_more_entries_than_the_cap_that_talk_about_items() -> None:
    """The cut falls between entries, whatever they and the words after them hold."""
    talk = "<description><![CDATA[</item><item>]]></description>"
    items = "".join(f"<item><guid>{number}</guid>{talk}</item>" for number in range(CAP + 3))
    feed = parse(fetched(rss(items + talk)))
    assert (len(feed.entries), feed.cut, feed.entries[-1].guid) == (CAP, 3, str(CAP - 1))


def test_a_section_that_is_never_closed() -> None:
    """It is text to the end, and found to be so in one pass."""
    body = b"<item>" + b"<![CDATA[" * 200_000 + b"<item>" * (CAP + 1)
    assert shorten(body, CAP) == (body, 0)


@pytest.mark.parametrize("behind", ["", "\n<!-- 0.1 s -->"])
@pytest.mark.parametrize("remark", ["<!-- <![CDATA[ -->", "<!-- </rss> -->", "<!-- <p>a</p> - <b> --->"])
def test_what_a_remark_speaks_of_neither_ends_a_document_nor_leaves_it_open(remark: str, behind: str) -> None:
    whole = rss(f"{remark}<item><title>A</title></item>")
    open_end = whole.removesuffix("</channel></rss>")
    read = [reference(fetched(body + behind), cap=CAP) for body in (whole, whole + remark, open_end, open_end + remark)]
    assert [feed.breaks_off for feed in read] == [False, False, True, True]
    assert all(len(feed.entries) == 1 for feed in read)


@pytest.mark.parametrize("behind", ["", "\n<!-- 0.1 s -->", "\n<!-- <![CDATA[ -->"])
@pytest.mark.parametrize("opened", ["<!-- <p>Words", "<!-- one <!-- another", "<!--"])
def test_half_a_remark_in_html_that_is_not_escaped_costs_no_entry(opened: str, behind: str) -> None:
    """It is no remark, and the document ends as if it were not there."""
    half = f"<item><title>B</title><description>Words {opened}</description></item>"
    feed = reference(fetched(rss(f"<item><title>A</title></item>{half}") + behind), cap=CAP)
    assert ([entry.title.value for entry in feed.entries], feed.breaks_off) == (["A", "B"], False)


@pytest.mark.parametrize("opened", ["<!-- ", "<!-- -", "<!-- <", "<![CDATA[ ", "</"])
def test_the_end_of_a_document_is_looked_for_in_one_pass(opened: str) -> None:
    body = b"<rss>" + opened.encode() * 300_000
    began = process_time()
    assert without_stump(body) == (body, b"")
    assert process_time() - began < 5


@pytest.mark.parametrize("opened", ["<!-- ", "<![CDATA[ "])
def test_what_is_opened_again_and_again_and_never_closed(opened: str) -> None:
    """Captions and hours to skip are found in one pass, and none of them behind it."""
    before = rss("<item><media:description>A</media:description></item>", "<skipHours><hour>3</hour></skipHours>")
    body = before.partition("</channel>")[0] + opened * 20_000 + "<skipHours><hour>4</hour></skipHours>"
    began = process_time()
    feed = parse(fetched(body))
    assert process_time() - began < 5
    assert (feed.title, feed.skip_hours) == ("T", (3,))
    assert prepare(body.encode()).count(b"caption>") == 2


ZURICH = rss("").replace(">T<", ">Zürich<")


@pytest.mark.parametrize(
    ("body", "kind", "title"),
    [
        (ZURICH.encode(), "text/xml; charset=windows-1251", "Zürich"),
        (ZURICH.partition("</channel>")[0].encode() + b"<item><title>Z\xc3", "text/xml; charset=cp1251", "Zürich"),
        (b'<?xml version="1.0" encoding="UTF-8"?>' + ZURICH.encode(), "text/html; charset=cp1251", "Zürich"),
        (ZURICH.encode("cp1252"), "text/xml; charset=windows-1251", "Zьrich"),
        (b'<?xml version="1.0" encoding="iso-8859-2"?>' + ZURICH.encode(), "text/xml; charset=cp1251", "ZГјrich"),
    ],
)
def test_a_servers_default_charset_makes_no_nonsense_of_what_is_plainly_utf_8(
    body: bytes, kind: str, title: str
) -> None:
    """By its bytes, and by its own word or none; else the server's word counts."""
    assert parse(fetched(body, content_type=kind)).title == title


@pytest.mark.parametrize("charset", ["undefined", "punycode", "idna", "unicode_escape", "hex", "rot13", "nonsense"])
def test_a_charset_that_is_none(charset: str) -> None:
    """The server's word is passed over: the document says itself what it is written in."""
    body = rss(r"<item><title>a-b \n</title></item>").encode()
    assert parse(fetched(body, content_type=f"text/xml; charset={charset}")).entries[0].title.value == r"a-b \n"


@pytest.mark.parametrize(
    ("mark", "encoding"), [(b"", "utf-16"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"", "utf-8-sig")]
)
def test_a_json_feed_with_a_mark(mark: bytes, encoding: str) -> None:
    """A byte order mark says how a JSON Feed is written, and is no part of it."""
    text = ' {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "ü"}]}'
    assert parse(fetched(mark + text.encode(encoding))).entries[0].guid == "ü"


def test_an_id_of_json_that_is_a_very_long_number() -> None:
    """It is an id like any other, and costs no other entry."""
    digits = "9" * 5000
    text = f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{{"id": {digits}}}, {{"id": -7}}, {digits}]}}'
    feed = parse(fetched(text))
    assert [entry.guid for entry in feed.entries] == [digits, "-7"]
    assert [one.name for one in feed.rejects] == ["item 3"]


def test_an_item_of_json_that_nobody_foresaw() -> None:
    """The same for a JSON Feed."""

    class Broken(dict[str, object]):
        def get(self, name: str, default: object = None) -> object:
            raise LookupError(name)

    read, rejects = json_entries([{"id": "a"}, Broken(), 7, {"id": "d"}], base=URL)
    assert [entry.guid for entry in read] == ["a", "d"]
    assert [(one.position, one.name, one.reason) for one in rejects] == [
        (1, "item 2", "cannot be read (LookupError: content_html)"),
        (2, "item 3", "not an object but a number"),
    ]


def test_captured_documents_that_break_off_give_no_other_entries(corpus: Path) -> None:
    """Cut at two thirds, each gives some of the entries that it gives as a whole, as they were."""
    few = sorted(path for path in (corpus / "feeds" / "real").iterdir() if path.suffix in (".xml", ".rss"))[::4]
    seen = 0
    for path in few:
        body = path.read_bytes()
        whole = {entry for entry in parse(fetched(body)).entries if entry.guid}
        if b"\x00" not in body[:4]:
            part = parse(fetched(body[: len(body) * 2 // 3])).entries
            assert {entry for entry in part if entry.guid} <= whole, path.name
            seen += len(part)
    assert seen > 100


@pytest.mark.parametrize("items", ["", ', "items": []', ', "items": null'])
def test_a_json_feed_without_items_is_empty(items: str) -> None:
    """Programs in Go write an empty list as null."""
    assert parse(fetched(f'{{"version": "https://jsonfeed.org/version/1.1", "title": "T"{items}}}')).entries == ()


@pytest.mark.parametrize("host", ["my", "channel"])
def test_rss_0_90_has_two_namespaces(host: str) -> None:
    text = (
        f"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://{host}.netscape.com/rdf/simple/0.9/'>"
        "<channel><title>T</title></channel><item><title>A</title><link>http://a.example/</link></item></rdf:RDF>"
    )
    feed = parse(fetched(text))
    assert (feed.format, feed.title, [entry.title.value for entry in feed.entries]) == ("rss090", "T", ["A"])
