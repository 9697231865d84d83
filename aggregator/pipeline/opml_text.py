"""XML that is not well-formed → XML that a forgiving parser reads without losing what it says."""

import codecs
import html
import re
from collections.abc import Container

_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']\s*([\w.:-]+)", re.IGNORECASE)
_PROLOGUE = re.compile(r"^\s*<\?xml.*?\?>", re.DOTALL)
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{0,30});")
_DECLARED_NAME = re.compile(r"<!ENTITY\s+([A-Za-z][A-Za-z0-9]{0,30})\s")
_BARE = re.compile(r"&(?!(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)")
_VALUE = re.compile(r"""(=\s*)("[^"]*"|'[^']*')(?=[\s/>?])""")
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FIVE = ("amp", "lt", "gt", "quot", "apos")


def as_xml(data: bytes) -> bytes:
    """Return the document as UTF-8 without declaration and document type: bare ``&`` and ``<`` in values escaped,
    HTML's named characters written out, what the document type declares itself and control characters gone. Line
    numbers stay.
    """
    text = _NO_XML.sub("", _decoded(data))
    text = _PROLOGUE.sub(_its_lines, text.lstrip("\ufeff"), count=1)
    type_ = _DOCTYPE.search(text)
    own = frozenset(_DECLARED_NAME.findall(type_[0]) if type_ else ())
    text = _DOCTYPE.sub(_its_lines, text, count=1)
    text = _BARE.sub("&amp;", _ENTITY.sub(lambda found: _character(found, own), text))
    return _VALUE.sub(lambda found: found[1] + found[2].replace("<", "&lt;"), text).encode()


def _decoded(data: bytes) -> str:
    """Decode by the mark, the declaration or UTF-8, whichever works; else as Windows-1252, which reads anything."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    declared = _DECLARED.match(data)
    for encoding in ("utf-8-sig", declared[1].decode("ascii") if declared else "utf-8"):
        try:
            return data.decode(encoding)
        except (LookupError, UnicodeError):
            continue
    return data.decode("cp1252", "replace")


def _its_lines(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _character(found: re.Match[str], own: Container[str]) -> str:
    if found[1].startswith("#"):
        digits = found[1][1:]
        code = int(digits[1:], 16) if digits[:1] in "xX" else int(digits)
        return f"&#{code};" if code <= 0x10FFFF and not _NO_XML.match(chr(code)) else ""
    if found[1] in _FIVE:
        return found[0]
    character = html.unescape(found[0])
    if character == found[0]:
        return "" if found[1] in own else found[0]
    return html.escape(character)
