"""Folded entries, stories, or issues → the bytes of an output feed: Atom 1.0, RSS 2.0 or JSON Feed 1.1.

    Publication ──item.tell | covered.tell_story | numbered.tell_issue──▶ Item ──atom | rss | jsonfeed──▶ Published

``item``, ``covered`` and ``numbered`` decide once what is said of one; the three writers only spell it, each item by
itself. The same publication gives the same bytes, whenever and wherever it is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from aggregator.model import Folded, Format, Reject, Story
from aggregator.pipeline.outputs import atom, jsonfeed, rss
from aggregator.pipeline.outputs.covered import tell_story
from aggregator.pipeline.outputs.item import Item, tell
from aggregator.pipeline.outputs.numbered import tell_issue
from aggregator.pipeline.outputs.publication import MEDIA_TYPES, Numbered, Publication, Published
from aggregator.pipeline.plain import tidy

__all__ = ["MEDIA_TYPES", "Item", "Numbered", "Publication", "Published", "publish", "tell", "tell_issue", "tell_story"]


class Spelling(Protocol):
    """A format: how one entry is written, and the document around them all."""

    def render(self, item: Item, /) -> Any:
        """Return what ``write`` puts into the document. Raises ValueError when the format cannot hold it."""

    def write(self, publication: Publication, rendered: Sequence[Any], /) -> bytes:
        """Return the document."""


_SPELLED: Mapping[Format, Spelling] = {"atom": atom, "rss": rss, "json": jsonfeed}


def publish(publication: Publication, format: Format) -> Published:
    """Write an output in one format, its entries in the order given.

    An entry that cannot be told or spelled, or that repeats the id of one before it, is left out and named in
    ``left_out``: it never costs the output. Nothing is read from a clock.
    """
    spelling = _SPELLED[format]
    rendered: dict[str, Any] = {}
    kept: list[Folded | Story | Numbered] = []
    left_out: list[Reject] = []
    for position, one in enumerate(publication.entries):
        try:
            item = _told(one, publication)
            if item.id in rendered:
                raise ValueError("another entry of this output has the same id")
            rendered[item.id] = spelling.render(item)
        except (ValueError, TypeError, OverflowError) as error:
            left_out.append(Reject(position, tidy(_name(one)), tidy(str(error))))
        else:
            kept.append(one)
    told = replace(publication, entries=tuple(kept))
    return Published(spelling.write(told, tuple(rendered.values())), tuple(left_out))


def _told(one: Folded | Story | Numbered, publication: Publication) -> Item:
    match one:
        case Story():
            return tell_story(one, publication)
        case Numbered():
            return tell_issue(one, publication)
        case _:
            return tell(one, publication)


def _name(one: Folded | Story | Numbered) -> str:
    return one.uid or one.lead.uid if isinstance(one, Folded) else one.uid
