"""How alike two texts are, and whether that makes them one: in runs of words, with vetoes of numbers and names."""

from collections.abc import Sequence, Set

from aggregator.model.value import value
from aggregator.pipeline.addresses import publisher_of
from aggregator.pipeline.likeness_names import named_apart
from aggregator.pipeline.marks import conflict, marks, numbers, swapped, unmarked
from aggregator.pipeline.shingles import TITLE, common, covered, spoken
from aggregator.pipeline.terms_tables import PLAIN_WORDS

LIKE, DENSE = 0.70, 0.92
"""Share of the shorter text's words that stand in shared runs: of all of it, or from the first of them to the last …"""

REACH, REACH_SHORT = 0.5, 0.65
"""… when these runs reach over so much of it: a long text, or one of LEAST words. Quotes alone reach less far."""

LEAST, SHORT, LONG = 12, 30, 80
TITLE_ALIKE, TITLE_SAME = 0.6, 0.8
"""Entries of one feed, or one site, are one text only when their titles share so many words: a series repeats the
rest. Of a text of fewer than SHORT words, they share nearly all."""

ALL_LIKE = 0.88
"""Of entries of one source, so much of a short text must be shared, and of a long one under another title."""

TELLING, LIKE_TITLED = 6, 0.6
"""A title of so many words that two publishers print is that of one text when so much of it is shared: of teasers, half
as much, and nothing of those of fewer than SHORT words, which every newsroom writes itself."""

KEPT, ENDING, UNSPACED = 4, 2, "\u0e00"
"""A word of a title is another's edit ("opens", "opened") where so many letters stay and no more of its end differ;
scripts that do not part words begin there."""

SHORTER = 0.4
"""A text with less of the other's length is a teaser of it, or none: it is looked for at its beginning."""

_PLAIN = frozenset(word.decode() for plain in PLAIN_WORDS for word in spoken(plain))


@value(frozen=True, slots=True)
class Spoken:
    """A text as it is compared: the words of title and text, without what its feed repeats."""

    title: tuple[bytes, ...]
    words: tuple[bytes, ...]
    feed: int
    site: str = ""  # whose address the entry has
    written: tuple[str, str] = ("", "")  # title and text with their capitals

    def shares_source(self, other: "Spoken") -> bool:
        """Tell whether both are of one feed, or of one publisher's site."""
        return self.feed == other.feed or bool(self.site and self.site == other.site)


@value(frozen=True, slots=True)
class Likeness:
    """How much of the shorter text is in the longer one, 0 to 1, and whether they are one text; ``why`` in words.

    ``titles`` says how alike their titles are: of two that are as good, the one with the same title is the one.
    """

    score: float
    same: bool
    why: str = ""
    titles: float = 0.0


def as_spoken(title: str, text: str, feed: int, *, address: str = "") -> Spoken:
    """Cut a text into words; ``text`` is without what its feed repeats, ``address`` is where the entry leads."""
    return Spoken(tuple(spoken(title, most=TITLE)), tuple(spoken(text)), feed, publisher_of(address), (title, text))


def likeness(one: Spoken, other: Spoken) -> Likeness:
    """Compare two texts of about the same time.

    They are one when the shorter one is nearly all in the longer one, and no number says that they are two numbers of
    a series. Reports of two publishers on one event share quotes and names, not their runs of words.
    """
    small, large = sorted((one, other), key=lambda text: len(text.words))
    alike = _alike(one.title, other.title)
    if alike >= TITLE_ALIKE and conflict(marks(one.title), marks(other.title)):
        return Likeness(0, False, "numbers or dates in the titles differ")
    if len(small.words) < LEAST:
        return _by_title(small, large, alike)
    span = large.words
    if len(small.words) < SHORTER * len(span):
        span = span[: 40 + round(1.3 * len(small.words))]
    count, first, end = covered(small.words, span)
    share, dense, wide = count / len(small.words), count / max(end - first, 1), (end - first) / len(small.words)
    enough = REACH + (REACH_SHORT - REACH) * max(0, LONG - len(small.words)) / (LONG - LEAST)
    same = share >= LIKE or (dense >= DENSE and wide >= enough)
    if same and one.shares_source(other):
        same = _is_told_again(small, alike, share, dense)
    if same and (_told_apart(small.words[first:end], span) or swapped(small.words[first:end], span)):
        return Likeness(0, False, "the numbers in the texts differ")
    if same and (others := named_apart(one.written, other.written)):
        return Likeness(0, False, f"they name others: {others}")
    if not same and alike == 1 and not one.shares_source(other) and len(one.title) >= TELLING:
        own = _beside_title(small, large, count)
        same = own >= (LIKE_TITLED if len(small.words) >= LONG else LIKE_TITLED / 2) or len(small.words) < SHORT
        return Likeness(round(max(share, 0.5), 3), same, f"same title, and {_said(share)}", alike)
    return Likeness(round(share, 3), same, _said(share), alike)


def say_different(one: Sequence[bytes], other: Sequence[bytes]) -> bool:
    """Tell whether each of two titles says something that the other does not: a word more, or another form, is an edit.

    A single letter of a script without blanks is no word.
    """
    mine, yours = ({word.decode() for word in title} for title in (one, other))
    return _says_more(mine, yours) and _says_more(yours, mine)


def _says_more(title: Set[str], other: Set[str]) -> bool:
    own = [word for word in title - other - _PLAIN if not any(_is_edit(word, its) for its in other)]
    return len(own) > 1 or any(len(word) > 1 or word < UNSPACED for word in own)


def _is_edit(word: str, other: str) -> bool:
    """Tell whether a word is another one with a letter changed behind its first, or with another ending."""
    begin = common(word, 0, other, 0)
    mine, yours = word[begin:], other[begin:]
    changed = max(len(mine), len(yours))
    same = begin + common(mine[::-1], 0, yours[::-1], 0)
    mended = begin > 0 and same >= KEPT and changed + begin - same <= 1
    return mended or (begin >= KEPT and changed <= ENDING)


def _is_told_again(small: Spoken, alike: float, share: float, dense: float) -> bool:
    """Tell an entry of one source that came again from the next of a column or a form, with its own words within."""
    long = len(small.words) >= LONG
    titled = alike >= (TITLE_SAME if len(small.words) < SHORT else TITLE_ALIKE)
    return dense >= DENSE if titled and long else (titled or long) and share >= ALL_LIKE


def _beside_title(small: Spoken, large: Spoken, count: int) -> float:
    """What is shared by texts under one title, of ``count`` shared words, if both say the title first: of the rest."""
    size = len(small.title)
    told = small.words[:size] == small.title and large.words[: len(large.title)] == large.title
    return max(0, count - size) / max(1, len(small.words) - size) if told else count / len(small.words)


def _said(share: float) -> str:
    return f"{share:.0%} of the words in shared passages"


def _by_title(small: Spoken, large: Spoken, alike: float) -> Likeness:
    """Entries without a text, or with a few words: the same telling title at two publishers."""
    there = set(large.words[:60]).union(large.title)
    told = sum(word in there for word in small.words) / len(small.words) if small.words else 1.0
    same = alike >= 0.99 and len(small.title) >= TELLING and not small.shares_source(large) and told >= 0.6
    return Likeness(round(told * alike, 3), same, "same title", alike)


def _alike(one: Sequence[bytes], other: Sequence[bytes]) -> float:
    mine, yours = unmarked(one), unmarked(other)
    return len(mine & yours) / max(1, len(mine | yours))


def _told_apart(small: Sequence[bytes], large: Sequence[bytes]) -> bool:
    """Tell whether the numbers of two texts with the same words differ, as those of two weeks' lottery do.

    Most of them do, on either side: between the first shared run and the last, so that a dateline's day is no veto.
    """
    mine = numbers(small)
    if not mine or mine <= numbers(large):
        return False
    _, first, end = covered(large, small)
    yours = numbers(large[first:end])
    return 2 * len(mine - yours) > len(mine) and 2 * len(yours - mine) > len(yours)
