"""HTML of strangers, made safe; and the plain text of it."""

import json
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Category, Draft, Enclosure, Entry, Markup, ParsedEntry
from aggregator.pipeline.clean import clean, language_tag
from aggregator.pipeline.clean_html import DEEPEST, as_html, safe_html
from aggregator.pipeline.clean_text import legal, one_line, plain_text, plain_title, shortened, words

BASE = "https://example.com/blog/"
REL = 'rel="noopener noreferrer nofollow"'
NOW = datetime(2024, 6, 5, 12, tzinfo=UTC)
_HARMLESS = """
    align alt cite colspan controls datetime dir height href hreflang lang open poster rel reversed rowspan scope span
    src start title type value width
"""
HARMLESS = frozenset(_HARMLESS.split())
_SOUP = """
    <a <p <div <img <svg <math <b> </a> </p> </div> href=" src=' javascript: onload=x " ' > < & &lt; = <style> <script>
    <!-- --> <table> <td> <noscript> <title> x y &#106; <![CDATA[ ]]> <?x data-src=//e.example/ width=1 <form> <select>
"""


class Audit(HTMLParser):
    """Collects what a browser could be made to do by a piece of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.depth = self.deepest = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in (
            "script",
            "style",
            "iframe",
            "object",
            "embed",
            "form",
            "input",
            "svg",
            "math",
            "base",
            "meta",
            "link",
        ):
            self.faults.append(tag)
        for name, value in attrs:
            if name not in HARMLESS:
                self.faults.append(f"{tag} {name}")
            if name in ("href", "src", "cite", "poster") and not (value or "").startswith(
                ("https://", "http://", "mailto:" if name == "href" else "http://")
            ):
                self.faults.append(f"{tag} {name}={value}")
        if tag not in ("br", "img", "hr", "col", "source"):
            self.depth += 1
            self.deepest = max(self.deepest, self.depth)

    def handle_endtag(self, tag: str) -> None:
        self.depth -= 1

    def handle_comment(self, data: str) -> None:
        self.faults.append("comment")


def faults(html: str) -> list[str]:
    audit = Audit()
    audit.feed(html)
    audit.close()
    return audit.faults


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("<p>One <em>word</em>.</p>", "<p>One <em>word</em>.</p>"),
        ("<h2>H</h2><ul><li>a<li>b</ul>", "<h2>H</h2><ul><li>a</li><li>b</li></ul>"),
        ("<pre><code>a\n  b</code></pre>", "<pre><code>a\n  b</code></pre>"),
        ("<blockquote cite='/q'>q</blockquote>", '<blockquote cite="https://example.com/q">q</blockquote>'),
        (
            "<table><tr><td colspan=2 style='x' onclick=y>1</table>",
            '<table><tbody><tr><td colspan="2">1</td></tr></tbody></table>',
        ),
        ("<a href='two?a=1&amp;b=2'>x</a>", f'<a href="https://example.com/blog/two?a=1&amp;b=2" {REL}>x</a>'),
        ("<a href='#note' id=a class=b name=c>x</a>", f'<a href="https://example.com/blog/#note" {REL}>x</a>'),
        ("<a href='mailto:a@example.com'>x</a>", f'<a href="mailto:a@example.com" {REL}>x</a>'),
        ("<a href='javascript:alert(1)'>x</a>", f"<a {REL}>x</a>"),
        ("<a href='https://u:p@example.com/'>x</a>", f'<a href="https://example.com/" {REL}>x</a>'),
        ("<img src='/a' alt=A width=30 height=2>", '<img src="https://example.com/a" alt="A" width="30" height="2">'),
        ("<img src=data:image/gif;base64,R0 data-src=/real.jpg>", '<img src="https://example.com/real.jpg">'),
        ("<img src=/spinner.gif data-lazy-src=/real.jpg alt=x>", '<img src="https://example.com/real.jpg" alt="x">'),
        ("<img srcset='/s.jpg 300w, /l.jpg 900w'>", '<img src="https://example.com/s.jpg">'),
        ("<picture><source srcset=/a><img src=/b></picture>", '<picture><source><img src="https://example.com/b"></picture>'),
        ("x<img src=https://count.example.net/p.gif width=1 height=1>y", "xy"),
        ("x<img src=https://count.example.net/p.gif height='0'>y", "xy"),
        ("x<img alt=nothing>y", "xy"),
        ("a<script>alert(1)</script><style>p{}</style><iframe src=//x>z</iframe>b", "ab"),
        ("a<svg><text>t</text></svg><math><mi>m</mi></math>b", "ab"),
        ("<form action=/x>name <input name=q><button>go</button></form>", "name"),
        ("<noscript><img src=/copy.jpg></noscript>x", "x"),
        ("a<!-- note -->b", "ab"),
        ("a\x00\x08\x0b\x1f\x7f\x9fb\ud800\uffff&#8;&#x1f;c", "abc"),
        ("1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2"),
        ("", ""),
    ],
)  # fmt: skip
def test_safe_html(dirty: str, expected: str) -> None:
    """What is on the list stays, addresses become absolute, the rest goes."""
    assert safe_html(dirty, base=BASE) == expected


def test_cross_site_scripting(corpus: Path) -> None:
    """Of no vector of the collections is anything left that runs, loads or frames."""
    attacks = corpus / "attacks"
    vectors = (attacks / "xss_vectors.txt").read_text(errors="replace").splitlines()
    vectors += [case["payload"] for case in json.loads((attacks / "dompurify_expect.json").read_text())]
    assert len(vectors) > 900
    for vector in vectors:
        for around in ("{}", '<p title="{}">x</p>', "<a href='{}'>x</a>", "<img alt={} src=x>", "<svg>{}</svg>"):
            html = safe_html(around.format(vector), base=BASE)
            assert faults(html) == [], vector
            assert faults(as_html(vector)) == [], vector


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


@given(st.lists(st.sampled_from(_SOUP.split()), max_size=25).map(" ".join))
def test_soup(soup: str) -> None:
    """Whatever is thrown together, nothing runs, and cleaning what is clean changes nothing."""
    html = safe_html(soup, base=BASE)
    assert faults(html) == []
    assert safe_html(html, base=BASE) == html
    assert plain_text(html).isprintable() or "\n" in plain_text(html)


@pytest.mark.parametrize(
    "html",
    ["<div>" * 50_000 + "x" + "</div>" * 50_000, "<b>" * 50_000 + "x", "<ul><li>" * 20_000 + "x",
     "<a href=/>" * 50_000 + "x", "<table><tr><td>" * 5_000 + "x",
     "<p>" * 50_000 + "x", "<blockquote><p>" * 10_000 + "x"],
    ids=lambda html: html[:15],
)  # fmt: skip
def test_a_tower_of_tags(html: str) -> None:
    """Fifty thousand levels become two hundred, and the text on top survives."""
    clean_html = safe_html(html, base=BASE)
    audit = Audit()
    audit.feed(clean_html)
    assert audit.deepest <= DEEPEST
    assert plain_text(clean_html).strip() == "x"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<p>One<br>Two</p>", "One\nTwo"),
        ("<div>One</div>Two<div><p>Three</p></div>", "One\n\nTwo\n\nThree"),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
        ("<p>a   b\n c</p>", "a b c"),
        ("<p>1 &lt; 2 &amp;amp; &nbsp; 3</p>", "1 < 2 &amp; 3"),
        ("a<b>b</b>c", "abc"),
        ('<p lang="a&gt;b">x</p>', "x"),
        ('<a title="1 > 0 <b>">x</a>', "x"),
        ("", ""),
    ],
)
def test_plain_text(html: str, text: str) -> None:
    """Blocks are parted by a blank line, lines by a break; entities are read once."""
    assert plain_text(safe_html(html, base=BASE)) == text


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        (Markup("Fish &amp; chips"), "Fish & chips"),
        (Markup("Fish &amp;amp; chips"), "Fish & chips"),  # escaped twice
        (Markup("Fish &amp; chips", "text"), "Fish & chips"),  # escaped once, and said to be text
        (Markup("AT&T", "text"), "AT&T"),
        (Markup("R&D; more"), "R&D; more"),
        (Markup("A &#8217;quote&#8217; &mdash; dash"), "A ’quote’ — dash"),
        (Markup("A &amp;#8217;quote"), "A ’quote"),
        (Markup("<b>Bold</b> claim"), "Bold claim"),
        (Markup("&amp;lt;i&amp;gt;Twice&amp;lt;/i&amp;gt;"), "Twice"),
        (Markup("The &lt;b&gt; tag"), "The <b> tag"),
        (Markup("1 < 2", "text"), "1 < 2"),
        (Markup("if a<b and c>d", "text"), "if a<b and c>d"),
        (Markup("<p>x</p>\n  y", "xhtml"), "x y"),
        (Markup("a<script>b</script><style>c</style>"), "a"),
        (Markup("\u202eevil\u2066 \x1b[31mred\x07 \ud800\u200b"), "evil [31mred"),
        (Markup("ab\r\nBcc: x"), "ab Bcc: x"),
        (Markup("שלום \u200fעולם", "text"), "שלום \u200fעולם"),
        (Markup(""), ""),
    ],
)
def test_plain_title(title: Markup, plain: str) -> None:
    """One line of plain text: no tags, no controls, entities read once more where they were escaped twice."""
    assert plain_title(title) == plain


def test_a_title_of_a_thousand_words() -> None:
    """It is cut at a word, within 500 characters."""
    title = plain_title(Markup("word " * 1000))
    assert len(title) <= 500
    assert title.endswith("word…")


@pytest.mark.parametrize(
    ("text", "longest", "cut"),
    [
        ("short", 10, "short"),
        ("one two three", 9, "one two…"),
        ("one, two three", 6, "one…"),
        ("abcdefghijkl", 6, "abcde…"),
        ("漢字漢字漢字漢字", 5, "漢字漢字…"),
    ],
)
def test_shortened(text: str, longest: int, cut: str) -> None:
    """A cut falls between words where there are words, and counts its mark."""
    assert shortened(text, longest) == cut
    assert len(cut) <= longest


@given(st.text(max_size=200))
def test_texts_are_legal_everywhere(text: str) -> None:
    """No text leaves here that XML, a terminal or an encoder would choke on."""
    for result in (
        legal(text),
        one_line(text),
        plain_title(Markup(text)),
        plain_text(safe_html(text, base=BASE)),
        as_html(text),
    ):
        result.encode()
        assert not set(result) & {chr(code) for code in (*range(9), 11, 12, *range(14, 32), 0x7F, 0xFFFE, 0xFFFF)}


def test_plain_text_as_html() -> None:
    """Paragraphs and breaks are kept, and nothing in it is markup."""
    assert as_html("One <b>\ntwo\n \n\nthree & four\n") == "<p>One &lt;b&gt;<br>two</p><p>three &amp; four</p>"


def cleaned(parsed: ParsedEntry, language: str = "en") -> Entry:
    draft = Draft("g", "https://example.com/1", "https://example.com/1", NOW, "published", None, "1:f", parsed)
    return clean(draft, language=language)


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


TEXT = "A text of more than forty characters, which says enough to be known again."


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("Title", TEXT), ("TITLE!", TEXT.upper().replace(",", " –")), True),
        (("Title", TEXT), ("Another", TEXT), False),
        (("Title", TEXT), ("Title", TEXT + " And more."), False),
        (("Five words make a headline", ""), ("Five words make a headline", "Read more"), True),
        (("Five words make a headline", ""), ("Five words make a headline", TEXT), False),
        (("Five words make a headline", ""), ("Six words make another headline", ""), False),
    ],
)
def test_words_of_two_entries(one: tuple[str, str], other: tuple[str, str], same: bool) -> None:
    """The fingerprint of words is equal for the same title and text, and for those only."""
    assert (words(*one, day="2024-06-05") == words(*other, day="2024-06-05")) is same


@pytest.mark.parametrize(
    ("title", "text"), [("", ""), ("Morning briefing", ""), ("Photo of the day", "Read more"), ("…", "!!!")]
)
def test_words_that_say_nothing(title: str, text: str) -> None:
    """A short headline without a text is no evidence: no fingerprint."""
    assert words(title, text, day="2024-06-05") == ""


def test_the_same_headline_on_another_day() -> None:
    """A headline that stands alone is a copy on its own day only."""
    headline = "Live: the latest from the summit"
    assert words(headline, "", day="2024-06-05") != words(headline, "", day="2024-06-06")
    assert words(headline, TEXT, day="2024-06-05") == words(headline, TEXT, day="2024-06-06")
