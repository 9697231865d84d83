"""Plain text out of markup, and the fingerprint of words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.model import Markup
from aggregator.pipeline.clean_html import as_html, safe_html
from aggregator.pipeline.clean_text import (
    EXCERPT,
    excerpt,
    is_printable,
    legal,
    one_line,
    plain_text,
    plain_title,
    printed_lines,
    words,
)
from aggregator.pipeline.plain import shortened

BASE = "https://example.com/blog/"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<p>One<br>Two</p>", "One\nTwo"),
        ("<div>One</div>Two<div><p>Three</p></div>", "One\n\nTwo\n\nThree"),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a\nb"),
        ("<p>One<br></p>Two", "One\n\nTwo"),
        ("<p>a   b\n c</p>", "a b c"),
        ("<p>a\tb \xa0c\u3000</p>", "a b c"),
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
        (Markup("<p>One</p><p>two<br/>three</p>"), "One two three"),
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
        ("It works. It works.", 10, "It works…"),
        ("It works … or not", 12, "It works…"),
        ("Is it so? Yes", 11, "Is it so…"),
        ("看看。看看", 4, "看看…"),
        ("xxxxe\u0301 xxx", 6, "xxxx…"),
        ("seen at https://example.com/long/address", 20, "seen at https://exa…"),
    ],
)
def test_shortened(text: str, longest: int, cut: str) -> None:
    """A cut falls between words where there are words, and counts its mark."""
    assert shortened(text, longest) == cut
    assert len(cut) <= longest


@given(st.text(st.sampled_from("ab é漢\n\t\r\x00\x7f\x85\xa0\xad\u2028\u3000\ufeff\ud800"), max_size=8))
def test_what_prints(text: str) -> None:
    """It is legal, in whatever language, and blanks and line breaks are its only white space."""
    assert is_printable(text) is text.replace("\n", "").isprintable()
    assert not is_printable(text) or (legal(text) == text and set(filter(str.isspace, text)) <= set(" \n"))


@given(st.text(st.sampled_from("aé \n"), max_size=20))
def test_lines_that_print(text: str) -> None:
    """They have single blanks, and one empty line in a row."""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    kept = [line for line, before in zip(lines, ["", *lines], strict=False) if line or before]
    assert printed_lines(text) == "\n".join(kept).strip()


@given(st.text(st.sampled_from("ab. é\n\u200b"), max_size=8), st.integers(1, 300))
def test_an_excerpt_is_how_the_whole_text_begins(text: str, times: int) -> None:
    assert excerpt(text * times) == shortened(one_line(text * times), EXCERPT)


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


TEXT = "A text of more than forty characters, which says enough to be known again."


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("Title", TEXT), ("TITLE!", TEXT.upper().replace(",", " –")), True),
        (("Title", TEXT), ("Another", TEXT), False),
        (("Title", TEXT), ("Title", TEXT + " And more."), False),
        (("Title", TEXT), ("Title", TEXT.replace("known again", "kno-\nwn\u00a0again")), True),
        (("Title", TEXT + " 1.5 percent"), ("Title", TEXT + " 15 percent"), False),
        (("Title 2-11", TEXT), ("Title 21-1", TEXT), False),
        (("Title", "Über " + TEXT + " 1, 12"), ("Title", "Über " + TEXT + " 11, 2"), False),
        (("Title", TEXT + " é 1.5"), ("Title", TEXT + " é 15"), False),
        (("Title", TEXT + " – 1.5"), ("Title", TEXT + " – 15"), False),
        (("Title", TEXT + " 1–5 «x»"), ("Title", TEXT + " 1-5 x"), True),
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
