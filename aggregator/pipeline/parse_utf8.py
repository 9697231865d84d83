"""Bytes that should be UTF-8 → bytes that are: one sign that was cut in the middle leaves all others as they are.

Programs that cut a teaser after so many bytes leave half a sign, and old databases give a sign as two halves of UTF-16.
Others paste a byte of Windows-1252. Whoever then takes the whole document for Windows-1252 spoils every other entry.
"""

import re
from contextlib import suppress

_SIGN = re.compile("[^\x00-\x7f\udc80-\udcff]")
_STRAY = re.compile("[\udc80-\udcff]+")
_MEANT = {0xDC80 + place: bytes([0x80 + place]).decode("cp1252", "replace") for place in range(128)}
_HALVES = re.compile(rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]")  # CESU-8: Unicode Technical Report 26
_PLAINLY_CUT = re.compile("\udce2[\udc80-\udc9f]|\udcf0\udc9f[\udc80-\udcbf]?")
_CUT = re.compile(
    "\udced[\udca0-\udcbf][\udc80-\udcbf]|[\udce0-\udcef][\udc80-\udcbf]|[\udcf0-\udcf4][\udc80-\udcbf]{1,2}"
    "|[\udcc0\udcc1][\udc80-\udcbf]"
    r"|[\udcc2\udcc3\udce2](?![^\W\d_])"  # as letters, words neither end with these nor stand they alone
)
_PLAIN = re.compile("[\xa0-\xff\u2000-\u27ff\ufeff\ufffd\U00010000-\U0010ffff]")
"""Signs whose bytes make no words in Windows-1252 (“Ã©”, “â€™”, “ðŸ˜€”), as those of “é\xa0»” in French do."""

_SHORT = 3
"""Bytes that follow each other where a sign was cut, at most; in documents of another script there are longer words."""


def as_utf8(body: bytes) -> bytes:
    """Return the document in UTF-8: half a sign is U+FFFD, other bytes that are none are those of Windows-1252.

    All bytes are, where few signs beyond ASCII are UTF-8, and none plainly. Where stray bytes follow each other, and
    not as half a sign, it is left as it is: letters with a mark stand among plain ones, whole words are of another
    script.
    """
    with suppress(UnicodeDecodeError):
        body.decode()
        return body
    text, stray = _read(body)
    many, plain = sum(map(len, stray)), _PLAIN.search(text)
    if many >= len(_SIGN.findall(text)):
        if many >= 2 * len(stray) and not (plain and max(map(len, stray)) <= _SHORT):
            return body
        if not plain:
            return body.decode("cp1252", "replace").encode()
    return _CUT.sub("\ufffd", text).translate(_MEANT).encode()


def is_utf8(body: bytes) -> bool:
    """Tell whether a document with bytes that are no UTF-8 is it plainly, but for signs that were cut."""
    text, _ = _read(body)
    return bool(_PLAIN.search(text)) and not _STRAY.search(_CUT.sub("", text))


def _read(body: bytes) -> tuple[str, list[str]]:
    text = _HALVES.sub(_whole, body).decode("utf-8", "surrogateescape")
    text = _PLAINLY_CUT.sub("\ufffd", text)
    return text, _STRAY.findall(text)


def _whole(halves: re.Match[bytes]) -> bytes:
    _, high, middle, _, low, last = halves[0]
    code = (high & 0x0F) << 16 | (middle & 0x3F) << 10 | (low & 0x0F) << 6 | last & 0x3F
    return chr(0x10000 + code).encode()
