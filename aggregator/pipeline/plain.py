"""Keep plain text plain: no control characters, no direction overrides, cut on a word."""

import re
import unicodedata

_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Overrides and isolates can turn what stands around them; a lone surrogate cannot be encoded; U+FEFF is no text.
_INTRUDERS = re.compile(r"[\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_RUNS = re.compile(r"[ \xa0]{2,}")
_ELLIPSIS = "…"
_LOOSE = " \xa0.,;:!?…·–—-([{«„“‘。、，！？：；"
"""What no cut text ends with: stops, dashes, and brackets that have just been opened."""


def plain(text: str) -> str:
    """Drop what can break a line or turn its direction: C0, C1, U+2028, U+2029, bidi overrides and isolates.

    Gmail clips a mail at a C1 character, and a header ends at a line break. Runs of blanks stay as they are.
    """
    return _INTRUDERS.sub("", _BREAKS.sub(" ", text)).strip()


def tidy(text: str) -> str:
    """Make one plain line of it, with single blanks."""
    return _RUNS.sub(" ", plain(text))


def visible(text: str) -> str:
    """Make one plain line of it; nothing, when nothing of it would be seen: blanks, joiners, marks without a letter."""
    line = tidy(text)
    return line if any(unicodedata.category(char)[0] in "LNPS" for char in line) else ""


def shortened(text: str, limit: int) -> str:
    """Cut to at most ``limit`` characters, on a word where the script has blanks, with an ellipsis.

    A word that would cost half of the text, as a long address does, is cut itself; what is drawn as one stays whole.
    """
    if len(text) <= limit:
        return text
    if limit < 2:
        return _ELLIPSIS[:limit]
    end = limit - 1
    while end > 0 and _joins(text[end - 1], text[end]):
        end -= 1
    blank = text.rfind(" ", 0, end + 1)
    if blank > limit // 2:
        end = blank
    return text[:end].rstrip(_LOOSE) + _ELLIPSIS


def _joins(before: str, after: str) -> bool:
    """Tell whether two characters are drawn as one, so that no cut may part them."""
    return (
        before == "\u200d"
        or after in "\u200d\ufe0e\ufe0f"
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or unicodedata.combining(after) > 0
        or unicodedata.category(after) in ("Mn", "Me")
    )
