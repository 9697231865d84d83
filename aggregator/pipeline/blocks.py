"""Clean HTML ↔ its blocks: the lines of its plain text, each with what it stands in and how much of it is link."""

import re
from collections.abc import Collection, Iterator
from html import unescape

from aggregator.model.value import value
from aggregator.pipeline.clean_tables import BREAKS

_TAG = re.compile(r'(<(/?)([a-z]\w*)(?: [\w-]+="[^"]*")*>)')
_KEPT = frozenset({"br", "hr", "img", "col", "source", "td", "th", "audio", "video"})
"""What has nothing in it and is something, or a place in a table."""
_VOID = frozenset({"br", "hr", "img", "col", "source"})
_INNER = frozenset({"p", "br", "div", "section", "article", "main", "header", "footer", "span"})
"""Elements that say nothing of what their text is; who stands in them is what the next outer one is."""


@value(frozen=True, slots=True)
class Block:
    """One line of the plain text: ``kind`` is the element it stands in, ``linked`` the share of it that is link."""

    text: str
    kind: str = "p"
    linked: float = 0.0


def blocks(html: str) -> tuple[Block, ...]:
    """Give the blocks of clean HTML in their order; those without any text are none."""
    return tuple(block for block, _ in _runs(_pieces(html)) if block.text)


def without(html: str, cut: Collection[int]) -> str:
    """Take blocks out by their place; elements that are left without anything in them go, too."""
    pieces = _pieces(html)
    place = -1
    for block, texts in _runs(pieces):
        place += bool(block.text)
        if block.text and place in cut:
            for at in texts:
                pieces[at] = ""
    return _pruned(pieces)


def _pieces(html: str) -> list[str]:
    """Cut HTML into a text, a tag, its slash, its name, a text, …"""
    return _TAG.split(html)


def _runs(pieces: list[str]) -> Iterator[tuple[Block, list[int]]]:
    """Yield what stands between two breaks, with the places of its texts and pictures."""
    open_elements: list[str] = []
    texts: list[int] = []
    linked: list[int] = []
    for at in range(0, len(pieces), 4):
        texts.append(at)
        if "a" in open_elements:
            linked.append(at)
        if at + 3 >= len(pieces):
            break
        end, name = pieces[at + 2], pieces[at + 3]
        if end + name in BREAKS:
            yield _block(pieces, texts, linked, open_elements), texts
            texts, linked = [], []
        elif name == "img":
            texts.append(at + 1)
        _step(open_elements, end, name)
    yield _block(pieces, texts, linked, open_elements), texts


def _step(open_elements: list[str], end: str, name: str) -> None:
    if not end:
        if name not in _VOID:
            open_elements.append(name)
    elif name in open_elements:
        while open_elements.pop() != name:
            pass


def _block(pieces: list[str], texts: list[int], linked: list[int], open_elements: list[str]) -> Block:
    told = _said(pieces, texts)
    if not told:
        return _NOTHING
    kind = next((name for name in reversed(open_elements) if name not in _INNER and f"/{name}" in BREAKS), "p")
    return Block(told, kind, len(_said(pieces, linked)) / len(told) if linked else 0.0)


def _said(pieces: list[str], texts: list[int]) -> str:
    text = "".join(pieces[at] for at in texts if at % 4 == 0)
    return " ".join((unescape(text) if "&" in text else text).split())


def _pruned(pieces: list[str]) -> str:
    """Put the pieces together, without elements that hold nothing but white space and line breaks."""
    kept: list[str] = []
    begun: list[int] = []  # where each open element begins
    for at in range(0, len(pieces) - 1, 4):
        text, tag, end, name = pieces[at : at + 4]
        kept.append(text)
        if not end:
            begun += [len(kept)] if name not in _KEPT else []
            kept.append(tag)
        elif name not in _KEPT and begun and _is_hollow(kept, begun.pop()):
            continue
        else:
            kept.append(tag)
    return _trimmed("".join((*kept, pieces[-1])))


def _trimmed(html: str) -> str:
    """Take line breaks and rules off the ends."""
    before = None
    while before != html:
        before = html
        html = html.strip().removeprefix("<br>").removeprefix("<hr>").removesuffix("<br>").removesuffix("<hr>")
    return html


def _is_hollow(kept: list[str], start: int) -> bool:
    """Tell whether nothing stands after a tag, and take both away then."""
    for at in range(start + 1, len(kept)):
        if kept[at] != "<br>" and kept[at].strip():
            return False
    del kept[start:]
    return True


_NOTHING = Block("")
