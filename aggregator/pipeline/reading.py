"""How long a text takes to read."""

import re

WORDS, SIGNS = 230, 500
"""What is read in a minute: words of an alphabet (Brysbaert, 2019: 238 a minute of English), or ideographs and kana."""

_SIGNS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORDS = re.compile(r"\w[\w'’-]*")


def minutes(*texts: str) -> int:
    """Say how many minutes these texts take, at least one when there is anything to read."""
    signs = sum(len(_SIGNS.findall(text)) for text in texts)
    words = sum(len(_WORDS.findall(_SIGNS.sub(" ", text))) for text in texts)
    exact = words / WORDS + signs / SIGNS
    return max(1, round(exact)) if exact else 0
