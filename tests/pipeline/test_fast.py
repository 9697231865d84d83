"""Documents made to catch the fast path out: each comes out as feedparser has it, or is declined."""

import subprocess
import sys
from collections.abc import Callable

import pytest
from feedparser.mixin import _FeedParserMixin
from feedparser.sanitizer import _HTMLSanitizer

from aggregator.model import ParsedFeed
from aggregator.pipeline.parse import CAP, parse
from aggregator.pipeline.parse_fast import Declined, fast, sure
from aggregator.pipeline.parse_fast_names import PREFIXES
from aggregator.pipeline.parse_fast_rooms import KNOWN, ROOMS
from aggregator.pipeline.parse_fast_texts import TAGS
from aggregator.pipeline.parse_reference import reference
from bench.differential import answer, difference
from tests.pipeline.feed_documents import DECLARED, NAMESPACES

ATOM = NAMESPACES["atom"]


def rss(items: str, channel: str = "", root: str = "") -> str:
    return f'<rss version="2.0"{DECLARED}{root}><channel><title>T</title>{channel}{items}</channel></rss>'


def atom(entries: str, root: str = "") -> str:
    return f'<feed xmlns="{ATOM}"{DECLARED}{root}><id>urn:f</id><title>F</title>{entries}</feed>'


def item(*parts: str) -> str:
    return rss(f"<item>{''.join(parts)}</item><item><title>after</title><link>b</link></item>")


def entry(*parts: str) -> str:
    return atom(f"<entry>{''.join(parts)}</entry><entry><title>after</title><id>urn:b</id></entry>")


GROUP = "<media:group><media:title>G</media:title><media:description>C</media:description></media:group>"
TAKEN = {
    "nothing but an item": item(),
    "a second title": item("<title>A</title><title>B</title>"),
    "an empty title, then another": item("<title/><title>B</title>"),
    "the title of a picture before the entry's": item("<media:title>P</media:title><title>A</title>"),
    "the title of a picture after the entry's": item("<title>A</title><media:title>P</media:title>"),
    "the title of a picture, deeper, then an empty one": item(GROUP, "<title/>"),
    "an empty title, then the title of a picture, deeper": item("<title/>", GROUP),
    "an image between two titles": item("<title>A</title><image>i.png</image><title>B</title>"),
    "a source between two titles": item("<title>A</title><source url='u'>S</source><title>B</title>"),
    "dc:title beside title": item("<dc:title>D</dc:title><title>A</title>"),
    "a title that is HTML without saying so": item(
        "<title>A &amp;lt;b&amp;gt; &lt;b&gt;B&lt;/b&gt; &amp;amp; C</title>"
    ),
    "a title with an entity that does not exist": item("<title>A &amp;nosuch; B</title>"),
    "a title with marks that are none": item("<title>1 &lt; 2 and &lt;/ 3</title>"),
    "a plain title of Atom with markup": entry("<title>A &lt;/b&gt; B</title>"),
    "an HTML title of Atom": entry('<title type="html">A &lt;b&gt;B&lt;/b&gt;</title>'),
    "a title in CDATA": entry("<title type='html'><![CDATA[A <i>B</i> &amp; C]]></title>"),
    "two dates": item(
        "<pubDate>Wed, 05 Jun 2024 10:00:00 GMT</pubDate><pubDate>Thu, 06 Jun 2024 10:00:00 GMT</pubDate>"
    ),
    "dc:date before pubDate": item("<dc:date>2024-06-05</dc:date><pubDate>Thu, 06 Jun 2024 10:00:00 PDT</pubDate>"),
    "a date that was never set": item("<pubDate>Mon, 01 Jan 0001 00:00:00 +0000</pubDate><title>A</title>"),
    "a leap day": item("<pubDate>Thu, 29 Feb 2024 10:00:00 GMT</pubDate>"),
    "an empty date after another": item("<pubDate>Wed, 05 Jun 2024 10:00:00 GMT</pubDate><pubDate/>"),
    "a link of Atom inside RSS": item("<atom:link href='https://a.example/1'/><title>A</title>"),
    "a link of Atom to itself": item(
        "<atom:link rel='self' href='https://a.example/1'/><link>https://a.example/2</link>"
    ),
    "an empty link beside one of Atom": item("<link/><atom:link href='https://a.example/1'/>"),
    "an empty link after one of Atom": item("<atom:link href='https://a.example/1'/><link/>"),
    "an empty link before a guid": item("<link/><guid>https://a.example/1</guid>"),
    "a guid instead of a link": item("<guid>https://a.example/1</guid>"),
    "a guid that is no link": item("<guid isPermaLink='false'>https://a.example/1</guid>"),
    "a guid that is a link in other letters": item("<guid isPermaLink='TRUE'>https://a.example/1</guid>"),
    "a guid in blanks": item("<guid>\n  x y \n</guid><link> https://a.example/1 </link>"),
    "a guid without text": item("<guid/><link>https://a.example/1</link>"),
    "two guids": item("<guid>a</guid><guid isPermaLink='false'>b</guid>"),
    "parameters in a link": item("<link>https://a.example/?a=1&amp;amp;b=2&amp;copy;=3</link>"),
    "a link with an address and a text": item("<link href='https://a.example/1'>https://a.example/2</link>"),
    "several links": entry(
        "<link href='https://a.example/1' rel='related'/><link href='https://a.example/2' type='text/plain'/>"
        "<link href='https://a.example/3' rel='enclosure' type='audio/mpeg' length='7'/>"
        "<link href='https://a.example/4' type='application/json'/>"
    ),
    "a link in letters of all sizes": item("<LINK>https://a.example/1</LINK><PubDate>2024-06-05</PubDate>"),
    "two descriptions": item("<description>A</description><description>&lt;p&gt;B&lt;/p&gt;</description>"),
    "three descriptions": item("<description>A</description>" * 2 + "<description>C</description>"),
    "content before the description": item(
        "<content:encoded>&lt;p&gt;long text&lt;/p&gt;</content:encoded><description>A</description>"
    ),
    "content twice": item("<content:encoded>A</content:encoded><content:encoded>longer</content:encoded>"),
    "content that says the same": item("<description>A</description><content:encoded>A</content:encoded>"),
    "content without a description": item("<content:encoded>A</content:encoded>"),
    "a description after content, twice": item(
        "<content:encoded>A</content:encoded><description>B</description><description>C</description>"
    ),
    "a summary after the content": entry("<content type='html'>A</content><summary>B</summary>"),
    "two summaries": entry("<summary>A</summary><summary type='html'>B</summary>"),
    "a summary of a podcast beside a description": item(
        "<description>D</description><itunes:summary>S</itunes:summary>"
    ),
    "a summary of a podcast alone": item("<itunes:summary>&lt;p&gt;S&lt;/p&gt;</itunes:summary>"),
    "the caption of a picture alone": item(GROUP),
    "captions at two depths": item(GROUP, "<media:description>outer</media:description>"),
    "captions at two depths, the outer one first": item("<media:description>outer</media:description>", GROUP),
    "a caption in a text": item("<description><![CDATA[<media:description>x</media:description>]]></description>"),
    "the caption of a picture with attributes": item("<media:description type='plain'>C</media:description>"),
    "hours to skip in an item": item("<skipHours><hour>3</hour></skipHours><title>A</title>"),
    "hours to skip in a comment": item("<!-- <skipHours><hour>3</hour></skipHours> --><title>A</title>"),
    "hours to skip beside a comment": rss(
        "<item/>", "<!-- <skipHours><hour>3</hour></skipHours> --><skipHours><hour>4</hour></skipHours>"
    ),
    "a caption in a comment": item("<description>a<!-- <media:description>x</media:description> -->b</description>"),
    "a declaration in a comment after the root": item("<title>A</title>") + "<!-- <!DOCTYPE x> -->",
    "hours to skip in a text": item("<description><![CDATA[<skipHours><hour>3</hour></skipHours>]]></description>"),
    "categories with commas and slashes": item("<category>a, b/c</category><category domain='d'>a, b/c</category>"),
    "an empty category that a later one fills": item("<category domain='d'/><category>x</category>"),
    "the same category again": item("<category>a</category>" * 2, "<dc:subject>a</dc:subject>"),
    "a category of Atom with a text": entry("<category term='a'>b</category><category scheme='s' label='l'/>"),
    "keywords": item("<media:keywords>a, b,,c</media:keywords><itunes:keywords>d, e</itunes:keywords>"),
    "keywords with an attribute": item("<itunes:keywords x='y'>a, b</itunes:keywords>"),
    "an author as RSS has it": item("<author>mail@a.example (Ada Lovelace)</author>"),
    "an author with an address in brackets": item("<dc:creator>Ada &lt;mail@a.example&gt;</dc:creator>"),
    "an author, then another": item("<author>a@b.example</author><dc:creator>Ada</dc:creator>"),
    "the same author twice": item("<author>Ada</author><dc:creator>Ada</dc:creator>"),
    "an author with only an address": entry("<author><email>a@b.example</email></author>"),
    "an author after one with an address": entry(
        "<author><name>A</name><email>a@b.example</email></author><author><uri>x</uri></author>"
    ),
    "an author without anything": entry("<author/><author><name/></author>"),
    "a contributor": entry("<contributor><name>C</name><email>x</email></contributor><author><name>A</name></author>"),
    "an owner after an author": rss(
        "<item/>",
        "<itunes:author>A</itunes:author><itunes:owner><itunes:name>B</itunes:name>"
        "<itunes:email>b@c.example</itunes:email></itunes:owner>",
    ),
    "an enclosure without anything": item("<enclosure/><title>A</title>"),
    "an enclosure with an odd length": item("<enclosure url='u.mp3' length='12 kB' type='Audio/MPEG'/>"),
    "a picture by its name": item("<media:content url='a.JPG?x=1' fileSize='12' width='7'/><title>A</title>"),
    "a thumbnail with a text": item("<media:thumbnail>https://a.example/t.png</media:thumbnail><title>A</title>"),
    "an address behind a redirecting service": item(
        "<link>https://a.example/1</link><feedburner:origLink>https://a.example/2</feedburner:origLink>"
    ),
    "the same with an attribute": item("<link>l</link><feedburner:origLink x='y'>o</feedburner:origLink>"),
    "languages": atom(
        "<entry xml:lang='fr'><title xml:lang=''>A</title><summary xml:lang='en_GB'>B</summary></entry>"
        "<entry><title>B</title><dc:language>pt</dc:language></entry><entry lang='it'><title>C</title></entry>",
        " xml:lang='de_AT'",
    ),
    "a base on the content only": entry(
        "<title>A</title><content type='html' xml:base='https://base.example/x/'>&lt;a href='y'&gt;z&lt;/a&gt;"
        "</content>"
    ),
    "a base on the root and a relative link": atom(
        "<entry><link href='a/b'/><id>c</id></entry>", " xml:base='https://b.example/x/'"
    ),
    "a base with dots": atom("<entry><link href='d'/></entry>", " xml:base='https://a.example/b/../c'"),
    "text encoded twice": item("<title>caf\u00c3\u00a9</title><author>Ren\u00c3\u00a9</author>"),
    "references to C1": item("<title>&#147;quoted&#148; &#133; &#129;</title><dc:creator>&#146;</dc:creator>"),
    "nothing but blanks": item("<title> \n\t </title><description> </description><link> </link><guid> </guid>"),
    "line ends of old": item("<title>a\rb\r\nc</title><description>d\u0085e</description>"),
    "CDATA, references and comments in one text": item("<title>a<![CDATA[<b]]><!-- c -->&#100;<?e f?>&amp;</title>"),
    "elements nobody knows": item("<odd:a x='y'>1<odd:b>2</odd:b></odd:a><unknown>3</unknown><title>A</title>"),
    "an attribute of another namespace": item("<enclosure odd:url='x'/><media:content odd:type='image/png' url='u'/>"),
    "a source of Atom": entry(
        "<title>A</title><source><id>s</id><title>S</title><updated>2024-06-05T10:00:00Z</updated><link href='x'/>"
        "<author><name>N</name></author></source><title>B</title>"
    ),
    "a source with authors, and an author": entry(
        "<source><author><name>N</name><email>n@a.example</email></author><author>O (o@a.example)</author></source>"
        "<author><name>A</name></author>"
    ),
    "a source with an address for an author": entry("<source><author> <email>n@a.example</email></author></source>"),
    "two sources": entry("<source><author><name>N</name></author></source><source><title>S</title></source>"),
    "a source of Atom in RSS": item("<atom:source><atom:author><atom:name>N</atom:name></atom:author></atom:source>"),
    "an image of the channel, and a second title": rss(
        "<item/>", "<image><title>I</title><url>u</url></image><title>U</title>"
    ),
    "hours and days to skip": rss(
        "<item/>", "<skipHours><hour>3</hour></skipHours><skipDays><day>Sunday</day></skipDays>"
    ),
    "a rhythm": rss("<item/>", "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"),
    "a time to live": rss("<item/>", "<ttl>60</ttl><ttl>x</ttl>"),
    "no entries": rss(""),
    "an older version": '<rss version="0.92"><channel><item><title>A</title></item></channel></rss>',
    "no version": "<rss><channel><item><title>A</title></item></channel></rss>",
    "a default namespace on the root": '<rss xmlns="http://backend.userland.com/rss2"><channel><item/></channel></rss>',
    "a root of Atom with a prefix": f'<a10:feed xmlns:a10="{ATOM}"><a10:entry/></a10:feed>',
    "a mark before the first byte": "\ufeff" + item("<title>A</title>"),
    "an odd order": rss("<item><title>A</title></item>")
    .replace("<title>T</title>", "")
    .replace("</channel>", "<title>T</title></channel>"),
}
DECLINED = {
    "an author in a text, then one in parts": item("<author>Ada</author><author><name>Grace</name></author>"),
    "an author as long as a text": item(f"<author>a@{'a-' * 5000}</author>"),
    "more tags than anyone reads": item("".join(f"<category>{n}</category>" for n in range(300))),
    "keywords without end": item(f"<media:keywords>{','.join(map(str, range(300)))}</media:keywords>"),
    "elements deep inside each other": item("<odd:a>" * 200 + "</odd:a>" * 200),
    "markup in a title": item("<title>a <b>b</b></title>"),
    "XHTML": entry("<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>x</div></content>"),
    "base64": entry("<content type='image/png'>QUJD</content>"),
    "content that lies elsewhere": entry("<content src='x' type='text/html'/>"),
    "a declaration in a comment before the root": "<!-- <!DOCTYPE x> -->" + item(),
    "the caption of a picture in odd letters": item("<media:Description>C</media:Description>"),
    "the caption of a picture with an odd attribute": item("<media:description type='a>b'>C</media:description>"),
    "the caption of a picture in a language": item("<media:description xml:lang='de'>C</media:description>"),
    "an odd base": atom("<entry/>", " xml:base='x/'"),
    "three slashes": item("<link>http:///a.example/1</link>"),
    "a date that never was": item("<pubDate>Fri, 30 Feb 2024 10:00:00 GMT</pubDate>"),
    "a date for people": item("<pubDate>gestern</pubDate>"),
    "an element called as what feedparser keeps": item("<published_parsed>x</published_parsed>"),
    "an element called date": item("<date>2024-06-05</date>"),
    "a plain title with marks nobody knows": item("<title>&lt;foo&gt;x&lt;/foo&gt;</title>"),
    "an item in an item": item("<item><title>x</title></item>"),
    "an entry of nobody": item("<odd:item>x</odd:item>"),
    "an item outside the channel": "<rss><channel/><item/></rss>",
    "two channels": "<rss><channel/><channel/></rss>",
    "a title in an element nobody knows": item("<odd:a><title>x</title></odd:a>"),
    "an image with parts in an item": item("<image><title>I</title></image>"),
    "text between the parts of an author": entry("<author>x<name>y</name></author>"),
    "a prefix for another namespace": '<rss xmlns:dc="urn:odd"><channel><item/></channel></rss>',
    "another prefix for a namespace": f'<rss xmlns:d="{NAMESPACES["dc"]}"><channel><item/></channel></rss>',
    "RDF": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><item/></rdf:RDF>',
    "Atom 0.3": '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry/></feed>',
    "a DOCTYPE": "<!DOCTYPE rss>" + item(),
    "entities": '<!DOCTYPE rss [<!ENTITY x "y">]>' + item("<title>&x;</title>"),
    "an entity of HTML": item("<title>a&nbsp;b</title>"),
    "a reference to NUL": item("<title>&#0;</title>"),
    "a prefix that was not declared": item("<no:title>x</no:title>"),
    "cut short": item("<title>A</title>")[:-20],
    "a blank before the declaration": ' <?xml version="1.0"?>' + item(),
    "another encoding": '<?xml version="1.0" encoding="shift_jis"?>' + item(),
    "XML 1.1": '<?xml version="1.1"?>' + item(),
    "a second encoding in the first line": item("<description>encoding='latin-1' ?&gt;</description>"),
    "a page": "<html><body/></html>",
    "no entries, in a page": rss("").replace("T<", "<![CDATA[<html>]]><"),
    "a very long name": item(f"<{'x' * 300}/>"),
    "chapters": '<rss xmlns:psc="http://podlove.org/simple-chapters"><channel><item><psc:chapter/></item></channel></rss>',
}


@pytest.mark.parametrize("document", TAKEN.values(), ids=TAKEN.keys())
def test_taken(document: str) -> None:
    """The document is taken, and every fact of it is the one feedparser finds."""
    assert difference(answer(document.encode())) == ""


@pytest.mark.parametrize("document", DECLINED.values(), ids=DECLINED.keys())
def test_declined(document: str) -> None:
    """The document is left to feedparser, with a reason."""
    with pytest.raises(Declined, match=r"\w"):
        sure(answer(document.encode()), cap=CAP)
    assert fast(answer(document.encode()), cap=CAP) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"content_type": "text/xml"},
        {"content_type": "application/xml; charset=utf8"},
        {"content_language": "en_US, de"},
        {"content_language": ""},
    ],
)
def test_headers(headers: dict[str, str]) -> None:
    """What the server says of the language and the encoding counts the same."""
    assert difference(answer(item("<title>Größe</title>").encode(), **headers)) == ""


def test_another_encoding_by_the_servers_word() -> None:
    """A charset that is not UTF-8 is for feedparser, which reads mojibake then, as it was told to."""
    assert fast(answer(item("<title>ö</title>").encode(), content_type="text/xml; charset=latin-1"), cap=CAP) is None


@pytest.mark.parametrize("encoding", ["iso-8859-1", "ISO-8859-15", "windows-1251", "windows-1252"])
@pytest.mark.parametrize(
    "text", ["Gr\u00f6\u00dfe", "\u041f\u0440\u0438\u0432\u0435\u0442", "\u20ac \u201eq\u201c \u0093", "\u00c3\u00a9"]
)
def test_encodings_of_one_byte(encoding: str, text: str) -> None:
    """A declared encoding in which ASCII is ASCII is read as feedparser reads it."""
    document = f'<?xml version="1.0" encoding="{encoding}"?>' + item(f"<title>{text}</title>", GROUP)
    assert difference(answer(document.encode(encoding, "replace"))) == ""
    assert fast(answer(document.encode(encoding, "replace"), content_type="text/xml; charset=utf-8"), cap=CAP) is None


@pytest.mark.parametrize("count", [CAP - 1, CAP, CAP + 1, 3 * CAP])
@pytest.mark.parametrize("text", ["x", "<![CDATA[ <item> ]]>", "<!-- <item> -->"])
def test_more_entries_than_are_read(count: int, text: str) -> None:
    """The same entries are left out, wherever the newest stand, and as many are counted."""
    dates = ("<pubDate>Wed, 05 Jun 2024 10:00:00 GMT</pubDate>", "<pubDate>Thu, 06 Jun 2024 10:00:00 GMT</pubDate>")
    items = [
        f"<item><guid>{n}</guid><description>{text}</description>{dates[n == count - 1]}</item>" for n in range(count)
    ]
    fetched = answer(rss("".join(items), "<ttl>5</ttl>").encode())
    quick, slow = sure(fetched, cap=CAP), reference(fetched, cap=CAP)
    assert (quick.cut, [one.guid for one in quick.entries]) == (slow.cut, [one.guid for one in slow.entries])
    assert difference(fetched) == ""


def test_more_elements_than_are_held() -> None:
    """A document that would be a large tree is cut to the entries that are read; where that does not help, declined."""
    many = rss("".join(f"<item><guid>{number}</guid></item>" for number in range(60_000)))
    feed = sure(answer(many.encode()), cap=CAP)
    assert (len(feed.entries), feed.cut) == (CAP, 60_000 - CAP)
    with pytest.raises(Declined, match="more elements"):
        sure(answer(item("<odd/>" * 250_000).encode()), cap=CAP)


@pytest.mark.parametrize("made", [lambda name: f"<{name}/>", lambda name: f"<odd xmlns='https://a.example/{name}'/>"])
@pytest.mark.parametrize("around", [item, lambda part: part], ids=["in an entry", "the root"])
def test_nothing_is_kept_of_a_very_long_name(made: Callable[[str], str], around: Callable[[str], str]) -> None:
    """A document of one name in each room would leave megabytes behind."""
    with pytest.raises(Declined, match="a very long name"):
        sure(answer(around(made("x" * 1_000_000)).encode()), cap=CAP)
    assert max(len(name) for room in ROOMS.values() for name in room) < 1_000


def test_every_element_feedparser_knows_is_known() -> None:
    """A new version of feedparser that reads one more element fails here before it differs somewhere."""
    methods = (name.split("_", 2) for name in dir(_FeedParserMixin) if name.startswith(("_start_", "_end_")))
    assert {name.lower() for _, _, name in methods} <= {name.lower() for name in KNOWN}


def test_every_namespace_whose_elements_feedparser_reads_is_known() -> None:
    """The others are only names to it; so are they here."""
    read = {
        "",
        "cc",
        "creativecommons",
        "content",
        "dc",
        "dcterms",
        "feedburner",
        "georss",
        "gml",
        "itunes",
        "media",
        "psc",
        "xhtml",
    }
    theirs = {uri.lower(): prefix.lower() for uri, prefix in _FeedParserMixin.namespaces.items() if uri}
    for uri, prefix in theirs.items():
        if prefix in read and "backend.userland.com/rss" not in uri:
            assert PREFIXES[uri] == prefix, uri
    assert all(theirs[uri] == prefix for uri, prefix in PREFIXES.items())


def test_marks_of_html_are_feedparsers() -> None:
    """What we are sure of is among what it is sure of."""
    assert set(TAGS) <= _HTMLSanitizer.acceptable_elements


def test_feedparser_is_not_imported_for_a_plain_feed() -> None:
    """A worker that meets only well-formed feeds never loads it."""
    code = (
        "import sys; from aggregator.pipeline import intake; from aggregator.pipeline.parse import parse;"
        "from aggregator.model import Fetched; u = 'https://example.org/';"
        "feed = parse(Fetched(u, u, 200, {}, sys.stdin.buffer.read())); assert len(feed.entries) == 2;"
        "assert 'feedparser' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], input=item("<title>A</title>").encode(), check=True, timeout=60)


def test_what_is_declined_is_read_all_the_same() -> None:
    """feedparser reads it then."""
    feed = parse(answer(DECLINED["a date for people"].encode()))
    assert isinstance(feed, ParsedFeed)
    assert len(feed.entries) == 2
