"""A subscription list that is not well-formed → its outlines, and the addresses that none of them has."""

import codecs
import html
import re
from bisect import bisect_right
from collections.abc import Container, Sequence
from typing import Any, NamedTuple

from lxml import etree

from aggregator.pipeline.pages_text import MEANT

_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']\s*([\w.:-]+)", re.IGNORECASE)
_COMMENT = re.compile(r"<!--(?:(?!<!--).)*?-->", re.DOTALL)  # one that does not end is none
_BEGINS = re.compile("<!DOCTYPE", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{0,30});")
_DECLARED_NAME = re.compile(r"<!ENTITY\s+([A-Za-z][A-Za-z0-9]{0,30})\s")
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ROOT = re.compile(r"<\s*+(?:\w++:)?([A-Za-z]\w*+)")
_TAG = re.compile(r"<\s*+(/?)\s*+(?:\w++:)?(outline|body|opml)(?=[\s/>]|\Z)", re.IGNORECASE)
_ENDED = re.compile(r"/\s*+>")
_BARE = r"""([^\s"'“”„<>]+?)(?=/?>|[\s"'“”„<]|\Z)"""
_ATTRIBUTE = re.compile(
    rf"""(?<![\w.-])([A-Za-z_][\w.-]*+)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|[“”„]([^“”„]*+)[“”]|{_BARE})"""
)
_ADDRESS = re.compile(  # what a quotation mark opens may hold another, where one is missing
    rf"""xmlurl\s*+=\s*+(?:(?=["“”„]([^"“”„<>]++)|'([^'<>]++))|(?!xmlurl=){_BARE})""", re.IGNORECASE
)
_MOST_LINES = 65_535  # what libxml2 counts to
_DEEP = 100  # a list with more outlines inside each other is not read; libxml2 goes up all of them for each


class Mended(NamedTuple):
    """The outlines below the name of the list's first element, and each address that is lost, with its line."""

    kind: str
    root: etree._Element
    lost: tuple[tuple[int, str], ...]


def mended(data: bytes) -> Mended:
    """Read the outlines wherever they stand; names of attributes are lower case, without their prefix.

    HTML's named characters are read, what the document type declares itself and control characters are gone.
    """
    text = _decoded(data)
    type_ = _DOCTYPE.match(text, begins.start()) if (begins := _BEGINS.search(text)) else None
    own = frozenset(_DECLARED_NAME.findall(type_[0]) if type_ else ())
    text = _COMMENT.sub(_its_lines, text.replace(type_[0], _its_lines(type_), 1) if type_ else text)
    starts = [0, *(found.end() for found in re.finditer("\r\n|[\n\r]", text))]
    root = _tree(text, own, starts)
    taken = {"", *(outline.get("xmlurl", "").strip() for outline in root.iter())}
    written = ((bisect_right(starts, found.start()), _value(found.groups(), own)) for found in _ADDRESS.finditer(text))
    first = _ROOT.search(text)
    lost = tuple((line, address) for line, address in written if address.strip() not in taken)
    return Mended(first[1].lower() if first else "", root, lost)


def _tree(text: str, own: Container[str], starts: Sequence[int]) -> etree._Element:
    """Find the outlines. Quoted text may hold tags and quotation marks: each reaches to the next tag of the list."""
    root = etree.Element("opml")
    path, tags = [root], list(_TAG.finditer(text))
    for tag, end in zip(tags, [*(tag.start() for tag in tags), len(text)][1:], strict=True):
        if tag[2].lower() != "outline":
            path = [root]
        elif tag[1]:
            path[1:] = path[1:-1]
        else:
            inside = text[tag.end() : end]
            words = _attributes(inside, own)
            if "xmlurl" not in words and _ADDRESS.search(inside):
                continue  # told as lost
            outline: Any = etree.SubElement(path[-1], "outline", words)  # whose line may be set, say no stubs
            outline.sourceline = min(bisect_right(starts, tag.start()), _MOST_LINES)
            if ">" in inside and not _ENDED.search(inside):
                path.append(outline)
        if len(path) > _DEEP:
            break
    return root


def _attributes(text: str, own: Container[str]) -> dict[str, str]:
    """Read what a tag says; of two attributes with one name the first counts."""
    words: dict[str, str] = {}
    for found in _ATTRIBUTE.finditer(text):
        words.setdefault(found[1].lower(), _value(found.groups()[1:], own))
    return words


def _value(written: Sequence[str | None], own: Container[str]) -> str:
    """Return the one of several ways to write a value that was taken, as what it means."""
    text = next((text for text in written if text is not None), "")
    return _NO_XML.sub("", _ENTITY.sub(lambda found: _character(found, own), text))


def _decoded(data: bytes) -> str:
    """Decode by the mark, UTF-8 or the declaration; what is neither is read as Windows-1252, which reads anything.

    A declaration that only some bytes contradict is right: those are what is wrong.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    declared = _DECLARED.match(data)
    encoding = _encoding(declared[1].decode("ascii")) if declared else "utf-8"
    tried = [("utf-8-sig", "strict"), (encoding, "strict"), (encoding, "replace")]
    for name, errors in tried[:2] if encoding.startswith("utf") else tried:
        try:
            return data.decode(name, errors)
        except (LookupError, UnicodeError):
            continue
    return data.decode("cp1252", "replace")


def _encoding(label: str) -> str:
    try:
        name = codecs.lookup(label.lower().removeprefix("x-")).name
    except LookupError:
        return "cp1252"
    return MEANT.get(name, name)


def _its_lines(found: re.Match[str]) -> str:
    return re.sub(r"[^\r\n]+", "", found[0])


def _character(found: re.Match[str], own: Container[str]) -> str:
    if found[1].startswith("#"):
        digits = found[1][1:]
        code = int(digits[1:], 16) if digits[:1] in "xX" else int(digits)
        return chr(code) if code <= 0x10FFFF else ""
    character = html.unescape(found[0])
    return "" if character == found[0] and found[1] in own else character
