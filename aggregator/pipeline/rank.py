"""Folded → Ranking: what comes first, what is left out, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, log2
from statistics import median

from aggregator.model import Folded

FADE = 0.7
"""What each further entry of one publisher is worth beside the one before."""

_YOUNG, _OLD = timedelta(hours=6), timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A text with its place: ``score`` before the share of its publisher, ``why`` in plain words."""

    folded: Folded
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """What was chosen, best first, and how many were left out."""

    chosen: tuple[Ranked, ...]
    left_out: int = 0


def rank(folded: Sequence[Folded], *, now: datetime, size: int) -> Ranking:
    """Choose at most ``size`` texts, best first.

    The score is recency times coverage: half for what is as old as the middle of the pile (so that a daily and a
    monthly digest both have a scale), and one more for each doubling of the publishers that carry it. Then each
    publisher gets its fair share: a further entry of one publisher counts ``FADE`` of the one before, and beyond one
    and a half times its even part (at least two) it waits until nobody else has anything left.

    The same input gives the same order: equal scores stand in order of their uid.
    """
    if not folded or size < 1:
        return Ranking((), len(folded))
    half = _half_life(folded, now=now)
    shelves: dict[str, list[tuple[float, str, Folded]]] = {}
    for text in folded:
        shelves.setdefault(_publisher(text), []).append((-_score(text, now=now, half=half), _uid(text), text))
    for shelf in shelves.values():
        shelf.sort(key=lambda item: item[:2], reverse=True)
    chosen = _deal(shelves, now=now, size=size)
    return Ranking(tuple(chosen), len(folded) - len(chosen))


def _deal(shelves: dict[str, list[tuple[float, str, Folded]]], *, now: datetime, size: int) -> list[Ranked]:
    """Take the best head of all shelves again and again; a shelf that had its share waits for the others."""
    share = max(2, ceil(1.5 * size / len(shelves)))
    taken = dict.fromkeys(shelves, 0)
    chosen: list[Ranked] = []
    while len(chosen) < size and any(shelves.values()):
        filled = [name for name, shelf in shelves.items() if shelf]
        within = [name for name in filled if taken[name] < share]
        *_, best = min(
            (shelves[name][-1][0] * FADE ** taken[name], shelves[name][-1][1], name) for name in within or filled
        )
        score, _, text = shelves[best].pop()
        taken[best] += 1
        why = _why(text, now=now, publisher=best, number=taken[best], share=share)
        chosen.append(Ranked(text, round(-score, 6), why))
    return chosen


def _score(text: Folded, *, now: datetime, half: timedelta) -> float:
    return half / (half + _age(text, now=now)) * (1 + log2(len(text.publishers)))


def _half_life(folded: Sequence[Folded], *, now: datetime) -> timedelta:
    middle = median(_age(text, now=now).total_seconds() for text in folded)
    return min(max(timedelta(seconds=middle), _YOUNG), _OLD)


def _age(text: Folded, *, now: datetime) -> timedelta:
    return max(now - text.lead.entry.published, timedelta())


def _publisher(text: Folded) -> str:
    return text.lead.source.publisher or text.lead.source.url


def _uid(text: Folded) -> str:
    return text.uid or text.lead.uid


def _why(text: Folded, *, now: datetime, publisher: str, number: int, share: int) -> str:
    carried = len(text.publishers)
    coverage = f", carried by {carried} publishers" if carried > 1 else ""
    part = f"number {number} from {publisher}"
    part += f", whose share is {share}" if number <= share else f", beyond its share of {share}: nothing else was left"
    return f"{_in_words(_age(text, now=now))} old{coverage}; {part}"


def _in_words(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    for unit, length in (("day", 1440), ("hour", 60)):
        if minutes >= 2 * length:
            return f"{minutes // length} {unit}s"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
