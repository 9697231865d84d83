"""A document with a slip → one that is well-formed: what one character would do to all of its entries.

feedparser has another parser for what is not well-formed, which reads guids, texts and addresses a little otherwise. A
bare ``&`` in the newest entry makes others seem changed, and some of them new.
"""

import re
from html.entities import html5
from xml.parsers import expat

from aggregator.pipeline.parse_source import DECLARED
from aggregator.pipeline.parse_utf8 import as_utf8

# No characters of XML (XML 1.0 §2.2), but for those by which seven-bit encodings of the East shift (ISO 2022).
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r\x0e\x0f\x1b")
_SLIPS = re.compile(  # a section that is never closed reaches to the end
    rb"(<(?:!\[CDATA\[(?:.*?\]\]>|.*)|!--(?:.*?-->|.*)|\?(?:.*?\?>|.*)))"
    rb"|\]\]>|<(?![A-Za-z_:/!?\x80-\xff])"  # neither ends a section, nor begins a tag
    rb"|&(?!(?:amp|lt|gt|quot|apos);)(?:(#[0-9]{1,20}|#[xX][0-9a-fA-F]{1,20}|[A-Za-z][A-Za-z0-9]{1,31});)?",
    re.DOTALL,
)
_OWN = re.compile(rb"<!ENTITY", re.IGNORECASE)
_DOCTYPE = re.compile(rb"<!DOCTYPE", re.IGNORECASE)  # feedparser takes it off, and the names with it that it declares
_ESCAPED = {b"]]>": b"]]&gt;", b"<": b"&lt;"}
_MOST = 200_000  # slips: what has more is left as it is, since each takes a hundred bytes while it is put right


def mended(body: bytes, charset: str) -> bytes:
    """Return the document with its slips put right where that makes it well-formed, else as it is.

    Slips are a bare ``&`` or ``<``, a stray ``]]>``, names of HTML's entities, control characters, and what is no UTF-8
    (``parse_utf8``). ``charset`` is what the server says; "" where it says nothing that counts.
    """
    if b"\x00" in body[:4]:
        return body
    if charset.lower().replace("-", "") == "utf8" or (not charset and not DECLARED.match(body)):
        body = as_utf8(body)
    if _OWN.search(body) or (_is_well_formed(body, charset) and not _DOCTYPE.search(body)):
        return body
    righted = _SLIPS.sub(_righted, body.translate(None, _CONTROLS), count=_MOST)
    return righted if _is_well_formed(righted, charset) else body


def _is_well_formed(body: bytes, charset: str) -> bool:
    try:
        expat.ParserCreate(charset or None, " ").Parse(body, True)
    except (expat.ExpatError, LookupError, ValueError):
        return False
    return True


def _righted(found: re.Match[bytes]) -> bytes:
    whole, name = found[0], found[2]
    if found[1]:
        return whole
    if name is None:
        return _ESCAPED.get(whole, b"&amp;")
    if name.startswith(b"#"):
        return whole if _is_character(name[1:].lower()) else b""
    signs = html5.get(name.decode() + ";", "")
    return b"".join(b"&#%d;" % ord(sign) for sign in signs) or b"&amp;" + whole[1:]


def _is_character(number: bytes) -> bool:
    code = int(number[1:], 16) if number.startswith(b"x") else int(number)
    return code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
