"""Which topics an entry has, and why: by words, by its feed, by its own categories."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from hashlib import blake2b

from aggregator.config import TopicConfig
from aggregator.config.mediatopics import code, narrower
from aggregator.model import Candidate, Category, Tag
from aggregator.model.value import value

GAP = "  "
MATCHING = "1"  # counted up when the same words match otherwise, so that what is stored is tagged anew
ASCII_GAPS = {code: " " for code in range(128) if not (chr(code).isalnum() or chr(code) == "_")}
PLAIN_ASCII = re.compile(r"[\w\s'.-]+")
UNSPACED = (
    ("\u0e00", "\u0eff"),
    ("\u1000", "\u109f"),
    ("\u1780", "\u17ff"),
    ("\u3040", "\u30ff"),
    ("\u3400", "\u9fff"),
    ("\uf900", "\ufaff"),
)
"""First and last letters of scripts that are written without blanks."""


@value(frozen=True, slots=True)
class Pattern:
    """One word, phrase or prefix of a topic, ready to be looked up."""

    text: str  # as written in feeds.yaml
    spaced: str = ""  # as it stands in Reading.spaced
    first: str = ""  # its first word, or all of it: a text without it need not be looked at any closer
    literal: re.Pattern[str] | None = None  # for what tokens cannot hold: "C++", scripts written without blanks


@value(frozen=True, slots=True)
class Rules:
    """All topics of feeds.yaml, compiled; ``version`` changes when a rule does, so that old entries are tagged anew."""

    version: str
    topics: tuple[TopicConfig, ...]
    words: tuple[tuple[Pattern, ...], ...]
    excludes: tuple[tuple[Pattern, ...], ...]
    names: tuple[tuple[str, ...], ...]  # what a publisher's category may be called, normalised
    iptc: tuple[frozenset[str], ...]  # ids of its IPTC Media Topic and of those below it


@value(frozen=True, slots=False)
class Reading:
    """A folded title or text."""

    folded: str

    @cached_property
    def spaced(self) -> str:
        """Its words set apart by two blanks, so that each has a blank of its own each side."""
        return f" {GAP.join(tokens(self.folded))} "


def reading(text: str) -> Reading:
    """Make a title or text ready to be searched."""
    return Reading(fold(text))


def tokens(folded: str) -> list[str]:
    """Cut a folded text into its words; four times faster where it is plain ASCII, and the same."""
    if folded.isascii():
        return folded.translate(ASCII_GAPS).split()
    from aggregator.pipeline.topics_letters import TOKEN  # a run without news hardly ever loads it

    return TOKEN.findall(folded)


def compile_rules(topics: Sequence[TopicConfig], *, feeds: Iterable[object] = ()) -> Rules:
    """Make the topics ready for matching; ``feeds`` are further settings that a tag depends on."""
    facts = [(t.name, t.title, t.words, t.excludes, t.about, t.like, t.iptc) for t in topics]
    settings = MATCHING + repr(facts) + repr(list(feeds))
    return Rules(
        version=blake2b(settings.encode(), digest_size=8).hexdigest(),
        topics=tuple(topics),
        words=tuple(tuple(pattern(word) for word in topic.words) for topic in topics),
        excludes=tuple(tuple(pattern(word) for word in topic.excludes) for topic in topics),
        names=tuple(_names(topic) for topic in topics),
        iptc=tuple(narrower(topic.iptc) if topic.iptc else frozenset() for topic in topics),
    )


def tag(entry: Candidate, rules: Rules, *, fixed: Sequence[str] = ()) -> tuple[Tag, ...]:
    """Tag an entry: at most one tag a topic, with the strongest evidence (feed, then category, then words).

    ``fixed`` are the topics that feeds.yaml gives to every entry of its feed. A phrase under ``not:`` vetoes the
    words of its topic, not the feed or the category.
    """
    title, text = reading(entry.title), reading(entry.text)
    categories = {normal(name): name for c in entry.categories for name in (c.term, c.label) if name}
    tags = []
    rows = zip(rules.topics, rules.words, rules.excludes, rules.names, rules.iptc, strict=True)
    for topic, words, excludes, names, iptc in rows:
        if topic.name in fixed:
            tags.append(Tag(topic.name, "feed", "every entry of this feed has it (feeds.yaml)"))
        elif own := next((categories[name] for name in names if name in categories), ""):
            tags.append(Tag(topic.name, "category", f"the publisher files it under “{own}”"))
        elif iptc and (filed := mediatopic_of(entry.categories, iptc)):
            tags.append(Tag(topic.name, "category", f"the publisher files it under “{filed}” (IPTC Media Topics)"))
        elif (said := evidence(words, title, text)) and not matches(excludes, title, text):
            tags.append(Tag(topic.name, "words", said))
    return tuple(tags)


def filed_under(entry: Candidate, rules: Rules) -> tuple[bool, ...]:
    """Tell for each topic whether the publisher's own categories name it."""
    names = {normal(name) for c in entry.categories for name in (c.term, c.label) if name}
    rows = zip(rules.names, rules.iptc, strict=True)
    return tuple(not names.isdisjoint(own) or bool(mediatopic_of(entry.categories, ids)) for own, ids in rows)


def mediatopic_of(categories: Iterable[Category], ids: frozenset[str]) -> str:
    """Name the first category that is one of these IPTC Media Topics; empty when none is."""
    for category in categories if ids else ():
        bare = category.term.isdigit() and "mediatopic" not in category.scheme
        if not bare and code(category.term) in ids:
            return category.label or category.term
    return ""


def matches(patterns: Iterable[Pattern], title: Reading, text: Reading) -> bool:
    """Tell whether any pattern stands in the title or in the text."""
    return any(count(pattern, title) or count(pattern, text) for pattern in patterns)


def evidence(patterns: Sequence[Pattern], title: Reading, text: Reading) -> str:
    """Name the patterns that were found, those of the title first; empty when there is none."""
    in_title = [f"“{p.text}”" for p in patterns if count(p, title)]
    in_text = [(p.text, n) for p in patterns if (n := count(p, text))]
    parts = [f"{', '.join(in_title)} in the title"] if in_title else []
    if in_text:
        parts.append(", ".join(f"“{w}”" + (f" {n} times" if n > 1 else "") for w, n in in_text[:6]) + " in the text")
    return "; ".join(parts)


def pattern(word: str) -> Pattern:
    """Read one word of feeds.yaml: a whole word, a phrase, or a ``prefix*``."""
    folded = fold(word.strip())
    bare, prefix = folded.rstrip("*"), folded.endswith("*")
    if not bare.isascii() and any(first <= char <= last for first, last in UNSPACED for char in bare):
        return Pattern(word, first=bare, literal=re.compile(re.escape(bare)))
    end = "" if prefix else " "
    if _is_plain(bare):
        words = tokens(bare)
        return Pattern(word, f" {GAP.join(words)}{end}", words[0] if words else "")
    from aggregator.pipeline.topics_letters import LETTER

    whole = f"(?<!{LETTER}){re.escape(bare)}" + ("" if prefix else f"(?!{LETTER})")
    return Pattern(word, first=bare, literal=re.compile(whole))


def _is_plain(bare: str) -> bool:
    """Tell whether a word or phrase loses nothing when it is cut into tokens."""
    if bare.isascii():
        return bool(PLAIN_ASCII.fullmatch(bare))
    from aggregator.pipeline.topics_letters import PLAIN

    return bool(PLAIN.fullmatch(bare))


def count(pattern: Pattern, text: Reading) -> int:
    """Count how often a pattern stands in a text, as whole words."""
    if pattern.first not in text.folded:
        return 0
    if pattern.literal:
        return len(pattern.literal.findall(text.folded))
    return text.spaced.count(pattern.spaced) if pattern.spaced else 0


def fold(text: str) -> str:
    """Fold case and compatibility forms, so that words compare as people read them."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


@lru_cache(maxsize=4096)  # a feed names the same few categories in every entry
def normal(text: str) -> str:
    """Fold a name to its tokens: "Foreign-Policy" and "foreign policy" are one."""
    return " ".join(tokens(fold(text)))


def _names(topic: TopicConfig) -> tuple[str, ...]:
    return tuple(normal(name) for name in (topic.name, topic.title, *(w for w in topic.words if "*" not in w)))
