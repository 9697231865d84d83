"""Which entries are one text, and which copy stands for it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from aggregator.model import Folded, StoredEntry

SAME_TEXT_WITHIN = timedelta(days=7)  # a weekly column may open with the same words; a copy comes sooner
FULLER = 2.0  # a copy with twice the text stands for the text, although it came later


@dataclass(frozen=True, slots=True)
class Same:
    """The set a text belongs to (the id of its first entry), and why; no reason for the first itself."""

    text_set: int
    reason: str = ""


def same_text(entry: StoredEntry, others: Iterable[StoredEntry], *, sets: Mapping[int, int]) -> Same:
    """Find the set that an entry belongs to among ``others``, which share its address or its words.

    ``sets`` gives the set of those that were placed already; who came earlier founds the set. Exact first version:
    the same canonical address, or the same title and text within a week.
    """
    candidates = sorted((o for o in others if o.id in sets and o.id != entry.id), key=lambda other: other.id)
    shared = _shared_addresses([entry, *candidates])
    found = []
    for other in candidates:
        reason = _reason(entry, other, shared)
        if reason:
            found.append((sets[other.id], reason))
    if not found:
        return Same(entry.id)
    text_set, reason = min(found)
    return Same(text_set, reason)


def fold(entries: Iterable[StoredEntry]) -> tuple[Folded, ...]:
    """Tell every text once, in the order in which its first member comes in ``entries``.

    The earliest copy stands for the text, unless a later one has at least twice as much of it. The permanent id is
    that of the text's first entry, whoever leads.
    """
    sets: dict[int, list[StoredEntry]] = defaultdict(list)
    for entry in entries:
        sets[entry.text_set].append(entry)
    return tuple(_folded(members) for members in sets.values())


def _folded(members: Sequence[StoredEntry]) -> Folded:
    by_arrival = sorted({member.id: member for member in members}.values(), key=lambda member: member.id)
    lead = by_arrival[0]
    for member in by_arrival[1:]:
        if len(member.entry.text) >= FULLER * max(len(lead.entry.text), 1):
            lead = member
    return Folded(lead, tuple(m for m in by_arrival if m is not lead), by_arrival[0].uid)


def _reason(entry: StoredEntry, other: StoredEntry, shared: frozenset[str]) -> str:
    mine, theirs = entry.entry, other.entry
    if mine.key and mine.key == theirs.key and mine.key not in shared:
        return f"same address as entry {other.id}"
    near = abs(mine.published - theirs.published) <= SAME_TEXT_WITHIN
    if mine.words and mine.words == theirs.words and near:
        return f"same title and text as entry {other.id}"
    return ""


def _shared_addresses(entries: Sequence[StoredEntry]) -> frozenset[str]:
    """Find addresses under which one feed tells several texts: pages (a home, a changelog), not entries."""
    texts: dict[tuple[str, int], set[str]] = defaultdict(set)
    for stored in entries:
        texts[stored.entry.key, stored.source.id].add(stored.entry.words or stored.entry.title)
    return frozenset(key for (key, _), different in texts.items() if len(different) > 1)
