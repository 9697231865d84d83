"""Clean HTML ↔ its blocks: the lines of its plain text, each with what it stands in and how much of it is link."""

import re
from collections.abc import Collection, Iterator, Sequence
from html import unescape

from aggregator.model.value import value
from aggregator.pipeline.clean_tables import BREAKS

_TAG = re.compile(r'(<(/?)([a-z]\w*)(?: [\w-]+="[^"]*")*>)')
_LOOSE = re.compile(r"(?:\s|<br>|<hr>)+")
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


@value(frozen=True, slots=True)
class Parted:
    """Clean HTML in its blocks: ``pieces`` are a text, a tag, its slash, its name, a text, and so on.

    ``places`` are, for each block, those of its texts and pictures among the pieces.
    """

    blocks: tuple[Block, ...]
    places: tuple[Sequence[int], ...]
    pieces: Sequence[str]

    def without(self, cut: Collection[int]) -> str:
        """Take blocks out by their number; elements that are left without anything in them go, too."""
        gone = {at for block in cut for at in self.places[block]}
        return _pruned(["" if at in gone else piece for at, piece in enumerate(self.pieces)])


def part(html: str) -> Parted:
    """Part clean HTML into its blocks, in their order; what holds no text is none."""
    pieces = _TAG.split(html)
    found = [(block, texts) for block, texts in _runs(pieces) if block]
    return Parted(tuple(block for block, _ in found), tuple(texts for _, texts in found), pieces)


def _runs(pieces: Sequence[str]) -> Iterator[tuple[Block | None, list[int]]]:
    """Yield what stands between two breaks, with the places of its texts and pictures."""
    around: list[str] = []  # block elements that are open
    texts: list[int] = [0]
    linked: list[int] = []
    links = 0
    for at in range(4, len(pieces), 4):
        end, name = pieces[at - 2], pieces[at - 1]
        if end + name in BREAKS:
            yield _block(pieces, texts, linked, around), texts
            texts, linked = [], []
            _step(around, end, name)
        elif name == "a":
            links += -1 if end else 1
        elif name == "img":
            texts.append(at - 3)
        texts.append(at)
        if links > 0:
            linked.append(at)
    yield _block(pieces, texts, linked, around), texts


def _step(around: list[str], end: str, name: str) -> None:
    if not end:
        if name not in _VOID:
            around.append(name)
    elif name in around:
        while around.pop() != name:
            pass


def _block(pieces: Sequence[str], texts: list[int], linked: list[int], around: list[str]) -> Block | None:
    told = _said(pieces, texts)
    if not told:
        return None
    kind = next((name for name in reversed(around) if name not in _INNER), "p")
    return Block(told, kind, len(_said(pieces, linked)) / len(told) if linked else 0.0)


def _said(pieces: Sequence[str], texts: list[int]) -> str:
    text = pieces[texts[0]] if len(texts) == 1 else "".join([pieces[at] for at in texts if at % 4 == 0])
    return " ".join((unescape(text) if "&" in text else text).split())


def _pruned(pieces: Sequence[str]) -> str:
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
    """Take white space, line breaks and rules off the ends."""
    start = _LOOSE.match(html)
    end = len(html)
    while end and (html[end - 1].isspace() or html.endswith(("<br>", "<hr>"), 0, end)):
        end -= 1 if html[end - 1].isspace() else 4
    return html[start.end() if start else 0 : end]


def _is_hollow(kept: list[str], start: int) -> bool:
    """Tell whether nothing stands after a tag, and take both away then."""
    for at in range(start + 1, len(kept)):
        if kept[at] != "<br>" and kept[at].strip():
            return False
    del kept[start:]
    return True
