"""A page → the article on it: its text without the furniture, its headline, its picture with the caption apart.

What is the article is found by trafilatura; what it leaves of the furniture goes by our own rules (cuts_pages).
It is loaded where a page is read, in a process that can be killed: nothing else pays for it.
"""

import re
from collections.abc import Collection, Iterator
from configparser import ConfigParser
from functools import lru_cache
from posixpath import basename
from urllib.parse import urlsplit

from lxml.etree import tostring
from lxml.html import HtmlElement
from trafilatura import bare_extraction, load_html
from trafilatura.htmlprocessing import convert_to_html
from trafilatura.settings import use_config

from aggregator.model import Article
from aggregator.pipeline.addresses import absolute
from aggregator.pipeline.article_loose import wrap_loose_text
from aggregator.pipeline.article_pictures import pictured, with_pictures
from aggregator.pipeline.blocks import part
from aggregator.pipeline.clean_html import safe_and_plain
from aggregator.pipeline.clean_text import one_line, plain_text
from aggregator.pipeline.cuts_pages import page_cuts
from aggregator.pipeline.originals import lost_credit
from aggregator.pipeline.plain import shortened

LONGEST_CAPTION = 500
LUMP = 1_000
"""Characters of a single paragraph that is no article, but all that a page says, put together."""

LEAST, DENSE = 250, 80
"""Characters of an article, at least, or all that a page says is put together; of one in Chinese or Japanese signs."""

SLACK = 40
"""Characters beside a quotation in an element that only wraps it."""

_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff]{8}")
_META = "//meta[@property='og:title' or @name='twitter:title']/@content"
_PICTURE = "//meta[@property='og:image' or @name='og:image' or @name='twitter:image']/@content"


def article(page: str | bytes, *, url: str, title: str = "", known: Collection[int] = ()) -> Article:
    """Extract the article of an HTML page; its html is empty where there is none.

    ``url`` is where relative links hang, ``title`` what the feed calls it, ``known`` the paragraphs that its source
    repeats (``furniture.paragraph``).
    """
    tree = load_html(page)
    if tree is None:
        return Article()
    titles = [name for name in (title, *_titles(tree)) if name]
    image, caption = _picture(tree, url)
    told = pictured(tree)
    for quote in list(tree.iter("blockquote")):
        _bare(quote)
    for lines in list(tree.iter("pre")):
        _verbatim(lines)
    wrap_loose_text(tree)
    html, said = _extracted(tree, url)
    parted = part(html)
    cuts = page_cuts(parted.blocks, titles=titles, known=known)
    if cuts:
        html = parted.without([cut.place for cut in cuts])
    text = plain_text(html) if cuts else said
    if any(pictures for _, pictures in told):
        html = with_pictures(part(html), told, base=url)
    return Article(html, text, titles[0] if titles else "", image, caption, cuts, lost_credit(said, text))


def _bare(quote: HtmlElement) -> None:
    """Take off a quotation, and off what only wraps it, whatever says that it was embedded: it is part of the text."""
    quote.attrib.clear()
    size = len(quote.text_content())
    for around in list(quote.iterancestors("div", "figure"))[:2]:
        if len(around.text_content()) > size + SLACK:
            return
        around.tag = "div"
        around.attrib.clear()


def _verbatim(lines: HtmlElement) -> None:
    """Write preformatted lines as the one thing in which trafilatura keeps them as they are: else it may quote them."""
    for newline in lines.iter("br"):
        newline.tail = f"\n{newline.tail or ''}"
    text, tail = lines.text_content(), lines.tail
    lines.clear()
    lines.tag, lines.text, lines.tail = "code", text, tail


def _extracted(tree: HtmlElement, url: str) -> tuple[str, str]:
    """Give the safe HTML of what is the article, and its text; by the long way where the fast one finds a lump."""
    html, text = safe_and_plain(_body(tree, fast=True), base=url)
    if len(text) > LUMP and len(part(html).blocks) == 1:
        html, text = safe_and_plain(_body(tree, fast=False), base=url)
    elif _DENSE.search(text) and len(part(html).blocks) == 1:
        html, text = safe_and_plain(_body(tree, fast=True, least=DENSE), base=url)
    return html, text


def _body(tree: HtmlElement, *, fast: bool, least: int = LEAST) -> str:
    found = bare_extraction(
        tree,
        config=_config(least),
        fast=fast,
        favor_precision=not fast,
        include_comments=False,
        include_links=True,
        include_formatting=True,
        output_format="html",
    )
    if found is None or isinstance(found, dict) or found.body is None:
        return ""
    root = convert_to_html(found.body)[0]
    for code in list(root.iter("pre")):  # trafilatura writes all code so; within a line it would part its paragraph
        said = tostring(code, encoding="unicode", method="text", with_tail=False)
        if code.getparent() is not root and "\n" not in said:
            code.tag = "code"
    return "".join(tostring(element, encoding="unicode") for element in root)


@lru_cache
def _config(least: int) -> ConfigParser:
    config = use_config()
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", str(least))
    return config


def _titles(tree: HtmlElement) -> Iterator[str]:
    """Yield what a page calls itself: for those who share it, on the page, in the window."""
    for found in (*tree.xpath(_META), *tree.iter("h1"), *tree.iter("title")):
        if said := one_line(found if isinstance(found, str) else found.text_content()):
            yield said


def _picture(tree: HtmlElement, url: str) -> tuple[str, str]:
    """Give the address of the leading picture, and its caption: that of the same picture, or of the first figure."""
    named = next((absolute(str(found), url) for found in tree.xpath(_PICTURE)), "")
    name = basename(urlsplit(named).path)
    figures = [(figure, caption) for figure in tree.iter("figure") if (caption := _caption(figure))]
    for figure, caption in figures:
        sources = [source for picture in figure.iter("img") for source in picture.attrib.values()]
        if not named or any(name and name in str(source) for source in sources):
            first = next((absolute(str(one), url) for one in figure.xpath(".//img/@src")), "")
            return named or first, caption
    return named, figures[0][1] if figures else ""


def _caption(figure: HtmlElement) -> str:
    found = figure.find(".//figcaption")
    return shortened(one_line(found.text_content()), LONGEST_CAPTION) if found is not None else ""
