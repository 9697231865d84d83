"""A story as it is told: entries about one event, by several publishers."""

from aggregator.model.kept import Folded
from aggregator.model.value import value


@value(frozen=True, slots=True)
class Quote:
    """A sentence of an entry, word for word, and who wrote it."""

    sentence: str
    publisher: str
    entry: int


@value(frozen=True, slots=True)
class Story:
    """One event and the texts that tell it, in the order in which they came. ``id`` and ``uid`` are permanent."""

    id: int
    uid: str
    title: str
    summary: tuple[Quote, ...]
    texts: tuple[Folded, ...]
    publishers: tuple[str, ...]  # distinct origins, the first to tell it first: who carries another's text is none

    @property
    def coverage(self) -> int:
        """How many publishers tell it in words of their own."""
        return len(self.publishers)


@value(frozen=True, slots=True)
class News:
    """What a text says that its story had not: whole sentences, names, numbers."""

    sentences: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.sentences or self.names or self.numbers)
