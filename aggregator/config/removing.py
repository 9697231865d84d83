"""Take entries out of a list in YAML text, with the comments that belong to them."""

import re
from collections.abc import Sequence

from aggregator.config.spots import Spot

_COMMA = re.compile(r"\s*,")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|[\n\r]|$)")


def remove_items(text: str, section: Spot, positions: Sequence[int]) -> str:
    """Return the text without the entries at ``positions`` of a list.

    Comment lines below an entry that are indented deeper than its dash go with it. Those right above it go when it
    stands alone below them, after a blank line: above a group of entries they are the group's heading, and stay.
    """
    for position in sorted(positions, reverse=True):
        for start, end in _cuts(text, section, position):
            text = text[:start] + text[end:]
            for spot in section.children[position + 1 :]:
                spot.start, spot.end = spot.start - (end - start), spot.end - (end - start)
        del section.children[position]
    return text


def _cuts(text: str, section: Spot, position: int) -> list[tuple[int, int]]:
    """Say what to cut, from the back: where no comma is behind a last entry, the one before it goes."""
    if not section.flow:
        return [_in_lines(text, section, position)]
    cut, items = _in_flow(text, section, position), section.children
    if position == 0 or position + 1 < len(items) or _COMMA.match(text, items[position].end):
        return [cut]
    comma = _COMMA.match(text, items[position - 1].end)
    return [cut, (comma.end() - 1, comma.end())] if comma and comma.end() <= cut[0] else [cut]


def _in_lines(text: str, section: Spot, position: int) -> tuple[int, int]:
    item = section.children[position]
    start = _line_start(text, text.rindex("-", 0, item.start))
    end = _next_line(text, item.end)
    while (column := _comment(text, end)) is not None and column > section.column:
        end = _next_line(text, end)
    if _is_alone(text, end, section.column):
        above = start
        while above and _comment(text, before := _line_start(text, above - 1)) == section.column:
            above = before
        if position == 0 or _is_blank(text, _line_start(text, above - 1)):
            start = above
        if start and _is_blank(text, _line_start(text, start - 1)) and _is_blank(text, end):
            start = _line_start(text, start - 1)
    return start, end


def _is_alone(text: str, end: int, column: int) -> bool:
    """Tell whether no entry follows without a gap."""
    return not text[end : end + column + 1].strip(" ").startswith("-")


def _in_flow(text: str, section: Spot, position: int) -> tuple[int, int]:
    items = section.children
    item = items[position]
    comma = _COMMA.match(text, item.end)
    end = comma.end() if comma else item.end
    start = _line_start(text, item.start)
    rest = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?:\r\n|[\n\r])").match(text, end)
    ends = comma or position == len(items) - 1  # else the comma stands before the next entry
    if rest and ends and not text[start : item.start].strip():
        return start, rest.end()
    if position + 1 < len(items):
        return item.start, items[position + 1].start
    return (items[position - 1].end if position else item.start), item.end if position else end


def _line_start(text: str, place: int) -> int:
    """Return the start of the line that ``place`` is in; a place between CR and LF is in the line before."""
    if place and text[place - 1 : place + 1] == "\r\n":
        place -= 1
    return max(text.rfind("\n", 0, place), text.rfind("\r", 0, place)) + 1


def _next_line(text: str, place: int) -> int:
    found = _LINE.match(text, place)
    return found.end() if found else len(text)


def _comment(text: str, place: int) -> int | None:
    """Return the column of the comment that is all of this line."""
    found = re.compile(r"( *)#").match(text, place)
    return len(found[1]) if found else None


def _is_blank(text: str, place: int) -> bool:
    return not text[place : _next_line(text, place)].strip()
