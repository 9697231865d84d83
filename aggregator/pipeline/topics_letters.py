"""What words are made of beyond ASCII; a run that meets none of it never loads this."""

import re
import unicodedata

SCRIPTS = (*range(0x300, 0x1100), *range(0x1780, 0x1800), *range(0x1DC0, 0x1E00), *range(0xFE20, 0xFE30))
MARKS = "".join(chr(code) for code in SCRIPTS if unicodedata.category(chr(code)) in ("Mn", "Mc"))
LETTER = rf"[\w{MARKS}]"  # vowel signs are part of a word in Indic and Arabic script, but not of \w
TOKEN = re.compile(LETTER + "+")
PLAIN = re.compile(rf"[\w{MARKS}\s'’.-]+")  # only these lose nothing when cut into tokens
