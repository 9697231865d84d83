"""Whom two texts name: the words of a form are the same for two firms, two towns, two earthquakes."""

import re
from functools import cached_property

from aggregator.pipeline.terms import term, words

LOOKED_AT = 4000
"""So many letters of a text: as far as its words are compared."""

_DATELINE = re.compile(
    r"\s*(?:By [^\n]{1,60}\n+)?(?:[A-Z]{2}[^\n:]{0,50}?\s[-–—|]\s|[A-Z]{2,}:\s|[^\n]{1,50}?\)\s*[-–—:]\s)"
)  # where a newsroom sits is not whom its text is about


class Written:
    """Title and text with their capitals; what they name by themselves is found once, when needed."""

    def __init__(self, title: str, text: str) -> None:
        self.title, self.text = title, text

    @cached_property
    def capitals(self) -> list[str]:
        """The capitalised words of the title."""
        return [word for word in words(self.title) if word[0].isupper() and term(word)]

    @cached_property
    def folded(self) -> str:
        """Title and text without capitals."""
        return f"{self.title}\n{self.text[:LOOKED_AT]}".casefold()


def named_apart(one: Written, other: Written) -> str:
    """Say whom only one title and its text name, and whom only the other's: "" unless each names somebody.

    A copy under another headline names what its text names, and so does the other text. The order says nothing.
    """
    mine, yours = _lacking(one, other), _lacking(other, one)
    if not mine or not yours:  # as in most copies, whose texts need not be cut into words then
        return ""
    mine, yours = _named(mine, one), _named(yours, other)
    return " / ".join(sorted((", ".join(mine), ", ".join(yours)))) if mine and yours else ""


def _lacking(one: Written, other: Written) -> list[str]:
    """The capitalised words of a title of which the other title and text have no form, as "Ford's" is of "Ford"."""
    return [word for word in one.capitals if not _stands(_bare(word), other.folded)]


def _named(capitals: list[str], written: Written) -> list[str]:
    """Those that their own text writes with a capital wherever it has them, however the Title Is Written."""
    body = written.text[:LOOKED_AT].removeprefix(written.title)
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
