"""Folded entries → the bytes of an output feed: Atom 1.0, RSS 2.0 or JSON Feed 1.1.

    Publication ──item.tell──▶ Item ──atom | rss | jsonfeed──▶ Published

``item`` decides once what is said of an entry; the three writers only spell it. The same publication gives the
same bytes, whenever and wherever it is written.
"""

from dataclasses import replace

from aggregator.model import Folded, Format, Reject
from aggregator.pipeline.outputs import atom, jsonfeed, rss
from aggregator.pipeline.outputs.item import Item, tell
from aggregator.pipeline.outputs.publication import MEDIA_TYPES, Publication, Published

__all__ = ["MEDIA_TYPES", "Item", "Publication", "Published", "publish", "tell"]

_WRITERS = {"atom": atom.write, "rss": rss.write, "json": jsonfeed.write}


def publish(publication: Publication, format: Format) -> Published:
    """Write an output in one format, its entries in the order given.

    An entry that cannot be told, or that repeats the id of one before it, is left out and named in ``left_out``:
    it never costs the output. Nothing is read from a clock.
    """
    items: dict[str, Item] = {}
    kept: list[Folded] = []
    left_out: list[Reject] = []
    for position, folded in enumerate(publication.entries):
        try:
            item = tell(folded, publication)
            if item.id in items:
                raise ValueError("another entry of this output has the same id")
        except (ValueError, TypeError, OverflowError) as error:
            left_out.append(Reject(position, folded.uid or folded.lead.uid, str(error)))
        else:
            items[item.id] = item
            kept.append(folded)
    told = replace(publication, entries=tuple(kept))
    return Published(_WRITERS[format](told, tuple(items.values())), tuple(left_out))
