"""The article of a page: its paragraphs whole, its headline once, its picture and caption apart."""

import re
from html import escape
from pathlib import Path

import pytest

from aggregator.model import Fetched
from aggregator.pipeline.article import article
from aggregator.pipeline.hop import read_page

URL = "https://ostrand.example/news/harbour"


@pytest.fixture(params=["a made-up article", "the article the project began with"])
def lines(request: pytest.FixtureRequest) -> list[str]:
    """A scraped article: headline, caption, paragraphs, and three lines of furniture."""
    if request.param == "a made-up article":
        text = (Path(__file__).parents[1] / "data" / "article.txt").read_text(encoding="utf-8")
    else:
        text = str(request.getfixturevalue("seed_article"))
    return [line.strip() for line in text.split("\n\n")]


def told(*lines: str) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in lines)


def page(body: str, *, title: str = "", head: str = "") -> str:
    return f"<!doctype html><html><head><title>{escape(title)}</title>{head}</head><body>{body}</body></html>"


def test_a_page_of_bare_paragraphs_ends_as_the_article_and_nothing_else(lines: list[str]) -> None:
    found = article(page(told(*lines), title=lines[0]), url=URL, title=lines[0])
    assert found.text.split("\n\n") == lines[2:-3]
    assert found.html == told(*lines[2:-3]).replace("&#x27;", "'").replace("&quot;", '"')
    assert found.title == lines[0]
    assert [cut.reason for cut in found.cuts][:2] == ["the headline again"] * 2


@pytest.mark.parametrize("start", ["<div><div class='ad'>More: ships</div>", "<p><span>", "<div>"])
def test_text_that_stands_loose_beside_blocks_is_kept(lines: list[str], start: str) -> None:
    """As where an advertisement stands within the first paragraph, or a page is text with blocks in between."""
    first, second, *rest = lines[2:-3]
    body = f"<article><div>{start.replace('<span>', '<div>See also</div>')}{escape(first)}"
    body += f"<p>{escape(second)}</p>{told(*rest)}</div></article>"
    assert article(page(body, title=lines[0]), url=URL).text.split("\n\n")[-len(lines[2:-3]) :] == lines[2:-3]


@pytest.mark.parametrize(
    "line",
    [
        "Stand: 03.03.2026 18:30 Uhr",
        "Publié le 3 mars 2026 à 18h30, mis à jour le 4 mars 2026",
        "3 de marzo de 2026, 18:30",
        "Опубликовано 3 марта 2026 г. в 18:30",
        "2026年3月3日 18時30分",
        "입력 2026.03.03 18:30",
        "نشر في: 3/3/2026 - آخر تحديث: 18:30",
        "Updated March 3, 2026 at 6:30 p.m. EST",
        "Listen",
    ],
)
def test_when_it_was_published_is_no_part_of_a_text(lines: list[str], line: str) -> None:
    found = article(page(f"<article>{told(lines[0], line, *lines[2:-3])}</article>", title=lines[0]), url=URL)
    assert found.text.split("\n\n") == lines[2:-3]


@pytest.mark.parametrize(
    "line", ["Am Mai in Mars", "Listen to the tide", "In 1911 the quay was built", "1986: the fire"]
)
def test_a_line_of_a_text_that_has_words_of_dates_stays(lines: list[str], line: str) -> None:
    found = article(page(f"<article>{told(lines[0], line, *lines[2:-3])}</article>", title=lines[0]), url=URL)
    assert found.text.split("\n\n") == [line, *lines[2:-3]]


def test_readers_comments_below_a_text_are_cut_with_their_notices(lines: list[str]) -> None:
    notices = ["Comentar", "El contenido de los comentarios es la opinión de los usuarios.", "Hace una hora"]
    text = lines[2:-3]
    said = ["Siempre lo mismo con el puerto, nadie escucha.", "A mí me parece bien que lo arreglen."]
    assert article(page(told(*text, *notices, *said)), url=URL).text.split("\n\n") == text


def test_a_short_page_in_chinese_is_no_lump() -> None:
    """Its signs say as much as three letters each: an article is shorter than what would be none in English."""
    text = ["市政府周三宣布，将在未来三年内投资二十一亿元改造老旧小区的供暖管道，预计惠及十八万户居民。"]
    text += ["负责人表示，改造期间不会影响冬季供暖，施工时间将安排在四月至十月之间。"]
    body = f"<article><h1>供暖管道将改造</h1>{told(*text, '分享到：', '扫一扫关注公众号')}</article>"
    assert article(page(body, title="供暖管道将改造"), url=URL).text.split("\n\n") == text


def test_pictures_between_the_paragraphs_stay_as_those_of_feeds_do(lines: list[str]) -> None:
    """Their real addresses, absolute; no pixel that counts readers, nothing that runs, none of the site's own."""
    first, second, third, *rest = lines[2:-3]
    body = f"""<nav><img src="/logo.png"></nav><article><h1>{escape(lines[0])}</h1>
        {told(first)}<figure><img src="../a.jpg?w=300" alt="A ship" onerror="x()" width="800"></figure>
        {told(second)}<p><img src="data:image/gif;base64,R0lG" data-src="//cdn.example.org/b.png"></p>
        {told(third)}<img src="https://t.example.org/p.gif" width="1" height="1"><img src="javascript:alert(1)">
        {told(*rest)}</article><footer><img src="/foot.png"></footer>"""
    found = article(page(body, title=lines[0]), url=URL, title=lines[0])
    assert found.text.split("\n\n") == lines[2:-3]
    sources = [
        '<img src="https://ostrand.example/a.jpg?w=300" alt="A ship" width="800">',
        '<img src="https://cdn.example.org/b.png">',
    ]
    assert re.findall("<img[^>]*>", found.html) == sources
    places = [found.html.index(mark) for mark in (sources[0], told(second)[:40], sources[1], told(third)[:40])]
    assert places == sorted(places)


def test_a_page_as_a_weblog_writes_it_ends_as_the_article_and_nothing_else(lines: list[str]) -> None:
    title, caption, *paragraphs = lines[:-3]
    reply, note, more = lines[-3:]
    body = f"""
        <header><nav><ul><li><a href="/">Home</a></li><li><a href="/world">World</a></li></ul></nav></header>
        <main><article class="post hentry"><header class="entry-header"><h1 class="entry-title">{escape(title)}</h1>
        <div class="entry-meta">Posted on <time>June 19, 2024</time> by <a href="/a">Staff Writer</a></div></header>
        <figure class="wp-block-image"><img src="/cover.jpg"><figcaption>{escape(caption)}</figcaption></figure>
        <div class="entry-content">{told(*paragraphs)}
        <div class="sharedaddy"><h3>Share this:</h3><ul><li><a href="/f">Click to share on Facebook</a></li></ul></div>
        </div></article><div id="respond" class="comment-respond"><h3>{reply}</h3><form><p>{escape(note)}</p>
        <textarea name="comment"></textarea></form></div>
        <section class="related"><h2>{more}</h2><ul><li><a href="/x">Another story of the day</a></li></ul></section>
        </main><footer>© 2024 The Post</footer>
    """
    picture = '<meta property="og:image" content="/cover.jpg">'
    found = article(page(body, title=f"{title} - The Post", head=picture), url=URL, title=title)
    assert found.text.split("\n\n") == paragraphs
    assert (found.image, found.caption) == ("https://ostrand.example/cover.jpg", caption)


PROSE = [
    f"Sentence {number} tells at length what the harbour master of Ostrand saw on day {number} of the storm, when no "
    "ship could leave, none could come in, and the customs house had nobody to count."
    for number in range(1, 9)
]


def test_headings_lists_quotes_and_links_are_kept() -> None:
    body = (
        f"<article>{told(*PROSE[:3])}<h2>What was lost</h2><ul><li>Forty metres of the wall</li><li>The lamp</li></ul>"
        f"{told(*PROSE[3:5])}<blockquote class='twitter-tweet'><p>Nine days too late for the herring.</p></blockquote>"
        f"<p>{PROSE[5]} See <a href='/wall'>the wall</a>, <em>now</em>.</p>{told(*PROSE[6:])}</article>"
    )
    html = article(page(body, title="Harbour opens"), url=URL).html
    assert "<h2>What was lost</h2>" in html
    assert "<li>Forty metres of the wall</li>" in html
    assert "<blockquote>" in html and "Nine days too late for the herring." in html
    assert '<a href="https://ostrand.example/wall" rel="noopener noreferrer nofollow">the wall</a>' in html


def test_a_stranger_page_gets_no_script_and_no_style_through() -> None:
    evil = "<p onclick='x()'>Click <a href='javascript:x()'>here</a> <img src=x onerror=x()><script>x()</script></p>"
    html = article(page(f"<article>{told(*PROSE)}{evil}</article>"), url=URL).html
    assert "x()" not in html and "script" not in html


def test_what_stands_above_the_headline_goes() -> None:
    menu = "".join(f"<p>Section {number}</p>" for number in range(40))
    title = "Harbour master ends nine days of silence"
    body = f"<div>{menu}<p><b>{title}</b></p><p>By Night Desk</p><p>June 19, 2024 at 7:30 am</p>{told(*PROSE)}</div>"
    assert article(page(body, title=f"{title} | Ostrand Post"), url=URL).text.split("\n\n") == PROSE


def test_code_is_kept_as_lines_and_within_a_line() -> None:
    """A paragraph with code in it stays one; preformatted lines are no quotation."""
    said = "<p>Call <code>dredge --all</code> first, and then the harbour master.</p>"
    lines = "<pre>tide = 3\n  ebb = 4<br>print(tide)</pre><pre><code class='py'><span>a</span> = 1\nb = 2</code></pre>"
    found = article(page(f"<article>{told(*PROSE[:3])}{said}{lines}{told(*PROSE[3:])}</article>"), url=URL).html
    assert "<p>Call <code>dredge --all</code> first, and then the harbour master.</p>" in found
    assert "<pre>tide = 3\n  ebb = 4\nprint(tide)</pre><pre>a = 1\nb = 2</pre>" in found


def test_a_sentence_that_begins_like_credits_stays(lines: list[str]) -> None:
    said = (
        "Reporting by night, the crew of the harbour radio saw the water first and called the mayor.",
        "Copyright law does not protect the plans of the quay, the court said, and sent the case back.",
    )
    credits = ("(Reporting by Quay Desk; Editing by Night Desk)", "Copyright 2026 Ostrand Post. Do not reprint.")
    found = article(page(told(*lines[:4], *said, *credits)), url="https://ostrand.example/1")
    assert found.text.split("\n\n")[-2:] == list(said)


def test_paragraphs_that_are_one_link_lead_to_other_articles() -> None:
    aside = "<p><a href='/2'>Lighthouse goes dark for the first time in a century</a></p>"
    body = f"<article>{told(*PROSE[:4])}{aside}{told(*PROSE[4:])}</article>"
    found = article(page(body), url=URL)
    assert found.text.split("\n\n") == PROSE


@pytest.mark.parametrize(
    "body", [b"", b"not a page", b"<html></html>", b"\x00\xff\xfe<p>", b"<html><body>" + b"<p>" * 99]
)
def test_what_is_no_article_gives_none(body: bytes) -> None:
    assert article(body, url=URL).text in ("", "not a page")


def test_the_charset_of_the_header_is_heard() -> None:
    body = page(f"<article>{told(*PROSE, 'Der Hafenmeister sprach über die Größe der Schäden.')}</article>").encode(
        "latin-1"
    )
    answer = Fetched(URL, URL, 200, {"content-type": "text/html; charset=ISO-8859-1"}, body)
    assert "über die Größe" in read_page(answer, title="").text
    odd = Fetched(URL, URL, 200, {"content-type": "text/html; charset=klingon"}, body)
    assert "Sentence 8" in read_page(odd, title="").text
