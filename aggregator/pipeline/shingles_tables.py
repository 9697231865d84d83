"""Tables about words: which signs part them, which are nothing, and which scripts do not part them at all."""

import re

FOLDED = bytes(ord(chr(code).lower()) if chr(code).isalnum() or code > 127 else 32 for code in range(128)) + bytes(
    range(128, 256)
)
"""Capitals to small letters, every sign of ASCII to a blank; what is beyond stays."""

GONE = b"'.,"
"""Signs inside of words and numbers: don't, U.S., 1,000."""

SILENT = ("\u2019", "\u00ad", "\u200b", "\u200c", "\u200d", "\ufeff", "\u02bc")
"""What stands inside of words beyond ASCII: apostrophes, soft hyphens, marks that do not show."""

SIGNS = (
    (b"\xc2", re.compile(b"\xc2[\x80-\xbf]")),  # U+0080 to U+00BF: no-break space, pound, guillemets
    (b"\xe2\x80", re.compile(b"\xe2\x80[\x80-\xbf]")),  # U+2000 to U+203F: spaces, dashes, quotes, bullets
    (b"\xe3\x80", re.compile(b"\xe3\x80[\x80-\x9f]")),  # U+3000 to U+301F: stops, commas and quotes of East Asia
    (b"\xef\xbc", re.compile(b"\xef\xbc[\x80-\x8f\x9a-\xa0\xbb-\xbf]")),  # U+FF00 …: the signs of ASCII, full width
)
"""Signs beyond ASCII, encoded: how they begin, and all of them. They part words."""

FEW = bytes(range(0xE0))
"""Bytes of scripts that part their words, for the most part: whoever has others is looked at letter by letter."""

UNSPACED = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
"""A pattern of Thai, Lao, Burmese, Khmer, kana and Han, one letter each; it is compiled for who reads them."""
