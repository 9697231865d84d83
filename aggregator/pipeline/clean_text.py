"""Markup → plain text: titles in one line, texts in paragraphs, excerpts cut at a word."""

import re
from hashlib import sha256
from html import unescape

from aggregator.model import WORDS, Markup
from aggregator.pipeline.clean_tables import BREAKS
from aggregator.pipeline.plain import shortened

LONGEST_TITLE = 500
EXCERPT = 280

# XML 1.0 §2.2: what no document may hold; and C1, which no publisher means.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# Unicode 15 §23.2, §23.8: embedding, override and isolate turn a line's end into its beginning; LRM and RLM do not.
_UNSEEN = re.compile("[\u200b\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
_TAG = re.compile(r"</?[A-Za-z!][^<>]*>")
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/h[1-6])\b[^<>]*>", re.IGNORECASE)
_UNREAD = re.compile(r"<(script|style|head)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_INLINE = re.compile(r"</?(?:a|abbr|b|big|br|cite|code|em|font|i|p|small|span|strong|sub|sup|u|wbr)\b[^<>]*>", re.I)
_ESCAPED = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|[lr][sd]quo|[mn]dash|hellip|#\d{2,6}|#[xX][0-9a-fA-F]{2,5});")
_CONTROLS = bytes(code for code in range(128) if _ILLEGAL.match(chr(code)))
_UNPRINTED = bytes(code for code in range(128) if not chr(code).isprintable() and chr(code) != "\n")
_CLEAN_TAG = re.compile(r'<(/?[a-z]\w*)(?: [\w-]+="[^"]*")*>')
_LOWER = bytes(code + 32 if chr(code) in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" else code for code in range(256))
_ASCII_SIGNS = bytes(code for code in range(128) if not chr(code).isalnum())
_ASCII_LETTERS = bytes(code for code in range(128) if chr(code).isalpha())
_NUMBERS = bytes(code if chr(code) in "0123456789" else 32 for code in range(256))
_SIGNS = re.compile(r"\W+")
_MARKS = re.compile(b"\xe2\x80[\x80-\xbf]")  # U+2000 to U+203F: quotes, dashes and spaces, no letter among them


def legal(text: str) -> str:
    """Return ``text`` without the characters that no XML document may hold (XML 1.0 §2.2), nor lone surrogates."""
    if text.isascii():  # a deletion in bytes is five times faster than a search in a string
        return text if len(text.encode().translate(None, _CONTROLS)) == len(text) else _ILLEGAL.sub("", text)
    return text if text.replace("\n", " ").isprintable() else _ILLEGAL.sub("", text)


def is_printable(text: str) -> bool:
    """Tell whether ``text`` is legal and has no other white space than blanks and line breaks, as most texts."""
    if text.isascii():
        return len(text.encode().translate(None, _UNPRINTED)) == len(text)
    return text.replace("\n", " ").isprintable()  # the one white space that prints is " "


def plain_title(title: Markup) -> str:
    """Return a title as one line of plain text, at most 500 characters.

    Tags go and entities are read; once more when the result still looks escaped, because many publishers escape
    twice and none means ``&amp;amp;``.
    """
    text = title.value[:8_000]
    if title.type != "text" and ("<" in text or "&" in text):
        text = unescape(_TAG.sub("", _BREAK.sub(" ", _UNREAD.sub("", text))))
    if "&" in text and _ESCAPED.search(text):
        text = _INLINE.sub("", unescape(text))
    return shortened(one_line(text), LONGEST_TITLE)


def one_line(text: str) -> str:
    """Return ``text`` in one line, without controls and signs that turn the direction of writing."""
    printable = is_printable(text)
    if printable and "\n" not in text and "  " not in text:
        return text.strip()
    return " ".join((text if printable else _UNSEEN.sub("", legal(text))).split())


def excerpt(text: str) -> str:
    """Return how a plain text begins, in one line of at most 280 characters."""
    start = one_line(text[: 2 * EXCERPT])
    whole = len(start) > EXCERPT or len(text) <= 2 * EXCERPT
    return shortened(start if whole else one_line(text), EXCERPT)


def plain_text(html: str) -> str:
    """Return the text of clean HTML: a blank line between blocks, other white space folded."""
    if "<" not in html:
        return folded_lines(html)
    pieces = _CLEAN_TAG.split(html.replace("\n", " "))
    pieces[1::2] = [BREAKS.get(tag, "") for tag in pieces[1::2]]
    return folded_lines("".join(pieces))


def folded_lines(text: str, *, is_legal: bool = False) -> str:
    """Return text whose blocks stand apart by line breaks, with entities read and white space folded."""
    text = unescape(text) if "&" in text else text
    is_legal = is_legal or legal(text) is text
    if is_legal and is_printable(text):
        return printed_lines(text)
    told = _together([" ".join(line.split()) for line in text.split("\n")])
    return told if is_legal else legal(told).strip()


def printed_lines(text: str) -> str:
    """Do the same for text that ``is_printable`` and has no entities."""
    lines = text.split("\n")
    is_folded = text.rfind("  ") < 0  # from the end, it is found out in two thirds of the time
    return _together([line.strip() for line in lines] if is_folded else [" ".join(line.split()) for line in lines])


def _together(lines: list[str]) -> str:
    """Join lines, with one empty line in a row."""
    if not any(lines[1::2]):  # all stand apart
        return "\n\n".join(filter(None, lines))
    return "\n".join([line for line, before in zip(lines, ["", *lines], strict=False) if line or before]).strip()


def words(title: str, text: str, *, day: str) -> str:
    """Return the fingerprint of what an entry says: equal for the same title and text, whoever carries them.

    Only letters and digits count, in any case, and where one number ends: 1.5 is not 15. A text of fewer than 32 ("Read
    more") says nothing, so that the title must stand alone: it does with five words, and for one ``day`` only, because
    "Live: the election night" returns every year. Else there is no fingerprint: "".
    """
    spoken, told = _letters(title), _letters(text)
    if _size(told) >= 32:
        return _hashed(b"text %b\n%b\n%b\n%b" % (spoken, told, _numbers(title, spoken), _numbers(text, told)))
    if _size(spoken) >= 20 and len(title.split()) >= 5:
        return _hashed(b"title %b %b\n%b" % (day.encode(), spoken, _numbers(title, spoken)))
    return ""


def _letters(text: str) -> bytes:
    data = text.encode() if text.isascii() else _MARKS.sub(b"", text.encode())
    if data.isascii():
        return data.translate(_LOWER, _ASCII_SIGNS)
    plain = text.casefold().encode().translate(None, _ASCII_SIGNS)
    return plain if plain.isascii() else _SIGNS.sub("", plain.decode()).encode()


def _size(letters: bytes) -> int:
    return len(letters) if letters.isascii() else len(letters.decode())


def _numbers(text: str, letters: bytes) -> bytes:
    """Give the numbers of a text, of which ``letters`` are the letters and digits: mostly none, or a first one soon."""
    return b"" if letters.isalpha() else b" ".join(text.encode().translate(_NUMBERS, _ASCII_LETTERS).split())


def _hashed(text: bytes) -> str:
    return f"{WORDS}:{sha256(text).hexdigest()[:32]}"
