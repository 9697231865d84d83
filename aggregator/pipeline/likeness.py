"""How alike two texts are, and whether that makes them one: in runs of words, with vetoes of numbers and names."""

from collections.abc import Sequence, Set
from functools import cached_property

from aggregator.model.value import value
from aggregator.pipeline.addresses import publisher_of
from aggregator.pipeline.likeness_names import Written, named_apart
from aggregator.pipeline.marks import Figures, conflict, figures, marks, numbers, swapped, unmarked
from aggregator.pipeline.shingles import TITLE, common, spoken
from aggregator.pipeline.shingles_runs import Runs, covered
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


class Spoken:
    """A text as it is compared, without what its feed repeats; what is told of it alone is found once, when needed.

    ``address`` is where the entry leads.
    """

    def __init__(self, title: str, text: str, feed: int, *, address: str = "") -> None:
        self.written = Written(title, text)
        self.feed, self._address = feed, address

    @cached_property
    def title(self) -> list[bytes]:
        """The words of the title."""
        return spoken(self.written.title, most=TITLE)

    @cached_property
    def marks(self) -> frozenset[bytes]:
        """What tells the title from the next one of a series."""
        return marks(self.title)

    @cached_property
    def unmarked(self) -> frozenset[bytes]:
        """The other words of the title."""
        return unmarked(self.title)

    @cached_property
    def words(self) -> list[bytes]:
        """The words of the text."""
        return spoken(self.written.text)

    @cached_property
    def runs(self) -> Runs:
        """The runs of the text's words."""
        return Runs(self.words)

    @cached_property
    def figures(self) -> Figures:
        """The numbers of the text."""
        return figures(self.words)

    @cached_property
    def site(self) -> str:
        """Whose address the entry has."""
        return publisher_of(self._address)

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


def likeness(one: Spoken, other: Spoken) -> Likeness:
    """Compare two texts of about the same time.

    They are one when the shorter one is nearly all in the longer one, and no number says that they are two numbers of
    a series. Reports of two publishers on one event share quotes and names, not their runs of words.
    """
    alike = len(one.unmarked & other.unmarked) / max(1, len(one.unmarked | other.unmarked))
    if alike >= TITLE_ALIKE and conflict(one.marks, other.marks):
        return Likeness(0, False, "numbers or dates in the titles differ")
    small, large = sorted((one, other), key=lambda text: len(text.words))
    if len(small.words) < LEAST:
        return _by_title(small, large, alike)
    span = large.runs
    if len(small.words) < SHORTER * len(span.words):
        span = span.within(0, 40 + round(1.3 * len(small.words)))
    count, first, end = covered(small.runs, span)
    share, dense, wide = count / len(small.words), count / max(end - first, 1), (end - first) / len(small.words)
    enough = REACH + (REACH_SHORT - REACH) * max(0, LONG - len(small.words)) / (LONG - LEAST)
    same = share >= LIKE or (dense >= DENSE and wide >= enough)
    if same and one.shares_source(other):
        same = _is_told_again(small, alike, share, dense)
    if same and _numbers_differ(small, large.figures.within(0, len(span.words)), span, first, end):
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


def _numbers_differ(small: Spoken, yours: Figures, span: Runs, first: int, end: int) -> bool:
    """Tell whether the numbers of two texts with the same words differ, as those of two weeks' lottery do.

    One does, between the same two words; or most do, on either side: between the first shared run and the last, so that
    a dateline's day is no veto.
    """
    mine = small.figures.within(first, end)
    if swapped(mine, yours):
        return True
    own = numbers(mine)
    if not own or own <= numbers(yours):
        return False
    _, begin, last = covered(span, small.runs.within(first, end))
    others = numbers(yours.within(begin, last))
    return 2 * len(own - others) > len(own) and 2 * len(others - own) > len(others)
