"""Plain text in lines: as wide as it is drawn, not as many characters as it has."""

import re
import unicodedata

COLUMNS = 74
"""How wide a line of plain text is; only an address may be longer."""

_BREAKS = re.compile(r"[^\S\u00a0\u202f]+")  # all space but that which holds words together


def direction(text: str) -> str:
    """Tell from its first letter whether a text runs from the right (UAX #9, rules P2 and P3)."""
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in ("L", "R", "AL"):
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


def wrapped(text: str, width: int = COLUMNS, indent: str = "") -> str:
    """Break a text into lines of at most ``width`` columns; ideographs take two and may be parted anywhere."""
    lines: list[str] = []
    line, used = "", 0
    for word in _BREAKS.split(text.strip()):
        pieces = [word] if _columns(word) == len(word) else _parted(word)
        for place, piece in enumerate(pieces):
            gap = " " if line and place == 0 else ""
            if line and used + len(gap) + _columns(piece) > width - len(indent):
                lines.append(line)
                line, used, gap = "", 0, ""
            line += gap + piece
            used += len(gap) + _columns(piece)
    return "\n".join(indent + line for line in [*lines, line])


def underlined(text: str, mark: str = "-") -> str:
    """Write a heading with a line of the same width below."""
    shown = wrapped(text)
    return f"{shown}\n{mark * max(_columns(line) for line in shown.splitlines() or [''])}"


def _parted(word: str) -> list[str]:
    """Part a word before each wide character, unless it is a mark that may not begin a line (JIS X 4051, in short)."""
    pieces: list[str] = []
    for char in word:
        wide = unicodedata.east_asian_width(char) in "WF" and unicodedata.category(char) in ("Lo", "So", "Ps")
        if wide or not pieces:
            pieces.append(char)
        else:
            pieces[-1] += char
    return pieces


def _columns(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
