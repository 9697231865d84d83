"""Which entries are one text: by their address, by their words, or nearly."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from aggregator.model import Candidate
from aggregator.model.value import value
from aggregator.pipeline.likeness import Likeness, Spoken, likeness, say_different

SAME_TEXT_WITHIN = timedelta(days=7)  # a weekly column may say the same words again; a copy comes sooner
LOOKED_AT = 5
"""So many entries that share a run of words with an entry are compared with it, those that share most first."""

NO_FARTHER = 0.5
"""A copy of a copy is one of the text while the product of their scores is no less: else a chain could lead away."""

LISTED_APART = "listed side by side under titles that say different things"


@value(frozen=True, slots=True)
class Same:
    """The set a text belongs to (the id of its first entry), by which entry, how surely and why.

    For the first itself there is no such entry: ``like`` is 0, and the reason empty or why it is not another's text.
    """

    text_set: int
    reason: str = ""
    like: int = 0
    score: float = 0.0
    kind: Literal["", "same address", "same words", "near"] = ""


def same_text(
    entry: Candidate,
    others: Collection[Candidate],
    *,
    sets: Mapping[int, int],
    near: Sequence[Candidate] = (),
    scores: Mapping[int, float] | None = None,
    spoken: Callable[[Candidate], Spoken] | None = None,
) -> Same:
    """Find the set that an entry belongs to among ``others``, which share its address or its words, or ``near``.

    ``sets`` gives the set of those that were placed already; who came earlier founds the set. Exact matches come
    first: the same canonical address, or the same title and text as one that was founded less than a week apart. The
    week is measured from the founder: from copy to copy, a column that says the same every day would be one text for
    ever. Then those ``near``, which share runs of words (those that share most first), as ``spoken`` gives them;
    ``scores`` says how surely those placed in this batch are copies.
    """
    exact = _exact(entry, others, sets)
    if exact.like or not near or spoken is None:
        return exact
    return _nearly(entry, near, sets, scores or {}, spoken)


def _exact(entry: Candidate, others: Collection[Candidate], sets: Mapping[int, int]) -> Same:
    if not others:
        return Same(entry.id)
    candidates = sorted((o for o in others if o.id in sets and o.id != entry.id), key=lambda other: other.id)
    shared = _shared_addresses([entry, *candidates])
    founded = _founded(candidates, sets)
    found: list[tuple[timedelta, int, int, Literal["same address", "same words"]]] = []
    for other in candidates:
        text_set = sets[other.id]
        apart = abs(entry.published - founded.get(text_set, other.published))
        if _same_address(entry, other, shared):
            found.append((timedelta(0), text_set, other.id, "same address"))
        elif _same_words(entry, other) and apart < SAME_TEXT_WITHIN:
            found.append((apart, text_set, other.id, "same words"))
    if not found:
        return Same(entry.id)
    _, text_set, like, kind = min(found)
    said = "same title and text" if kind == "same words" else kind
    return Same(text_set, f"{said} as entry {like}", like, 1.0, kind)


def _nearly(
    entry: Candidate,
    near: Sequence[Candidate],
    sets: Mapping[int, int],
    scores: Mapping[int, float],
    spoken: Callable[[Candidate], Spoken],
) -> Same:
    """Find the best of those that share runs of words; one that is a copy itself counts as far as it is sure.

    The set of one that its feed lists beside the entry as another text is not the entry's, whatever else is in it.
    """
    candidates = [other for other in near if other.id in sets and other.id != entry.id][:LOOKED_AT]
    founded = _founded(candidates, sets)
    found: list[tuple[float, float, int, Candidate, Likeness]] = []
    apart: dict[int, int] = {}
    mine = spoken(entry)
    for other in candidates:
        text_set = sets[other.id]
        if abs(entry.published - founded.get(text_set, other.published)) >= SAME_TEXT_WITHIN:
            continue
        yours = spoken(other)
        alike = likeness(mine, yours)
        if alike.same and stood_together(entry, other) and say_different(mine.title, yours.title):
            apart.setdefault(text_set, other.id)
        first = text_set == other.id
        sure = alike.score * (1.0 if first else scores.get(other.id, other.same_score) or 1.0)
        if alike.same and (first or sure >= NO_FARTHER):
            found.append((-sure, -alike.titles, other.id, other, alike))
    found = [match for match in found if sets[match[2]] not in apart]
    if not found:
        return Same(entry.id, f"not the text of entry {min(apart.values())}: {LISTED_APART}" if apart else "")
    sure, _, _, other, alike = min(found, key=lambda match: match[:3])
    return Same(sets[other.id], f"nearly the text of entry {other.id}: {alike.why}", other.id, round(-sure, 3), "near")


def stood_together(one: Candidate, other: Candidate) -> bool:
    """Tell whether two entries stood in one document of their feed, and neither took the place of the other."""
    if one.feed != other.feed or one.stood is None or other.stood is None:
        return False
    (_, left), (came, _) = sorted((one.stood, other.stood), key=lambda stood: stood[0])
    return left is None or left >= came or one.stood[0] == other.stood[0]


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
