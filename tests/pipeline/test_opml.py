"""Subscription lists as programs write them, and as they should."""

import shutil
import subprocess
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import ParseError
from aggregator.pipeline.opml import Opml, Subscribed, read_opml, write_opml
from aggregator.pipeline.opml_topics import topic_name

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


def listed(body: str, head: str = '<?xml version="1.0"?>') -> Opml:
    """Read a list with this body."""
    return read_opml(f'{head}<opml version="2.0"><head><title>T</title></head><body>{body}</body></opml>'.encode())


def one(body: str) -> Subscribed:
    """Read a list with one feed."""
    (feed,) = listed(body).feeds
    return feed


@pytest.mark.parametrize(
    ("outline", "url"),
    [
        ('<outline xmlUrl="https://a.example/f"/>', "https://a.example/f"),
        ('<outline xmlurl="https://a.example/f"/>', "https://a.example/f"),
        ('<outline XMLURL="https://a.example/f"/>', "https://a.example/f"),
        ('<OUTLINE xmlUrl="https://a.example/f"/>', "https://a.example/f"),
        ('<outline type="rss" url="https://a.example/f"/>', "https://a.example/f"),
        ('<outline xmlUrl=" https://a.example/f&#10;"/>', "https://a.example/f"),
        ('<outline xmlUrl="feed://a.example/f"/>', "http://a.example/f"),
        ('<outline xmlUrl="feed:https://a.example/f"/>', "https://a.example/f"),
        ('<outline xmlUrl="itpc://a.example/f"/>', "http://a.example/f"),
        ('<outline xmlUrl="pcast://a.example/f"/>', "http://a.example/f"),
        ('<outline xmlUrl="podcast:https://a.example/f"/>', "https://a.example/f"),
        ('<outline xmlUrl="https://a.example/f?a=1&amp;b=2"/>', "https://a.example/f?a=1&b=2"),
        ('<outline xmlUrl="https://a.example/f?a=1&b=2&copy=3"/>', "https://a.example/f?a=1&b=2&copy=3"),
        ('<outline text="a < b" xmlUrl="https://a.example/f"/>', "https://a.example/f"),
        ('<outline text="&nbsp;&eacute;" xmlUrl="https://a.example/f"/>', "https://a.example/f"),
        ('<outline text="\x0b" xmlUrl="https://a.example/f"/>', "https://a.example/f"),
        ('<outline text="A" xmlUrl="https://a.example/f">', "https://a.example/f"),
        ('<outline fz:quickMode="false" xmlUrl="https://a.example/f"/>', "https://a.example/f"),
        ('<outline text="He said "hi" there" xmlUrl="https://a.example/f"/>', "https://a.example/f"),
        ('<outline text="7" disc" title="7" disc" xmlUrl="https://a.example/f"/>', "https://a.example/f"),
        (
            '<outline text="A" about="<a href="/x"><b>x</b></a> by /y" xmlUrl="https://a.example/f"/>',
            "https://a.example/f",
        ),
        ("<outline text='it's' xmlUrl='https://a.example/f'/>", "https://a.example/f"),
        ("<outline text=A xmlUrl=https://a.example/f />", "https://a.example/f"),
        ("<outline text=A xmlUrl=https://a.example/f/>", "https://a.example/f"),
        ('<outline text="A"title="B"xmlUrl="https://a.example/f"/>', "https://a.example/f"),
        ("<outline text=“A” xmlUrl=“https://a.example/f”/>", "https://a.example/f"),
        ('<outline starred xmlUrl="https://a.example/f"/>', "https://a.example/f"),
        ('<outline 1st="x" xmlUrl="https://a.example/f"/>', "https://a.example/f"),
        ('< outline xmlUrl="https://a.example/f"/>', "https://a.example/f"),
        ('<outline xmlUrl="https://a.example/f"', "https://a.example/f"),
    ],
)
def test_how_addresses_are_written(outline: str, url: str) -> None:
    """Slips of case, other attributes, readers' own scheme, and what is not well-formed."""
    found = listed(outline)
    assert [feed.url for feed in found.feeds] == [url] and not found.left_out


@pytest.mark.parametrize(
    ("outline", "reason"),
    [
        ('<outline type="include" url="https://a.example/x.opml"/>', "another document"),
        ('<outline type="link" url="https://a.example/"/>', "another document"),
        ('<outline text="note"/>', "has no address"),
        ('<outline type="HTML+XPath" xmlUrl="https://a.example/"/>', "type=html+xpath is a page to be taken apart"),
        ('<outline xmlUrl="file:///etc/passwd"/>', "not an http"),
        ('<outline xmlUrl="javascript:alert(1)"/>', "not an http"),
        ('<outline xmlUrl="https://me:secret@a.example/"/>', "user or password"),
        ('<outline xmlUrl="../../x"/>', "not an http"),
    ],
)
def test_what_is_left_out_and_why(outline: str, reason: str) -> None:
    """With its line, and never with a password."""
    (left,) = listed(f"\n\n{outline}").left_out
    assert reason in left.reason
    assert left.line == 3
    assert "secret" not in left.address + left.reason


LIST = '<opml><body><outline text="News">{}{}{}</outline></body></opml>'
FEEDS = [
    '<outline text="A" xmlUrl="https://a.example/"/>',
    *(f'<outline xmlUrl="https://{n}.example/"/>' for n in "bc"),
]


@pytest.mark.parametrize(
    "text",
    [
        LIST.format(FEEDS[0], "", "") + LIST.format("", *FEEDS[1:]),
        f'<?xml version="1.0"?>{LIST.format(FEEDS[0], "", "")}\n<?xml version="1.0"?>{LIST.format("", *FEEDS[1:])}',
        LIST.format(FEEDS[0], "", "") + FEEDS[1] + FEEDS[2],
        LIST.format(FEEDS[0], "<!-- never ends " + FEEDS[1], FEEDS[2]),
        LIST.format(FEEDS[0], "<!-- never ends " + FEEDS[1], "<!-- does -->" + FEEDS[2]),
        LIST.format(FEEDS[0], "</outline></outline></outline>" + FEEDS[1], FEEDS[2]),
        LIST.format(FEEDS[0], "<p>about <br></p>" + FEEDS[1], FEEDS[2]),
        f"Warning: in line 3\n{LIST.format(*FEEDS)}",
    ],
)
def test_no_feed_of_a_broken_list_is_lost(text: str) -> None:
    """Several lists in one file, what comes after the end, comments that do not end."""
    found = read_opml(text.encode())
    assert [feed.url for feed in found.feeds] == [f"https://{name}.example/" for name in "abc"]
    assert (found.repaired, found.left_out, found.feeds[0].topics) == (True, (), ("news",))


@pytest.mark.parametrize(
    "outline",
    [
        '<outline xmlUrl="https://a.example/" xmlUrl="https://b.example/"/>',
        '<outline xmlUrl="https://a.example/"/><out xmlUrl="https://b.example/"/>',
        '<outline xmlUrl="https://a.example/"/><out xmlUrl= xmlUrl="https://b.example/"/>',
        '<outline xmlUrl="https://a.example/"/><outline text="B" xmlUrl="https://b.example/',
    ],
)
def test_an_address_that_cannot_be_read_where_it_stands_is_named(outline: str) -> None:
    """A second one, one of no outline, one that is cut off; with its line."""
    found = read_opml(f"<opml><body>\n\n{outline}".encode())
    assert [feed.url for feed in found.feeds] == ["https://a.example/"]
    assert [(one.line, one.address) for one in found.left_out] == [(3, "https://b.example/")]


def test_what_is_commented_out_is_no_feed_and_no_topic() -> None:
    """OPML 2.0: with all that lies below."""
    hidden = '<outline text="H" isComment="true"><outline xmlUrl="https://h.example/"/></outline>'
    found = listed(f'{hidden}<outline text="A" xmlUrl="https://a.example/" isComment="false"/>')
    assert ([feed.url for feed in found.feeds], found.topics) == (["https://a.example/"], {})
    assert [(one.address, one.reason) for one in found.left_out] == [
        ("https://h.example/", "is commented out (isComment)")
    ]


@pytest.mark.parametrize(
    ("declared", "encoding", "title"),
    [
        ("gb2312", "gbk", "新闻镕"),
        ("Shift_JIS", "cp932", "ニュース①"),
        ("x-sjis", "cp932", "①"),
        ("euc-kr", "cp949", "똠"),
    ],
)
def test_encodings_that_hold_more_than_their_names_say(declared: str, encoding: str, title: str) -> None:
    """WHATWG's Encoding Standard; and one wrong byte costs no more than itself."""
    text = (
        f'<?xml version="1.0" encoding="{declared}"?><opml><body><outline text="{title}" xmlUrl="http://a.example/"/>'
    )
    for stray in (b"", b"\xff"):
        (feed,) = read_opml(text.encode(encoding).replace(b'" xml', stray + b'" xml')).feeds
        assert feed.title.startswith(title) and len(feed.title) <= len(title) + 1


def test_folders_and_categories_become_topics() -> None:
    """Each folder on the way, each step of a category; their titles are kept."""
    found = listed(
        '<outline text="News"><outline text="The World"><outline text="A" category="/Europe/Norway,sea" '
        'xmlUrl="https://a.example/"/></outline></outline>'
    )
    assert found.feeds[0].topics == ("news", "the-world", "europe", "norway", "sea")
    assert found.topics["the-world"] == "The World"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("C++", "c-plus-plus"),
        ("C#", "c-sharp"),
        ("Straße & Élan", "strasse-and-elan"),
        ("../../x", "x"),
        ("日本", "topic-"),
    ],
)
def test_names_of_topics(title: str, name: str) -> None:
    """Latin letters without their marks; other scripts by a hash."""
    assert topic_name(title).startswith(name)


@given(st.text())
def test_any_title_gives_a_name_that_feeds_yaml_takes(title: str) -> None:
    """1 to 64 of a-z, 0-9 and the dash."""
    name = topic_name(title)
    assert 1 <= len(name) <= 64
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_a_feed_in_two_folders_has_both_topics() -> None:
    """And the second is told."""
    feed = '<outline text="A" xmlUrl="http{}://a.example/f"/>'
    found = listed(f'<outline text="X">{feed.format("")}</outline><outline text="Y">{feed.format("s")}</outline>')
    assert found.feeds[0].topics == ("x", "y")
    assert "its topics were joined" in found.left_out[0].reason


def test_the_titles_of_topics_come_back_whatever_stands_first() -> None:
    """A feed's category names a topic before its folder does; names that no title would give are kept."""
    topics = {"world": "World News", "deep--space": "Space & Time", "ai": "Artificial Intelligence"}
    feeds = [Subscribed("https://a.example/f", "A", ("world", "deep--space", "ai"))]
    again = read_opml(write_opml(feeds, topics, title="T", now=NOW))
    assert (again.topics, again.feeds[0].topics) == (topics, feeds[0].topics)


def test_a_title_that_is_only_the_address_is_none() -> None:
    """Then the feed's own title is shown."""
    assert one('<outline text="https://a.example/" xmlUrl="https://a.example/"/>').title == ""
    assert one('<outline text="A" title="B" xmlUrl="https://a.example/"/>').title == "B"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not XML"),
        (b"hello", "not XML"),
        (b"<rss/>", "root is <rss>"),
        (b"<opml>" + b" " * 2_000_001 + b"</opml>", "larger than 2 MB"),
        (b"<opml><body>" + b"<outline/>" * 5001 + b"</body></opml>", "more than 5,000 outlines"),
        (b"<opml><body>" + b"<outline text='a'>" * 21 + b"</outline>" * 21 + b"</body></opml>", "deeper than 20"),
    ],
    ids=["empty", "text", "rss", "large", "many", "deep"],
)
def test_what_is_no_list_is_refused(data: bytes, reason: str) -> None:
    """With the bound that it broke."""
    with pytest.raises(ParseError, match=reason):
        read_opml(data)


def test_ten_thousand_levels_and_entities_of_entities_are_bounded(tmp_path: Path) -> None:
    """Nothing grows, and no file is read."""
    secret = tmp_path / "secret"
    secret.write_text("marker")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<!DOCTYPE opml [<!ENTITY l0 "ha"><!ENTITY x SYSTEM "file://{secret}">{laughs}]>'
    found = listed('<outline text="&l11;&x;" xmlUrl="https://a.example/"/><outline text="n">&x;</outline>', head)
    assert len(found.feeds[0].title) < 100
    assert "marker" not in repr(found)
    with pytest.raises(ParseError):
        read_opml(b"<opml><body>" + b"<outline text='a'>" * 10_000)


@pytest.mark.parametrize(
    "body",
    [b"<!DOCTYPE[" * 190_000, b"<!DOCTYPE [ ] " * 140_000, b"<outline text='a'>" * 69_000 + b"</outline>" * 69_000],
)
def test_a_list_made_to_cost_time_is_read(body: bytes) -> None:
    """Each costs as many steps as it has characters, and not their square."""
    with suppress(ParseError):
        assert not read_opml(b"<opml><body>&" + body).feeds


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
@pytest.mark.parametrize("declared", ["", "utf-8", "latin-1", "no-such", "utf-16"])
def test_declarations_of_encodings_that_are_wrong(encoding: str, declared: str) -> None:
    """What is not what it says is read as what it is."""
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    text = f'{head}\n<opml><body>\n<outline text="Café" xmlUrl="https://a.example/"/></body></opml>'
    (feed,) = read_opml(text.encode(encoding)).feeds
    assert feed.url == "https://a.example/"
    if not (declared == "latin-1" and encoding.startswith("utf-8")):
        assert feed.title == "Café"


def test_what_is_written_is_read_back() -> None:
    """Order within folders, titles, topics and homes."""
    feeds = (
        Subscribed("https://a.example/?x=1&y=2", "A <b>", (), "https://a.example/"),
        Subscribed("https://b.example/", "", ("two", "one")),
        Subscribed("https://c.example/", "C", ("one",)),
    )
    topics = {"one": "Number & One", "two": "2"}
    data = write_opml(feeds, topics, title="Desk", now=NOW)
    found = read_opml(data)
    assert sorted((f.url, f.title, f.topics, f.home) for f in found.feeds) == [
        (f.url, f.title, f.topics, f.home) for f in feeds
    ]
    assert found.topics == topics
    assert found.left_out == ()
    assert data == write_opml(feeds, topics, title="Desk", now=NOW)
    assert b"<dateCreated>Tue, 24 Nov 2026 18:00:00 GMT</dateCreated>" in data


READERS = {"newsboat": ("-i", "{opml}", "-u", "{urls}", "-C", "{urls}", "-c", "{cache}"), "sfeed_opml_import": ()}


@pytest.mark.parametrize("program", READERS)
def test_other_programs_read_what_we_write(program: str, tmp_path: Path) -> None:
    """The addresses arrive, and newsboat takes the folders for tags."""
    if not shutil.which(program):
        pytest.skip(f"{program} is not installed: apt-get install newsboat sfeed")
    feeds = [Subscribed("https://a.example/?x=1&y=2", "A"), Subscribed("https://b.example/", "B", ("one", "two"))]
    opml = tmp_path / "list.opml"
    opml.write_bytes(write_opml(feeds, {"one": "One", "two": "Two"}, title="Desk", now=NOW))
    urls = tmp_path / "urls"
    urls.touch()
    paths = {"opml": opml, "urls": urls, "cache": tmp_path / "cache"}
    words = [program, *(word.format_map(paths) for word in READERS[program])]
    environment = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    with opml.open("rb") as stdin:
        done = subprocess.run(words, stdin=stdin, capture_output=True, timeout=30, env=environment)
    said = done.stdout.decode() + urls.read_text()
    assert "https://a.example/?x=1&y=2" in said, done
    assert "https://b.example/" in said
    assert program != "newsboat" or "One" in said


def test_what_a_list_declares_itself_is_no_title() -> None:
    """Its entities are not resolved, and their names say nothing; those of HTML do."""
    own = '<!DOCTYPE o [<!ENTITY j "&i;&i;"><!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY eacute "&#233;">]>'
    titles = ("&j;", "&x;", "caf&eacute;", "R&D; &k;", "News &x; here")
    outlines = "".join(f'<outline text="{title}" xmlUrl="http://a{at}.example/"/>' for at, title in enumerate(titles))
    found = read_opml(f"{own}<opml><body>{outlines}</body></opml>".encode())
    assert [feed.title for feed in found.feeds] == ["", "", "café", "R&D; &k;", "News here"]
