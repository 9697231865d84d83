"""What of a page's text is furniture: as of any text, and what is certain only where the page was fetched."""

import re
from collections.abc import Collection, Sequence

from aggregator.model import Cut
from aggregator.pipeline.blocks import Block
from aggregator.pipeline.cuts import cuts, letters, told
from aggregator.pipeline.cuts_lists import Reasons, is_prose, trim_end

_SITE = re.compile(r"\s+[|–—·:-]\s+(?!.*\s[|–—·:-]\s)")
"""What parts a headline from the name of the site: the last of such signs."""

_WORD = re.compile(r"\w+")
_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t|tember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)
_DAYS = "mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
_AROUND = (
    "[ap]\\.?m\\.?|e[sd]?t|[cmp][sd]t|gmt|utc|bst|ces?t|[ai]mt|ist|at|on|published|updated|posted|last|modified"
    "|min(?:ute)?s?|hours?|ago|read"
)
_ABROAD = (
    "januar|jänner|februar|märz|mai|juni|juli|oktober|dezember|stand|uhr|aktualisiert|veröffentlicht|zuletzt|am|vom|um"
    "|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre|publié|modifié|mis|à|jour|le"
    "|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|publicado|actualizado|de"
    "|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|pubblicato|aggiornato|il|alle|ore"
    "|janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|novembro|dezembro|atualizado|em|às"
    "|января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря|опубликовано|обновлено|г|в"
    "|公開|更新|配信|掲載|发布|更新时间|发布时间|입력|수정|기사입력|최종수정|نشر|في|آخر|تحديث"
)
_UNITS = "st|nd|rd|th|h|年|月|日|時|时|分|년|월|일|시|분"
_FIGURES = rf"\d{{1,4}}(?:(?:{_UNITS})\d{{1,4}})*(?:{_UNITS})?"
_DATED = re.compile(
    rf"(?>(?:{_FIGURES}|[/@—]|{_MONTHS}|{_DAYS}|{_AROUND}|{_ABROAD})(?:[\s.,|:：/–-]+|$)){{2,}}"
)  # one way to read each word: some stand in two languages
_ABOVE = re.compile(r"listen|follow|\d+ min(?:ute)? read")
_BYLINE = re.compile(r"[Bb][Yy] [A-Z][\w.'’-]*(?:,? (?:(?:and|for|&) )?[A-Z][\w.'’-]*){0,7}")
_CREDITS = re.compile(
    r".{0,250}\bcontributed (?:reporting )?to this (?:report|story|article).{0,40}"
    r"|copyright(?:\W+(?:©|\(c\)|by\b|\d{4}).{0,120}|.{0,40})|\[/?(?:button|caption|gallery|embed|vc_\w+|et_pb_\w+)\b.{0,300}\]|[\W_]+"
)
_REPORTING = re.compile(r"\(?(?:Additional r|R)eporting by [A-Z].{2,300}")
_NO_TITLE = re.compile(r"[.!?…][\"”’)]?$|^\[|https?:|www\.")


def page_cuts(blocks: Sequence[Block], *, titles: Sequence[str], known: Collection[int] = ()) -> tuple[Cut, ...]:
    """Say which blocks that were found on a page are furniture; ``titles`` are what the page and the feed call it.

    ``known`` is what its source repeats (``furniture.paragraph``).
    """
    names = dict.fromkeys(name for title in titles for name in (title, _SITE.split(title, maxsplit=1)[0]) if name)
    start = _top(blocks, {name for title in names if len(name := letters(title)) >= 12})
    reasons = dict.fromkeys(range(start), "above the headline")
    below = blocks[start:]
    for cut in cuts(below, known=known):
        reasons[cut.place + start] = cut.reason
    _headlines(blocks, start, names, reasons)
    _lines(blocks, reasons)
    for place, block in enumerate(blocks):
        if _leads_away(block):
            reasons.setdefault(place, "a link to another article")
    trim_end(blocks, reasons, of_page=True)
    return told(blocks, reasons) if len(reasons) < len(blocks) else ()


def _top(blocks: Sequence[Block], names: Collection[str]) -> int:
    """Find the headline among the blocks, unless much prose stands above it; 0 where there is none."""
    prose = sum(len(block.text) for block in blocks if is_prose(block))
    before = 0
    for place, block in enumerate(blocks):
        if len(block.text) < 300 and letters(block.text) in names:
            return place if 3 * before <= prose else 0
        before += len(block.text) if is_prose(block) else 0
    return 0


def _headlines(blocks: Sequence[Block], start: int, names: Collection[str], reasons: Reasons) -> None:
    for place in range(start, min(start + 4, len(blocks))):
        text = blocks[place].text
        if any(_is_headline(text, name) for name in names):
            reasons[place] = "the headline again"


def _is_headline(text: str, title: str) -> bool:
    """Tell whether two lines are one headline: the same letters, or nearly all of the same words."""
    if len(text) > len(title) + 60:
        return False
    told, said = letters(text), letters(title)
    if told == said or (len(said) >= 20 and told.endswith(said) and len(told) - len(said) <= 24):
        return True
    some, more = set(_WORD.findall(text.casefold())), set(_WORD.findall(title.casefold()))
    return len(more) >= 5 and len(some & more) >= 0.8 * len(some | more)


def _lines(blocks: Sequence[Block], reasons: Reasons) -> None:
    """Cut who wrote it and when, above the text; and who helped, below it."""
    shown = [place for place in range(len(blocks)) if place not in reasons]
    for place in shown[:6]:
        text = blocks[place].text
        if len(text) < 90 and (_is_dated(text.casefold()) or _BYLINE.fullmatch(text)):
            reasons[place] = "who wrote it, or when"
    for place in shown[len(shown) // 2 :]:
        text = blocks[place].text
        if len(text) <= 320 and (_REPORTING.fullmatch(text) or _CREDITS.fullmatch(text.casefold())):
            reasons[place] = "credits"


def _is_dated(line: str) -> bool:
    """Tell a line of when it was published, in several languages, or of what else stands there."""
    return bool(_ABOVE.fullmatch(line) or (_DATED.fullmatch(line) and any(map(str.isdigit, line))))


def _leads_away(block: Block) -> bool:
    """Tell a paragraph that is one link and no sentence: the title of another article."""
    return block.linked > 0.95 and block.kind == "p" and len(block.text) > 20 and not _NO_TITLE.search(block.text)
