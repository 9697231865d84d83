"""A text's terms: its words without endings, its names and its numbers, in any script."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from aggregator.pipeline.terms_tables import PLAIN_WORDS, UNSPACED_SCRIPTS

_WORD = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_][^\W_]*(?:[.'’&-][^\W_]+)*")
_INSIDE = ".,:'&-"  # signs that may stand inside of a word or a number
_BLANKS = bytes(code if chr(code).isalnum() or chr(code) in _INSIDE else 32 for code in range(128)) + bytes(128)
_UNSPACED = re.compile(f"[{UNSPACED_SCRIPTS}]+")
_SENTENCE_END = re.compile(r"([.!?…][\"'”’»)\]]*)\s+(?=[\"'“‘«(\[]*[^\W_a-z])|([。！？؟।۔])[ \t]*")
_SHORT = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Lt|Col|Sgt|St|Jr|Sr|No|vs|Jan|Feb|Aug|Sept|Oct|Nov|Dec|Nr|Bd|bzw|etc)"
    r"|(?:^|[\s.(])[^\W\d_])\.$"
)
LONGEST_TERM = 40


def words(text: str) -> list[str]:
    """Cut a text into words and numbers as written; scripts without blanks into pairs of characters."""
    if text.isascii():
        return _ascii_words(text)
    if not _UNSPACED.search(text):
        return _WORD.findall(text)
    found: list[str] = []
    at = 0
    for run in _UNSPACED.finditer(text):
        found += _WORD.findall(text, at, run.start())
        signs = run[0]
        found += [signs[n : n + 2] for n in range(len(signs) - 1)] or [signs]
        at = run.end()
    return found + _WORD.findall(text, at)


def _ascii_words(text: str) -> list[str]:
    """What ``_WORD`` finds, in half of the time: most words need not be looked at letter by letter."""
    parts = text.encode().translate(_BLANKS).decode().split()  # bytes: signs of a text are looked up one by one
    found, done = list[str](), 0
    for at in [at for at, part in enumerate(parts) if not part.isalpha()]:
        bare = parts[at].strip(_INSIDE)
        if bare.isalpha():
            parts[at] = bare
        else:
            found += parts[done:at]
            found += _WORD.findall(bare)
            done = at + 1
    return found + parts[done:] if done else parts


def terms(text: str) -> list[str]:
    """List the terms of a text in their order: what is not an everyday word, without its ending."""
    return [found for word in words(text) if (found := term(word))]


@lru_cache(maxsize=1 << 16)
def term(word: str) -> str:
    """Give what ``reduced`` gives, from memory where the word was met."""
    return reduced(word)


def reduced(word: str) -> str:
    """Reduce a word to what its forms share; "" for everyday words and single letters.

    Endings are cut lightly, in Latin script only: a term need not be a word, it must be the same for "sacks", "sacked"
    and "sacking". Numbers lose the signs between their digits ("14,000" is 14000, "1.5" stays).
    """
    if word[0].isdigit():
        return number(word)
    low = word.casefold().replace("’", "'")
    if low in PLAIN_WORDS and not (len(word) > 1 and word.isupper()):  # WHO, US, IT are names
        return ""
    if not low.isalpha():
        low = low.removesuffix("'s").replace("'", "").replace(".", "").replace("-", "")
    low = low[:LONGEST_TERM]
    if len(low) < 2 and low.isascii():
        return ""
    return _stem(low) if low.isascii() else low


def number(word: str) -> str:
    """Write a number in one way: no separators of thousands, no zeros at the end of a fraction."""
    word = word.replace(",", "") if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", word) else word.replace(",", ".")
    word = word.replace(".", "") if re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}|[1-9]\d{0,2}\.000", word) else word
    return word.rstrip("0").rstrip(".") if re.fullmatch(r"\d+\.\d+", word) else word


def numbers(text: str) -> list[str]:
    """List the numbers of a text, each written in one way."""
    return [number(word) for word in re.findall(r"(?<![^\W_])\d+(?:[.,:]\d+)*", text)]


def names(sentence: str) -> list[str]:
    """List the names of a sentence: runs of capitalised words, but for the first word alone. Scripts with case only."""
    found: list[list[str]] = []
    at, end = -2, 0
    for place, match in enumerate(_WORD.finditer(sentence)):
        word = match[0]
        if not word[0].isupper() or (place == 0 and word.casefold() in PLAIN_WORDS):
            continue
        joined = found and at == place - 1 and not re.search(r"[.,;:!?()\"“”]", sentence[end : match.start()])
        if joined:
            found[-1].append(word)
        else:
            found.append([word])
        at, end = place, match.end()
    first = words(sentence)[:1]
    return [" ".join(run) for run in found if run != first and any(term(word) for word in run)]


def sentences(text: str) -> Iterator[str]:
    """Cut plain text into sentences; a line break ends one, an abbreviation or an initial does not."""
    for line in text.split("\n"):
        before = ""
        for part in _SENTENCE_END.sub(lambda end: f"{end[1] or end[2]}\n", line).split("\n"):
            part = f"{before} {part}".strip()
            before = part if _SHORT.search(part) else ""
            if part and not before:
                yield part
        if before:
            yield before


def shared(one: frozenset[str], other: frozenset[str]) -> float:
    """Say how much two sets of terms share: the cosine of their indicator vectors, 0 to 1."""
    return len(one & other) / (len(one) * len(other)) ** 0.5 if one and other else 0.0


def _stem(word: str) -> str:
    size = len(word)
    if size < 4 or word[-1] not in _LAST or (not word.isalpha() and any(map(str.isdigit, word))):
        return word
    for ending, instead, least in _ENDINGS:
        if size >= least and word.endswith(ending):
            return _closed(word[: size - len(ending)] + instead)
    return word


def _closed(word: str) -> str:
    """Give what an ending leaves the shape that other forms of the word have: no doubled consonant, no last e."""
    if len(word) > 3 and word[-1] == word[-2] and word[-1] in "bdgmnprt":
        return word[:-1]
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


_ENDINGS: Sequence[tuple[str, str, int]] = (
    ("isations", "iz", 10),
    ("izations", "iz", 10),
    ("isation", "iz", 9),
    ("ization", "iz", 9),
    ("sses", "ss", 6),
    ("ies", "y", 5),
    ("ied", "y", 5),
    ("ings", "", 7),
    ("ing", "", 6),
    ("ed", "", 5),
    ("ss", "ss", 4),
    ("us", "us", 4),
    ("is", "is", 4),
    ("s", "", 4),
    ("e", "e", 5),
)
_LAST = frozenset(ending[-1] for ending, *_ in _ENDINGS)
