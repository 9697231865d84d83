"""Tellings → Ranking: what comes first, what is left out, and why. See docs/ranking.md."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from math import ceil

from aggregator.model import Part, Ranked, Ranking, Telling
from aggregator.pipeline.rank_parts import Weights, half_life, parts, publisher, score

FADE = 0.7
"""What each further story of one publisher is worth beside the one before."""

REST = 300
"""How many of the stories that were not chosen are remembered: the web page of an issue lists them."""

EVEN = Weights()
"""Nobody said anything of feeds and topics."""


def rank(tellings: Sequence[Telling], *, now: datetime, size: int, weights: Weights = EVEN) -> Ranking:
    """Choose at most ``size`` stories, best first.

    The score of a story is the product of its parts (``rank_parts``). Then each publisher gets its fair share: a
    further story that one publisher leads counts ``FADE`` of the one before, and beyond one and a half times its even
    part (at least two) it waits until nobody else has anything left.

    What was not chosen stands in ``rest``, by its own score, and so does, at its end, what says nothing that was not
    known. The same input gives the same order: equal scores stand in order of their uid.
    """
    if not tellings or size < 1:
        return Ranking((), len(tellings))
    found = scored(tellings, now=now, weights=weights)
    shelves = _shelves([one for one in found if one.telling.novelty])
    chosen = _deal(shelves, size=size) if shelves else []
    known = [one for one in found if not one.telling.novelty]
    left = sorted((*known, *(one for shelf in shelves.values() for one in shelf)), key=_order)
    return Ranking(tuple(chosen), len(left), tuple(left[:REST]))


def scored(tellings: Sequence[Telling], *, now: datetime, weights: Weights = EVEN) -> list[Ranked]:
    """Score each story by itself, whatever its publisher's share."""
    half = half_life(tellings, now=now)
    found = []
    for telling in tellings:
        own = parts(telling, now=now, half=half, weights=weights)
        found.append(Ranked(telling, score(own), own, _said(own)))
    return found


def sum_in_words(score: float, parts: Sequence[Part]) -> str:
    """Write how a score came about: ``3.1 = recency 0.8 × coverage 2.6 × topic 1.5``."""
    return f"{score:.3g} = " + " × ".join(f"{part.name} {part.value:.3g}" for part in parts)


def _order(one: Ranked) -> tuple[float, str]:
    return -one.score, one.telling.story.uid


def _shelves(ranked: Sequence[Ranked]) -> dict[str, list[Ranked]]:
    """Sort by publisher, the best of each last."""
    shelves: dict[str, list[Ranked]] = {}
    for one in sorted(ranked, key=_order, reverse=True):
        shelves.setdefault(publisher(one.telling.lead.lead), []).append(one)
    return shelves


def _deal(shelves: dict[str, list[Ranked]], *, size: int) -> list[Ranked]:
    """Take the best head of all shelves again and again; a shelf that had its share waits for the others."""
    share = max(2, ceil(1.5 * size / len(shelves)))
    taken = dict.fromkeys(shelves, 0)
    chosen: list[Ranked] = []
    while len(chosen) < size and any(shelves.values()):
        filled = [name for name, shelf in shelves.items() if shelf]
        within = [name for name in filled if taken[name] < share]
        *_, best = min(
            (-shelves[name][-1].score * FADE ** taken[name], shelves[name][-1].telling.story.uid, name)
            for name in within or filled
        )
        taken[best] += 1
        chosen.append(_shared(shelves[best].pop(), publisher=best, number=taken[best], share=share))
    return chosen


def _shared(ranked: Ranked, *, publisher: str, number: int, share: int) -> Ranked:
    """Add the part that a publisher's share makes, and say it."""
    said = f"number {number} from {publisher}"
    said += f", whose share is {share}" if number <= share else f", beyond its share of {share}: nothing else was left"
    own = (*ranked.parts, Part("share", float(f"{FADE ** (number - 1):.4g}"), said)) if number > 1 else ranked.parts
    return replace(ranked, score=score(own), parts=own, why=f"{ranked.why}; {said}")


def _said(parts: Sequence[Part]) -> str:
    return "; ".join(part.words for part in parts)
