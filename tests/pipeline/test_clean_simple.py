"""The short way of cleaning gives what the sanitiser gives, letter for letter, or declines."""

import re
from itertools import islice, product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import ParseError
from aggregator.model import Fetched
from aggregator.pipeline import clean_simple
from aggregator.pipeline.clean_html import _sanitised, safe_and_plain
from aggregator.pipeline.clean_simple import simply
from aggregator.pipeline.clean_text import legal, plain_text
from aggregator.pipeline.parse import parse

CORPUS = Path(__file__).parents[3] / "shared/corpus"
BASE = "https://example.com/a/b"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="needs the captured feeds of ../shared/corpus")

TAGS = (
    *("p", "/p", "div", "/div", "em", "/em", "b", "/b", "a", "/a", "ul", "/ul", "li", "/li", "br", "br/", "br /", "hr"),
    *("h2", "/h2", "blockquote", "/blockquote", "span", "/span", "figure", "/figure", "img", "table", "td", "script"),
    *(
        "P",
        "/em ",
        "p/",
        "strong",
        "/strong",
        "q",
        "/q",
        "svg",
        "/br",
        "!-- x --",
        "section",
        "/section",
        "pre",
        "/pre",
    ),
)
ATTRIBUTES = (
    *(' href="https://example.org/x?y=1#z"', ' href="/x"', ' href="javascript:alert(1)"', ' src="https://e.org/p.png"'),
    *(' class="big"', ' title="T"', ' alt="ä"', ' alt="a&amp;b"', ' width="1"', " hidden", ' onclick="x"', ' rel="me"'),
    *(
        ' href="https://1.2.3.4/"',
        ' href="https://xn--a/"',
        ' cite="https://e.org/"',
        ' start="2"',
        ' lang="de"',
        "  x",
    ),
    *(' srcset="a 1x"', ' style="x:y"', ' type="A"', ' value="3"', ' href="http://e.org:99999/"', ' title="a>b"'),
)
TEXTS = (
    "text",
    " ",
    "\n",
    "a  b",
    "&amp;",
    "&lt;b&gt;",
    "&nbsp;",
    "&",
    "&#8217;",
    "é 東",
    "\xa0",
    "\ufeff",
    '"',
    "&#8238;",
)


def both(html: str) -> tuple[tuple[str, str], tuple[str, str]]:
    raw = legal(html)
    whole = _sanitised(raw, BASE)
    return safe_and_plain(html, base=BASE), (whole, plain_text(whole))


def pages() -> st.SearchStrategy[str]:
    tag = st.builds(
        lambda name, attributes: f"<{name}{''.join(attributes) if name[0] != '/' else ''}>",
        st.sampled_from((*TAGS, "ol", "/ol", "abbr", "/abbr", "del", "ins")),
        st.lists(st.sampled_from(ATTRIBUTES), max_size=3),
    )
    return st.lists(tag | st.sampled_from(TEXTS) | st.text(max_size=5), max_size=14).map("".join)


def trees() -> st.SearchStrategy[str]:
    """Markup that is closed where it should be, in any nesting, also in such that the parser mends."""
    names = ("p", "div", "em", "b", "ul", "li", "h2", "blockquote", "span", "code", "section", "figure", "q", "ol")
    leaf = st.sampled_from((*TEXTS, "<br>", "<br />", "<hr>", '<img src="https://e.org/p.png" alt="x">'))
    link = '<a href="https://example.org/x" class="l" target="_blank">'

    def wrap(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        several = st.lists(inner, max_size=4).map("".join)
        plain = st.builds(lambda name, text: f"<{name}>{text}</{name}>", st.sampled_from(names), several)
        return plain | several.map(lambda text: f"{link}{text}</a>")

    return st.recursive(leaf, wrap, max_leaves=20)


@settings(max_examples=1500, deadline=None)
@given(pages())
def test_tags_in_any_order_come_out_as_the_sanitiser_writes_them(html: str) -> None:
    short, whole = both(html)
    assert short == whole


@settings(max_examples=1500, deadline=None)
@given(trees())
def test_trees_of_any_nesting_come_out_as_the_sanitiser_writes_them(html: str) -> None:
    short, whole = both(html)
    assert short == whole


@pytest.mark.parametrize(
    "html",
    [
        "<p>Plain, <em>stressed</em> &amp; <a href=\"https://example.org/\" target='_blank'>linked</a></p>",
        '<p class="x">One</p>\n<ul>\n<li>A <strong>b</strong></li><li>C<br/>d</li></ul>',
        '<div><h2>Head</h2><p><img src="https://example.org/p.png" alt="é" width="600"></p></div>',
        "Text alone with &quot;quotes&quot; &#8211; and &hellip;",
        'One\ntwo <img src="https://example.org/pixel.png" width="0">\nthree',
    ],
)
def test_what_entries_usually_hold_is_the_same_both_ways(html: str) -> None:
    short, whole = both(html)
    assert short == whole


@pytest.mark.parametrize(
    "html",
    [
        "<p>one<p>two",
        '<ol type="a"><li>x</li></ol>',
        '<ol start="3"><li>x</li></ol>',
        'An <abbr title="x">a</abbr>',
        '<td align="left">x</td>',
        '<a href="https://xn--a.com/">x</a>',
        '<a href="https://www.xn--zzzzzz.com/b">x</a>',
        f'<img src="https://example.org/a.png" alt="{"a" * 2000}">',
        "<p>a<div>b</div></p>",
        "<b><b>x</b></b>",
        "<a href='https://e.org/'>x</a>",
        '<a href="https://e.org/">x<a href="https://e.org/">y</a></a>',
        "<ul><p>x</p></ul>",
        "<li>x</li>",
        "<em>x</b>",
        "<table><tr><td>x</td></tr></table>",
        "<p>x</p",
        "a < b",
        "a & b",
        "a \xa0 b",
        "</p>",
        "</br>",
        "<p/>x</p>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="https://e.org/" href="https://f.org/">x</a>',
        '<img src="https://e.org/a.png" srcset="b.png 2x">',
        "<!-- x --><p>y</p>",
        "<div>" * 60 + "</div>" * 60,
    ],
)
def test_what_a_parser_would_mend_is_declined(html: str) -> None:
    assert simply(html) is None
    short, whole = both(html)
    assert short == whole


@needs_corpus
def test_attacks_come_out_as_the_sanitiser_writes_them() -> None:
    for name in ("attacks/xss_vectors.txt", "attacks/dompurify_expect.json"):
        for line in (CORPUS / name).read_text(encoding="utf-8", errors="replace").splitlines():
            for html in (line, f"<p>{line}</p>"):
                short, whole = both(html)
                assert short == whole, html


@needs_corpus
def test_every_entry_of_captured_feeds_comes_out_as_the_sanitiser_writes_it() -> None:
    taken = seen = 0
    for path in islice(sorted((CORPUS / "feeds/real").iterdir()), 0, None, 2):
        try:
            feed = parse(Fetched(BASE, BASE, 200, {}, path.read_bytes()))
        except ParseError:
            continue
        for entry in feed.entries:
            for markup in (entry.content, entry.summary):
                short, whole = both(markup.value)
                assert short == whole, (path.name, entry.guid)
                seen += bool(re.search("[<>&]", markup.value))
                taken += bool(re.search("[<>&]", markup.value)) and simply(legal(markup.value)) is not None
    assert taken > seen / 4, (taken, seen)


def test_nests_that_are_never_the_same_are_bounded_and_forgotten() -> None:
    """Each would be remembered: the sanitiser takes such a text, and the next is read as ever."""
    names = ("div", "section", "figure", "blockquote")
    stacks = list(islice(product(names, repeat=7), 3000))
    attack = "".join(f"<{'><'.join(one)}>x</{'></'.join(one[::-1])}>" for one in stacks)
    assert simply(attack) is None
    assert simply("<p>As <em>ever</em></p>") == ("<p>As <em>ever</em></p>", "\n\nAs ever\n\n", False)
    assert len(clean_simple._NESTS) < 10
