"""Which entries are one text, and which copy stands for it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from aggregator.model import Candidate, Folded, StoredEntry
from aggregator.model.value import value

SAME_TEXT_WITHIN = timedelta(days=7)  # a weekly column may say the same words again; a copy comes sooner
FULLER = 2.0  # a copy with twice the text stands for the text, although it came later


@value(frozen=True, slots=True)
class Same:
    """The set a text belongs to (the id of its first entry), and why; no reason for the first itself."""

    text_set: int
    reason: str = ""


def same_text(entry: Candidate, others: Collection[Candidate], *, sets: Mapping[int, int]) -> Same:
    """Find the set that an entry belongs to among ``others``, which share its address or its words.

    ``sets`` gives the set of those that were placed already; who came earlier founds the set. Exact first version:
    the same canonical address, or the same title and text as one that was founded less than a week apart. The week is
    measured from the founder: from copy to copy, a column that says the same every day would be one text for ever.
    """
    if not others:
        return Same(entry.id)
    candidates = sorted((o for o in others if o.id in sets and o.id != entry.id), key=lambda other: other.id)
    shared = _shared_addresses([entry, *candidates])
    founded = _founded(candidates, sets)
    found = []
    for other in candidates:
        text_set = sets[other.id]
        apart = abs(entry.published - founded.get(text_set, other.published))
        if _same_address(entry, other, shared):
            found.append((timedelta(0), text_set, other.id, "same address"))
        elif _same_words(entry, other) and apart < SAME_TEXT_WITHIN:
            found.append((apart, text_set, other.id, "same title and text"))
    if not found:
        return Same(entry.id)
    _, text_set, like, reason = min(found)
    return Same(text_set, f"{reason} as entry {like}")


def fold(entries: Iterable[StoredEntry]) -> tuple[Folded, ...]:
    """Tell every text once, in the order in which its first member comes in ``entries``.

    The earliest copy stands for the text, unless a later one has at least twice as much of it. The permanent id is
    that of the text's first entry, whoever leads and whether or not that entry is still there.
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
    uid = next((member.set_uid for member in by_arrival if member.set_uid), by_arrival[0].uid)
    return Folded(lead, tuple(m for m in by_arrival if m is not lead), uid)


def _founded(candidates: Sequence[Candidate], sets: Mapping[int, int]) -> dict[int, datetime]:
    """Say when the founder of each set was published, as its members remember it or as it says itself."""
    told = {o.text_set: o.set_founded for o in candidates if o.set_founded and o.text_set == sets[o.id]}
    return told | {o.id: o.published for o in candidates if sets[o.id] == o.id}


def _same_address(entry: Candidate, other: Candidate, shared: frozenset[str]) -> bool:
    return entry.key != "" and entry.key == other.key and entry.key not in shared


def _same_words(entry: Candidate, other: Candidate) -> bool:
    return entry.words != "" and entry.words == other.words


def _shared_addresses(entries: Sequence[Candidate]) -> frozenset[str]:
    """Find addresses under which one feed tells several texts: pages (a home, a changelog), not entries."""
    texts: dict[tuple[str, int], set[str]] = defaultdict(set)
    for entry in entries:
        texts[entry.key, entry.feed].add(entry.words or entry.title)
    return frozenset(key for (key, _), different in texts.items() if len(different) > 1)
