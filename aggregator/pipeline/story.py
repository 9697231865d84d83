"""Folded texts → stories: what a story is called, what it says in three sentences, what a later text adds to it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from aggregator.model import Folded, News, Quote, StoredEntry, Story
from aggregator.pipeline.heard import Heard
from aggregator.pipeline.terms import sentences, shared, terms

SUMMARY = 3
"""The most sentences of a summary."""

_TEXTS, _SENTENCES = 8, 6  # so many texts of a story, and sentences of each, are weighed for its summary
_SHORTEST, _LONGEST = 40, 400  # characters of a sentence that can stand alone
_ALIKE = 0.4  # two sentences that share so much say the same


def group(texts: Iterable[Folded], *, summaries: bool = True) -> tuple[Story, ...]:
    """Tell every story once, in the order in which its first text comes in ``texts``.

    A text without a story is one of its own. Without ``summaries`` a story costs a few microseconds.
    """
    stories: dict[int, list[Folded]] = defaultdict(list)
    for text in texts:
        stories[_story_of(text)].append(text)
    return tuple(_told(id, members, summaries=summaries) for id, members in stories.items())


def title_of(texts: Sequence[Folded]) -> str:
    """Choose the most central headline: the one whose terms most of the others share; the earliest of equal ones.

    A bare one is chosen only where no text says more than its headline.
    """
    titles = [text.lead.entry.title for text in texts]
    sets = [frozenset(terms(title)) for title in titles]
    centrality = [round(sum(shared(own, other) for other in sets), 6) for own in sets]
    order = [(bool(titles[n]), says_more(text), centrality[n], -n) for n, text in enumerate(texts)]
    return titles[-max(order)[-1]] if titles else ""


def says_more(text: Folded) -> bool:
    """Tell whether a text says more than its headline."""
    return len(text.lead.entry.text) > len(text.lead.entry.title)


def summary_of(texts: Sequence[Folded], *, title: str) -> tuple[Quote, ...]:
    """Choose at most three sentences of a story's texts, in the order in which they were published.

    TextRank (Mihalcea and Tarau, 2004): a sentence counts as much as those that say the same count, with a prior for
    what stands early in its text and for what shares the words of the title. No two that say the same.
    """
    pool = _sentences(texts)
    if len(texts) == 1:
        return tuple(quote for _, quote, _ in pool[:SUMMARY])
    weights = _weights(pool, frozenset(terms(title)))
    chosen: list[int] = []
    for n in sorted(range(len(pool)), key=lambda n: (-weights[n], n)):
        if all(shared(pool[n][2], pool[other][2]) < _ALIKE for other in chosen):
            chosen.append(n)
        if len(chosen) == SUMMARY:
            break
    return tuple(pool[n][1] for n in sorted(chosen))


def whats_new(later: StoredEntry, earlier: Iterable[StoredEntry]) -> News:
    """Say what ``later`` tells that no entry before it did: sentences, names, numbers.

    A sentence that was only edited is not new: nearly all of its terms stand together in one that was told.
    """
    return Heard(earlier).news(later)


def _told(id: int, texts: Sequence[Folded], *, summaries: bool) -> Story:
    in_order = sorted(texts, key=lambda text: min(member.id for member in text.members))
    title = title_of(in_order)
    summary = summary_of(in_order, title=title) if summaries else ()
    publishers = dict.fromkeys(text.lead.source.publisher for text in in_order)
    return Story(id, _uid_of(in_order), title, summary, tuple(in_order), tuple(publishers))


def _story_of(text: Folded) -> int:
    return next((member.story for member in text.members if member.story), text.lead.text_set or text.lead.id)


def _uid_of(texts: Sequence[Folded]) -> str:
    uids = (member.story_uid for text in texts for member in text.members if member.story_uid)
    return next(uids, texts[0].uid or texts[0].lead.uid)


def _sentences(texts: Sequence[Folded]) -> list[tuple[int, Quote, frozenset[str]]]:
    """The sentences that may stand in a summary: place in its text, the quote, its terms."""
    by_date = sorted(texts, key=lambda text: (text.lead.entry.published, text.lead.id))
    kept = by_date[:1] + by_date[1:][-(_TEXTS - 1) :]
    found = []
    for lead in (text.lead for text in kept):
        own = [told for told in sentences(lead.entry.text[:6_000]) if _SHORTEST <= len(told) <= _LONGEST]
        for place, sentence in enumerate(own[:_SENTENCES]):
            found.append((place, Quote(sentence, lead.source.publisher, lead.id), frozenset(terms(sentence))))
    return found


def _weights(pool: Sequence[tuple[int, Quote, frozenset[str]]], title: frozenset[str]) -> list[float]:
    size = len(pool)
    prior = [(1 / (1 + place) + 2 * shared(own, title)) / 3 for place, _, own in pool]
    alike: list[dict[int, float]] = [{} for _ in pool]
    for one in range(size):
        for other in range(one):
            if pool[one][1].entry != pool[other][1].entry and (near := shared(pool[one][2], pool[other][2])):
                alike[one][other] = alike[other][one] = near
    out = [sum(near.values()) for near in alike]
    weights = prior
    for _ in range(10):
        weights = [
            0.4 * prior[n] + 0.6 * sum(near * weights[m] / out[m] for m, near in alike[n].items()) for n in range(size)
        ]
    return [round(weight, 9) for weight in weights]
