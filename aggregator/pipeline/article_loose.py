"""Text of a page that stands loose between its blocks is made a paragraph: extractors drop the tail of a block."""

from collections.abc import Iterator

from lxml.html import HtmlElement

from aggregator.pipeline.cuts_lists import END_OF_PROSE

LEAST = 60
"""Characters of loose text that is a paragraph: a line of who wrote it, and when, is shorter."""

_BOXES = ("article", "body", "center", "div", "main", "p", "section", "td")
_NAMES = """
    address article aside blockquote center dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5
    h6 header hr iframe li main nav noscript ol p pre script section style table tbody td tfoot th thead tr ul
"""
_BLOCKS = frozenset(_NAMES.split())


def wrap_loose_text(tree: HtmlElement) -> None:
    """Put a paragraph around each run of text that has a block beside it and ends like a sentence.

    Lines that are parted by ``<br>`` are left to the extractor, which knows them, as is what stands in spans alone.
    """
    for box in list(tree.iter(*_BOXES)):
        if any(child.tag in _BLOCKS for child in box):
            for before, run in list(_runs(box)):
                if _is_prose(_text(box, before), run):
                    _wrap(box, before, run)


def _runs(box: HtmlElement) -> Iterator[tuple[HtmlElement | None, list[HtmlElement]]]:
    """Yield the block before each run of text, none for the first, and the elements in it."""
    before, run = None, list[HtmlElement]()
    for child in box:
        if child.tag in _BLOCKS:
            yield before, run
            before, run = child, []
        else:
            run.append(child)
    yield before, run


def _text(box: HtmlElement, before: HtmlElement | None) -> str:
    return (box.text if before is None else before.tail) or ""


def _is_prose(text: str, run: list[HtmlElement]) -> bool:
    if any(element.tag == "br" for element in run):
        return False
    loose = len(text) + sum(len(element.tail or "") for element in run)
    inside = [element.text_content() if isinstance(element.tag, str) else "" for element in run]
    said = text + "".join(f"{told}{element.tail or ''}" for told, element in zip(inside, run, strict=True))
    said = " ".join(said.split())
    return len(said) >= LEAST and 3 * loose > len(said) and said.endswith(END_OF_PROSE)


def _wrap(box: HtmlElement, before: HtmlElement | None, run: list[HtmlElement]) -> None:
    wrapped = box.makeelement("p")
    wrapped.text = _text(box, before)
    if before is None:
        box.text = None
        box.insert(0, wrapped)
    else:
        before.tail = None
        before.addnext(wrapped)
    for element in run:
        wrapped.append(element)
