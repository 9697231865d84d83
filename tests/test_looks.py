"""What a mail never has, what it has only when asked, and its shapes beside the mail."""

import re
from dataclasses import replace

import pytest

from aggregator.model import Folded, Issue
from aggregator.templates import Templates
from aggregator.templates.markdown import markdown, target
from aggregator.workspace import shipped
from tests.newsroom import ARABIC, ENGLISH, JAPANESE, WORDS, issue, news
from tests.storyroom import front_page
from tests.test_templates import LINKS, SCRIPTS, Page

ARCHIVE = {
    "web": "https://news.example.org/issues/morning/2026-11-23",
    "feed": "https://news.example.org/feeds/morning-issues.atom",
    "subscribe": "https://news.example.org/subscribe/morning",
    "all": "./",
    "text": "2026-11-23.txt",
    "previous": "2026-11-22.html",
    "next": "2026-11-24.html",
}
PICTURE = "https://images.example.net/lead.jpg"


def pictured(*, image: str = PICTURE, **changes: object) -> Issue:
    lead, *others = news(4)
    with_image = replace(lead.lead, entry=replace(lead.lead.entry, image=image))
    return issue([Folded(with_image, lead.others, lead.uid), *others], **changes)


def addresses(composed: Issue) -> set[str]:
    lines = [line for part in (*composed.sections, *composed.rest) for line in part.lines]
    return {line.url for line in lines} | {cover.url for line in lines for cover in line.covered}


@pytest.mark.parametrize(("texts", "language"), SCRIPTS)
@pytest.mark.parametrize("count", [3, 60])
def test_no_mail_tells_anybody_that_it_was_opened_or_where_was_clicked(texts, language: str, count: int):
    """No pixel, no font from elsewhere, no form, no script; every link is the publisher's own or the footer's."""
    composed = issue(news(count, texts=texts, language=language), language=language)
    page = Page(WORDS.letter(composed, links=LINKS).html)
    assert not {"img", "script", "link", "iframe", "form", "object", "video", "svg"} & {tag for tag, _ in page.tags}
    assert all(not {"src", "background", "srcset", "ping", "onclick"} & set(attrs) for _, attrs in page.tags)
    assert page.links() == addresses(composed) | set(LINKS.values())


def test_a_picture_comes_only_when_asked_for_with_its_size_and_what_it_is():
    assert "<img" not in WORDS.letter(pictured()).html
    page = Page(WORDS.letter(pictured(images=True)).html)
    (image,) = [attrs for tag, attrs in page.tags if tag == "img"]
    assert (image["src"], image["width"], image["alt"]) == (PICTURE, "520", "Picture: Example Net")
    assert image["height"] and page.open == []


@pytest.mark.parametrize("image", ["http://images.example.net/a.jpg", "data:image/png;base64,AA", "", "//a.example/b"])
def test_a_picture_that_is_not_fetched_in_private_is_none(image: str):
    assert "<img" not in WORDS.letter(pictured(image=image, images=True)).html


def test_the_way_out_stands_at_the_top_too():
    letter = WORDS.letter(issue(news(9)), links=LINKS)
    assert letter.html.index(LINKS["unsubscribe"]) < letter.html.index("<h2")
    assert letter.text.index(LINKS["unsubscribe"]) < letter.text.index(ENGLISH[0][0])


def test_the_page_knows_nobody_and_shows_what_the_mail_left_out():
    composed = issue(news(20), size=6, home="https://news.example.org/")
    html = WORDS.page(composed, links=ARCHIVE)
    page = Page(html)
    assert page.open == [] and "nsubscribe" not in html and "references" not in html
    assert page.links() == addresses(composed) | (set(ARCHIVE.values()) - {ARCHIVE["web"], ARCHIVE["feed"]})
    heads = {attrs["rel"]: attrs["href"] for tag, attrs in page.tags if tag == "link"}
    assert heads == {
        "canonical": ARCHIVE["web"],
        "alternate": ARCHIVE["feed"],
        "prev": ARCHIVE["previous"],
        "next": ARCHIVE["next"],
    }
    assert len(addresses(composed)) == 20 and "More stories" in html


def test_a_mail_promises_no_more_than_the_page_has():
    composed = issue(news(20), size=6)
    composed = replace(composed, left_out=5000, rest=composed.rest[:1])
    more = len(composed.rest[0].lines)
    assert f"{more} more on the web" in WORDS.letter(composed, links=LINKS).html
    assert "5,000 more that there was no room for" in WORDS.letter(composed).text


def test_a_line_told_briefly_needs_no_address():
    line = replace(issue(news(1)).lines[0], url="", brief=True, rank=2)
    composed = issue(news(1))
    section = replace(composed.sections[0], lines=(*composed.sections[0].lines, line))
    html = WORDS.letter(replace(composed, sections=(section,))).html
    assert html.count(line.title) == 3 and 'href=""' not in html


def test_the_page_tells_whole_what_the_mail_told_briefly():
    composed = issue(news(4))
    brief = tuple(replace(s, lines=tuple(replace(x, brief=x.rank > 1) for x in s.lines)) for s in composed.sections)
    short = replace(composed, sections=brief)
    assert ENGLISH[1][1] not in WORDS.letter(short).html and ENGLISH[1][0] in WORDS.letter(short).html
    assert ENGLISH[1][1] in WORDS.page(short, links={}) and ENGLISH[1][1] in WORDS.markdown(short, links={})


@pytest.mark.parametrize(
    "block", ["head", "preheader", "masthead", "ways", "lead", "section", "brief", "more", "leave"]
)
def test_a_page_and_its_mail_are_changed_by_the_same_block(tmp_path, block: str):
    """The page is made of the user's own issue.html."""
    text = f'{{% extends "default:issue.html" %}}{{% block {block} %}}/* changed */{{% endblock %}}'
    (tmp_path / "issue.html").write_text(text, encoding="utf-8")
    composed = issue(news(5), size=4)
    sections = tuple(replace(s, lines=tuple(replace(x, brief=x.rank > 2) for x in s.lines)) for s in composed.sections)
    templates = Templates(tmp_path)
    assert "/* changed */" in templates.letter(replace(composed, sections=sections)).html
    if block in ("masthead", "lead", "section"):
        assert "/* changed */" in templates.page(composed, links={})


@pytest.mark.parametrize("composed", [front_page(), issue(news(9, texts=ARABIC, language="ar"), language="ar")])
def test_the_content_of_a_feed_is_plain_html_with_whole_addresses(composed: Issue):
    page = Page(WORDS.fragment(composed, links=ARCHIVE))
    assert page.open == [] and all(link.startswith("https://") for link in page.links())
    assert {tag for tag, _ in page.tags} <= {"div", "h2", "h3", "p", "a", "ul", "li", "em", "span"}
    assert {name for _, attrs in page.tags for name in attrs} <= {"href", "dir", "lang"}


@pytest.mark.parametrize("texts", [ENGLISH, JAPANESE])
def test_markdown_tells_everything(texts):
    composed = issue(news(9, texts=texts), size=6)
    shown = WORDS.markdown(composed, links=ARCHIVE)
    assert shown.startswith("# Morning briefing\n\nMonday, 23 November 2026")
    for line in composed.lines:
        assert markdown(line.title) in shown and markdown(line.excerpt) in shown and f"(<{line.url}>)" in shown
    assert all(f"<{address}>" in shown for address in addresses(composed))
    assert "\n\n\n" not in shown and not re.search(r"[ \t]$", shown, re.MULTILINE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# not *a* heading", r"\# not \*a\* heading"),
        ("- no list", r"\- no list"),
        ("1. no list", r"1\. no list"),
        ("2026 was", "2026 was"),
        ("[link](x) <b> `c` a_b & ~d~ |", r"\[link\](x) \<b\> \`c\` a\_b \& \~d\~ \|"),
        ("two\nlines", "two lines"),
        ("Learn C #", r"Learn C \#"),
        ("C# and F#", "C# and F#"),
        ("", ""),
    ],
)
def test_texts_are_no_markup(text: str, expected: str):
    assert markdown(text) == expected


def test_an_address_cannot_end_its_link():
    assert target("https://a.example/x>) [evil](<b c") == "https://a.example/x%3E)%20[evil](%3Cb%20c"


def test_the_frames_words_keep_their_direction_in_a_line_that_runs_the_other_way():
    composed = WORDS.framed(front_page(), language="he")
    html = WORDS.letter(composed).html
    assert '<span dir="rtl">יום ראשון, 21:00</span>' in html and '<span dir="rtl">עדכון</span>' in html
    assert "<span dir=" not in WORDS.letter(front_page()).html


def test_what_mail_programs_have_to_know_is_written_down():
    """Every property stands in docs/looks.md, with what happens where it is ignored, but those that all know."""
    known = {"background", "color", "font", "font-size", "line-height", "margin", "padding"}
    known |= {"padding-left", "padding-right", "padding-top", "supported-color-schemes"}
    source = (shipped("templates") / "issue.html").read_text(encoding="utf-8")
    used = set(re.findall(r"(?<![\w-])(-?[a-z]+(?:-[a-z]+)*):(?![/\s\[])", re.sub(r"\{%.*?%\}", "", source)))
    said = (shipped("docs") / "looks.md").read_text(encoding="utf-8")
    properties = {name for name in used if name not in ("a", "https", "hover", "root")} - known
    assert len(properties) > 15
    assert {name for name in properties if not re.search(rf"`:?{re.escape(name)}[`:]", said)} == set()


NOTE = "Read on:\nhttps://a.example/on\n\nملاحظة بالعربية\nسطر ثان"


def test_an_editors_note_keeps_its_lines_in_every_shape():
    """Each paragraph runs the way its own script runs, and a link in it can be read in the dark."""
    composed = replace(issue(news(3)), note=NOTE)
    first = composed.sections[0]
    lines = (replace(first.lines[0], note=NOTE), *first.lines[1:])
    composed = replace(composed, sections=(replace(first, lines=lines), *composed.sections[1:]))
    letter, feed, shown = WORDS.letter(composed), WORDS.fragment(composed, links={}), WORDS.markdown(composed, links={})
    assert letter.html.count("Read on:<br><a class=") == letter.html.count("ملاحظة بالعربية<br>سطر ثان</p>") == 2
    assert feed.count("Read on:<br><a href=") == feed.count("ملاحظة بالعربية<br>سطر ثان</") == 2
    turned = re.findall(r'<p[^>]* dir="(\w+)"[^>]*>(?:<em>)?(?:Read|ملا)', letter.html)
    assert turned == ["ltr", "rtl"] * 2 and feed.count('<p dir="rtl">') == 2
    link = '<a class="ink" style="color:#1b1a17;text-decoration:underline;" href="https://a.example/on" rel="noopener">'
    assert letter.html.count(link) == 2
    assert "\nRead on:\nhttps://a.example/on\n" in letter.text and "\n  | ملاحظة بالعربية\n  | سطر ثان\n" in letter.text
    assert "\nملاحظة بالعربية\\\nسطر ثان\n" in shown and "\n> ملاحظة بالعربية\\\n> سطر ثان\n" in shown


def test_names_that_run_the_other_way_are_each_laid_out_by_themselves():
    """“The Sample Courier، Harbour News” would be one stretch of Latin, read from its left."""
    composed = issue(news(3, texts=ARABIC, language="ar"), language="ar")
    first = composed.sections[0]
    lines = (replace(first.lines[0], also=("A & B News", "صحيفة", "Harbour News")), *first.lines[1:])
    composed = replace(composed, sections=(replace(first, lines=lines), *composed.sections[1:]))
    row = 'أيضًا في <span dir="ltr">A &amp; B News</span>، صحيفة، <span dir="ltr">Harbour News</span>'
    assert row in WORDS.letter(composed).html and row in WORDS.fragment(composed, links={})
    assert "أيضًا في \u2068A & B News\u2069، صحيفة، \u2068Harbour News\u2069" in WORDS.letter(composed).text


def test_long_words_and_addresses_widen_nothing():
    html = WORDS.letter(issue(news(2))).html
    (paper,) = [attrs for tag, attrs in Page(html).tags if attrs.get("class") == "paper"]
    assert "table-layout:fixed;word-wrap:break-word;overflow-wrap:anywhere;word-break:break-word;" in (
        paper["style"] or ""
    )
    assert "white-space:nowrap" not in html


def test_the_section_of_the_lead_is_named_once_where_it_comes_first():
    composed = issue(news(5))
    assert composed.lead in composed.sections[0].lines and len(composed.sections[0].lines) > 1
    letter = WORDS.letter(composed)
    assert letter.html.count(">Geopolitics</") == letter.text.count("GEOPOLITICS") == 1
    assert "\nGEOPOLITICS\n-----------\n\n" in letter.text and "\nECONOMY\n-------\n\n" in letter.text
    later = replace(composed, sections=(composed.sections[1], composed.sections[0]))
    html = WORDS.letter(later).html
    assert html.index(">Geopolitics</p>") < html.index(">Economy</h2>") < html.index(">Geopolitics</h2>")
