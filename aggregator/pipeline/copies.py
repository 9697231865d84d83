"""StoredEntry → Folded: every text once, told by the copy that stands for it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from aggregator.model import Folded, StoredEntry


def fold(entries: Iterable[StoredEntry]) -> tuple[Folded, ...]:
    """Tell every text once, in the order in which its first member comes in ``entries``.

    The copy of the original publisher stands for the text, else one with at least twice as much of it as those before
    it, else the earliest. The permanent id is that of the text's first entry, whoever leads and whether or not that
    entry is still there.
    """
    sets: dict[int, list[StoredEntry]] = defaultdict(list)
    for entry in entries:
        sets[entry.text_set].append(entry)
    return tuple(_folded(members) for members in sets.values())


def _folded(members: Sequence[StoredEntry]) -> Folded:
    by_arrival = sorted({member.id: member for member in members}.values(), key=lambda member: member.id)
    uid = next((member.set_uid for member in by_arrival if member.set_uid), by_arrival[0].uid)
    if len(by_arrival) == 1:
        return Folded(by_arrival[0], (), uid)
    from aggregator.pipeline.originals import leading  # most texts are told by one entry alone

    lead, why = leading(by_arrival)
    return Folded(lead, tuple(m for m in by_arrival if m is not lead), uid, why)
