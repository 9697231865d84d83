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
    mine, yours = _lacking(one, other), _lacking(other, one)
    if not mine or not yours:  # as in most copies, whose texts need not be cut into words then
        return ""
    mine, yours = _named(mine, *one), _named(yours, *other)
    return " / ".join(sorted((", ".join(mine), ", ".join(yours)))) if mine and yours else ""


def _lacking(one: Written, other: Written) -> list[str]:
    """The capitalised words of a title of which the other title and text have no form, as "Ford's" is of "Ford"."""
    told = f"{other[0]}\n{other[1][:LOOKED_AT]}".casefold()
    return [word for word in words(one[0]) if word[0].isupper() and term(word) and not _stands(_bare(word), told)]


def _named(capitals: list[str], title: str, text: str) -> list[str]:
    """Those that their own text writes with a capital wherever it has them, however the Title Is Written."""
    body = text[:LOOKED_AT].removeprefix(title)
    found = words(body[begin.end() :] if (begin := _DATELINE.match(body)) else body)
    said = {_bare(word) for word in found if word[0].isupper()} - {_bare(word) for word in found if word[0].islower()}
    return [word for word in capitals if _bare(word) in said]


def _stands(word: str, told: str) -> bool:
    at = told.find(word)
    while at > 0 and told[at - 1].isalnum():
        at = told.find(word, at + 1)
    return at >= 0


def _bare(word: str) -> str:
    return word.replace("’", "'").removesuffix("'s").casefold()
