"""HTML of strangers, made safe."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.pipeline.clean_html import DEEPEST, as_html, paragraphs_and_plain, safe_html
from aggregator.pipeline.clean_text import plain_text

BASE = "https://example.com/blog/"
REL = 'rel="noopener noreferrer nofollow"'
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


@given(st.lists(st.sampled_from(_SOUP.split()), max_size=25).map(" ".join))
@example("<a <b> <table> <a <b>")
def test_soup(soup: str) -> None:
    """Whatever is thrown together, nothing runs, and cleaning what is clean settles.

    It does at once but for links around tables: HTML reads them otherwise once they are written (§13.2.6.4.7).
    """
    html = safe_html(soup, base=BASE)
    assert faults(html) == []
    again = safe_html(html, base=BASE)
    assert again == html or ("<table" in html and "<a" in html)
    assert safe_html(again, base=BASE) == again and faults(again) == []
    assert plain_text(html).isprintable() or "\n" in plain_text(html)


@given(st.text(st.characters(codec="utf-8", exclude_characters="<&")))
@example("\ufeffx")
def test_text_without_markup(text: str) -> None:
    """A text that needs no cleaning comes out as if it had been cleaned."""
    assert safe_html(f"{text}.<hr>", base=BASE) == safe_html(f"{text}.", base=BASE) + "<hr>"


@given(st.text("aZ09 ./:?#&=%'~+-_@()*!,;$é\t"), st.sampled_from(("", "https://", "http://example.org/", "//e.org/")))
def test_links_that_are_complete(path: str, start: str) -> None:
    """A link that needs no change comes out as one that is written anew because of its title."""
    anew = safe_html(f'<a href="{start}{path}" title="t">x</a>', base=BASE)
    assert safe_html(f'<a href="{start}{path}">x</a>', base=BASE) == anew.replace(' title="t"', "")


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


def test_plain_text_as_html() -> None:
    """Paragraphs and breaks are kept, and nothing in it is markup."""
    assert as_html("One <b>\ntwo\n \n\nthree & four\n") == "<p>One &lt;b&gt;<br>two</p><p>three &amp; four</p>"


@given(st.text(st.sampled_from("aé<>& \n\t\xa0\u200b\x00"), max_size=12))
@example("One line.")
@example(" ")
def test_a_line_of_plain_words(text: str) -> None:
    """What is seen at a glance to be one line comes to the same as paragraphs do."""
    assert paragraphs_and_plain(text) == (as_html(text), plain_text(as_html(text)))


@pytest.mark.parametrize(
    ("srcset", "picture"),
    [
        (", a.jpg 2x", "a.jpg"),
        (" ,, a.jpg", "a.jpg"),
        ("w_200,h_100/a.jpg 1x, b.jpg 2x", "w_200,h_100/a.jpg"),
        ("a.jpg, b.jpg 2x", "a.jpg"),
        ("\t", ""),
        (" , ", ""),
    ],
)
def test_a_set_of_pictures(srcset: str, picture: str) -> None:
    """The first address of a srcset is the picture (HTML §4.8.4.2.1); a set without one is none."""
    expected = f'<p>x<img src="{BASE}{picture}"></p>' if picture else "<p>x</p>"
    assert safe_html(f'<p>x<img srcset="{srcset}"></p>', base=BASE) == expected
