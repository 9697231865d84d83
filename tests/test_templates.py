"""The shipped templates, the user's own, and what is said when those are wrong."""

import re
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from aggregator.errors import TemplateError
from aggregator.pipeline.letter import leave_by_mail
from aggregator.pipeline.people_samples import samples
from aggregator.templates import Templates, direction, underlined, wrapped
from aggregator.workspace import shipped
from tests.newsroom import ARABIC, ENGLISH, JAPANESE, RUSSIAN, WORDS, Text, issue, news, stored, told

HOME = "https://news.example.org/"
LINKS = {
    "web": "https://news.example.org/digests/morning/2026-11-23?a=1&b=2",
    "unsubscribe": leave_by_mail("desk@example.org", "morning"),
    "preferences": "https://news.example.org/p/1",
}
SCRIPTS = [(ENGLISH, "en"), (RUSSIAN, "ru"), (ARABIC, "ar"), (JAPANESE, "ja")]
VOID = {"meta", "br", "img", "link", "input", "hr"}


class Page(HTMLParser):
    """Reads a page strictly enough to see an element that is not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> while {self.open[-3:]} is open"
        self.open.pop()

    def links(self) -> set[str]:
        return {attrs["href"] or "" for tag, attrs in self.tags if tag == "a"}


def user_template(folder: Path, text: str, *, name: str = "issue.html") -> Templates:
    (folder / name).write_text(text, encoding="utf-8")
    return Templates(folder)


@pytest.mark.parametrize(("texts", "language"), SCRIPTS, ids=lambda value: value if isinstance(value, str) else "")
@pytest.mark.parametrize("count", [0, 1, 3, 12, 30])
def test_the_page_is_well_formed_and_carries_the_same_links_as_the_text(texts: list[Text], language: str, count: int):
    composed = issue(news(count, texts=texts, language=language), language=language, home=HOME)
    letter = WORDS.letter(composed, links=LINKS)
    page = Page(letter.html)
    assert page.open == []
    in_text = set(re.findall(r"(?:https?://|mailto:)\S+", letter.text))
    assert page.links() == in_text == {line.url for line in composed.lines} | {HOME, *LINKS.values()}


@pytest.mark.parametrize(("texts", "language"), SCRIPTS, ids=lambda value: value if isinstance(value, str) else "")
def test_every_entry_is_told_whole_in_both(texts: list[Text], language: str):
    composed = issue(news(12, texts=texts, language=language))
    letter = WORDS.letter(composed)
    shown = unescape(letter.html)
    flowing = re.sub(r"\s+", "", letter.text)
    for line in composed.lines:
        for part in (line.title, line.excerpt, line.source, line.when, *line.also):
            assert part in shown and re.sub(r"\s+", "", part) in flowing


def test_the_page_asks_for_nothing_from_anywhere():
    """No images, fonts, scripts or style sheets: nothing tells anybody that the mail was opened."""
    html = WORDS.letter(issue(news(12), home=HOME), links=LINKS).html
    assert {tag for tag, _ in Page(html).tags} <= {
        *("html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td"),
        *("h1", "h2", "h3", "p", "span", "a", "br"),
    }
    assert not re.search(r"url\(|@import|@font-face|src=|background=", html)


def test_tables_are_said_to_be_layout_and_headings_go_down_in_steps():
    tags = Page(WORDS.letter(issue(news(12))).html).tags
    assert all(attrs.get("role") == "presentation" for tag, attrs in tags if tag == "table")
    levels = [int(tag[1]) for tag, _ in tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_markup_of_a_feed_is_shown_and_never_obeyed():
    title = '<script>alert("1")</script> {{ issue }} {% raw %} & Co.'
    letter = WORDS.letter(issue([told(stored(1, title=title, excerpt="<img src=x> </td></table> ✓"))]))
    page = Page(letter.html)
    assert page.open == [] and not {"script", "img"} & {tag for tag, _ in page.tags}
    assert letter.html.count("&lt;/td&gt;&lt;/table&gt; ✓") == 2, "as excerpt and as preheader"
    assert title in letter.text


@pytest.mark.parametrize(("texts", "language"), SCRIPTS, ids=lambda value: value if isinstance(value, str) else "")
def test_text_is_wrapped_but_for_addresses(texts: list[Text], language: str):
    text = WORDS.letter(issue(news(12, texts=texts, language=language), home=HOME), links=LINKS).text
    assert all(len(line) <= 74 or "://" in line or "mailto:" in line for line in text.split("\n"))
    assert not re.search(r"[ \t]$", text, re.MULTILINE) and "\n\n\n\n" not in text


def test_an_arabic_issue_runs_from_the_right_and_an_english_entry_in_it_from_the_left():
    html = WORDS.letter(issue(news(2, texts=(ARABIC[0], ENGLISH[1])), language="ar")).html
    assert '<html lang="ar" dir="rtl">' in html
    cells = re.findall(r'<td class="pad" dir="(\w+)"', html)
    assert sorted(cells) == ["ltr", "rtl"]


def test_an_entry_without_address_is_told_without_link():
    letter = WORDS.letter(issue([told(stored(1, title="No address", url=""))]))
    assert "No address" in letter.html and "<a " not in letter.html


def test_the_issue_that_was_cut_says_how_much_more_there_is():
    letter = WORDS.letter(issue(news(9), size=4))
    assert "5 more that there was no room for" in letter.html and "5 more that there was no room for" in letter.text
    letter = WORDS.letter(issue(news(9), size=4), links=LINKS)
    assert "5 more on the web" in letter.html and f"5 more on the web:\n  {LINKS['web']}" in letter.text


def test_the_users_file_takes_the_place_of_the_shipped_one(tmp_path: Path):
    letter = user_template(tmp_path, "<b>{{ lead.title }} & {{ issue.title }}</b>").letter(
        issue(news(1), title="A & B")
    )
    assert letter.html == f"<b>{ENGLISH[0][0]} & A &amp; B</b>"
    assert letter.text.startswith("A & B\n=====\n")


def test_the_users_file_extends_the_shipped_one_by_a_block(tmp_path: Path):
    text = (
        '{% extends "default:issue.html" %}{% set accent = "#012345" %}{% block footer %}Bye{{ super() }}{% endblock %}'
    )
    html = user_template(tmp_path, text).letter(issue(news(3))).html
    assert "Bye" in html and "3 stories from 3 sources" in html
    assert "color:#012345" in html and "#8f1d1d" not in html


@pytest.mark.parametrize(
    "block", ["style", "preheader", "masthead", "lead", "section", "entry", "more", "footer", "head", "ways", "leave"]
)
def test_each_block_that_the_readme_names_can_be_replaced(tmp_path: Path, block: str):
    text = f'{{% extends "default:issue.html" %}}{{% block {block} %}}/* changed */{{% endblock %}}'
    assert "/* changed */" in user_template(tmp_path, text).letter(issue(news(5))).html


def test_a_file_that_the_user_adds_or_takes_away_counts_from_then_on(tmp_path: Path):
    """`aggregator run` keeps its templates open for days; what extends the file sees it too."""
    templates = user_template(tmp_path, '{% extends "default:missing.html" %}', name="missing.html")
    values = next(values for name, values in samples(WORDS.frame("en")) if name == "missing.html")
    assert "<main>" in templates.render("missing.html", values)
    (tmp_path / "page.html").write_text("Our own: {% block main %}{% endblock %}", encoding="utf-8")
    assert templates.render("missing.html", values).startswith("Our own: ")
    (tmp_path / "page.html").unlink()
    assert "<main>" in templates.render("missing.html", values)


def test_a_file_that_was_edited_counts_for_who_opens_the_workspace_again(tmp_path: Path):
    for text in ("One", "Two", "One"):
        assert user_template(tmp_path, text).letter(issue(news(1))).html == text


def test_an_entry_block_of_the_users_sees_its_line(tmp_path: Path):
    text = '{% extends "default:issue.txt" %}{% block entry %}* {{ line.title }} ({{ section.title }})\n{% endblock %}'
    shown = user_template(tmp_path, text, name="issue.txt").letter(issue(news(2))).text
    assert f"* {ENGLISH[1][0]} (Economy)\n" in shown


BROKEN = [
    ("\n{% if %}\n", 2, "Expected an expression"),
    ("\n\n{{ nobody }}", 3, "'nobody' is undefined"),
    ("{% for line in issue.lines %}\n{{ line.titel }}{% endfor %}", 2, "has no attribute 'titel'"),
    ("\n{{ 1 / 0 }}", 2, "division by zero"),
    ("\n{{ issue.title | shout }}", 2, "No filter named 'shout'"),
    ('\n\n\n{% include "nowhere.html" %}', 4, "there is no template “nowhere.html”"),
    ('{% extends "default:issue.html" %}\n{% block footer %}\n{{ lost }}{% endblock %}', 3, "'lost' is undefined"),
]


@pytest.mark.parametrize(("text", "line", "reason"), BROKEN)
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, text: str, line: int, reason: str):
    with pytest.raises(TemplateError) as caught:
        user_template(tmp_path, text).letter(issue(news(2)))
    assert caught.value.template == f"{tmp_path / 'issue.html'}:{line}"
    assert reason in str(caught.value)


def test_checking_finds_nothing_wrong_with_the_shipped_templates(tmp_path: Path):
    Templates(None).check()
    Templates(tmp_path).check()


@pytest.mark.parametrize(("text", "line", "reason"), BROKEN)
def test_checking_finds_a_mistake_before_there_is_any_news(tmp_path: Path, text: str, line: int, reason: str):
    with pytest.raises(TemplateError) as caught:
        user_template(tmp_path, text).check()
    assert caught.value.template == f"{tmp_path / 'issue.html'}:{line}" and reason in str(caught.value)


def test_checking_names_the_first_mistake_of_each_file(tmp_path: Path):
    """What cannot be read, and what cannot be written out; a file that only includes a broken one is not blamed."""
    texts = {
        "index.html": "\n{% endfor %}{% endif %}",
        "issue.html": '{% extends "default:issue.html" %}{% block footer %}{{ lost }}{{ gone }}{% endblock %}',
        "issue.txt": "\n\n{{ lost }}",
        "issue-page.html": '{% include "part.html" %}',
        "part.html": "caf\xe9",
        "style.css": "a { color: {{ accent }} }",
    }
    for name, text in texts.items():
        (tmp_path / name).write_bytes(text.encode("latin-1"))
    with pytest.raises(TemplateError) as caught:
        Templates(tmp_path).check()
    found = sorted(problem.removeprefix(f"{tmp_path}/").partition(": ")[0] for problem in caught.value.problems)
    assert found == ["index.html:2", "issue.html:1", "issue.txt:3", "part.html", "style.css:1"]


def test_checking_reads_pages_that_are_no_issue_too(tmp_path: Path):
    with pytest.raises(TemplateError, match=r"index\.html:3: .*endfor"):
        user_template(tmp_path, "\n\n{% endfor %}", name="index.html").check()


def test_checking_writes_out_the_style_sheet_that_all_pages_need(tmp_path: Path):
    with pytest.raises(TemplateError, match=r"style\.css:1: 'accent' is undefined"):
        user_template(tmp_path, "a { color: {{ accent }} }", name="style.css").check()


@pytest.mark.parametrize(
    "name", ["subscribe.html", "confirmation.html", "preferences.html", "done.html", "confirm.txt", "confirm.html"]
)
def test_checking_writes_out_what_subscribers_see(tmp_path: Path, name: str):
    block = "body" if name.startswith("confirm.") else "main"
    text = f'{{% extends "default:{name}" %}}{{% block {block} %}}\n{{{{ ofer }}}}{{% endblock %}}'
    with pytest.raises(TemplateError, match=rf"{name}:2: 'ofer' is undefined"):
        user_template(tmp_path, text, name=name).check()


def test_templates_of_an_earlier_version_keep_working(tmp_path: Path):
    """A whole copy that does not name a later case, or lacks a macro that shipped files expect, is no mistake."""
    done, parts = (shipped("templates") / name for name in ("done.html", "parts.html"))
    older = done.read_text(encoding="utf-8").replace('  "crowded": say("crowded"),\n', "").replace(', "crowded"', "")
    user_template(tmp_path, older.replace("<h1>", "<h1>Ours: "), name="done.html")
    macro = re.compile(r"{% macro unless_suppressed.*?{% endmacro %}\n", re.DOTALL)
    shown = user_template(tmp_path, macro.sub("", parts.read_text(encoding="utf-8")), name="parts.html")
    shown.check()
    values = [values for name, values in samples(WORDS.frame("en")) if name == "done.html"]
    pages = {one["done"]: shown.render("done.html", one) for one in values}
    assert {done for done, page in pages.items() if "<h1>Ours: " not in page} == {"crowded"}
    assert WORDS.frame("en").say("crowded") in pages["crowded"]


MENTIONS = {
    "a remark": "{# unless_suppressed is as it was #}",
    "a text": "<!-- unless_suppressed -->",
    "a call": "{% macro mine() %}{{ unless_suppressed() }}{% endmacro %}",
    "an import": '{% from "default:parts.html" import unless_suppressed with context %}',
}


@pytest.mark.parametrize("mention", MENTIONS)
def test_a_macro_that_is_only_spoken_of_is_lacking(tmp_path: Path, mention: str):
    """Whoever imports it from `parts.html` finds the shipped one."""
    macro = re.compile(r"{% macro unless_suppressed.*?{% endmacro %}\n", re.DOTALL)
    older = macro.sub("", (shipped("templates") / "parts.html").read_text(encoding="utf-8"))
    user_template(tmp_path, MENTIONS[mention] + older, name="parts.html").check()


@pytest.mark.parametrize(
    "given",
    [
        "{% macro front_page() %}Ours.{% endmacro %}",
        "{%- if true -%}{%- macro front_page() -%}Ours.{%- endmacro -%}{%- endif -%}",
        '{% set front_page = joiner("Ours.") %}{{ front_page() }}',
    ],
)
def test_a_macro_of_ones_own_is_not_lacking(tmp_path: Path, given: str):
    """However it is written, and whatever else there is or is not beside it."""
    shown = user_template(tmp_path, given, name="parts.html")
    shown.check()
    values = next(values for name, values in samples(WORDS.frame("en")) if name == "missing.html")
    assert "Ours." in shown.render("missing.html", values)


def test_a_part_that_cannot_be_read_is_named_alone(tmp_path: Path):
    with pytest.raises(TemplateError, match=r"^\S*parts\.html:2: Encountered unknown tag 'told'\.$"):
        user_template(tmp_path, "\n{% told %}", name="parts.html").check()


@pytest.mark.parametrize("said", ["<h1>You have unread issues. ", "{# nothing for unread yet #}<h1>"])
def test_a_word_that_is_said_to_readers_is_no_case(tmp_path: Path, said: str):
    done = (shipped("templates") / "done.html").read_text(encoding="utf-8")
    older = done.replace('  "unread": say("unread"),\n', "").replace("<h1>", said)
    user_template(tmp_path, older, name="done.html").check()


def test_a_page_with_a_mistake_gives_way_in_no_case(tmp_path: Path):
    """One that cannot be read is not an older one."""
    shown = user_template(tmp_path, "{% if %}", name="done.html")
    for values in [values for name, values in samples(WORDS.frame("en")) if name == "done.html"]:
        with pytest.raises(TemplateError, match=r"done\.html:1: Expected an expression"):
            shown.render("done.html", values)


def test_a_mistake_in_a_case_that_came_later_is_one(tmp_path: Path):
    block = '{% block main %}{% if done == "crowded" %}{{ nobody }}{% endif %}{% endblock %}'
    text = '{% extends "default:done.html" %}' + block
    with pytest.raises(TemplateError, match="'nobody' is undefined"):
        user_template(tmp_path, text, name="done.html").check()


@pytest.mark.parametrize(("name", "block"), [("subscribe.html", "about"), ("subscribe.html", "consent")])
def test_the_words_of_the_form_can_be_changed_alone(tmp_path: Path, name: str, block: str):
    text = f'{{% extends "default:{name}" %}}{{% block {block} %}}<p>Our own words.</p>{{% endblock %}}'
    shown = user_template(tmp_path, text, name=name)
    values = next(values for sample, values in samples(WORDS.frame("en")) if sample == name)
    assert "Our own words." in shown.render(name, values) and "<form" in shown.render(name, values)


def test_a_template_that_extends_itself_is_an_error_in_words(tmp_path: Path):
    with pytest.raises(TemplateError, match=r"itself; the shipped one is called “default:issue\.html”"):
        user_template(tmp_path, '{% extends "issue.html" %}').letter(issue(news(1)))


def test_a_template_that_is_not_utf8_is_an_error_in_words(tmp_path: Path):
    (tmp_path / "issue.html").write_bytes(b"caf\xe9")
    with pytest.raises(TemplateError, match="not UTF-8"):
        Templates(tmp_path).letter(issue(news(1)))


def test_the_readmes_example_works(tmp_path: Path):
    readme = (Path(__file__).parents[1] / "templates" / "README.md").read_text(encoding="utf-8")
    example = re.search(r"```jinja\n(.*?)```", readme, re.DOTALL)
    assert example
    assert "Printed on electrons." in user_template(tmp_path, example[1]).letter(issue(news(3))).html


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("one two three", 7, "one two\nthree"),
        ("https://example.org/a-very-long-address and more", 10, "https://example.org/a-very-long-address\nand more"),
        ("閣僚ら協議", 6, "閣僚ら\n協議"),
        ("署名する。次", 8, "署名す\nる。次"),
        ("à savoir\u00a0: rien", 8, "à\nsavoir\u00a0:\nrien"),
        ("", 10, ""),
        (" \n ", 10, ""),
    ],
)
def test_wrapping(text: str, width: int, expected: str):
    assert wrapped(text, width) == expected


def test_headings_are_underlined_as_wide_as_they_are_drawn():
    assert underlined("News", "=") == "News\n===="
    assert underlined("朝の") == "朝の\n----"


@pytest.mark.parametrize(
    ("text", "expected"), [("abc", "ltr"), ("12 موجز", "rtl"), ("שלום abc", "rtl"), ("2026", "ltr"), ("", "ltr")]
)
def test_direction(text: str, expected: str):
    assert direction(text) == expected
