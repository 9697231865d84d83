"""The pictures of a page, put back between the paragraphs of its article.

The article is found without them: trafilatura keeps captions and thumbnails as well when it is to keep pictures (F1 of
``python -m bench.eval pages``: .971 in place of .978).
"""

from collections.abc import Iterator, Mapping, Sequence

from lxml.etree import iterwalk, tostring
from lxml.html import HtmlElement

from aggregator.pipeline.blocks import Parted
from aggregator.pipeline.clean_html import safe_html
from aggregator.pipeline.clean_tables import BREAKS
from aggregator.pipeline.cuts import letters

MOST, LOOKED_AT = 30, 300
"""Pictures of an article, and of a page: when there are so many, there are no more."""

BELOW = 3
"""So many paragraphs below a picture are looked at: one must be of the article, and so must be the one above it."""

_VOID = frozenset({"br", "hr", "img", "col", "source"})
_OTHERS = frozenset(
    {"aside", "button", "figcaption", "footer", "form", "header", "iframe", "nav", "noscript", "script", "style", "svg"}
)

Told = tuple[str, list[str]]
"""A paragraph, and the pictures in it or right below it, as they are written."""


def pictured(tree: HtmlElement) -> list[Told]:
    """List the paragraphs of a page with their pictures; what stands around the page's text is passed over."""
    found: list[Told] = []
    run: list[str] = []
    here: list[str] = []
    looked_at = 0
    for text, is_break, picture in _steps(tree):
        if is_break and (said := "".join(run).strip()):
            found.append((said, here))
            run, here = [], []
        if picture is not None and looked_at < LOOKED_AT:
            looked_at += 1
            (found[-1][1] if found and not "".join(run).strip() else here).append(_written(picture))
        run.append(text)
    return found


def with_pictures(parted: Parted, told: Sequence[Told], *, base: str) -> str:
    """Write an article's HTML with the pictures that stand between two of its paragraphs.

    A picture is what one of a feed would be (``clean_html.safe_html``); ``base`` is where its address hangs.
    """
    places = {letters(block.text): texts[-1] for block, texts in zip(parted.blocks, parted.places, strict=True)}
    ends = _ends(parted.pieces)
    pieces, seen = list(parted.pieces), set[str]()
    for n, (said, pictures) in enumerate(told):
        if not pictures or len(seen) >= MOST:
            continue
        end = ends.get(places.get(letters(said), -1))
        if end is not None and any(letters(later) in places for later, _ in told[n + 1 : n + 1 + BELOW]):
            shown = [one for one in (safe_html(picture, base=base) for picture in pictures) if " src=" in one]
            fresh = [one for one in dict.fromkeys(shown) if one not in seen]
            seen.update(fresh)
            pieces[end] = "".join(fresh) + pieces[end]
    return "".join(piece for at, piece in enumerate(pieces) if at % 4 < 2)


def _steps(tree: HtmlElement) -> Iterator[tuple[str, bool, HtmlElement | None]]:
    """Walk through a page: what is said next, whether a paragraph ends before it, and a picture that stands there."""
    walk = iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        name = element.tag
        if event == "end":
            yield element.tail or "", name in BREAKS, None
        elif name in _OTHERS:
            walk.skip_subtree()
        else:
            yield element.text or "", name in BREAKS, element if name == "img" else None
    yield "", True, None


def _written(picture: HtmlElement) -> str:
    return tostring(picture, encoding="unicode", method="html", with_tail=False)


def _ends(pieces: Sequence[str]) -> Mapping[int, int]:
    """Say for each text within elements where the outermost of them ends: at which of the texts between elements."""
    ends: dict[int, int] = {}
    inside: list[int] = []
    depth = 0
    for at in range(4, len(pieces), 4):
        end, name = pieces[at - 2], pieces[at - 1]
        if depth:
            inside.append(at - 4)
        if name not in _VOID:
            depth = max(depth + (-1 if end else 1), 0)
        if not depth:
            ends.update(dict.fromkeys(inside, at))
            inside = []
    return ends
