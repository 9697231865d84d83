"""A story on its way into an issue, and the place that it gets there."""

from datetime import datetime

from aggregator.model.kept import Folded
from aggregator.model.story import Quote, Story
from aggregator.model.value import value


@value(frozen=True, slots=True)
class Told:
    """The last issue of a digest that told a story: its period, up to when it knew what there was, and what was named.

    ``texts`` are the text sets of the story that stood in this or an earlier issue.
    """

    period: str
    until: datetime
    texts: frozenset[int] = frozenset()


@value(frozen=True, slots=True)
class Telling:
    """A story as an issue may tell it: ``lead`` speaks for it, ``fresh`` are the texts that its readers do not know."""

    story: Story
    lead: Folded
    fresh: tuple[Folded, ...]
    told: str = ""  # the period of the last issue that told it; empty when none did
    news: tuple[Quote, ...] = ()  # what ``fresh`` adds to what was told then
    novelty: float = 1.0  # the part of ``fresh`` that its readers do not know, 0 to 1: of 0 no issue has to tell
    besides: tuple[Folded, ...] = ()  # texts that are new, and add nothing to ``news``

    @property
    def title(self) -> str:
        """The headline: its publisher's, as is the link below it."""
        return self.lead.lead.entry.title

    @property
    def others(self) -> tuple[Folded, ...]:
        """The texts that tell it besides the lead: of a story that comes back, only those that are new."""
        return tuple(text for text in (*self.fresh, *self.besides) if text is not self.lead)


@value(frozen=True, slots=True)
class Part:
    """A factor of a score: what it is called, what it comes to, and why in words."""

    name: str
    value: float
    words: str


@value(frozen=True, slots=True)
class Ranked:
    """A story with its place: ``score`` is the product of its ``parts``, ``why`` says them in words."""

    telling: Telling
    score: float
    parts: tuple[Part, ...]
    why: str


@value(frozen=True, slots=True)
class Ranking:
    """What was chosen, best first, how many were left out, and the best of these."""

    chosen: tuple[Ranked, ...]
    left_out: int = 0
    rest: tuple[Ranked, ...] = ()
