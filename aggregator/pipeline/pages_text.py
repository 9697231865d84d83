"""The bytes of a web page → its text, and the encoding that it is in."""

import codecs
import json
import re

from aggregator.pipeline.parse_source import WIDE, charset, counts

_WITHIN = 4_096  # bytes of a page in which it says what it is written in
_SAID = re.compile(
    rb"<(?:meta\b|\?xml\s)[^>]{0,500}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE
)
MEANT = {
    "ascii": "cp1252",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "shift_jis": "cp932",
    "tis-620": "cp874",
}
"""What is meant by a label that Python takes at its word (Encoding Standard §4.2)."""


def decoded(body: bytes, kind: str = "") -> tuple[str, str]:
    """Return the text of a page and the name of its encoding; ``kind`` is the media type that its server says.

    The mark at its beginning counts first, then the server's word, then its own (HTML standard §13.2.3.2); but what is
    plainly UTF-8 is that, and what nobody says anything of is that or Windows-1252.
    """
    if body.startswith((codecs.BOM_UTF8, *WIDE)) or b"\x00" in body[:4]:
        encoding: str = json.detect_encoding(body)
    else:
        encoding = _said(body, kind) or ("utf-8" if body.isascii() or not counts("ascii", body) else "cp1252")
    return body.decode(encoding, "replace"), encoding


def _said(body: bytes, kind: str) -> str:
    own = _SAID.search(body, 0, _WITHIN)
    for label in (kind, f"charset={own[1].decode('ascii')}" if own else ""):
        name = charset(label)
        if name and counts(name, body):
            found = codecs.lookup(name).name
            if not found.startswith(("utf-16", "utf-32")):  # they would have shown by their first bytes
                return MEANT.get(found, found)
    return ""
