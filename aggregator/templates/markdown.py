"""Plain text and addresses as they may stand in Markdown (CommonMark 0.31)."""

import re

_MARKS = re.compile(r"([\\`*_\[\]<>&~|])")
_OPENS = re.compile(r"^(\s*)([#+=-]|\d+(?=[.)]))")
_CLOSES = re.compile(r"(?<=\s)(#+)$")
_NOT_IN_TARGET = {" ": "%20", "<": "%3C", ">": "%3E", "\\": "%5C", "\n": "", "\r": "", "\t": ""}


def markdown(text: str) -> str:
    """Escape what would be markup (§2.4), also what would open a heading or a list where the text begins a line.

    And what would close a heading where it ends one (§4.2).
    """
    escaped = _CLOSES.sub(r"\\\1", _MARKS.sub(r"\\\1", " ".join(text.split())))
    opening = _OPENS.match(escaped)
    if not opening:
        return escaped
    end = opening.end()
    return f"{escaped[:end]}\\{escaped[end:]}" if opening[2].isdigit() else f"\\{escaped}"


def target(address: str) -> str:
    """Write an address between angle brackets (§6.3)."""
    return "".join(_NOT_IN_TARGET.get(char, char) for char in address)
