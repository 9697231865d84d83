"""Lists of other articles within and below a text, and what stands last once they are cut."""

from collections.abc import Sequence

from aggregator.pipeline.blocks import Block
from aggregator.pipeline.furniture_words import LINKS, LIST

PROSE = 160
"""Characters of a paragraph that ends a list of other articles."""

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

END_OF_PROSE = (".", "!", "?", "…", ".”", '."', "”", "»", "。", "！", "？", "。」", "؟")

_AT_LENGTH = 32  # characters of “The post X appeared first on Y”, at least; “Continue reading” follows a teaser

READ_ON = "it says where to read on"
"""The reason for what a feed itself says below an entry."""

BUTTONS = "a bar of buttons"
"""The reason for words to share, to follow, to print."""

_BUTTON, _SHORT = 2, 20  # words of what may be a button or an item of the text, and characters of what is beside one

Reasons = dict[int, str]
"""Why a block is cut, by its place."""


def cut_lists(blocks: Sequence[Block], keys: Sequence[str], reasons: Reasons) -> None:
    """Cut lists of other articles: their heading, and what follows it until a paragraph of prose comes."""
    inside, some = False, False
    for place, (block, key) in enumerate(zip(blocks, keys, strict=True)):
        if some and key and _heads_list(blocks, place, key):
            inside = True
        elif inside and (is_prose(block) or _heads_prose(blocks, place)):
            inside = False
        if inside:
            reasons.setdefault(place, "a list of other articles")
        some = some or place not in reasons


def spare_lists(blocks: Sequence[Block], reasons: Reasons) -> None:
    """Give back the items of real lists that are words of buttons: “X”, “Threads”, “Print”.

    A list is a bar of buttons when most of its items are such, all are short, and nothing of the text leads up to it.
    """
    place = 0
    while place < len(blocks):
        end = place
        while end < len(blocks) and blocks[end].kind == "li":
            end += 1
        items = range(place, end)
        if any(reasons.get(item) == BUTTONS for item in items) and not _is_bar(blocks, items, reasons):
            for item in items:
                if reasons.get(item) == BUTTONS and len(blocks[item].text.split()) <= _BUTTON:
                    del reasons[item]
        place = max(end, place + 1)


def _is_bar(blocks: Sequence[Block], items: range, reasons: Reasons) -> bool:
    above = items.start - 1
    if above >= 0 and above not in reasons and blocks[above].text.endswith(":"):
        return False
    found = sum(reasons.get(item) == BUTTONS for item in items)
    return 2 * found > len(items) and all(len(blocks[item].text) <= _SHORT for item in items if item not in reasons)


def _heads_prose(blocks: Sequence[Block], place: int) -> bool:
    """Tell the heading of the text's next part."""
    block, below = blocks[place], blocks[place + 1 : place + 2]
    return block.kind in HEADINGS and block.linked < 0.5 and any(map(is_prose, below))


def _heads_list(blocks: Sequence[Block], place: int, key: str) -> bool:
    """Tell the heading of a list from a sentence that begins like one."""
    block = blocks[place]
    if block.text.endswith(".") and len(block.text) > 30 and block.linked < 0.5:
        return False
    return bool(LIST.fullmatch(key)) or (bool(LINKS.fullmatch(key)) and _links_follow(blocks, place))


def _links_follow(blocks: Sequence[Block], place: int) -> bool:
    """Tell whether a heading has links below it, or nothing at all."""
    below = blocks[place + 1 : place + 4]
    return all(block.linked > 0.5 for block in below)


def is_prose(block: Block) -> bool:
    """Tell a paragraph of a text from an item of a list of links."""
    if block.kind == "pre":
        return True
    if block.linked >= 0.5:
        return False
    return len(block.text) >= PROSE or (block.kind == "p" and block.text.endswith(END_OF_PROSE))


def trim_end(blocks: Sequence[Block], reasons: Reasons, *, of_page: bool = False) -> None:
    """Cut headings and links that stand last once what stood below them is cut; of a feed, only links in lists.

    Of a feed that only says below them, at length, where the whole entry stands, the links are what it is about.
    """
    beside = False
    for place in range(len(blocks) - 1, -1, -1):
        block = blocks[place]
        if place in reasons:
            beside = beside or reasons[place] != READ_ON or len(block.text) < _AT_LENGTH
            continue
        if place + 1 < len(blocks) and block.kind in HEADINGS and len(block.text) < 80:
            reasons[place] = "a heading with nothing below it"
        elif place + 1 < len(blocks) and block.linked > 0.9 and (of_page or (block.kind == "li" and beside)):
            reasons[place] = "a link below the text"
        else:
            return
