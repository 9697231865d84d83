"""What of a text is furniture: forms, bars, notices, lists of other articles, and what its source says every time.

A paragraph is cut for what it says as a whole, for where it stands, or because its source repeats it; never for a word
in the middle of prose. ``cuts`` says of each why, so that it can be shown.
"""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import accumulate

from aggregator.model import Cut
from aggregator.pipeline.blocks import Block, part
from aggregator.pipeline.clean_html import as_html
from aggregator.pipeline.clean_text import plain_text
from aggregator.pipeline.cuts_lists import (
    BUTTONS,
    END_OF_PROSE,
    PROSE,
    READ_ON,
    Reasons,
    cut_lists,
    is_prose,
    spare_lists,
    trim_end,
)
from aggregator.pipeline.furniture import paragraph, paragraphs
from aggregator.pipeline.furniture_first import ANYWHERE, FIRST
from aggregator.pipeline.furniture_notices import ALSO, ASIDE, BAR, MORE, NOTICE
from aggregator.pipeline.furniture_tongues import BEGINNINGS
from aggregator.pipeline.furniture_words import FIELDS, FORM, LINKS, LIST

LONGEST = 320
"""Characters of a paragraph that may be furniture by its words."""

SENTENCE = 60
"""Characters of a paragraph that is cut wherever it stands when its source repeats it."""

BEFORE = 0.3
"""The share of the prose that stands before the form of readers' comments."""

AFTER = 400
"""Characters of prose below what looks like the heading of that form, at most; more is the text going on."""

_ANYWHERE_ASCII = tuple(filter(str.isascii, ANYWHERE))
_SPOKEN = ("comment on ", "comments on ")  # so sentences begin as well
_FIGURES, _YEAR = re.compile(r"\d[\d.,:/-]*\d|\d"), re.compile(r"(?:19|20)\d\d(?:[-/](?:19|20)?\d\d)?")
_WORD = re.compile(r"[^\W\d_][\w'’-]*|©")
_ENDS = ' \t.:;,!?…»«›‹→>|·•*-–—_=+#"“”„()[]&【】［］「」（）〈〉：。、，！？＞▶■◆'
_CURVED = re.compile("[’‘´\xa0‑]")
_STRAIGHT = {"’": "'", "‘": "'", "´": "'", "\xa0": " ", "‑": "-"}


def unfurnished(html: str, text: str, *, title: str = "", known: Collection[int] = ()) -> tuple[str, str]:
    """Return clean HTML and its text without their furniture; most texts have none, and that is seen at a glance.

    ``title`` is the headline, which is told once, above; ``known`` what the source repeats (``furniture.paragraph``).
    """
    said = html, text
    if not is_suspicious(text, title) and not (known and _repeats(text, known)):
        return said
    if "<" not in html and "\n" in text:  # bare text in lines: to its blocks they are paragraphs
        html = as_html(text)
    parted = part(html)
    gone = cuts(parted.blocks, title=title, known=known)
    if not gone:
        return said
    kept = parted.without([cut.place for cut in gone])
    return kept, plain_text(kept)


def is_suspicious(text: str, title: str = "") -> bool:
    """Tell whether a text may hold furniture: a short paragraph that begins like one, or says the title again."""
    lines = text.split("\n")
    if title and _tells_title(lines[:5], title):
        return True
    for line in lines:
        if 0 < len(line) <= LONGEST and _begins_like_furniture(line) and _may_be_furniture(folded(line)):
            return True
    low = text[-400:].casefold()
    return any(map(low.__contains__, _ANYWHERE_ASCII if low.isascii() else ANYWHERE))


def _repeats(text: str, known: Collection[int]) -> bool:
    return any(seen in known for seen in paragraphs(text))


def _tells_title(lines: Sequence[str], title: str) -> bool:
    most, end = len(title) + 60, ""
    for line in lines:
        if 0 < len(line) < most:
            end = end or folded(title)[-12:]
            if folded(line).endswith(end):
                return True
    return False


def _begins_like_furniture(line: str) -> bool:
    found = _WORD.search(line)
    if found is None:
        return False
    word = found[0]
    if word.isascii():
        return word.casefold() in FIRST
    return _straight(word).casefold() in FIRST or word[:2] in BEGINNINGS


def _may_be_furniture(key: str) -> bool:
    return bool(_by_words(key)) or any(pattern.fullmatch(key) for pattern in (FORM, FIELDS, LIST, LINKS, ASIDE, ALSO))


def cuts(blocks: Sequence[Block], *, title: str = "", known: Collection[int] = ()) -> tuple[Cut, ...]:
    """Say which blocks of a text are furniture, in their order; none when nothing else would be left."""
    reasons: Reasons = {}
    keys = [_key(block.text) for block in blocks]
    _headline(blocks, title, reasons)
    for place, (block, key) in enumerate(zip(blocks, keys, strict=True)):
        if key and place not in reasons and (reason := _by_words(key) or _aside(block, key)):
            reasons[place] = reason
    spare_lists(blocks, reasons)
    if known:
        _repeated(blocks, known, reasons)
    _form(blocks, keys, reasons)
    cut_lists(blocks, keys, reasons)
    trim_end(blocks, reasons)
    return told(blocks, reasons) if len(reasons) < len(blocks) else ()


def _key(text: str) -> str:
    """Write a paragraph as the patterns have it, when it may be described by one."""
    if len(text) > LONGEST:
        return ""
    key = folded(text)
    return key if _begins_like_furniture(text) or any(words in key for words in ANYWHERE) else ""


def told(blocks: Sequence[Block], reasons: Reasons) -> tuple[Cut, ...]:
    """List the cuts in the order of the text."""
    return tuple(Cut(place, blocks[place].text[:120], reasons[place]) for place in sorted(reasons))


def folded(text: str) -> str:
    """Write a paragraph as the patterns have it: lower case, straight apostrophes, no signs at its ends."""
    return _straight(text).casefold().strip(_ENDS)


def _straight(text: str) -> str:
    return text if text.isascii() else _CURVED.sub(lambda sign: _STRAIGHT[sign[0]], text)


def letters(text: str) -> str:
    """Give the letters and digits of a line, in lower case: publishers set signs and blanks as they like."""
    return "".join(filter(str.isalnum, text.casefold()))


@lru_cache(maxsize=2_000)
def _by_words(key: str) -> str:
    if BAR.fullmatch(key):
        return BUTTONS
    if NOTICE.fullmatch(key):
        return "a notice"
    return READ_ON if MORE.fullmatch(key) else ""


def _aside(block: Block, key: str) -> str:
    linked = block.linked > 0.4 and ASIDE.fullmatch(key)
    named = not block.text.endswith(END_OF_PROSE) and ALSO.fullmatch(key)
    return "a link to another article" if linked or named else ""


def _headline(blocks: Sequence[Block], title: str, reasons: Reasons) -> None:
    """Cut the title where it is said again above the text, alone or after a few words that name a picture."""
    said = letters(title)
    if not said or title.endswith("…"):
        return
    for place, block in enumerate(blocks[:4]):
        told = letters(block.text) if len(block.text) < len(title) + 60 else ""
        named = len(said) >= 20 and told.endswith(said) and len(told) - len(said) <= 24
        if told == said or (named and (title.endswith(END_OF_PROSE) or not block.text.endswith(END_OF_PROSE))):
            reasons[place] = "the headline again"
        elif len(block.text) > PROSE:
            return


def _repeated(blocks: Sequence[Block], known: Collection[int], reasons: Reasons) -> None:
    """Cut what the source repeats: whole sentences anywhere, and whatever stands last.

    Between paragraphs a short line that returns is part of how a source writes: “Verdict”, “In brief”.
    """
    again = {place for place, block in enumerate(blocks) if paragraph(block.text) in known and _is_same(block.text)}
    last = len(blocks)
    while last and (last - 1 in again or last - 1 in reasons):
        last -= 1
    for place in again:
        if place >= last or len(blocks[place].text) >= SENTENCE:
            reasons.setdefault(place, "its source repeats it")


def _is_same(text: str) -> bool:
    """Tell whether a paragraph that returns says the same: to its hash all figures are alike; years are no news."""
    return all(_YEAR.fullmatch(figures) for figures in _FIGURES.findall(text))


def _form(blocks: Sequence[Block], keys: Sequence[str], reasons: Reasons) -> None:
    """Cut the form in which readers comment, and all that follows, once a part of the text has gone before.

    Where nothing of the form itself is there and much prose follows, what looked like its heading goes alone.
    """
    sizes = [len(block.text) if is_prose(block) else 0 for block in blocks]
    *sums, total = accumulate(sizes, initial=0)
    for place, (key, before) in enumerate(zip(keys, sums, strict=True)):
        if key and before >= BEFORE * total and (FORM.fullmatch(key) or FIELDS.fullmatch(key)):
            fields = any(FIELDS.fullmatch(later) for later in keys[place : place + 4])
            if not fields and key.startswith(_SPOKEN):
                continue
            end = len(blocks) if fields or total - before <= AFTER else place + 1
            for later in range(place, end):
                reasons.setdefault(later, "the form for comments, or below it")
            if end == len(blocks):
                return
