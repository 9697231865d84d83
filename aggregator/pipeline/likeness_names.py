"""Whom two texts name: the words of a form are the same for two firms, two towns, two earthquakes."""

import re

from aggregator.pipeline.terms import term, words

LOOKED_AT = 4000
"""So many letters of a text: as far as its words are compared."""

Written = tuple[str, str]
"""Title and text with their capitals."""

_DATELINE = re.compile(
    r"\s*(?:By [^\n]{1,60}\n+)?(?:[A-Z]{2}[^\n:]{0,50}?\s[-–—|]\s|[A-Z]{2,}:\s|[^\n]{1,50}?\)\s*[-–—:]\s)"
)  # where a newsroom sits is not whom its text is about


def named_apart(one: Written, other: Written) -> str:
    """Say whom only one title and its text name, and whom only the other's: "" unless each names somebody.

    A copy under another headline names what its text names, and so does the other text. The order says nothing.
    """
    mine, yours = _lacking(_names(*one), other), _lacking(_names(*other), one)
    return " / ".join(sorted((", ".join(mine), ", ".join(yours)))) if mine and yours else ""


def _names(title: str, text: str) -> dict[str, str]:
    """The words of a title that its text writes with a capital wherever it has them, however the Title Is Written."""
    body = text[:LOOKED_AT].removeprefix(title)
    found = words(body[begin.end() :] if (begin := _DATELINE.match(body)) else body)
    said = {_bare(word) for word in found if word[0].isupper()} - {_bare(word) for word in found if word[0].islower()}
    return {bare: word for word in words(title) if word[0].isupper() and term(word) and (bare := _bare(word)) in said}


def _lacking(names: dict[str, str], text: Written) -> list[str]:
    """Those of which no word of title or text is a form, as "Ford's" is of "Ford"."""
    told = f"{text[0]}\n{text[1][:LOOKED_AT]}".casefold()
    return [word for bare, word in names.items() if not re.search(rf"\b{re.escape(bare)}", told)]


def _bare(word: str) -> str:
    return word.replace("’", "'").removesuffix("'s").casefold()
